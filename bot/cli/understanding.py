"""The commands that show what is understood: line by line for programs, scored for editors."""

import csv
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from bot.cli.house import settings_of
from bot.cli.reading import knowledge_of
from bot.core import score
from bot.core.knowledge import Knowledge
from bot.core.tree import Audience

SCHOOLS_SHOWN = 5
TOPICS_SHOWN = 3
SURE_SCHOOL = 0.9  # a school named in passing counts from here on

OfFolder = Callable[[], Knowledge]


def register(main: click.Group, knowledge_of: OfFolder) -> None:
    """Add the commands; ``knowledge_of`` loads the knowledge or ends the program."""

    @main.command(name="find-school")
    @click.option("--json", "as_json", is_flag=True, required=True, help="Eine Zeile je Anfrage.")
    def find_school(*, as_json: bool) -> None:
        """Schulen zu jeder Zeile der Eingabe; nach einem Tabulator darf ein Ort stehen."""
        del as_json
        knowledge = knowledge_of()
        for line in _lines():
            _print(school_found(knowledge, line))

    @main.command()
    @click.option("--json", "as_json", is_flag=True, required=True, help="Eine Zeile je Text.")
    @click.option("--audience", type=click.Choice([a.value for a in Audience]))
    def understand(*, as_json: bool, audience: str | None) -> None:
        """Gefahr, Themen und Schule zu jeder Zeile der Eingabe; nichts wird gespeichert."""
        del as_json
        knowledge = knowledge_of()
        for line in _lines():
            _print(understood(knowledge, line, score.audience_of(audience)))

    @main.group(name="score")
    def scored() -> None:
        """Wie gut verstanden wird: Anteile mit 95-%-Bereich und jeder Fehlgriff."""

    @scored.command()
    @click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
    @click.option("--by", type=click.Choice(["topic"]), help="Auch je Thema.")
    def phrases(file: Path, by: str | None) -> None:
        """Sätze: Spalten text,audience,topic,crisis und, wenn da, hard_negative."""
        knowledge = knowledge_of()
        cases = [score.phrase(knowledge, row) for row in _rows(file, "text", "topic", "crisis")]
        _show(score.dangers(cases) + score.subjects(cases))
        if by:
            for topic, group in score.by_topic(cases):
                _show(score.subjects(group)[:3], f"{topic}: ")
        _tell(score.misses(cases))

    @scored.command()
    @click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
    def schools(file: Path) -> None:
        """Schulnamen: Spalten query,school_id,town; leere school_id: steht in keinem Register."""
        knowledge = knowledge_of()
        rows = [score.school(knowledge, row) for row in _rows(file, "query", "school_id", "town")]
        _show(score.schools(rows))
        _tell(score.school_misses(rows))


def school_found(knowledge: Knowledge, line: str) -> dict[str, object]:
    """One query, a tab and a place may follow, as the schools it may mean."""
    query, _, place = line.partition("\t")
    found = knowledge.schools.find(query, place.strip() or None)
    listed = [{"id": id_, "score": share} for id_, share in found.schools[:SCHOOLS_SHOWN]]
    return {"query": query, "schools": listed, "ask": found.ask}


def understood(knowledge: Knowledge, text: str, audience: Audience | None) -> dict[str, object]:
    """One text as what is feared, meant and named in it."""
    heard = knowledge.heard(text)
    topics = heard.about(audience)[:TOPICS_SHOWN]
    school = knowledge.schools.find(text, None)
    sure = school.ask is None and school.schools and school.schools[0][1] >= SURE_SCHOOL
    return {
        "text": text,
        "crisis": heard.danger.level.name.lower(),
        "topics": [{"id": topic, "score": share} for topic, share in topics],
        "school": school.schools[0][0] if sure else None,
    }


def _lines() -> Iterator[str]:
    for raw in sys.stdin.buffer:
        yield raw.decode("utf-8", errors="replace").rstrip("\r\n")


def _print(found: dict[str, object]) -> None:
    click.echo(json.dumps(found, ensure_ascii=False))


def _rows(file: Path, *needed: str) -> list[dict[str, str]]:
    """The rows of a table; a missing column or an unknown level is told, not raised."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines, restval=""))
    missing = [name for name in needed if rows and name not in rows[0]]
    if missing:
        raise click.UsageError(f"In {file} fehlt die Spalte {', '.join(missing)}.")
    for number, row in enumerate(rows, 2):
        if "crisis" in needed and row["crisis"] not in {"none", "concern", "acute"}:
            raise click.UsageError(f"{file}:{number}: „crisis“ ist none, concern oder acute.")
    return rows


def _show(shares: list[score.Share], before: str = "") -> None:
    for share in shares:
        if share.count:
            click.echo(f"{before}{share.sentence()}")


def _tell(lines: Iterator[str]) -> None:
    for line in lines:
        click.echo(f"- {line}")


_here = click.Group()
register(_here, lambda: knowledge_of(settings_of().knowledge))
find_school, understand, scored = _here.commands.values()
