"""Danger in what somebody typed: stems that stand near each other, never single words alone.

The lexicon is ``knowledge/crisis/<worry>.yaml``, one worry a file, written to be reviewed by
professionals::

    worry: suizid                      # topic-like id; the file's name
    entries:
      - id: sich-umbringen             # unique in its file
        level: acute                   # acute | concern
        explicit: true                 # optional: nothing may suppress it, `unless` is refused
        ways:                          # at least one; each is one way to say it
          - "umbring* | umgebracht + mich | mir"
        window: 6                      # optional, 1..30, default 8
        unless: ["vor lachen"]         # optional: what makes it harmless when it stands as near
        unlike: [umringen]             # optional: real words that are no misspelling of these
        examples: ["Ich will mich umbringen"]           # at least one; each must be found
        counter_examples: ["Er bringt mich zur Schule"]  # each must not be found by this entry

A way is groups joined by ``+``; a group is alternatives parted by ``|``. The first group is the
anchor: every other group must have a word within ``window`` words of it, in any order; the end
of a sentence counts as three words. An alternative is a word or several in a row; ``*`` at the
end of a word stands for any ending, at its beginning for any beginning. Spelling, umlauts, and
hidden letters are taken care of; a slip of typing too in words of six and stems of seven letters.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any, Final

from bot.core.understand.alarm import Alarm
from bot.core.understand.odds import Phrase
from bot.core.understand.said import Said
from bot.core.understand.text import normalise
from bot.core.understand.wording import Way, Ways

_KEYS: Final = frozenset(
    {"id", "worry", "level", "explicit", "ways", "window", "unless", "unlike", "examples"}
    | {"counter_examples"}
)
_WINDOW: Final = 8


class Level(IntEnum):
    """How pressing it is; the higher one counts."""

    NONE = 0
    CONCERN = 1
    ACUTE = 2


@dataclass(frozen=True, slots=True)
class Danger:
    """What a text lets one fear; no worry when the level is NONE."""

    level: Level
    worries: frozenset[str]
    plain: bool = False  # an explicit entry of the lexicon says so
    listed: bool = False  # any entry does; otherwise it is only felt


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing people say, in several ways; see the module's docstring."""

    id: str
    worry: str
    level: Level
    ways: tuple[tuple[tuple[str, ...], ...], ...]  # way → groups → alternatives
    window: int = _WINDOW
    explicit: bool = False
    unless: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lexicon:
    """All entries of all worries, and the sentences of known meaning; worked out once."""

    entries: tuple[Entry, ...]
    phrases: tuple[Phrase, ...] = ()

    @cached_property
    def ways(self) -> Ways:
        unlike = [normalise(word) for entry in self.entries for word in entry.unlike]
        return Ways(
            [
                Way(number, groups, entry.window, entry.unless)
                for number, entry in enumerate(self.entries)
                for groups in entry.ways
            ],
            frozenset(unlike),
        )

    @cached_property
    def alarm(self) -> Alarm | None:
        """What the sentences and the entries' examples teach; None where there are no sentences."""
        if not self.phrases:
            return None
        said = [(p.text, p.topic, p.crisis) for p in self.phrases]
        for entry in self.entries:
            said += [(text, entry.worry, entry.level.name.lower()) for text in entry.examples]
            said += [(text, entry.worry, "none") for text in entry.counter_examples]
        return Alarm(said)


def danger(text: str | Said, lexicon: Lexicon) -> Danger:
    """How dangerous it sounds and which worries it shows; pure, any text, within milliseconds.

    The lexicon's explicit entries always count as they say. Otherwise the sentences of known
    meaning decide; what the lexicon lists adds to what they say and is never less than a concern.
    """
    said = Said.of(text)
    found = [lexicon.entries[number] for number in lexicon.ways.found(said.text)]
    listed = max((entry.level for entry in found), default=Level.NONE)
    worries = frozenset(entry.worry for entry in found)
    explicit = max((entry.level for entry in found if entry.explicit), default=Level.NONE)
    plain = explicit is Level.ACUTE
    alarm = lexicon.alarm
    if alarm is None:
        return Danger(listed, worries, plain, bool(found))
    level = max(explicit, min(listed, Level.CONCERN))
    felt = alarm.felt(said, listed=listed is Level.ACUTE)
    level = max(level, Level(felt.level))
    if level is Level.NONE:
        return Danger(level, frozenset())
    return Danger(level, worries or frozenset({felt.worry}), plain, bool(found))


def entry_from(mapping: Mapping[str, Any]) -> Entry:
    """The entry that an author wrote, with its file's worry under "worry".

    Raises ValueError with German sentences, all faults of the entry at once.
    """
    faults = list(_faults(mapping))
    if faults:
        raise ValueError(" ".join(faults))
    return Entry(
        id=mapping["id"],
        worry=mapping["worry"],
        level=Level[mapping["level"].upper()],
        ways=tuple(_way(line) for line in mapping["ways"]),
        window=mapping.get("window", _WINDOW),
        explicit=mapping.get("explicit", False),
        unless=tuple(mapping.get("unless", ())),
        unlike=tuple(mapping.get("unlike", ())),
        examples=tuple(mapping["examples"]),
        counter_examples=tuple(mapping.get("counter_examples", ())),
    )


def _way(line: str) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(" ".join(alternative.split()) for alternative in group.split("|"))
        for group in line.split("+")
    )


def _faults(mapping: Mapping[str, Any]) -> Iterable[str]:
    name = mapping.get("id", "?")
    for key in sorted(mapping.keys() - _KEYS):
        yield f"Eintrag „{name}“: „{key}“ gibt es hier nicht. Es gibt: {', '.join(sorted(_KEYS))}."
    for key in ("id", "worry"):
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", str(mapping.get(key, ""))):
            yield f"Eintrag „{name}“: „{key}“ fehlt oder hat andere Zeichen als a-z, 0-9 und „-“."
    if mapping.get("level") not in {"acute", "concern"}:
        yield f"Eintrag „{name}“: „level“ muss „acute“ oder „concern“ sein."
    if not isinstance(mapping.get("explicit", False), bool):
        yield f"Eintrag „{name}“: „explicit“ muss „true“ oder „false“ sein."
    window = mapping.get("window", _WINDOW)
    if type(window) is not int or not 1 <= window <= 30:
        yield f"Eintrag „{name}“: „window“ muss eine ganze Zahl von 1 bis 30 sein."
    if mapping.get("explicit") is True and mapping.get("unless"):
        yield f"Eintrag „{name}“: Was „explicit“ ist, darf kein „unless“ haben."
    yield from _list_faults(name, mapping)


def _list_faults(name: object, mapping: Mapping[str, Any]) -> Iterable[str]:
    for key in ("ways", "unless", "unlike", "examples", "counter_examples"):
        value = mapping.get(key, [])
        if not isinstance(value, Sequence) or isinstance(value, str):
            yield f"Eintrag „{name}“: „{key}“ muss eine Liste sein."
        elif not all(isinstance(line, str) and line.strip() for line in value):
            yield f"Eintrag „{name}“: In „{key}“ dürfen nur Texte stehen, keine leeren."
        elif key in {"ways", "examples"} and not value:
            yield f"Eintrag „{name}“: „{key}“ fehlt; mindestens eine Zeile gehört hinein."
        elif key in {"ways", "unless"}:
            yield from _wording_faults(name, key, value)


def _wording_faults(name: object, key: str, lines: Sequence[str]) -> Iterable[str]:
    for line in lines:
        for word in (word for group in _way(line) for part in group for word in part.split()):
            if not re.fullmatch(r"\*?[^*]+\*?", word) or word == "*" or not normalise(word):
                yield f"Eintrag „{name}“: In „{key}“ ist „{word}“ kein Wort. „*“ steht am Rand."
        if any(not part for group in _way(line) for part in group):
            yield f"Eintrag „{name}“: In „{line}“ ist neben „|“ oder „+“ etwas leer."
