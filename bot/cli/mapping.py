"""The tree as pictures, and as one page to click through."""

from pathlib import Path

import click

from bot.cli.house import Refusal, settings_of, today, worded
from bot.cli.walking import played_in
from bot.core.check import atlas
from bot.core.check.drawing import Covered, dot, mermaid, topic_picture, whole_picture
from bot.core.check.findings import Grade
from bot.core.check.walked import walked
from bot.loading import load


@click.command(name="map")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="ORDNER")
@click.option("--knowledge", type=click.Path(path_type=Path), help="Ein anderer Ordner.")
@click.option("--scenarios", type=click.Path(path_type=Path), help="Ordner mit Szenarien.")
def map_command(folder: Path, knowledge: Path | None, scenarios: Path | None) -> None:
    """Der Baum als Bilder (Mermaid und DOT) und als Seite zum Durchklicken (karte.html)."""
    loaded = load(knowledge or settings_of().knowledge)
    k = loaded.knowledge
    if k is None:
        errors = (f for f in loaded.findings if f.grade is Grade.ERROR)
        raise Refusal("\n".join(worded(f) for f in errors))
    played = played_in(k, scenarios)
    unplayed = set(played.unseen) if played else set(k.tree.nodes)
    seen = walked(loaded.material, k, today()).screens
    covered = Covered(seen, set(k.tree.nodes) - unplayed)
    pictures = {"alle": whole_picture(k.tree, covered)}
    pictures |= {t.id: topic_picture(k.tree, t, covered) for t in k.tree.topics.values()}
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        (folder / f"{name}.dot").write_text(dot(picture), encoding="utf-8")
        (folder / f"{name}.mmd").write_text(mermaid(picture), encoding="utf-8")
    html = atlas.page(k.tree, covered, k.version)
    (folder / "karte.html").write_text(html, encoding="utf-8")
    click.echo(f"{len(pictures)} Bilder (.mmd, .dot) und karte.html liegen in {folder}.")
