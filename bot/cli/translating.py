"""``lotse translations``: what translators get, bring back, and still have to do."""

import csv
import sys
from collections.abc import Iterable, Mapping
from io import StringIO
from pathlib import Path

import click
from babel.messages.pofile import PoFileError

from bot.cli.house import settings_of
from bot.core.check.translations import frame, progress, translatable
from bot.core.translation import Line, State, catalog_of, state_of
from bot.loading import Loaded, load
from bot.loading.po import parsed
from bot.loading.translations import ENDING, written

HEADINGS = ("place", "german", "translation", "state")
WHICH = {"missing": State.MISSING, "stale": State.STALE}


@click.group()
def translations() -> None:
    """Übersetzungen ausgeben, einlesen und prüfen (knowledge/languages/*.po)."""


@translations.command()
@click.argument("language")
@click.option("--csv", "as_csv", is_flag=True, help="Als Tabelle statt als PO-Datei.")
@click.option("--frame", "only_frame", is_flag=True, help="Ohne die Bildschirme der Themen.")
def export(language: str, *, as_csv: bool, only_frame: bool) -> None:
    """Alle Texte mit ihren Übersetzungen auf die Standardausgabe; Fehlendes ist leer."""
    loaded = _loaded(language)
    known = translatable(loaded.material)
    wanted = frame(loaded.material, known) if only_frame else known
    rows = tuple(row for row in _rows(loaded, language, known) if row[0] in wanted)
    if as_csv:
        table = csv.writer(sys.stdout, delimiter=";", lineterminator="\n")
        table.writerow(HEADINGS)
        table.writerows((*row, state.value) for *row, state in rows)
    else:
        click.echo(written(language, [(p, german, words) for p, german, words, _ in rows]))


@translations.command(name="import")
@click.argument("language")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def bring(language: str, file: Path) -> None:
    """Übersetzungen aus FILE (PO oder Tabelle) übernehmen; Leeres ändert nichts."""
    loaded = _loaded(language)
    brought = dict(_brought(file))
    known = translatable(loaded.material)
    for place in sorted(set(brought) - set(known)):
        click.echo(f"„{place}“ gibt es nicht und wurde ausgelassen.", err=True)
    entries = _entries(loaded, language) | {
        place: Line("", 0, place, german, words)
        for place, (german, words) in brought.items()
        if place in known
    }
    _save(language, entries, known)
    click.echo(f"{len(set(brought) & set(known))} Übersetzungen übernommen.")


@translations.command(name="list")
@click.argument("language")
@click.option("--missing", "which", flag_value="missing", help="Was noch fehlt.")
@click.option("--stale", "which", flag_value="stale", help="Was seither auf Deutsch anders ist.")
def listed(language: str, which: str | None) -> None:
    """Wie weit eine Sprache ist; mit --missing oder --stale jede Stelle einzeln."""
    loaded = _loaded(language)
    known = translatable(loaded.material)
    how = progress(known, loaded.material.translations.get(language, ()))
    if which is None:
        done, old, todo = (len(how[s]) for s in (State.FRESH, State.STALE, State.MISSING))
        click.echo(f"{language}: {done} übersetzt, {old} veraltet, {todo} fehlen.")
        return
    for place in how[WHICH[which]]:
        click.echo(f"{place}\t{known[place]}")


@translations.command()
@click.argument("key")
def keep(key: str) -> None:
    """KEY ist auf Deutsch nur anders geschrieben: Alle Übersetzungen bleiben gültig."""
    loaded = _loaded(None)
    known, kept = translatable(loaded.material), []
    places = {place for place in known if place == key or place.startswith(f"{key}/")}
    for language in loaded.material.translations:
        entries = _entries(loaded, language)
        fitting = places & set(entries)
        if fitting:
            fresh = {p: Line("", 0, p, known[p], entries[p].words) for p in fitting}
            _save(language, entries | fresh, known)
            kept.append(language)
    if not kept:
        raise click.UsageError(f"Zu „{key}“ gibt es keine Übersetzung.")
    click.echo(f"„{key}“ gilt weiter: {', '.join(kept)}.")


# ── Between the files and the tree ──────────────────────────────────────────────────────────────


def _loaded(language: str | None) -> Loaded:
    loaded = load(settings_of().knowledge)
    languages = sorted(loaded.material.languages - {"de"})
    if language is not None and language not in languages:
        raise click.UsageError(f"Diese Sprache gibt es nicht. Möglich ist: {', '.join(languages)}.")
    return loaded


def _rows(
    loaded: Loaded, language: str, known: Mapping[str, str]
) -> Iterable[tuple[str, str, str, State]]:
    """Each wording of today with its translation; a stale one keeps its words, to be mended."""
    catalog = catalog_of(loaded.material.translations.get(language, ()))
    for place, german in known.items():
        words = catalog[place].words if place in catalog else ""
        yield place, german, words, state_of(catalog, place, german)


def _entries(loaded: Loaded, language: str) -> dict[str, Line]:
    lines = loaded.material.translations.get(language, ())
    return {line.place: line for line in lines if line.words}


def _brought(file: Path) -> Iterable[tuple[str, tuple[str, str]]]:
    """Place → German words and translation; raises ``UsageError`` for what is neither kind."""
    raw = file.read_bytes()
    if file.suffix == ENDING:
        try:
            found = parsed(raw)
        except (PoFileError, ValueError):
            raise click.UsageError("Diese PO-Datei lässt sich nicht lesen.") from None
        return [(place, (german, words)) for _, place, german, words in found if words]
    table = csv.DictReader(StringIO(raw.decode("utf-8-sig", "replace"), newline=""), delimiter=";")
    if not set(HEADINGS[:3]) <= set(table.fieldnames or ()):
        raise click.UsageError(f"Der Tabelle fehlen Spalten. Gebraucht: {'; '.join(HEADINGS[:3])}.")
    rows = list(table)
    return [(r["place"], (r["german"], r["translation"])) for r in rows if r["translation"]]


def _save(language: str, entries: dict[str, Line], order: Iterable[str]) -> None:
    """In the order of the tree; what no text has any more goes."""
    kept = [(p, entries[p].german, entries[p].words) for p in order if p in entries]
    path = settings_of().knowledge / "languages" / f"{language}{ENDING}"
    half = path.with_suffix(".part")
    half.write_bytes(written(language, kept))
    half.replace(path)
