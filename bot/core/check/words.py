"""Faults in what people read: how they are addressed, what must stand by reference, length."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.core.check.findings import Finding, Grade, meant, nearest
from bot.core.check.material import Material, spoken
from bot.core.check.reach import readers
from bot.core.tree import ENTRANCE, Audience, Text

LONGEST_TEXT: Final = 700  # characters of one screen
TELEGRAM_LIMIT: Final = 4096
MEAN_SENTENCE: Final = 18  # words

_QUOTED: Final = re.compile(r"„[^“”]*[“”]|\"[^\"]*\"|»[^«]*«")
_FORMAL: Final = re.compile(r"(?<![.!?:…(–\n] )(?<!^)(?<!\n)\b(Sie|Ihnen|Ihre?[mnrs]?)\b")
_INFORMAL: Final = re.compile(r"\b([Dd]u|[Dd]ir|[Dd]ich|[Dd]eine?[mnrs]?|euch|eure?[mnrs]?)\b")
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_SENTENCE: Final = re.compile(r"[.!?:…](?=\s|$)|\n")
_LITERAL: Final = (
    ("Mailadresse", re.compile(r"[\w.+-]+@[\w-]+\.\w+")),
    ("Internetadresse", re.compile(r"(?:https?://|\bwww\.)[\w./?=&-]*\w")),
    ("Uhrzeit", re.compile(
        r"\b\d{1,2}(?:[:.]\d\d)?(?:\s*(?:[-–]|bis)\s*\d{1,2}(?:[:.]\d\d)?)?\s*Uhr\b"
        r"|\b\d{1,2}:\d\d\b")),
    ("Telefonnummer", re.compile(
        r"(?<![\d§.,])(?:\+49|0)[\d /()-]{5,}\d|\b11(?:0|2|6[ ]?\d{3})\b")),
    ("Anschrift", re.compile(
        r"\b[\w-]{2,}(?:straße|strasse|str\.|weg|platz|allee|gasse)\s\d+\s?[a-z]?\b",
        re.IGNORECASE)),
)  # fmt: skip
_SUSPECT: Final = re.compile(r"[@\d]|://|www\.")  # none of them is without one of these
_BLAME: Final = re.compile(
    r"(?<!nicht )(?<!weder )\b(du musst|Sie müssen|schuld daran|deine Schuld|Ihre Schuld|"
    r"reiß dich zusammen|stell dich nicht an|hättest du|hätten Sie|versagt|garantiert)\b",
    re.IGNORECASE,
)
_TODO: Final = re.compile(r"\b(TODO|FIXME|XXX)\b|\?\?\?")


@dataclass(frozen=True)
class Said:
    """A text with where it stands, who reads it and which placeholders it may carry."""

    key: str
    text: Text
    audiences: frozenset[Audience]
    placeholders: frozenset[str] | None = None  # None: a topic's, none at all
    label: bool = False


LISTS: Final = "words_"  # keys of texts that list words to be typed


def words(
    material: Material, needed: Mapping[str, frozenset[str]], in_pieces: frozenset[str]
) -> Iterator[Finding]:
    """All findings of this kind; ``needed``: key of a text → its placeholders."""
    yield from _keys(material, needed)
    for said in _everything(material, needed, in_pieces):
        if said.key.startswith(LISTS):
            continue  # words that people type, parted by commas; nobody reads them
        for audiences, wording in _wordings(said, material.written.get(said.key)):
            yield from _wording(material, said, audiences, wording)
        yield from _missing(material, said)


def _keys(material: Material, needed: Mapping[str, frozenset[str]]) -> Iterator[Finding]:
    if "texts" in material.unread:
        return
    missing, unknown = needed.keys() - material.texts.keys(), material.texts.keys() - needed.keys()
    for key in missing - {nearest(other, missing) for other in unknown}:
        yield Finding(
            Grade.ERROR,
            "knowledge/texts",
            1,
            "texts-missing",
            f"Der Text „{key}“ fehlt.",
            f"Bitte in einer der Dateien „{key}: …“ ergänzen.",
        )
    for key in unknown:
        yield material.finding(
            Grade.ERROR, key, "texts-unknown", f"Den Text „{key}“ verwendet der Bot nicht.",
            meant(key, missing) or "Bitte löschen.",
        )  # fmt: skip


def _everything(
    material: Material, needed: Mapping[str, frozenset[str]], in_pieces: frozenset[str]
) -> Iterator[Said]:
    for key, text in material.texts.items():
        who = {Audience.GUARDIAN} if key in material.staff else Audience
        yield Said(key, text, frozenset(who), needed.get(key, frozenset()))
    read_by = readers(material.tree)
    for topic, node in material.screens():
        allowed = in_pieces if topic.piece or topic.id == ENTRANCE else None
        yield Said(node.say.key, node.say, read_by[node.ref], allowed)
        for choice in node.choices:
            seen = read_by[node.ref] & (choice.only.audience or read_by[node.ref])
            yield Said(choice.label.key, choice.label, seen, allowed, label=True)


def _wordings(
    said: Said, written: frozenset[Audience] | None
) -> Iterator[tuple[frozenset[Audience], str]]:
    """Each different wording once, with those who read it and for whom it was written."""
    by_wording: dict[str, set[Audience]] = {}
    for audience in Audience:
        if audience in said.audiences and (written is None or audience in written):
            by_wording.setdefault(said.text.of(audience), set()).add(audience)
    for wording, audiences in by_wording.items():
        yield frozenset(audiences), wording


def _missing(material: Material, said: Said) -> Iterator[Finding]:
    lacking = said.audiences - material.written.get(said.key, said.audiences)
    if lacking:
        forms = " und ".join(f"„{a.value}: …“" for a in Audience if a in lacking)
        yield material.finding(
            Grade.ERROR,
            said.key,
            "words-missing",
            f"Der Text fehlt für {spoken(lacking)}.",
            f"Bitte {forms} ergänzen.",
        )


def _wording(
    material: Material, said: Said, audiences: frozenset[Audience], wording: str
) -> Iterator[Finding]:
    def finding(grade: Grade, slug: str, text: str, proposal: str) -> Finding:
        return material.finding(grade, said.key, slug, text, proposal)

    for grade, slug, text, proposal in (
        *_address(audiences, wording),
        *_literal(wording),
        *_placeholders(said, wording),
        *_length(said, wording),
        *_tone(said, wording),
    ):
        yield finding(grade, slug, text, proposal)


Fault = tuple[Grade, str, str, str]


def _address(audiences: frozenset[Audience], wording: str) -> Iterator[Fault]:
    """Whether du and Sie are right; what stands in quotation marks is somebody else's speech."""
    plain = _QUOTED.sub("…", wording)
    adults = audiences - {Audience.PUPIL}
    split = "Bitte „pupil: …“ und „adult: …“ getrennt schreiben."
    if adults and (found := _INFORMAL.search(plain)):
        text = f"Der Text für {spoken(adults)} sagt „{found[1]}“."
        yield (
            Grade.ERROR,
            "words-du",
            text,
            (split if Audience.PUPIL in audiences else "Bitte mit „Sie“ schreiben."),
        )
    if Audience.PUPIL in audiences and (found := _FORMAL.search(plain)):
        text = f"Der Text für Schüler:innen sagt „{found[1]}“."
        yield Grade.ERROR, "words-sie", text, split if adults else "Bitte mit „du“ schreiben."


def _literal(wording: str) -> Iterator[Fault]:
    if not _SUSPECT.search(wording):
        return
    for what, pattern in _LITERAL:
        if found := pattern.search(wording):
            yield (
                Grade.ERROR, "words-literal", f"Im Text steht eine {what}: „{found[0].strip()}“.",
                "Bitte mit „facts: […]“ darauf verweisen, damit sie nur an einer Stelle steht.",
            )  # fmt: skip


def _placeholders(said: Said, wording: str) -> Iterator[Fault]:
    for name in _PLACEHOLDER.findall(wording):
        if said.placeholders is None:
            yield (
                Grade.ERROR, "words-placeholder",
                f"In Themen gibt es keine Platzhalter: {{{name}}}.", "Bitte den Text ausschreiben.",
            )  # fmt: skip
        elif name not in said.placeholders:
            yield (
                Grade.ERROR, "words-placeholder", f"Den Platzhalter {{{name}}} gibt es hier nicht.",
                meant(name, said.placeholders) or "Bitte den Text ausschreiben.",
            )  # fmt: skip


def _length(said: Said, wording: str) -> Iterator[Fault]:
    if len(wording) > TELEGRAM_LIMIT:
        yield (
            Grade.ERROR, "words-too-long",
            f"Der Text hat {len(wording)} Zeichen; eine Nachricht fasst {TELEGRAM_LIMIT}.",
            "Bitte auf mehrere Bildschirme verteilen.",
        )  # fmt: skip
    elif len(wording) > LONGEST_TEXT:
        yield (
            Grade.WARNING, "words-long",
            f"Der Text hat {len(wording)} Zeichen, mehr als {LONGEST_TEXT}.",
            "Bitte kürzen oder auf zwei Bildschirme verteilen.",
        )  # fmt: skip
    if said.label and not any(character.isalpha() for character in wording):
        yield (
            Grade.WARNING, "words-label-without-words",
            f"Die Beschriftung „{wording}“ hat keine Worte.",
            "Bitte Worte schreiben, die auch vorgelesen Sinn ergeben.",
        )  # fmt: skip


def _tone(said: Said, wording: str) -> Iterator[Fault]:
    plain = _QUOTED.sub("…", wording)
    if found := _BLAME.search(plain):
        yield (
            Grade.WARNING, "words-blame",
            f"„{found[0]}“ klingt nach Vorwurf, Befehl oder Versprechen.",
            "Bitte freundlicher und offener schreiben.",
        )  # fmt: skip
    if found := _TODO.search(wording):
        yield (
            Grade.INFO, "house-todo", f"Hier ist noch etwas offen: „{found[0]}“.",
            "Bitte fertig schreiben.",
        )  # fmt: skip
    if said.label:
        return
    lengths = [len(part.split()) for part in _SENTENCE.split(wording) if part.split()]
    mean = sum(lengths) / len(lengths) if lengths else 0
    if mean > MEAN_SENTENCE:
        yield (
            Grade.WARNING, "words-long-sentences",
            f"Ein Satz hat hier im Mittel {mean:.0f} Wörter, mehr als {MEAN_SENTENCE}.",
            "Bitte kürzere Sätze schreiben.",
        )  # fmt: skip
