"""Backups are made while running and come back whole, held until somebody resumes."""

import asyncio
import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from store_samples import (
    HOME,
    KEYS,
    conversation,
    loaded_request,
    one_matter,
    opened,
    request,
    word,
)

from bot.core.messages import Visitor
from bot.core.records import RequestKey
from bot.store import Keys, Made, StoreError, new_key, restore
from bot.store.backup import keys_path, part
from bot.store.errors import BackupFault, NotADatabase, SecondProcess, WrongKey
from bot.store.lock import Lock


@pytest.fixture
async def made(tmp_path) -> Made:
    """A backup of a database with one matter; the database is gone."""
    async with opened(tmp_path / "l.db") as store:
        await store.run(one_matter)
        made = await store.backup(tmp_path / "backup.db")
    (tmp_path / "l.db").unlink()
    return made


def folder(path: Path) -> dict[str, str]:
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in path.parent.iterdir()
        if file.is_file() and file.suffix != ".lock"
    }


def refused(made: Made, database: Path, kind, told: str, *, keys=KEYS, way=restore) -> None:
    """Nothing in the folder changes; that is all a refusal may do."""
    before = folder(database)
    with pytest.raises(kind) as error:
        way(made.copy, database, keys)
    assert told in str(error.value)
    assert folder(database) == before


async def test_a_backup_comes_back_whole_and_held(tmp_path, made):
    restored = restore(made.copy, tmp_path / "l.db", KEYS)
    assert (restored.conversations, restored.open_requests) == (1, 1)
    assert restored.erased == 0
    assert restored.before is None

    def look(work):
        assert work.held()
        assert work.who(HOME) == Visitor("c1")
        assert [w.text for w in loaded_request(work).words] == ["Bitte helft mir"]
        assert [one.screen.text for one in work.owed()] == ["Bitte helft mir"]
        work.resume()
        assert not work.held()

    async with opened(tmp_path / "l.db") as store:
        await store.run(look)
    async with opened(tmp_path / "l.db") as store:
        assert not await store.run(lambda work: work.held())


async def test_what_stood_there_before_is_kept_under_another_name(tmp_path, made):
    for number in (1, 2):
        async with opened(tmp_path / "l.db") as store:
            await store.run(lambda work, n=number: work.save(conversation(f"lost{n}")))
        restored = restore(made.copy, tmp_path / "l.db", KEYS)
        assert restored.before == tmp_path / f"l.db.vorher-{number}"
        async with opened(restored.before) as store:
            assert (await store.run(lambda work: work.stats())).conversations == number


async def test_a_second_backup_of_a_restored_database_fits_the_same_keys_file(tmp_path, made):
    restore(made.copy, tmp_path / "l.db", KEYS)
    async with opened(tmp_path / "l.db") as store:
        again = await store.backup(tmp_path / "again.db")
    assert again.keys == made.keys
    restore(again.copy, tmp_path / "m.db", KEYS)
    restore(made.copy, tmp_path / "n.db", KEYS)


async def test_a_backup_under_load_is_one_moment(tmp_path):
    """Each unit writes a request and its word: no backup has one without the other."""
    async with opened(tmp_path / "l.db") as store:

        async def write(number: int) -> None:
            one = request(f"r{number}", words=(word(str(number)),))
            await store.run(lambda work: work.save(one))

        async def copy(number: int) -> Made:
            return await store.backup(tmp_path / f"b{number}.db")

        writes = [write(number) for number in range(60)]
        copies = [copy(number) for number in range(5)]
        mixed = [task for n in range(5) for task in (*writes[n * 12 : n * 12 + 12], copies[n])]
        await asyncio.gather(*mixed)
    for number in range(5):
        restore(tmp_path / f"b{number}.db", tmp_path / f"l{number}.db", KEYS)
        async with opened(tmp_path / f"l{number}.db") as store:
            for n in range((number + 1) * 12):
                found = await store.run(lambda work, n=n: work.load(RequestKey(f"r{n}")))
                assert [w.text for w in found.words] == [str(n)]


async def test_the_long_lived_copy_has_no_key_of_a_request(made):
    with closing(sqlite3.connect(made.copy)) as raw:
        assert raw.execute("SELECT count(*) FROM request_keys").fetchone() == (0,)
        assert raw.execute("SELECT count(*) FROM words").fetchone() == (1,)
    with closing(sqlite3.connect(made.keys)) as raw:
        (sealed,) = raw.execute("SELECT sealed_key FROM request_keys").fetchone()
    assert sealed[60:84] not in made.copy.read_bytes()


async def test_both_files_are_ours_alone(made):
    assert made.copy.stat().st_mode & 0o077 == 0
    assert made.keys.stat().st_mode & 0o077 == 0


async def test_a_backup_never_replaces_a_file(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        for name in ("l.db", "notes.txt"):
            (tmp_path / "notes.txt").write_text("wichtig")
            with pytest.raises(BackupFault, match="gibt es schon"):
                await store.backup(tmp_path / name)
        with pytest.raises(BackupFault, match="nowhere"):
            await store.backup(tmp_path / "nowhere" / "b.db")
    assert (tmp_path / "notes.txt").read_text() == "wichtig"


def test_a_backup_that_fails_leaves_no_half_file(tmp_path):
    def fail() -> None:
        with part(tmp_path / "b.db") as half:
            half.write_text("half")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_without_the_keys_file_nothing_is_restored(tmp_path, made):
    made.keys.unlink()
    refused(made, tmp_path / "l.db", BackupFault, made.keys.name)


async def test_without_the_keys_file_all_but_the_words_can_be_brought_back(tmp_path, made):
    made.keys.unlink()
    restore(made.copy, tmp_path / "l.db", KEYS, words=False)
    async with opened(tmp_path / "l.db") as store:
        assert await store.run(lambda work: work.who(HOME)) == Visitor("c1")
        assert await store.run(loaded_request) == request()
        assert await store.run(lambda work: work.owed()) == ()


async def test_an_older_keys_file_is_refused(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        await store.run(one_matter)
        first = await store.backup(tmp_path / "one.db")
        old = first.keys.read_bytes()
        second = await store.backup(tmp_path / "two.db")
    second.keys.write_bytes(old)
    refused(second, tmp_path / "new.db", BackupFault, "ist älter als two.db")


async def test_the_keys_file_of_another_database_is_refused(tmp_path, made):
    other = tmp_path / "other"
    other.mkdir()
    async with opened(other / "l.db") as store:
        foreign = await store.backup(other / "b.db")
    assert foreign.keys.name != made.keys.name
    made.keys.write_bytes(foreign.keys.read_bytes())
    refused(made, tmp_path / "l.db", BackupFault, "gehört zu einer anderen Datenbank")


def test_a_wrong_key_restores_nothing(tmp_path, made):
    refused(made, tmp_path / "l.db", WrongKey, KEYS.newest, keys=Keys.parse(new_key()))


def test_a_missing_backup_is_told(tmp_path, made):
    refused(Made(tmp_path / "no.db", made.keys), tmp_path / "l.db", BackupFault, "gibt es nicht")


def test_a_file_that_is_no_backup_is_refused(tmp_path, made):
    text = tmp_path / "text.db"
    text.write_text("Milch und Brot\n" * 500)
    refused(Made(text, made.keys), tmp_path / "l.db", BackupFault, "keine Datenbank von Lotse")
    with closing(sqlite3.connect(tmp_path / "recipes.db")) as raw:
        raw.execute("CREATE TABLE recipes (id TEXT)")
    recipes = Made(tmp_path / "recipes.db", made.keys)
    refused(recipes, tmp_path / "l.db", NotADatabase, "keine Datenbank von Lotse")


def test_a_damaged_backup_is_refused(tmp_path, made):
    content = bytearray(made.copy.read_bytes())
    content[8192:20000] = bytes(20000 - 8192)
    made.copy.write_bytes(content)
    refused(made, tmp_path / "l.db", StoreError, "beschädigt")


async def test_a_running_database_is_not_restored_over(tmp_path, made):
    lock = Lock.take(tmp_path / "l.db")
    try:
        refused(made, tmp_path / "l.db", SecondProcess, "schon in Benutzung")
    finally:
        lock.release()


def test_a_refusal_that_changes_something_is_noticed(tmp_path, made):
    def careless(copy, database, keys):
        database.write_text("")
        raise BackupFault("no")

    with pytest.raises(AssertionError):
        refused(made, tmp_path / "l.db", BackupFault, "no", way=careless)


def test_the_keys_file_lies_beside_the_copy(made):
    assert made.keys == keys_path(made.copy, made.keys.stem.removeprefix("lotse-"))
