"""How well texts are understood: shares with what they stand on, and every miss, for editors."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

from bot.core.knowledge import Knowledge
from bot.core.tree import Audience
from bot.core.understand.crisis import Level
from bot.core.understand.odds import OFFTOPIC, UNCLEAR

_Z = 1.96  # of the normal distribution: 95 % of it lie within


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``count``; ``low`` and ``high`` bound it with 95 % confidence (Wilson)."""

    name: str
    hits: int
    count: int

    @property
    def bounds(self) -> tuple[float, float]:
        """The share's 95 % interval; (0, 1) where nothing was counted."""
        if not self.count:
            return 0.0, 1.0
        n, share = self.count, self.hits / self.count
        middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
        return max(0.0, middle - half), min(1.0, middle + half)

    def sentence(self) -> str:
        """One line for an editor."""
        low, high = self.bounds
        share = f"{self.hits / self.count:6.1%}" if self.count else "   –  "
        return f"{share}  {self.hits}/{self.count}  [{low:.1%}, {high:.1%}]  {self.name}"


@dataclass(frozen=True, slots=True)
class Case:
    """One judged sentence: what it means, and what it was taken for."""

    text: str
    topic: str
    crisis: Level
    tempting: bool  # harmless words of danger
    felt: Level
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One query for a school: the right one, what was found, and whether it was asked back."""

    query: str
    school: str
    found: tuple[str, ...]
    ask: str | None


def audience_of(name: str | None) -> Audience | None:
    """The audience by its name; None for nobody in particular."""
    return Audience(name) if name in set(Audience) else None


def phrase(knowledge: Knowledge, row: dict[str, str]) -> Case:
    """A row of a file of phrases, as it is understood; KeyError names what is missing."""
    heard = knowledge.heard(row["text"])
    found = heard.about(audience_of(row.get("audience")))
    return Case(
        row["text"],
        row["topic"],
        Level[row["crisis"].upper()],
        row.get("hard_negative") == "1",
        heard.danger.level,
        tuple(topic for topic, _ in found),
    )


def dangers(cases: Sequence[Case]) -> list[Share]:
    """What became of acute sentences, of concerns, and of the harmless ones."""
    acute = [case.felt for case in cases if case.crisis is Level.ACUTE]
    some = [case.felt for case in cases if case.crisis is Level.CONCERN]
    harmless = [case for case in cases if case.crisis is Level.NONE]
    tempting = [case.felt for case in harmless if case.tempting]
    plain = [case.felt for case in harmless if not case.tempting]
    return [
        _share("akut als akut erkannt", acute, Level.ACUTE),
        _share("akut: Hilfe gezeigt", acute, Level.CONCERN),
        _share("Sorge: Hilfe gezeigt", some, Level.CONCERN),
        _share("harmlos mit Gefahrenwort, falsch akut", tempting, Level.ACUTE),
        _share("gewöhnliches Anliegen, falsch akut", plain, Level.ACUTE),
        _share("harmlos, Hilfe trotzdem gezeigt", [c.felt for c in harmless], Level.CONCERN),
    ]


def _share(name: str, felt: Iterable[Level], least: Level) -> Share:
    levels = list(felt)
    return Share(name, sum(level >= least for level in levels), len(levels))


def subjects(cases: Sequence[Case]) -> list[Share]:
    """How often the right topic came first and among three, and what is not for us was seen."""
    ours = [case for case in cases if case.topic not in {OFFTOPIC, UNCLEAR}]
    aside = [case for case in cases if case.topic == OFFTOPIC]
    unclear = [case for case in cases if case.topic == UNCLEAR]
    return [
        Share("Thema als erstes", sum(case.found[:1] == (case.topic,) for case in ours), len(ours)),
        Share("Thema unter dreien", sum(case.topic in case.found for case in ours), len(ours)),
        Share("nicht für uns, erkannt", sum(map(_aside, aside)), len(aside)),
        Share("für uns, falsch abgewiesen", sum(map(_aside, ours)), len(ours)),
        Share("unklar, nachgefragt", sum(not case.found for case in unclear), len(unclear)),
    ]


def _aside(case: Case) -> bool:
    return case.found[:1] == (OFFTOPIC,)


def by_topic(cases: Sequence[Case]) -> Iterator[tuple[str, list[Case]]]:
    """The cases of each topic, in order of its id."""
    groups: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases:
        groups[case.topic].append(case)
    yield from sorted(groups.items())


def misses(cases: Sequence[Case]) -> Iterator[str]:
    """Every sentence that was understood otherwise, one line each."""
    for case in cases:
        if case.felt is not case.crisis:
            was, is_ = case.crisis.name.lower(), case.felt.name.lower()
            yield f"Gefahr {was}, verstanden als {is_}: {case.text}"
        if not _understood(case):
            yield f"Thema {case.topic}, gefunden {', '.join(case.found) or 'nichts'}: {case.text}"


def _understood(case: Case) -> bool:
    if case.topic == UNCLEAR:
        return not case.found
    return _aside(case) if case.topic == OFFTOPIC else case.topic in case.found


def school(knowledge: Knowledge, row: dict[str, str]) -> list[Asked]:
    """A row of a file of school names, asked without and with its town; KeyError as above."""
    asked = []
    for place in (None, row["town"]):
        found = knowledge.schools.find(row["query"], place)
        ids = tuple(school_id for school_id, _ in found.schools)
        asked.append(Asked(row["query"], row["school_id"], ids, found.ask))
    return asked


def schools(rows: Sequence[Sequence[Asked]]) -> list[Share]:
    """How often the right school came first and among three; asking back is no wrong school."""
    shares = []
    for at, name in enumerate(("ohne Ort", "mit Ort")):
        asked = [row[at] for row in rows]
        known = [one for one in asked if one.school]
        first = sum(one.found[:1] == (one.school,) for one in known)
        three = sum(one.school in one.found[:3] for one in known)
        back = sum(one.found[:1] == (one.school,) or one.ask is not None for one in known)
        shares += [
            Share(f"Schule als erste, {name}", first, len(known)),
            Share(f"als erste oder nachgefragt, {name}", back, len(known)),
            Share(f"Schule unter dreien, {name}", three, len(known)),
        ]
        none = [one for one in asked if not one.school]
        unknown = sum(one.ask is not None for one in none)
        shares.append(Share(f"unbekannte nicht behauptet, {name}", unknown, len(none)))
    return shares


def school_misses(rows: Sequence[Sequence[Asked]]) -> Iterator[str]:
    """Every query whose right school did not come first, with its town known."""
    for row in rows:
        one = row[-1]
        if one.found[:1] != (one.school,) and (one.school or one.ask is None):
            found = ", ".join(one.found[:3]) or "nichts"
            yield f"{one.query}: {one.school or 'keine'}, gefunden {found} ({one.ask or 'sicher'})"
