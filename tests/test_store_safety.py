"""Bad files, full disks, locks, second processes: one clear sentence, nothing destroyed."""

import hashlib
import os
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from store_samples import (
    HOME,
    KEYS,
    NOW,
    conversation,
    loaded_request,
    member,
    one_matter,
    opened,
    request,
    word,
)

from bot.core.messages import Timer, Visitor
from bot.core.records import ConversationKey, NamesInUse, TeamKey
from bot.store import Keys, Lock, Store, StoreError, Work, new_key
from bot.store.database import (
    SETTINGS,
    Connection,
    connect,
    in_transaction,
    load_queries,
    migrate,
    migrations,
    settle,
    verify,
)
from bot.store.errors import (
    DiskFull,
    Locked,
    NewerVersion,
    NotADatabase,
    SecondProcess,
    UnsafeFile,
    UnsafeMode,
    WrongKey,
    worded,
)
from bot.store.memory import Memory
from bot.store.unlock import unlock


def fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


async def refused(path: Path, keys: Keys, kind: type[StoreError], told: str) -> None:
    """Opening says so and leaves the file as it is, byte for byte."""
    before = fingerprint(path)
    with pytest.raises(kind) as error:
        await Store.open(path, keys)
    assert told in str(error.value)
    assert fingerprint(path) == before


@pytest.fixture
async def path(tmp_path):
    """A closed database with one matter in it."""
    path = tmp_path / "lotse.db"
    async with opened(path) as store:
        await store.run(one_matter)
    return path


# ── Full disks (bar 6) ──────────────────────────────────────────────────────────────────────────


def much(work) -> None:
    """A unit that writes to many tables and needs many pages."""
    work.mark_seen([f"e{n}" for n in range(50)], NOW)
    for number in range(40):
        work.save(conversation(f"much{number}", draft=("x" * 1500,)))
        work.save(request(f"much{number}", words=(word("y" * 700),)))
        work.save(member(f"much{number}"))
        work.wake(NOW, Timer.PROMISE, f"much{number}")
    work.load(NamesInUse())


def pages(work, more: int | None) -> None:
    raw = work.connection
    now = raw.execute("PRAGMA page_count").fetchone()[0]
    raw.execute(f"PRAGMA max_page_count = {2**30 if more is None else now + more}")


async def trouble_is_survived(store: Store) -> bool:
    """``much`` happened whole (True) or, with our error, not at all; either way it goes on."""
    try:
        await store.run(much)
    except DiskFull:
        happened = False
    else:
        happened = True
    names, team, seen, found = await store.run(
        lambda work: (
            work.load(NamesInUse()),
            work.load(TeamKey()),
            work.seen(["e0", "e49"]),
            work.load(ConversationKey("much0")),
        ),
    )
    assert len(names) == (41 if happened else 1)
    assert len(team.members) == (40 if happened else 0)
    assert len(seen) == (2 if happened else 0)
    assert (found is not None) == happened
    assert (
        await store.run(lambda work: work.connection.execute("PRAGMA integrity_check").fetchone())
    ) == ("ok",)
    return happened


async def test_a_disk_full_at_any_page_takes_the_whole_unit_back_and_then_goes_on(tmp_path):
    path, more, outcomes = tmp_path / "l.db", 0, []
    while True:
        async with opened(path) as store:
            if more == 0:
                await store.run(one_matter)
            await store.run(lambda work, more=more: pages(work, more))
            outcomes.append(await trouble_is_survived(store))
            if outcomes[-1]:
                break
            await store.run(lambda work: pages(work, None))
            await store.run(lambda work, more=more: work.save(conversation(f"after{more}")))
        more += 3
    assert outcomes.count(False) >= 10
    async with opened(path) as store:
        assert await store.run(lambda work: work.load(ConversationKey("after0"))) is not None


class HastyStore(Store):
    """A planted fault: no transaction, so what was written before the error stays."""

    def _whole(self, unit):
        raw = self._connection._conn
        try:
            return unit(Work(raw, self._queries, self._sealer, Memory()))
        except sqlite3.Error as error:
            raise worded(error) from error


class StubbornMemory(Memory):
    """A planted fault: what was remembered outlives the rollback."""

    def forget(self) -> None:
        pass


async def opened_as(path: Path, kind: type[Store], memory: Memory) -> Store:
    connection = await Connection.opened(path)
    queries = load_queries()
    sealer = await connection.run(lambda: unlock(connection._conn, queries, KEYS))
    store = kind(path, Lock.take(path), connection, sealer)
    store._memory = memory
    return store


@pytest.mark.parametrize(
    ("kind", "memory"),
    [(HastyStore, Memory()), (Store, StubbornMemory())],
    ids=["commits half", "remembers what never was"],
)
async def test_half_a_unit_left_behind_is_noticed(path, kind, memory):
    store = await opened_as(path, kind, memory)
    try:
        await store.run(lambda work: (pages(work, 40), work.load(NamesInUse())))
        with pytest.raises(AssertionError):
            await trouble_is_survived(store)
    finally:
        await store.close()


@contextmanager
def file_size_limit(size: int):
    """Writes beyond this size fail with EFBIG, as on a broken or full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_write_error_takes_the_whole_unit_back_and_then_goes_on(path):
    async with opened(path) as store:
        with file_size_limit(120_000):
            assert not await trouble_is_survived(store)
        assert await trouble_is_survived(store)


async def test_erasing_with_a_full_disk_is_finished_later(path):
    async with opened(path) as store:
        wal = path.with_name(path.name + "-wal")
        with file_size_limit(60_000):
            await store.run(lambda work: work.forget_words("r1"))
        assert store._memory.unswept
        assert wal.stat().st_size > 0
        await store.run(lambda work: work.stats())
        assert not store._memory.unswept
        assert wal.stat().st_size == 0


# ── Locks and second processes ──────────────────────────────────────────────────────────────────


async def test_a_foreign_lock_is_told_and_the_store_goes_on_when_it_is_gone(path):
    async with opened(path) as store:
        await store.run(lambda work: work.load(NamesInUse()))
        await store._connection.run(
            lambda: store._connection._conn.execute("PRAGMA busy_timeout = 1"),
        )
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Locked, match="hält die Datenbank gesperrt"):
                await store.run(lambda work: work.save(conversation("c9")))
            other.execute("ROLLBACK")
        await store.run(lambda work: work.save(conversation("c9")))
        assert await store.run(lambda work: work.load(ConversationKey("c9"))) is not None


TAKE = (
    "import sys; from pathlib import Path; from bot.store import Lock; Lock.take(Path(sys.argv[1]))"
)


def another_process(path: Path, code: str = TAKE) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )


async def test_a_second_process_is_refused_and_named_the_first(path):
    async with opened(path):
        second = another_process(path)
        assert second.returncode == 1
        assert f"ist schon in Benutzung (Prozess {os.getpid()})" in second.stderr
    assert another_process(path).returncode == 0


async def test_a_second_process_that_is_let_in_is_noticed(path):
    async with opened(path):
        broken = TAKE.replace("Path(sys.argv[1])", "Path(sys.argv[1] + 'x')")  # another lock's name
        assert another_process(path, broken).returncode == 0


async def test_a_second_store_in_the_same_process_is_refused_and_the_first_goes_on(path):
    async with opened(path) as store:
        with pytest.raises(SecondProcess):
            await Store.open(path, KEYS)
        assert (await store.run(lambda work: work.stats())).conversations == 1


async def test_a_failed_start_lets_go_of_the_lock(path):
    with pytest.raises(WrongKey):
        await Store.open(path, Keys.parse(new_key()))
    Lock.take(path).release()


# ── Keys ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_key_that_is_not_there_is_named_and_nothing_is_written(path):
    await refused(path, Keys.parse(new_key()), WrongKey, f"„{KEYS.newest}“")


async def test_another_key_under_the_same_name_is_refused_and_nothing_is_written(path):
    other = new_key().partition(":")[2]
    keys = Keys.parse(f"{KEYS.newest}:{other}")
    await refused(path, keys, WrongKey, "ist nicht der, mit dem")


async def test_a_start_that_writes_would_be_noticed(path):
    newer = Keys("neu", {"neu": os.urandom(32), **KEYS.masters})
    with pytest.raises(AssertionError):
        await written(path, newer)


async def written(path: Path, keys: Keys) -> None:
    before = fingerprint(path)
    async with opened(path, keys):
        pass
    assert fingerprint(path) == before


async def test_a_new_key_before_the_old_one_opens_everything_and_keeps_the_addresses(path):
    newer = Keys("neu", {"neu": os.urandom(32), **KEYS.masters})
    async with opened(path, newer) as store:
        await store.run(one_matter_is_there)
        await store.run(lambda work: work.save(conversation("c2")))
    await refused(path, KEYS, WrongKey, "„neu“")
    async with opened(path, newer) as store:
        await store.run(one_matter_is_there)


def one_matter_is_there(work) -> None:
    assert work.who(HOME) == Visitor("c1")
    assert [w.text for w in loaded_request(work).words] == ["Bitte helft mir"]


# ── Versions and migrations ─────────────────────────────────────────────────────────────────────


async def test_a_database_of_a_newer_version_is_left_alone(path):
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(f"PRAGMA user_version = {max(migrations()) + 1}")
    await refused(path, KEYS, NewerVersion, "Bitte das neuere Lotse benutzen")


HALF_BROKEN = """
CREATE TABLE later (id TEXT PRIMARY KEY NOT NULL);
ALTER TABLE marks ADD COLUMN note TEXT;
INSERT INTO nowhere VALUES (1);
"""


def schema(raw: sqlite3.Connection) -> list[tuple[object, ...]]:
    version = raw.execute("PRAGMA user_version").fetchall()
    return version + raw.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


def all_or_nothing(raw: sqlite3.Connection, bring_up) -> None:
    before = schema(raw)
    with pytest.raises(sqlite3.OperationalError):
        bring_up(raw)
    assert not raw.in_transaction
    assert schema(raw) == before


def test_a_migration_that_fails_half_way_changes_nothing(path):
    with closing(connect(path)) as raw:
        all_or_nothing(raw, lambda raw: migrate(raw, 1, {2: HALF_BROKEN}))


def test_of_two_migrations_the_good_one_stays(path):
    with closing(connect(path)) as raw, pytest.raises(sqlite3.OperationalError):
        migrate(raw, 1, {2: "CREATE TABLE good (id TEXT);", 3: HALF_BROKEN})
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA user_version").fetchone() == (2,)
        names = {row[0] for row in raw.execute("SELECT name FROM sqlite_master")}
        assert "good" in names
        assert "later" not in names


def test_a_migration_without_a_transaction_is_noticed(path):
    with closing(connect(path)) as raw, pytest.raises(AssertionError):
        all_or_nothing(raw, lambda raw: raw.executescript(HALF_BROKEN))


def test_a_process_that_dies_during_a_migration_leaves_the_old_schema(path):
    deadly = HALF_BROKEN.replace("INSERT INTO nowhere VALUES (1)", "SELECT die()")
    code = """
import os, sys
from pathlib import Path
from bot.store.database import connect, migrate
raw = connect(Path(sys.argv[1]))
raw.create_function("die", 0, lambda: os.kill(os.getpid(), 9))
"""
    code += f"migrate(raw, 1, {{2: {deadly!r}}})"
    with closing(sqlite3.connect(path)) as raw:
        before = schema(raw)
    assert another_process(path, code).returncode == -9
    with closing(connect(path)) as raw:
        assert schema(raw) == before


def test_a_new_database_that_died_at_birth_is_born_again(tmp_path):
    path = tmp_path / "l.db"
    code = """
import os, sys
from pathlib import Path
from bot.store.database import connect
connect(Path(sys.argv[1]))
os.kill(os.getpid(), 9)
"""
    assert another_process(path, code).returncode == -9
    with closing(connect(path)) as raw:
        assert unlock(raw, load_queries(), KEYS).newest == KEYS.newest


# ── Modes (bar 46) ──────────────────────────────────────────────────────────────────────────────


UNSAFE = {
    "journal_mode": "DELETE",
    "synchronous": "NORMAL",
    "secure_delete": "OFF",
    "foreign_keys": "OFF",
    "temp_store": "FILE",
    "trusted_schema": "ON",
}


@pytest.mark.parametrize("name", UNSAFE)
def test_a_setting_that_sqlite_does_not_take_is_refused(path, name):
    with closing(connect(path)) as raw:
        verify(raw)
        raw.execute(f"PRAGMA {name} = {UNSAFE[name]}").fetchall()
        with pytest.raises(UnsafeMode, match=name):
            verify(raw)


def test_a_database_that_cannot_have_a_log_is_refused():
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as raw:
        settle(raw)
        with pytest.raises(UnsafeMode, match="journal_mode=memory"):
            verify(raw)


def test_every_setting_that_matters_is_verified():
    assert set(UNSAFE) <= set(SETTINGS)


def private(path: Path) -> None:
    for file in path.parent.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file.name


@pytest.fixture
def open_umask():
    before = os.umask(0)
    yield
    os.umask(before)


async def test_every_file_is_ours_alone_whatever_the_umask(tmp_path, open_umask):
    async with opened(tmp_path / "l.db") as store:
        await store.run(one_matter)
        assert {file.name for file in tmp_path.iterdir()} == {
            "l.db",
            "l.db-wal",
            "l.db-shm",
            "l.db.lock",
        }
        private(tmp_path / "l.db")


def test_a_file_made_carelessly_is_noticed(tmp_path, open_umask):
    path = tmp_path / "l.db"
    sqlite3.connect(path).close()
    path.touch()
    with pytest.raises(AssertionError):
        private(path)


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o604, 0o602])
async def test_a_file_that_others_may_open_is_refused_with_the_fix(path, mode):
    path.chmod(mode)
    await refused(path, KEYS, UnsafeFile, f"chmod 600 {path}")


async def test_a_log_that_others_may_read_is_refused(path):
    wal = path.with_name(path.name + "-wal")
    wal.touch(mode=0o644)
    wal.chmod(0o644)
    await refused(path, KEYS, UnsafeFile, f"chmod 600 {wal}")


async def test_a_link_or_a_folder_is_no_database(tmp_path, path):
    link = tmp_path / "link.db"
    link.symlink_to(path)
    await refused(link, KEYS, UnsafeFile, "keine gewöhnliche Datei")
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(UnsafeFile, match="keine gewöhnliche Datei"):
        await Store.open(tmp_path / "folder.db", KEYS)


async def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(UnsafeFile, match="nowhere"):
        await Store.open(tmp_path / "nowhere" / "l.db", KEYS)


# ── Other files ─────────────────────────────────────────────────────────────────────────────────


async def test_a_text_file_is_no_database(tmp_path):
    path = tmp_path / "l.db"
    path.write_text("Einkaufsliste: Milch, Brot, und noch viel mehr davon\n" * 50)
    path.chmod(0o600)
    await refused(path, KEYS, NotADatabase, "keine Datenbank von Lotse")


async def test_somebody_elses_database_is_left_alone(tmp_path):
    path = tmp_path / "l.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE recipes (id TEXT)")
    path.chmod(0o600)
    await refused(path, KEYS, NotADatabase, "keine Datenbank von Lotse")
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA application_id = 7")
        raw.execute("PRAGMA user_version = 1")
    await refused(path, KEYS, NotADatabase, "keine Datenbank von Lotse")


async def test_a_damaged_database_is_told_with_the_way_out(path):
    with path.open("r+b") as file:
        file.seek(100)
        file.write(os.urandom(3000))
    await refused(path, KEYS, NotADatabase, "lotse restore")


def test_a_fault_of_our_own_is_not_worded_for_the_operator(path):
    with closing(connect(path)) as raw:
        with pytest.raises(sqlite3.OperationalError):
            in_transaction(raw, lambda: raw.execute("SELECT nothing FROM nowhere"), lambda: None)
        assert not raw.in_transaction
