"""The routing proof: what is truly shown to everybody, everywhere, at five different times.

Every school × audience × moment is routed and judged, once as the directory stands and once as if
every network office were live.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from bot.core import routing
from bot.core.calendar import Calendar
from bot.core.check.ladders import Case, Shown, expected_posts, ladder_faults, shown
from bot.core.check.moments import Moment, moments
from bot.core.directory import Directory, School
from bot.core.posts import suppose_all_live
from bot.core.records import Team
from bot.core.routing import SCHOOL, YOUTH_OFFICE, Rung, Wish
from bot.core.tree import Audience

OFFICES_LIVE: Final = "offices_live"

Ladder = Callable[[Directory, Calendar, Team, Wish, datetime], tuple[Rung, ...]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One ladder that is wrong, or one visitor to whom there is nothing to show."""

    run: str
    school: str
    audience: Audience
    moment: str
    text: str


@dataclass(frozen=True)
class Run:
    """``counts``: (moment, district) → schools, each by what its worst-served audience is shown."""

    id: str
    name: str
    counts: Mapping[tuple[str, str], Counter[Shown]]
    combinations: Counter[Shown]
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Proof:
    """What everybody is shown; green when there are no faults."""

    districts: Mapping[str, str]  # id → name; "" holds schools of which the district is unknown
    schools: Mapping[str, int]  # district id → number of schools
    moments: tuple[Moment, ...]
    runs: tuple[Run, ...]

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(fault for run in self.runs for fault in run.faults)


# What a visitor may refuse; each is tried at the first moment with every school and audience.
_REFUSALS: Final = (
    Wish(Audience.PUPIL, None, None, skip_school=True),
    Wish(Audience.PUPIL, None, None, excluded=frozenset({SCHOOL})),
    Wish(Audience.PUPIL, None, None, excluded=frozenset({YOUTH_OFFICE})),
    Wish(Audience.PUPIL, None, None, excluded=frozenset({SCHOOL, YOUTH_OFFICE})),
)
_BEST_FIRST: Final = tuple(Shown)


def prove(
    directory: Directory,
    calendar: Calendar,
    team: Team,
    *,
    reference: date,
    ladder: Ladder = routing.ladder,
) -> Proof:
    """Route everybody; ``reference`` is the day from which on the moments are looked for."""
    supposed = suppose_all_live(directory, team, offices_only=True)
    sizes = Counter(school.district for school in directory.schools.values())
    prover = _Prover(directory, calendar, moments(directory, calendar, reference), ladder)
    return Proof(
        districts={each: _name(directory, each) for each in sorted(sizes)},
        schools=sizes,
        moments=prover.moments,
        runs=(
            prover.run("as_it_stands", "Wie das Verzeichnis heute ist", team),
            prover.run(OFFICES_LIVE, "Als ob jede Netzwerkstelle offen wäre", supposed),
        ),
    )


def _name(directory: Directory, district: str) -> str:
    known = directory.districts.get(district)
    return known.name if known else "Landkreis unbekannt"


@dataclass(frozen=True)
class _Prover:
    directory: Directory
    calendar: Calendar
    moments: tuple[Moment, ...]
    ladder: Ladder

    def run(self, run: str, name: str, team: Team) -> Run:
        counts: dict[tuple[str, str], Counter[Shown]] = {}
        combinations: Counter[Shown] = Counter()
        faults: list[Fault] = []
        for school in self.directory.schools.values():
            for moment in self.moments:
                seen = []
                for audience in Audience:
                    wish = Wish(audience, school.id, school.district)
                    case = Case(self.directory, self.calendar, team, wish, moment.at)
                    best, texts = self._judge(run, case)
                    seen.append(best)
                    faults += (Fault(run, school.id, audience, moment.id, each) for each in texts)
                combinations.update(seen)
                place = counts.setdefault((moment.id, school.district), Counter())
                place[max(seen, key=_BEST_FIRST.index)] += 1
            faults += self._refusal_faults(run, team, school)
        return Run(run, name, counts, combinations, tuple(faults))

    def _judge(self, run: str, case: Case) -> tuple[Shown, list[str]]:
        rungs = self._climb(case)
        best = shown(self.directory, rungs)
        texts = list(ladder_faults(case, rungs))
        if best is Shown.NOTHING:
            texts.append("es gibt nichts zu zeigen")
        if run == OFFICES_LIVE and best is not Shown.LIVE and _should_be_live(case):
            texts.append("die Netzwerkstelle ist offen, nimmt die Anfrage aber nicht an")
        return best, texts

    def _refusal_faults(self, run: str, team: Team, school: School) -> Iterator[Fault]:
        moment = self.moments[0]
        for audience in Audience:
            for refusal in _REFUSALS:
                wish = replace(refusal, audience=audience, school=school.id)
                case = Case(self.directory, self.calendar, team, wish, moment.at)
                for text in self._judge(run, case)[1]:
                    yield Fault(run, school.id, audience, moment.id, text)

    def _climb(self, case: Case) -> tuple[Rung, ...]:
        return self.ladder(case.directory, case.calendar, case.team, case.wish, case.at)


def _should_be_live(case: Case) -> bool:
    office = case.directory.office(case.school.district)
    if office is None or case.wish.audience not in office.takes:
        return False
    return office.id in expected_posts(case)


# ── Words ───────────────────────────────────────────────────────────────────────────────────────


def as_json(proof: Proof) -> dict[str, Any]:
    """The proof as plain values; numbers are schools, except ``combinations``."""
    return {
        "ok": not proof.faults,
        "schools": sum(proof.schools.values()),
        "combinations": sum(proof.runs[0].combinations.values()),
        "moments": [
            {"id": each.id, "name": each.name, "at": each.at.isoformat()} for each in proof.moments
        ],
        "runs": [_run_json(proof, run) for run in proof.runs],
    }


def _run_json(proof: Proof, run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "name": run.name,
        "combinations": _count_json(run.combinations),
        "total": {moment.id: _count_json(_total(proof, run, moment)) for moment in proof.moments},
        "districts": {
            district: {
                "name": name,
                "schools": proof.schools[district],
                "shown": {
                    moment.id: _count_json(run.counts[moment.id, district])
                    for moment in proof.moments
                },
            }
            for district, name in proof.districts.items()
        },
        "faults": [
            {
                "school": fault.school,
                "audience": fault.audience.value,
                "moment": fault.moment,
                "text": fault.text,
            }
            for fault in run.faults
        ],
    }


def _count_json(count: Counter[Shown]) -> dict[str, int]:
    return {each.value: count[each] for each in Shown}


def _total(proof: Proof, run: Run, moment: Moment) -> Counter[Shown]:
    total: Counter[Shown] = Counter()
    for district in proof.districts:
        total.update(run.counts[moment.id, district])
    return total


_FAULTS_SHOWN: Final = 20
_HEAD: Final = ("Schulen", "offen", "Telefon", "Seite", "Landesseite", "nichts")


def lines(proof: Proof) -> tuple[str, ...]:
    """The proof as a German table; moments at which everything is the same share one."""
    schools = sum(proof.schools.values())
    ways = sum(proof.runs[0].combinations.values())
    size = f"{schools} Schulen × {len(Audience)} Gruppen × {len(proof.moments)} Zeitpunkte"
    return (
        f"{size} = {ways} Wege, zweimal",
        "Gezählt sind Schulen, jede nach der Gruppe, die dort am wenigsten findet.",
        "offen: eine Stelle nimmt die Anfrage an und sagt, bis wann jemand antwortet.",
        "Telefon: Telefon oder E-Mail einer Stelle, mit Quelle. Seite: nur eine Internetseite.",
        "Landesseite: nur die landesweite Seite. Sie und ein Hilfetelefon sind kein Mensch.",
        *(line for run in proof.runs for line in _run_lines(proof, run)),
        "",
        *_fault_lines(proof.faults),
    )


def _run_lines(proof: Proof, run: Run) -> Iterator[str]:
    yield from ("", f"{run.name}:")
    tables: dict[tuple[str, ...], list[Moment]] = {}
    for moment in proof.moments:
        tables.setdefault(tuple(_table(proof, run, moment)), []).append(moment)
    for table, same in tables.items():
        yield ""
        yield " · ".join(f"{each.name} {each.at:%d.%m.%Y %H:%M}" for each in same)
        yield from table


def _table(proof: Proof, run: Run, moment: Moment) -> Iterator[str]:
    width = max(len(name) for name in proof.districts.values()) if proof.districts else 0
    yield _row("", width, _HEAD)
    for district, name in proof.districts.items():
        yield _row(name, width, _cells(run.counts[moment.id, district]))
    yield _row("Summe", width, _cells(_total(proof, run, moment)))


def _cells(count: Counter[Shown]) -> tuple[str, ...]:
    return (str(count.total()), *(str(count[each]) for each in Shown))


def _row(name: str, width: int, cells: tuple[str, ...]) -> str:
    return f"  {name:<{width}}" + "".join(
        f"  {cell:>{len(head)}}" for cell, head in zip(cells, _HEAD, strict=True)
    )


def _fault_lines(faults: tuple[Fault, ...]) -> Iterator[str]:
    if not faults:
        yield "Kein Fehler gefunden."
        return
    yield f"{len(faults)} Fehler:"
    for each in faults[:_FAULTS_SHOWN]:
        yield f"  {each.school}, {each.audience}, {each.moment} ({each.run}): {each.text}"
    if len(faults) > _FAULTS_SHOWN:
        yield f"  … und {len(faults) - _FAULTS_SHOWN} weitere"
