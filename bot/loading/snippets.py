"""knowledge/snippets → prepared answers, every fault with file and line."""

from collections.abc import Iterable, Iterator

from pydantic import Field

from bot.core.check.findings import Finding, Grade, meant
from bot.core.check.words import _address, _literal
from bot.core.knowledge import GERMAN, Snippet
from bot.core.snippets import SLOTS, slots_of
from bot.core.tree import Audience
from bot.loading.faults import shaped
from bot.loading.pages import Page, Path
from bot.loading.shapes import Line, Shape, Words
from bot.loading.wordings import worded

LONGEST = 1200  # characters of one answer; more is not read on a phone
LONGEST_TITLE = 40  # of a button


class SnippetShape(Shape):
    id: Line
    title: Line
    for_: list[Audience] = Field(alias="for", min_length=1)
    say: dict[str, Words]


class SnippetsShape(Shape):
    snippets: list[SnippetShape] = Field(min_length=1)


def read_snippets(pages: Iterable[Page], languages: frozenset[str]) -> tuple[Snippet, ...]:
    """All files together; a snippet's id stands once. Faults stay on the pages."""
    found: dict[str, Snippet] = {}
    read = [(page, at, one) for page in pages for at, one in _shapes(page)]
    spoken = {language for _, _, one in read for language in one.say} & languages
    for page, at, one in read:
        path: Path = ("snippets", at)
        if one.id in found:
            page.fault(
                page.line(path), "snippets-double", f"Den Baustein „{one.id}“ gibt es schon.",
                "Bitte einem von beiden eine andere Kennung geben.",
            )  # fmt: skip
        found[one.id] = _snippet(page, path, one, languages, spoken)
    return tuple(snippet for snippet in found.values() if GERMAN in snippet.texts)


def _shapes(page: Page) -> Iterator[tuple[int, SnippetShape]]:
    shape = shaped(page, SnippetsShape)
    yield from enumerate(shape.snippets if shape else ())


def _snippet(
    page: Page, path: Path, one: SnippetShape, languages: frozenset[str], spoken: set[str]
) -> Snippet:
    audiences = frozenset(one.for_)
    if len(one.title) > LONGEST_TITLE:
        page.fault(
            page.line((*path, "title")), "snippets-title",
            f"Die Beschriftung hat {len(one.title)} Zeichen, mehr als {LONGEST_TITLE}.",
            "Bitte kürzen.",
        )  # fmt: skip
    texts = {}
    for language, wording in one.say.items():
        line = page.line((*path, "say", language))
        if language not in languages:
            page.fault(
                line, "snippets-language", f"Die Sprache „{language}“ gibt es hier nicht.",
                meant(language, languages) or "Bitte in languages.yaml ergänzen.",
            )  # fmt: skip
        text, written = worded(one.id, wording)
        texts[language] = text
        lacking = audiences - written
        if lacking:
            forms = " und ".join(f"„{each.value}: …“" for each in Audience if each in lacking)
            page.fault(
                line, "snippets-audience", "Hier fehlt der Text für eine Zielgruppe.",
                f"Bitte {forms} ergänzen.",
            )  # fmt: skip
        for audience in sorted(audiences & written):
            _words(page, line, text.of(audience), frozenset({audience}), language)
    _missing(page, page.line(path), one, spoken)
    return Snippet(one.id, one.title, audiences, texts)


def _missing(page: Page, line: int, one: SnippetShape, spoken: set[str]) -> None:
    """German is needed; a language that other snippets have is worth a warning."""
    if GERMAN not in one.say:
        page.fault(
            line, "snippets-german", f"Dem Baustein „{one.id}“ fehlt der deutsche Text.",
            "Bitte „de: …“ ergänzen.",
        )  # fmt: skip
    for language in sorted(spoken - one.say.keys() - {GERMAN}):
        page.findings.append(
            Finding(
                Grade.WARNING, page.file, line, "snippets-translation",
                f"Dem Baustein „{one.id}“ fehlt die Sprache „{language}“, die andere haben.",
                f"Bitte „{language}: …“ ergänzen; bis dahin geht der deutsche Text hinaus.",
            )
        )  # fmt: skip


def _words(page: Page, line: int, text: str, audiences: frozenset[Audience], language: str) -> None:
    """Slots, literal numbers and length, each once; du and Sie where it is German."""
    for slot in sorted(slots_of(text) - SLOTS):
        page.fault(
            line, "snippets-slot", f"Die Lücke {{{slot}}} gibt es nicht.",
            meant(slot, SLOTS) or f"Es gibt: {', '.join(sorted(SLOTS))}.",
        )  # fmt: skip
    if len(text) > LONGEST:
        page.fault(
            line, "snippets-long", f"Der Text hat {len(text)} Zeichen, mehr als {LONGEST}.",
            "Bitte kürzen.",
        )  # fmt: skip
    address = _address(audiences, text) if language == GERMAN else ()
    for grade, slug, said, _ in (*_literal(text), *address):
        page.findings.append(
            Finding(
                grade, page.file, line, slug.replace("words", "snippets"), said,
                "Bitte eine Lücke nehmen, zum Beispiel {phone}, {hours}, {post}, "
                "und auf du oder Sie achten.",
            )
        )  # fmt: skip
