"""Figures of what is read: a school among 40,000 names, a tree of 2,000 nodes."""

import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

import yaml

from bot.cache import Cache
from bot.core.calendar import Calendar
from bot.core.directory import Directory
from bot.core.knowledge import Knowledge
from bot.core.understand.crisis import Lexicon
from bot.core.understand.schools import SchoolIndex
from bot.core.understand.topics import TopicIndex
from bot.loading import load
from bot.loading.directories import read_directory
from bot.loading.pages import read_page
from bot.loading.trees import read_tree
from bot.remembered import Memory
from bot.shelf import shelf_of
from tests.bench.parties import ROOT
from tests.bench.table import Row

NAMES = 40_000
TOPICS, NODES = 40, 50
ROUNDS = 5


def rows() -> Iterator[Row]:
    yield _search()
    yield from _loading()


# ── A school ────────────────────────────────────────────────────────────────────────────────────


def _search() -> Row:
    knowledge = load(ROOT / "knowledge").knowledge
    assert knowledge is not None
    directory = knowledge.directory
    dice = random.Random(7)
    few, many = SchoolIndex(directory), SchoolIndex(_grown(directory, dice))
    schools = dice.sample(sorted(directory.schools), 60)
    asked = [
        f"{directory.schools[school].name} {directory.schools[school].town}" for school in schools
    ]
    asked += [_misspelt(text, dice) for text in asked]
    ratios = [_seconds(many.find, asked) / _seconds(few.find, asked) for _ in range(ROUNDS)]
    note = f"{1e6 * _seconds(few.find, asked) / len(asked):.0f} µs among {len(directory.schools)}"
    return Row("school search at 40,000 names ÷ at 901", 5, 3, median(ratios), low=True, note=note)


def _grown(directory: Directory, dice: random.Random) -> Directory:
    """As many schools as 40,000: names and towns of the real ones, mixed and made anew."""
    real = list(directory.schools.values())
    parts = sorted({part for school in real for part in school.name.split() if len(part) > 4})
    towns = sorted({(school.town, school.plz, school.municipality) for school in real})
    schools = dict(directory.schools)
    for number in range(NAMES - len(real)):
        model = dice.choice(real)
        town, plz, municipality = dice.choice(towns)
        name = f"{model.type} {_made(dice.choice(parts), dice)} {_made(dice.choice(parts), dice)}"
        made = f"ST-X{number}"
        schools[made] = replace(
            model, id=made, name=name, town=town, plz=plz, municipality=municipality, locality="",
            later_name="", domain_label="",
        )  # fmt: skip
    return replace(directory, schools=schools)


def _made(word: str, dice: random.Random) -> str:
    """A name that nobody has: other vowels."""
    return "".join(dice.choice("aeiou") if sign in "aeiou" else sign for sign in word)


def _misspelt(text: str, dice: random.Random) -> str:
    place = dice.randrange(len(text) - 1)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _seconds(find: Callable[[str], object], asked: Sequence[str]) -> float:
    begun = time.process_time()
    for text in asked:
        find(text)
    return time.process_time() - begun


# ── A tree ──────────────────────────────────────────────────────────────────────────────────────


def _loading() -> Iterator[Row]:
    """Reading, checking form, and resolving 2,000 nodes ÷ ``yaml.safe_load`` of the same files."""
    with tempfile.TemporaryDirectory() as name:
        folder, memory = Path(name) / "knowledge", Memory(Cache(Path(name) / "cache"))
        (folder / "tree").mkdir(parents=True)
        for topic in range(TOPICS):
            (folder / f"tree/thema-{topic}.yaml").write_text(_topic(topic), encoding="utf-8")
        files = sorted((folder / "tree").iterdir())
        known = _known(files)
        memory.knowledge(shelf_of(folder), lambda: known)
        tries = [
            (_loaded(files), _remembered(folder, memory), _plainly(files)) for _ in range(ROUNDS)
        ]
    what, nodes = "loading a 2,000-node tree ÷ yaml.safe_load alone", TOPICS * NODES
    note = f"{median(ours for ours, _, _ in tries):.2f} s for {nodes} nodes"
    ratio = median(ours / theirs for ours, _, theirs in tries)
    yield Row(what, 1.5, 0.5, ratio, low=True, note=note)
    note = f"{1e3 * median(ours for _, ours, _ in tries):.0f} ms, with what was learnt of it"
    ratio = median(ours / theirs for _, ours, theirs in tries)
    yield Row("the same, remembered", 0.1, 0.1, ratio, low=True, note=note)


def _known(files: Sequence[Path]) -> Knowledge:
    """A knowledge of this tree alone, learnt of it as the real one is."""
    pages = [read_page(f"knowledge/tree/{path.name}", path.read_bytes()) for path in files]
    tree, nowhere = read_tree(pages).tree, read_directory({}).directory
    return Knowledge(
        "", tree, nowhere, {}, ((), ()), {}, Lexicon((), ()), Calendar.of(nowhere),
        SchoolIndex(nowhere), TopicIndex(tree),
    )  # fmt: skip


def _remembered(folder: Path, memory: Memory) -> float:
    begun = time.process_time()
    known = memory.knowledge(shelf_of(folder), lambda: None)
    seconds = time.process_time() - begun
    assert known is not None
    assert len(known.tree.nodes) == TOPICS * NODES
    return seconds


def _loaded(files: Sequence[Path]) -> float:
    begun = time.process_time()
    pages = [read_page(f"knowledge/tree/{path.name}", path.read_bytes()) for path in files]
    read = read_tree(pages)
    seconds = time.process_time() - begun
    assert read.findings == []
    assert len(read.tree.nodes) == TOPICS * NODES
    return seconds


def _plainly(files: Sequence[Path]) -> float:
    begun = time.process_time()
    for path in files:
        yaml.safe_load(path.read_text(encoding="utf-8"))
    return time.process_time() - begun


def _topic(number: int) -> str:
    head = (
        f"topic: thema-{number}\n"
        f"title: Thema {number}\n"
        "purpose: Ein Thema, an dem das Laden gemessen wird.\n"
        "for: [pupil, guardian, teacher]\n"
        f"words: [wort{number}, anderes{number}]\n"
        f"phrases: [ein satz über thema {number}, noch einer]\n"
        "owner: coordination_office\n"
        "check_by: 2027-07-31\n"
        "sources:\n"
        f"  - {{id: F{number}, title: Eine Quelle, url: 'https://quelle.example', date: 2025-12-12}}\n"
        "start: knoten-0\n"
        "nodes:\n"
    )
    return head + "".join(_node(node) for node in range(NODES))


def _node(number: int) -> str:
    following = [(number + step) % NODES for step in (1, 2, 3)]
    choices = "".join(
        f"      - {{id: wahl-{place}, label: Weiter zu Schritt {target}, words: [schritt, weiter],"
        f" goto: knoten-{target}}}\n"
        for place, target in enumerate(following)
    )
    return (
        f"  knoten-{number}:\n"
        "    say:\n"
        f"      pupil: Hier steht ein ruhiger Satz für dich. Was passt in Schritt {number}?\n"
        f"      adult: Hier steht ein ruhiger Satz für Sie. Was passt in Schritt {number}?\n"
        f"    choices:\n{choices}"
    )
