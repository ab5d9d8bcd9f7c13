"""Commands reach the process that runs, over the socket beside its database."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.store.control import LINE, LONGEST, NoSocket, Say, ask, serving, short, socket_path


async def echo(command, say: Say) -> int:
    match command["command"]:
        case "status":
            await say({"line": 1, "text": "Grüße"})
            await say({"line": 2})
            return 0
        case "large":
            await say({"size": len(command["text"])})
            return 0
        case "fail":
            return 3
        case _:
            raise LookupError("a bug")


@asynccontextmanager
async def served(database: Path) -> AsyncIterator[Path]:
    async with serving(database, echo):
        yield database


async def asked(database: Path, **command: object) -> tuple[int | None, list[object]]:
    lines: list[object] = []
    code = await asyncio.to_thread(ask, database, command, lines.append)
    return code, lines


async def test_a_command_is_answered_in_lines_and_an_exit_code(tmp_path):
    async with served(tmp_path / "l.db") as database:
        lines = [{"line": 1, "text": "Grüße"}, {"line": 2}]
        assert await asked(database, command="status") == (0, lines)
        assert await asked(database, command="fail") == (3, [])


async def test_several_commands_at_once_are_answered_each_for_itself(tmp_path):
    async with served(tmp_path / "l.db") as database:
        answers = await asyncio.gather(
            *(asked(database, command="large", text="x" * n) for n in range(1, 6)),
        )
        assert answers == [(0, [{"size": n}]) for n in range(1, 6)]


async def test_where_nobody_runs_there_is_no_answer(tmp_path):
    assert await asked(tmp_path / "l.db", command="status") == (None, [])


async def test_a_dead_socket_is_no_answer_and_does_not_hinder_the_next_start(tmp_path):
    path = socket_path(tmp_path / "l.db")
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    assert await asked(tmp_path / "l.db", command="status") == (None, [])
    async with served(tmp_path / "l.db") as database:
        assert (await asked(database, command="status"))[0] == 0


async def test_the_socket_is_ours_alone_and_goes_with_the_process(tmp_path):
    async with served(tmp_path / "l.db") as database:
        assert socket_path(database).stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == []


async def test_a_path_too_long_for_a_socket_is_reached_through_a_link(tmp_path):
    folder = tmp_path / ("d" * 60) / ("e" * 60)
    folder.mkdir(parents=True)
    assert len(str(folder)) > LONGEST
    async with served(folder / "l.db") as database:
        assert socket_path(database).is_socket()
        assert (await asked(database, command="status"))[0] == 0
    assert list(folder.iterdir()) == []


def test_the_link_is_gone_afterwards_and_a_short_path_needs_none(tmp_path):
    long = tmp_path / ("d" * 100) / "l.sock"
    with short(long) as name:
        link = Path(name).parent
        assert link.is_symlink()
        assert len(name) <= LONGEST
    assert not link.parent.exists()
    with short(Path("/run/l.sock")) as name:
        assert name == "/run/l.sock"


async def test_a_name_too_long_for_any_socket_is_told(tmp_path):
    with pytest.raises(NoSocket, match="zu lang"):
        async with served(tmp_path / ("x" * 120)):
            pass


async def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(NoSocket, match="nowhere"):
        async with served(tmp_path / "nowhere" / "l.db"):
            pass


async def said(database: Path, raw: bytes) -> list[dict[str, object]]:
    reader, writer = await asyncio.open_unix_connection(socket_path(database))
    writer.write(raw)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return [json.loads(line) for line in answer.splitlines()]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"status\n",
        b"[]\n",
        b"{}\n",
        b'{"command": 1}\n',
        b"\xff\xfe\n",
        b"1" * (LINE + 9),
    ],
    ids=["nothing", "empty", "no JSON", "a list", "no command", "a number", "no text", "endless"],
)
async def test_nonsense_is_exit_2_and_the_next_command_is_answered(tmp_path, raw):
    async with served(tmp_path / "l.db") as database:
        *_, last = await said(database, raw)
        assert last == {"exit": 2}
        assert (await asked(database, command="status"))[0] == 0


async def test_a_bug_in_a_command_is_exit_70_and_told_to_the_loop(tmp_path):
    told: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    async with served(tmp_path / "l.db") as database:
        assert await asked(database, command="unknown") == (70, [])
        assert (await asked(database, command="status"))[0] == 0
    assert [str(one["exception"]) for one in told] == ["a bug"]


async def test_an_answer_that_breaks_off_is_told(tmp_path):
    async def hang_up(reader, writer):
        writer.transport.abort()

    database = tmp_path / "l.db"
    async with await asyncio.start_unix_server(hang_up, socket_path(database)):
        with pytest.raises(NoSocket, match="brach ab"):
            await asked(database, command="status")


async def test_a_client_that_leaves_early_disturbs_nobody(tmp_path):
    async with served(tmp_path / "l.db") as database:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(socket_path(database)))
            client.sendall(b'{"command": "status"}\n')
        assert (await asked(database, command="status"))[0] == 0
