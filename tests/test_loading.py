"""knowledge/ as people write and save it → values; nothing in a file can break the reading."""

import time
from collections.abc import Callable
from datetime import time as clock
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import BROKEN, DELIVERED, TODAY, rewritten, sound

from bot.core.check.findings import Finding, Grade
from bot.core.directory import Span
from bot.core.phones import dialable
from bot.core.tree import Audience, Call, Done, Gate, Goto, Node
from bot.loading import check, load
from bot.loading.cells import Cells
from bot.loading.columns import COLUMNS
from bot.loading.directories import read_directory
from bot.loading.pages import read_page
from bot.loading.tables import Row, Table, read_table
from bot.loading.trees import read_tree
from bot.loading.words_files import read_crisis, read_languages, read_texts


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    return sound(tmp_path)


# ── The whole ───────────────────────────────────────────────────────────────────────────────────


def test_sound_knowledge_is_read_whole(knowledge: Path):
    loaded = load(knowledge, {"name": "Kreis"})
    assert loaded.findings == ()
    assert loaded.knowledge is not None
    assert set(loaded.knowledge.tree.topics) >= {"eingang", "mobbing", "familie", "kontakt"}
    assert set(loaded.knowledge.directory.schools) == {"ST-1", "ST-2"}
    assert loaded.knowledge.names == (("Blauer", "Stiller"), ("Otter", "Igel"))
    assert loaded.knowledge.languages["fa"].name == "فارسی / دری"
    assert loaded.knowledge.operator == {"name": "Kreis"}
    assert [entry.id for entry in loaded.knowledge.lexicon.entries] == ["sich-umbringen"]


def test_the_delivered_knowledge_is_read_and_checked_within_a_second():
    load(DELIVERED)  # the first reading also imports
    took = []
    for _ in range(3):
        begins = time.process_time()
        loaded = load(DELIVERED)
        check(loaded, TODAY)
        took.append(time.process_time() - begins)
    assert min(took) < 1
    assert len(loaded.material.directory.schools) == 901


def test_the_version_names_the_state_of_the_files(knowledge: Path):
    def version() -> str:
        read = load(knowledge).knowledge
        assert read is not None
        return read.version

    before = version()
    assert len(before) == 12
    assert version() == before
    rewritten(knowledge, "texts/visitor.yaml", "noch einmal", "gleich noch einmal")
    assert version() != before


def test_an_error_leaves_no_knowledge(knowledge: Path):
    rewritten(knowledge, "directory/posts.csv", ",ST-2,", ",ST-3,")
    loaded = load(knowledge)
    assert loaded.knowledge is None
    assert loaded.material.directory.posts == {}  # never half a file
    assert set(loaded.material.directory.schools) == {"ST-1", "ST-2"}


def test_findings_carry_the_name_of_the_folder(tmp_path: Path):
    folder = sound(tmp_path).rename(tmp_path / "wissen")
    rewritten(folder, "tree/mobbing.yaml", "goto: klasse", "goto: klase")
    rewritten(folder, "tree/mobbing.yaml", "check_by: 2027-07-31", "check_by: 2026-07-31")
    assert [finding.file for finding in check(load(folder), TODAY)] == [
        "wissen/tree/mobbing.yaml", "wissen/tree/mobbing.yaml",
    ]  # fmt: skip


def test_a_missing_folder_is_a_sentence(tmp_path: Path):
    loaded = load(tmp_path / "nichts")
    assert loaded.knowledge is None
    assert loaded.findings[0].text == "Den Ordner des Wissens gibt es nicht."


def test_files_of_an_editor_are_passed_over(knowledge: Path):
    (knowledge / "tree/.mobbing.yaml.swp").write_bytes(b"\0")
    (knowledge / "directory/~$posts.csv").write_bytes(b"\0")
    assert load(knowledge).findings == ()


# ── The tree ────────────────────────────────────────────────────────────────────────────────────


def test_targets_are_resolved(knowledge: Path):
    tree = load(knowledge).material.tree
    start = tree.node("mobbing.was_ist_los")
    assert isinstance(start, Node)
    targets = {choice.id: choice.target for choice in start.choices}
    assert targets["klasse"] == Goto("mobbing.klasse")
    assert targets["personal"] == Call("kontakt.erreichbar", "mobbing.ende", skip_school=True)
    end = tree.node("mobbing.ende")
    assert isinstance(end, Node)
    assert end.choices[1].target == Goto("eingang.bekannt")
    gate = tree.node("kontakt.erreichbar")
    assert isinstance(gate, Gate)
    assert gate.needs_place
    assert gate.to == {"live": "kontakt.schreiben", "nobody": "kontakt.niemand"}
    assert isinstance(tree.nodes["notfall.jetzt"], Node)
    assert tree.nodes["notfall.jetzt"].choices[0].target == Done()


def test_texts_are_filled_for_the_audiences_they_were_not_written_for(knowledge: Path):
    material = load(knowledge).material
    node = material.tree.node("familie.anfang")
    assert isinstance(node, Node)
    assert node.say.key == "familie.anfang.say"
    assert node.say.teacher == node.say.pupil
    assert material.written["familie.anfang.say"] == {Audience.PUPIL, Audience.GUARDIAN}
    start = material.tree.node("mobbing.was_ist_los")
    assert isinstance(start, Node)
    assert start.choices[1].label.key == "mobbing.was_ist_los.label.personal"
    assert start.choices[1].label.guardian == start.choices[1].label.teacher == "Schulpersonal"


def test_no_word_of_an_author_becomes_something_else(knowledge: Path):
    rewritten(knowledge, "tree/familie.yaml", "title: Familie", "title: no")
    rewritten(
        knowledge, "tree/familie.yaml", "[trennung, streit zu hause]", "[yes, 012, 2024-01-01]"
    )
    topic = load(knowledge).material.tree.topics["familie"]
    assert (topic.title, topic.words) == ("no", ("yes", "012", "2024-01-01"))


# ── What must not cost or run anything ──────────────────────────────────────────────────────────

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{two}: &{two} [{', '.join([f'*{one}'] * 9)}]\n" for one, two in pairwise("abcdefghi")
)
HOSTILE = {
    "anchor bomb": BOMB.encode(),
    "anchor in itself": b"a: &a [*a]\n",
    "python object": b"a: !!python/object/apply:os.getcwd []\n",
    "python name": b"a: !!python/name:os.system\n",
    "binary": b"a: !!binary aGFsbG8=\n",
    "two megabytes": b"a: " + b"x" * 2_000_000,
    "deep brackets": b"[" * 100_000,
    "deep mappings": b"a: " + b"{a: " * 3000,
    "deep indentation": b"".join(b" " * depth + b"a:\n" for depth in range(800)),
}
Reads = Callable[[bytes], list[Finding]]


def _refused(reads: Reads, raw: bytes) -> bool:
    """Whether a hostile file gives a finding within a second, and nothing else happens."""
    begins = time.perf_counter()
    try:
        found = reads(raw)
    except Exception:
        return False
    refused = any(finding.grade is Grade.ERROR for finding in found)
    return refused and time.perf_counter() - begins < 1


def _ours(raw: bytes) -> list[Finding]:
    return read_page("knowledge/tree/x.yaml", raw).findings


def _careless(raw: bytes) -> list[Finding]:
    """The planted fault: a loader that builds whatever the file says."""
    yaml.load(raw, Loader=yaml.FullLoader)  # noqa: S506  (what must be caught)
    return []


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_at_once(raw: bytes):
    assert _refused(_ours, raw)


@pytest.mark.parametrize("name", ["anchor bomb", "python object", "binary", "anchor in itself"])
def test_a_careless_loader_would_be_caught(name: str):
    assert not _refused(_careless, HOSTILE[name])


SEEDS = [path.read_bytes() for path in sorted((BROKEN / "sound").rglob("*.yaml"))]
SHEETS = {
    f"knowledge/directory/{path.name}": path.read_bytes()
    for path in sorted((BROKEN / "sound/directory").glob("*.csv"))
}


def _read_all(file: str, raw: bytes) -> None:
    """Through every reader of pages, whatever the page was meant to be."""
    read_tree([read_page(f"knowledge/tree/{file}", raw)])
    read_tree([read_page(f"knowledge/tree/pieces/{file}", raw)])
    read_texts(
        [read_page("knowledge/texts/x.yaml", raw), read_page("knowledge/texts/names.yaml", raw)]
    )
    read_crisis([read_page("knowledge/crisis/suizid.yaml", raw)])
    read_languages(read_page("knowledge/languages/languages.yaml", raw))


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_findings_and_never_a_traceback(raw: bytes):
    _read_all("x.yaml", raw)
    for file in SHEETS:
        read_directory({**SHEETS, file: raw})


@settings(deadline=None)
@given(st.sampled_from(SEEDS), st.data())
def test_a_damaged_file_gives_findings_and_never_a_traceback(seed: bytes, data: st.DataObject):
    text = seed.decode()
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 12))
    put = data.draw(st.text(alphabet="\t \n:-[]{},\"'&*!|>#%@?ä„“x0", max_size=4))
    damaged = text[:at] + put + text[at + cut :]
    _read_all("mobbing.yaml", damaged.encode())


@settings(deadline=None)
@given(st.sampled_from(sorted(SHEETS)), st.data())
def test_a_damaged_table_gives_findings_and_never_a_traceback(file: str, data: st.DataObject):
    text = SHEETS[file].decode()
    at = data.draw(st.integers(0, len(text)))
    put = data.draw(st.text(alphabet='\t;,\n"x0Eä+', max_size=4))
    damaged = text[:at] + put + text[at + data.draw(st.integers(0, 12)) :]
    read_directory({**SHEETS, file: damaged.encode()})


# ── Tables as spreadsheets save them ────────────────────────────────────────────────────────────

PLAIN = 'id,name,located\nhalle,"Halle (Saale), Stadt",in Halle\ndessau,Dessau-Roßlau,in Dessau-Roßlau\n'
SEMICOLONS = (
    PLAIN.replace('"Halle (Saale), Stadt"', "Halle (Saale)# Stadt")
    .replace(",", ";")
    .replace("#", ",")
)
SAVED = {
    "LibreOffice": PLAIN.encode(),
    "Excel CSV UTF-8": b"\xef\xbb\xbf" + SEMICOLONS.replace("\n", "\r\n").encode(),
    "Excel CSV": SEMICOLONS.replace("\n", "\r\n").encode("cp1252"),
    "old Macintosh": PLAIN.replace("\n", "\r").encode(),
    "tabs": SEMICOLONS.replace(";", "\t").encode(),
    "Excel with sep=": b"sep=;\r\n" + SEMICOLONS.encode(),
    "empty columns at the end": SEMICOLONS.replace("\n", ";;\n").encode(),
    "blank lines": PLAIN.replace("\n", "\n\n").encode(),
    "no newline at the end": PLAIN.strip().encode(),
}


@pytest.mark.parametrize("raw", SAVED.values(), ids=SAVED.keys())
def test_a_table_reads_the_same_however_it_was_saved(raw: bytes):
    table = read_table("knowledge/directory/districts.csv", raw, COLUMNS["districts"])
    assert not table.broken
    assert [row.cells for row in table.rows] == [
        {"id": "halle", "name": "Halle (Saale), Stadt", "located": "in Halle"},
        {"id": "dessau", "name": "Dessau-Roßlau", "located": "in Dessau-Roßlau"},
    ]


def test_a_line_break_in_a_cell_does_not_shift_the_lines():
    raw = b'id,name,located\na,"Zwei\nZeilen",in A\nb,B\n'
    table = read_table("x.csv", raw, COLUMNS["districts"])
    assert [row.line for row in table.rows] == [2]
    assert [finding.line for finding in table.findings] == [4]


def test_columns_may_stand_in_any_order():
    table = read_table("x.csv", b"located,id,name\nin A,a,A\n", COLUMNS["districts"])
    assert table.rows[0].cells == {"id": "a", "name": "A", "located": "in A"}


@pytest.mark.parametrize(
    ("raw", "slug"),
    [
        (b"", "csv-empty"),
        (b"\n \n", "csv-empty"),
        (PLAIN.encode("utf-16"), "csv-encoding"),
        (b"id,name,located\n\x81\x8d,b,c\n", "csv-encoding"),
        (b"id,id,name,located\n", "csv-double-column"),
        (b"x" * 2_000_000, "file-too-large"),
    ],
)
def test_what_is_no_table_gives_a_sentence(raw: bytes, slug: str):
    table = read_table("x.csv", raw, COLUMNS["districts"])
    assert [finding.id for finding in table.findings] == [slug]


def _cells(**given: str) -> tuple[Cells, Table]:
    table = Table("x.csv")
    return Cells(table, Row(2, given)), table


@pytest.mark.parametrize(
    ("written", "spans"),
    [
        ("", ()),
        ("Fr 08:00-12:00", (Span(4, clock(8), clock(12)),)),
        ("Di-Mi 8:30–24:00", (Span(1, clock(8, 30), clock.max), Span(2, clock(8, 30), clock.max))),
        (
            "Fr 13:00-15:00; Fr 08:00-12:00",
            (Span(4, clock(8), clock(12)), Span(4, clock(13), clock(15))),
        ),
        ("24/7", tuple(Span(day, clock(0), clock.max) for day in range(7))),
    ],
)
def test_public_hours_are_read(written: str, spans: tuple[Span, ...]):
    cells, table = _cells(hours=written)
    assert cells.hours("hours") == spans
    assert table.findings == []


@pytest.mark.parametrize(
    "written",
    [
        "Mo",
        "Xx 08:00-12:00",
        "Mo-Xx 08:00-12:00",
        "Fr 12:00-08:00",
        "Fr 25:00-26:00",
        "Fr-Mo 08:00-12:00",
        "8-12",
    ],
)
def test_hours_that_cannot_be_read_are_a_finding(written: str):
    cells, table = _cells(hours=written)
    assert cells.hours("hours") == ()
    assert [finding.id for finding in table.findings] == ["csv-hours"]


@pytest.mark.parametrize(
    "number",
    [
        "112",
        "116 111",
        "116016",
        "0345 2215724",
        "0391 540-4971",
        "+49 345 2215724",
        "0800 111 0 111",
        "01573 5998143",
    ],
)
def test_numbers_that_can_be_dialled(number: str):
    assert dialable(number)


@pytest.mark.parametrize("number", ["113", "2215724", "0345", "0345 22157x", "keine", "00", "+"])
def test_numbers_that_cannot_be_dialled(number: str):
    assert not dialable(number)


@pytest.mark.parametrize(
    ("written", "kept"),
    [("", ""), ("2025", "2025"), ("2025-12", "2025-12"), ("2025-12-31", "2025-12-31")],
)
def test_dates_are_as_exact_as_their_source(written: str, kept: str):
    cells, table = _cells(day=written)
    assert cells.part_of_day("day") == kept
    assert table.findings == []


@pytest.mark.parametrize("written", ["2025-13", "2025-02-30", "gestern", "25", "20251231"])
def test_dates_that_are_none_are_a_finding(written: str):
    cells, table = _cells(day=written)
    assert (cells.part_of_day("day"), cells.day("day")) == ("", None)
    assert [finding.id for finding in table.findings] == ["csv-date", "csv-date"]


# ── Speed ───────────────────────────────────────────────────────────────────────────────────────


def test_a_large_tree_is_read_in_no_more_than_half_as_long_again_as_its_yaml_alone():
    source = (BROKEN / "sound/tree/familie.yaml").read_text(encoding="utf-8")
    source = source.replace("helfen?", "helfen")  # PyYAML's own parser is stricter than libyaml
    head, body = source.split("  anfang:\n")
    nodes = "".join(f"  s{number}:\n{body}" for number in range(200))
    raw = (head + "  anfang:\n" + body + nodes).encode()

    def cost(work):
        begins = time.process_time()
        work()
        return time.process_time() - begins

    alone = min(cost(lambda: yaml.safe_load(raw)) for _ in range(2))
    pages = [read_page("knowledge/tree/familie.yaml", raw)]
    whole = min(
        cost(lambda: read_tree([read_page("knowledge/tree/familie.yaml", raw)])) for _ in range(2)
    )
    assert len(read_tree(pages).tree.nodes) == 201
    assert whole <= 1.5 * alone
