"""Changing the knowledge: what changed, take it over while the bot runs, take it back."""

import csv
import io
import subprocess
import tarfile
import tempfile
from pathlib import Path

import click

from bot.cli.asking import ask
from bot.cli.house import Refusal, settings_of
from bot.core.check.approved import signature
from bot.core.check.compared import compared
from bot.core.check.material import Material
from bot.doors import library_of
from bot.loading import load


@click.command()
def reload() -> None:
    """Den Ordner neu lesen, ohne Neustart; mit Fehlern bleibt alles, wie es ist."""
    ask({"command": "reload"})


@click.command()
def rollback() -> None:
    """Einen Stand zurück; der Ordner bleibt, wie er ist."""
    ask({"command": "rollback"})


@click.command()
@click.argument("revision", metavar="STAND")
@click.option("--knowledge", type=click.Path(path_type=Path), help="Ein anderer Ordner.")
def diff(revision: str, knowledge: Path | None) -> None:
    """Was sich geändert hat, in Worten. STAND: ein früherer Stand, ein Ordner, oder aus git."""
    settings = settings_of()
    folder = knowledge or settings.knowledge
    with tempfile.TemporaryDirectory(prefix="lotse-") as scratch:
        before = _before(revision, folder, Path(scratch))
        found = compared(_material(before), _material(folder))
    for line in found.lines:
        click.echo(line)
    click.echo(found.summary())


def _material(folder: Path) -> Material:
    return load(folder, learn=False).material


def _before(revision: str, folder: Path, scratch: Path) -> Path:
    """The folder as it was: a folder, a kept version, or a revision of its git repository."""
    if Path(revision).is_dir():
        return Path(revision)
    library = library_of(settings_of())
    packed = library.packed(revision)
    if packed is not None:
        return library.unpack(packed, scratch)
    return _from_git(revision, folder, scratch)


def _from_git(revision: str, folder: Path, scratch: Path) -> Path:
    words = ["git", "-C", str(folder), "archive", "--format=tar", revision, "."]
    refused = f"Einen Stand „{revision}“ gibt es nicht, weder aufbewahrt noch in git."
    if revision.startswith("-"):
        raise Refusal(refused, 2)
    try:
        packed = subprocess.run(words, capture_output=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        raise Refusal(refused, 2) from None
    before = scratch / "knowledge"
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as files:
        files.extractall(before, filter="data")
    return before


@click.command()
@click.option("--knowledge", type=click.Path(path_type=Path), help="Ein anderer Ordner.")
def approve(knowledge: Path | None) -> None:
    """Festhalten, dass alle Wege, Verweise und Bedingungen zu zweit angesehen sind."""
    folder = knowledge or settings_of().knowledge
    nodes = _material(folder).tree.nodes
    with (folder / "approved.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("screen", "ways"))
        rows.writerows((ref, signature(nodes[ref])) for ref in sorted(nodes))
    click.echo(f"{len(nodes)} Bildschirme sind festgehalten (approved.csv).")
