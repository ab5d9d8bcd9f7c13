"""The pictures show every screen and every way, and graphviz can draw them."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from planted import rewritten, sound

from bot.cli import main
from bot.core.check import atlas
from bot.core.check.drawing import Covered, Tint, dot, mermaid, topic_picture, whole_picture
from bot.core.tree import Tree
from bot.loading import load


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    folder = sound(tmp_path)
    rewritten(folder, "tree/mobbing.yaml", "  eltern:\n", "  eltern:\n    draft: yes\n")
    long = (
        'Bleiben Sie ruhig, und hören Sie zu. Das „Zuhören“ allein hilft \\"oft\\" <b>mehr</b> ' * 2
    )
    rewritten(folder, "tree/mobbing.yaml", "Bleiben Sie ruhig, und hören Sie zu.", f'"{long}"')
    return load(folder).knowledge.tree


COVERED = Covered({"mobbing.klasse", "mobbing.was_ist_los"}, {"mobbing.was_ist_los"})


def test_a_topic_shows_its_screens_coloured_and_what_it_leads_to(tree: Tree):
    picture = topic_picture(tree, tree.topics["mobbing"], COVERED)
    tints = {box.id: box.tint for box in picture.boxes}
    assert tints["mobbing.was_ist_los"] is Tint.PLAYED
    assert tints["mobbing.klasse"] is Tint.SEEN
    assert tints["mobbing.ende"] is Tint.UNSEEN
    assert tints["mobbing.eltern"] is Tint.DRAFT
    assert {box.id for box in picture.boxes if box.far} == {
        "kontakt.erreichbar", "mitnehmen.karte", "eingang.bekannt",
    }  # fmt: skip
    ways = {(arrow.start, arrow.end, arrow.back) for arrow in picture.arrows}
    assert ("mobbing.klasse", "mobbing.ende", True) in ways
    assert ("mobbing.klasse", "kontakt.erreichbar", False) in ways


def test_gates_show_what_they_decide(tree: Tree):
    picture = topic_picture(tree, tree.topics["kontakt"], COVERED)
    (gate,) = [box for box in picture.boxes if box.tint is Tint.GATE]
    assert "reachable" in gate.text
    assert ("kontakt.erreichbar", "live") in {(a.start, a.label) for a in picture.arrows}


def test_the_whole_shows_every_topic_once_and_no_way_twice(tree: Tree):
    picture = whole_picture(tree, COVERED)
    assert [box.id for box in picture.boxes] == list(tree.topics)
    ways = [(arrow.start, arrow.end) for arrow in picture.arrows]
    assert len(ways) == len(set(ways))
    assert ("eingang", "mobbing") in ways
    only_gates = Tree({"x": tree.topics["kontakt"]}, {})
    assert whole_picture(only_gates, COVERED).boxes[0].tint is Tint.UNSEEN


def test_a_topic_of_gates_alone_has_their_colour(tree: Tree):
    from dataclasses import replace  # noqa: PLC0415

    gates = replace(tree.topics["kontakt"], nodes={"k": tree.nodes["kontakt.erreichbar"]})
    assert whole_picture(Tree({"kontakt": gates}, {}), COVERED).boxes[0].tint is Tint.GATE


def test_no_word_of_an_author_breaks_a_picture(tree: Tree):
    picture = topic_picture(tree, tree.topics["mobbing"], COVERED)
    assert '\\"oft\\"' in dot(picture) or "…" in dot(picture)
    boxes = [row for row in mermaid(picture).splitlines() if ":::" in row]
    assert all(row.count('"') == 2 for row in boxes)
    assert not any("<b>" in row for row in boxes)


def test_graphviz_draws_every_picture(tree: Tree, tmp_path: Path):
    assert shutil.which("dot"), "apt-get install graphviz"
    for number, topic in enumerate(tree.topics.values()):
        drawn = subprocess.run(
            ["dot", "-Tsvg"], input=dot(topic_picture(tree, topic, COVERED)).encode(),
            capture_output=True, check=True,
        )  # fmt: skip
        assert drawn.stdout.count(b'class="node"') >= len(topic.nodes), number


# ── The page ────────────────────────────────────────────────────────────────────────────────────


class Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.asked: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if tag == "a" else []
        self.asked += [tag] if tag in {"script", "img", "link", "iframe"} or "src" in given else []


def test_every_link_of_the_page_leads_to_a_screen_on_it(tree: Tree):
    read = Anchors()
    page = atlas.page(tree, COVERED, "abc")
    read.feed(page)
    assert set(read.ids) == {ref.replace(".", "--") for ref in tree.nodes}
    assert len(read.ids) == len(set(read.ids))
    assert {link.removeprefix("#") for link in read.links} <= set(read.ids)
    assert read.asked == []
    assert not re.search(r"https?://|@import|url\(", page)
    assert "<b>mehr" not in page
    assert "Zeigt: post.contact" in page
    assert "nur Eltern" in page


def test_the_command_writes_all_of_it(tmp_path: Path):
    empty = tmp_path / "none"
    empty.mkdir()
    folder, out = sound(tmp_path), tmp_path / "karte"
    told = CliRunner().invoke(
        main, ["map", str(out), "--knowledge", str(folder), "--scenarios", str(empty)]
    )
    assert told.exit_code == 0, told.output
    topics = {path.stem for path in (folder / "tree").rglob("*.yaml")}
    assert {path.stem for path in out.glob("*.dot")} == topics | {"alle"}
    assert {path.stem for path in out.glob("*.mmd")} == topics | {"alle"}
    assert "karte.html" in {path.name for path in out.iterdir()}


def test_the_command_refuses_what_cannot_be_loaded(tmp_path: Path):
    folder = sound(tmp_path)
    rewritten(folder, "tree/mobbing.yaml", "goto: klasse", "goto: klase")
    words = ["map", str(tmp_path / "x"), "--knowledge", str(folder)]
    assert CliRunner().invoke(main, words).exit_code == 1
