"""What is wrong with the translations, and how far each language has come."""

from collections.abc import Iterator, Mapping
from string import Formatter

from bot.core.check.findings import Finding, Grade
from bot.core.check.material import Material
from bot.core.translation import Line, State, catalog_of, labels, places, sayings, state_of

LONGEST_LABEL = 60  # characters; German keeps to 40, many languages need more room


def translatable(material: Material) -> dict[str, str]:
    """Every wording that visitors may read, by its place: tree first, then the bot's own."""
    own = (text for key, text in material.texts.items() if key not in material.staff)
    every = (*labels(material.tree), *sayings(material.tree), *own)
    return {place: german for text in every for place, german in places(text).items() if german}


def frame(material: Material, known: Mapping[str, str]) -> frozenset[str]:
    """Of these places all but the topics' own screens: what everybody meets."""
    subjects = {topic.id for topic in material.tree.subjects()}
    return frozenset(
        place
        for place in known
        if place.endswith(".title") or place.partition(".")[0] not in subjects
    )


def progress(known: Mapping[str, str], lines: tuple[Line, ...]) -> dict[State, list[str]]:
    """The places of all wordings, by how they stand in one language."""
    catalog = catalog_of(lines)
    found: dict[State, list[str]] = {state: [] for state in State}
    for place, german in known.items():
        found[state_of(catalog, place, german)].append(place)
    return found


def translations(material: Material) -> Iterator[Finding]:
    """Entries that fit no text, gaps that differ, buttons that are too long, what is to do."""
    known = translatable(material)
    everywhere = frame(material, known)
    short = {place for text in labels(material.tree) for place in places(text)}
    for language, entries in material.translations.items():
        for entry in entries:
            yield from _entry(entry, known, short)
        yield _how_far(language, progress(known, entries), everywhere, entries)


def _entry(entry: Line, known: Mapping[str, str], short: set[str]) -> Iterator[Finding]:
    german = known.get(entry.place)
    if german is None:
        text = f"Den Text „{entry.place}“ gibt es nicht (mehr)."
        yield _found(entry, Grade.WARNING, "po-place", text, "Bitte den Eintrag löschen.")
    elif entry.words and gaps(entry.words) != gaps(german):
        wanted = " ".join(f"{{{gap}}}" for gap in sorted(gaps(german))) or "keine"
        text = f"Die Lücken in „{entry.place}“ sind andere als im Deutschen."
        yield _found(entry, Grade.ERROR, "po-gaps", text, f"Im Deutschen stehen: {wanted}.")
    elif entry.place in short and len(entry.words) > LONGEST_LABEL:
        text = f"Die Beschriftung „{entry.place}“ hat {len(entry.words)} Zeichen."
        proposal = f"Bitte höchstens {LONGEST_LABEL}: Auf einem Handy ist sonst das Ende weg."
        yield _found(entry, Grade.WARNING, "po-label", text, proposal)


def gaps(words: str) -> frozenset[str]:
    """The names of the gaps in a text; of one whose braces are broken, something no text has."""
    if "{" not in words and "}" not in words:
        return frozenset()
    try:
        return frozenset(name for _, name, _, _ in Formatter().parse(words) if name is not None)
    except ValueError:
        return frozenset({"{"})


def _how_far(
    language: str,
    how: Mapping[State, list[str]],
    everywhere: frozenset[str],
    entries: tuple[Line, ...],
) -> Finding:
    done, stale, missing = (len(how[s]) for s in (State.FRESH, State.STALE, State.MISSING))
    todo = len(everywhere & set(how[State.MISSING]))
    text = (
        f"„{language}“: {done} Texte übersetzt, {stale} veraltet, {missing} fehlen"
        f" (davon im Rahmen: {todo})."
    )
    file = entries[0].file if entries else "knowledge/languages"
    proposal = f"Was fehlt oder veraltet ist: lotse translations list {language} --missing, --stale"
    return Finding(Grade.INFO, file, 1, "po-progress", text, proposal)


def _found(entry: Line, grade: Grade, slug: str, text: str, proposal: str) -> Finding:
    return Finding(grade, entry.file, entry.line, slug, text, proposal)
