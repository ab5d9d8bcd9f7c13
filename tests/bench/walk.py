"""What the people of the bench do: a mixed walk, in which every step has exactly one answer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A tap by its callback data, or words."""

    tap: str = ""
    words: str = ""


# /start, taps through a topic, typed concerns, a school, the outcome; no word of danger, which
# would be answered twice.
WALK = (
    Step(words="/start"),
    Step(tap="t.eingang.wer.schueler"),
    Step(words="ich werde in meiner klasse gemobbt"),
    Step(tap="t.mobbing.was_ist_los.klasse"),
    Step(tap="n.back"),
    Step(words="hallo"),
    Step(tap="t.eingang.worum.lernen"),
    Step(tap="t.eingang.lernen.noten"),
    Step(tap="n.menu"),
    Step(tap="n.human"),
    Step(words="goethe gymnasium halle"),
    Step(tap="n.menu"),
)
