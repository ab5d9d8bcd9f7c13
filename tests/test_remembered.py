"""What was read before is not read again, and what a foreign hand left is never believed."""

import os
import pickle
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from planted import DELIVERED, TODAY, rewritten, sound

from bot.cache import Cache, of_user
from bot.core.check.findings import Finding, Grade
from bot.core.understand.said import Said
from bot.library import read_folder
from bot.loading import load
from bot.remembered import KEPT, KEPT_KNOWLEDGE, Memory
from bot.shelf import shelf_of

FOUND = (Finding(Grade.WARNING, "x", 1, "a", "b"),)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return sound(tmp_path)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


class Asked:
    """Says what it is told to, and counts how often it was asked."""

    def __init__(self, answer):
        self.answer, self.times = answer, 0

    def __call__(self):
        self.times += 1
        return self.answer


def made(cache: Cache, ending: str) -> list[Path]:
    return sorted(cache.folder.glob(f"*{ending}"))


# ── Findings ────────────────────────────────────────────────────────────────────────────────────


def test_the_same_files_on_the_same_day_are_checked_once(folder: Path, cache: Cache):
    check, memory = Asked(FOUND), Memory(cache)
    for _ in range(2):
        assert memory.findings(shelf_of(folder), TODAY, check) == FOUND
    assert check.times == 1
    memory.findings(shelf_of(folder), date(2026, 11, 25), check)
    rewritten(folder, "tree/mobbing.yaml", "title: Mobbing", "title: Streit,")
    memory.findings(shelf_of(folder), TODAY, check)
    (folder / "tree/neu.txt").write_text("fremd", encoding="utf-8")
    memory.findings(shelf_of(folder), TODAY, check)
    assert check.times == 4


def test_a_folder_by_another_name_has_findings_of_its_own(folder: Path, cache: Cache):
    check, memory = Asked(FOUND), Memory(cache)
    memory.findings(shelf_of(folder), TODAY, check)
    memory.findings(shelf_of(folder.rename(folder.with_name("entwurf"))), TODAY, check)
    assert check.times == 2


@pytest.mark.parametrize("nonsense", [b"{", b"[1]", b'[{"grade": "x"}]', b"\xff"])
def test_what_cannot_be_understood_was_not_remembered(folder: Path, cache: Cache, nonsense: bytes):
    memory = Memory(cache)
    memory.findings(shelf_of(folder), TODAY, lambda: FOUND)
    (path,) = made(cache, ".json")
    cache.put(path.name, nonsense, KEPT)
    assert memory.findings(shelf_of(folder), TODAY, lambda: FOUND) == FOUND


def test_old_answers_go(folder: Path, cache: Cache):
    for day in range(1, KEPT + 5):
        Memory(cache).findings(shelf_of(folder), date(2026, 1, day), tuple)
    assert len(made(cache, ".json")) == KEPT


# ── The knowledge ───────────────────────────────────────────────────────────────────────────────


def test_remembered_knowledge_is_the_same_as_read_anew(cache: Cache):
    memory = Memory(cache)
    first = read_folder(DELIVERED, TODAY, memory).knowledge
    again = read_folder(DELIVERED, TODAY, memory).knowledge
    assert first is not None
    assert again is not None
    assert again is not first
    for part in ("version", "tree", "directory", "texts", "languages", "snippets", "calendar"):
        assert getattr(again, part) == getattr(first, part), part
    assert {name: k.tree for name, k in again.others.items()} == {
        name: k.tree for name, k in first.others.items()
    }
    for typed in ("ich werde gemobbt", "will nicht mehr leben", "gs am pappelhain", "wer bist du"):
        assert again.topics.meant(Said.of(typed)) == first.topics.meant(Said.of(typed))
        assert again.heard(typed).danger == first.heard(typed).danger
        assert again.schools.find(typed) == first.schools.find(typed)


def test_what_is_remembered_is_neither_read_nor_learnt_again(folder: Path, cache: Cache):
    knowledge = load(folder).knowledge
    read, memory = Asked(knowledge), Memory(cache)
    for _ in range(2):
        memory.knowledge(shelf_of(folder), read)
    assert read.times == 1
    rewritten(folder, "texts/visitor.yaml", "noch einmal", "gleich noch einmal")
    memory.knowledge(shelf_of(folder), read)
    assert read.times == 2
    assert len(made(cache, ".knowledge")) <= KEPT_KNOWLEDGE


def test_knowledge_with_errors_is_not_remembered(folder: Path, cache: Cache):
    rewritten(folder, "tree/mobbing.yaml", "goto: klasse", "goto: klase")
    read = read_folder(folder, TODAY, Memory(cache))
    assert read.knowledge is None
    assert [f.id for f in read_folder(folder, TODAY, Memory(cache)).errors] == [
        f.id for f in read.errors
    ]
    assert made(cache, ".knowledge") == []


def test_the_operator_of_one_run_is_not_remembered_for_the_next(folder: Path, cache: Cache):
    first = read_folder(folder, TODAY, Memory(cache)).knowledge
    assert first is not None
    replace(first, operator={"name": "Kreis"})
    again = read_folder(folder, TODAY, Memory(cache)).knowledge
    assert again is not None
    assert again.operator == {}


class Deed:
    """What a foreign hand would plant: being read makes it call something."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def planted(folder: Path, cache: Cache, raw: bytes) -> None:
    Memory(cache).knowledge(shelf_of(folder), lambda: load(folder).knowledge)
    (path,) = made(cache, ".knowledge")
    cache.put(path.name, raw, KEPT_KNOWLEDGE)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\x80\x05", pickle.dumps("kein Wissen"),
        b"cbuiltins\neval\n(S'1'\ntR.", b"cbot.core.heard\nos.system\n(S'true'\ntR.",
        b"cbot.core.understand.text\nCallable\n.", b"cbot.core.nirgends\nDing\n.",
    ],
)  # fmt: skip
def test_a_pickle_that_holds_anything_else_is_passed_over(folder: Path, cache: Cache, raw: bytes):
    planted(folder, cache, raw)
    knowledge = load(folder).knowledge
    read = Asked(knowledge)
    assert Memory(cache).knowledge(shelf_of(folder), read) is knowledge
    assert read.times == 1


def test_nothing_in_a_planted_pickle_is_called(folder: Path, cache: Cache, tmp_path: Path):
    deed = tmp_path / "deed"
    raw = pickle.dumps(Deed(deed))
    planted(folder, cache, raw)
    assert Memory(cache).knowledge(shelf_of(folder), lambda: load(folder).knowledge) is not None
    assert not deed.exists()
    pickle.loads(raw)  # noqa: S301  (the planted fault: a reader that believes it does what it says)
    assert deed.exists()


# ── The cache ───────────────────────────────────────────────────────────────────────────────────


def test_a_cache_gives_back_what_it_was_given_to_its_owner_alone(cache: Cache):
    assert cache.get("a.json") is None
    cache.put("a.json", b"worte", 3)
    assert cache.get("a.json") == b"worte"
    assert (
        cache.folder.stat().st_mode & 0o777,
        (cache.folder / "a.json").stat().st_mode & 0o777,
    ) == (
        0o700,
        0o600,
    )
    assert [path.name for path in cache.folder.iterdir()] == ["a.json"]


@pytest.mark.parametrize("spoil", [
    lambda path: path.chmod(0o620),
    lambda path: path.chmod(0o602),
    lambda path: path.parent.chmod(0o770),
    lambda path: path.write_bytes(path.read_bytes()[:-1]),
    lambda path: path.write_bytes(path.read_bytes() + b"!"),
    lambda path: path.write_bytes(b""),
    lambda path: (path.rename(path.with_name("b")), path.symlink_to(path.with_name("b"))),
    lambda path: path.with_name("other.json").rename(path),
    lambda path: (path.unlink(), os.mkfifo(path)),
])  # fmt: skip
def test_a_file_that_others_could_have_changed_is_none(cache: Cache, spoil):
    cache.put("other.json", b"andere", 3)
    cache.put("a.json", b"worte", 3)
    spoil(cache.folder / "a.json")
    assert cache.get("a.json") is None


def test_a_file_of_somebody_else_is_none(cache: Cache, monkeypatch: pytest.MonkeyPatch):
    cache.put("a.json", b"worte", 3)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert cache.get("a.json") is None
    cache.put("b.json", b"worte", 3)
    assert [path.name for path in cache.folder.iterdir()] == ["a.json"]


def test_a_cache_that_cannot_be_used_only_costs_time(tmp_path: Path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    for cache in (Cache(tmp_path / "file"), Cache(None)):
        cache.put("a.json", b"worte", 3)
        assert cache.get("a.json") is None


def test_the_cache_lies_in_the_users_own_folder():
    assert of_user({"XDG_CACHE_HOME": "/x"}).folder == Path("/x/schulerfolg-lotse")
    home = of_user({}).folder
    assert home is None or home.parts[-2:] == (".cache", "schulerfolg-lotse")
