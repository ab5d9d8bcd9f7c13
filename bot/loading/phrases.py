"""knowledge/phrases/*.csv → sentences of known meaning."""

from collections.abc import Mapping
from typing import Final

from bot.core.check.findings import Finding, Grade, meant
from bot.core.tree import Audience
from bot.core.understand.odds import OFFTOPIC, UNCLEAR, Phrase
from bot.loading.tables import Row, Table, read_table

FOLDER: Final = "knowledge/phrases/"
COLUMNS: Final = ("text", "language", "audience", "topic", "crisis")
_LEVELS: Final = ("none", "concern", "acute")
_AUDIENCES: Final = ("", *(audience.value for audience in Audience))


def read_phrases(
    files: Mapping[str, bytes], topics: frozenset[str]
) -> tuple[list[Phrase], list[Finding]]:
    """Every sentence of every file, and all faults; a sentence with a fault is not used."""
    phrases: list[Phrase] = []
    findings: list[Finding] = []
    met: set[str] = set()
    for file in sorted(name for name in files if name.startswith(FOLDER)):
        table = read_table(file, files[file], COLUMNS)
        sound = [row.cells for row in table.rows if _sound(table, row, topics, met)]
        phrases += [Phrase(*(cells[column] for column in COLUMNS)) for cells in sound]
        findings += table.findings
    return phrases, findings


def _sound(table: Table, row: Row, topics: frozenset[str], met: set[str]) -> bool:
    before = len(table.findings)
    topic, text = row.cells["topic"], row.cells["text"]
    if topic not in topics and topic not in {OFFTOPIC, UNCLEAR}:
        table.fault(
            row.line, "phrases-topic", f"Das Thema „{topic}“ gibt es nicht.",
            meant(topic, {*topics, OFFTOPIC, UNCLEAR}),
        )  # fmt: skip
    if row.cells["crisis"] not in _LEVELS:
        table.fault(
            row.line, "phrases-crisis", f"„{row.cells['crisis']}“ ist keine Stufe.",
            "Möglich ist: none, concern, acute.",
        )  # fmt: skip
    if row.cells["audience"] not in _AUDIENCES:
        table.fault(
            row.line, "phrases-audience", f"„{row.cells['audience']}“ ist niemand, der schreibt.",
            "Möglich ist: pupil, guardian, teacher oder leer.",
        )  # fmt: skip
    if not text or text.lower() in met:
        table.fault(
            row.line, "phrases-text",
            f"„{text}“ steht schon da." if text else "Hier fehlt der Satz.",
            "Bitte die Zeile löschen.", Grade.WARNING,
        )  # fmt: skip
    met.add(text.lower())
    return len(table.findings) == before
