"""What the people of the bench do: a mixed walk, in which every step has exactly one answer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A tap by its callback data, or words."""

    tap: str = ""
    words: str = ""


# /start, a concern in words, then taps to a topic, a school and the outcome; no word of danger,
# which would be answered twice.
WALK = (
    Step(words="/start"),
    Step(tap="t.eingang.wer.schueler"),
    Step(words="ich werde in meiner klasse gemobbt"),
    Step(tap="t.mobbing.was_ist_los.klasse"),
    Step(tap="n.back"),
    Step(tap="n.menu"),
    Step(tap="t.eingang.worum.lernen"),
    Step(tap="t.eingang.lernen.noten"),
    Step(tap="n.menu"),
    Step(tap="n.human"),
    Step(tap="t.schule.suche.st-80"),
    Step(tap="n.menu"),
)
