"""The socket beside the database: commands of other processes reach the one that runs.

``<database>.sock``, mode 0600. One JSON line in; JSON lines and at last ``{"exit": code}`` out.
Whoever serves holds the database's lock, so a socket found at the start is a dead one's.
"""

import asyncio
import json
import os
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from bot.store.errors import StoreError

LONGEST = 100  # bytes of a socket's path; the kernel takes 107
LINE = 1 << 20  # bytes of one line
PATIENCE = 2.0  # seconds for a client to say its line; also the longest it delays the stop

Line = Mapping[str, object]
Say = Callable[[Line], Awaitable[None]]
Handle = Callable[[Line, Say], Awaitable[int]]


class NoSocket(StoreError):  # noqa: N818
    """The socket cannot be made, or an answer broke off."""


def socket_path(database: Path) -> Path:
    return database.with_name(database.name + ".sock")


@asynccontextmanager
async def serving(database: Path, handle: Handle) -> AsyncIterator[None]:
    """Answer commands while inside; call it only with the database's lock held."""
    path = socket_path(database)
    path.unlink(missing_ok=True)
    listener = bound(path)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await converse(reader, writer, handle)
        writer.close()

    try:
        server = await asyncio.start_unix_server(answer, sock=listener, limit=LINE)
        async with server:
            yield
    finally:
        listener.close()
        path.unlink(missing_ok=True)


async def converse(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    handle: Handle,
) -> None:
    """One command and its answer; a bug in the handler is exit 70 for the client alone."""

    async def say(line: Line) -> None:
        writer.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        await writer.drain()

    command = await heard(reader)
    if command is None:
        await say({"error": "Erwartet wird eine Zeile JSON mit „command“."})
        await say({"exit": 2})
        return
    code = 70  # EX_SOFTWARE
    try:
        code = await handle(command, say)
    finally:
        # The exception itself goes on to the loop's handler, which logs it.
        await say({"exit": code})


async def heard(reader: asyncio.StreamReader) -> Line | None:
    """The client's line; ``None`` when it is late, too long or no JSON object."""
    try:
        async with asyncio.timeout(PATIENCE):
            line = json.loads(await reader.readline())
    except (TimeoutError, ValueError):
        return None
    return line if isinstance(line, dict) and isinstance(line.get("command"), str) else None


def ask(database: Path, command: Line, say: Callable[[Line], None]) -> int | None:
    """Give a command to the running process; its exit code, ``None`` when none is running."""
    path = socket_path(database)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        try:
            with short(path) as name:
                client.connect(name)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        with suppress(ConnectionError):
            client.sendall(json.dumps(command, ensure_ascii=False).encode() + b"\n")
            with client.makefile("rb") as lines:
                for raw in lines:
                    line = json.loads(raw)
                    if "exit" in line:
                        return int(line["exit"])
                    say(line)
    raise NoSocket("Die Antwort des laufenden Lotse brach ab. Bitte noch einmal versuchen.")


def bound(path: Path) -> socket.socket:
    """A bound socket that only this user may open, from its first moment."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with short(path) as name:
            mask = os.umask(0o177)
            try:
                listener.bind(name)
            finally:
                os.umask(mask)
    except OSError as error:
        listener.close()
        raise NoSocket(f"{path} lässt sich nicht anlegen: {error.strerror or error}.") from error
    except NoSocket:
        listener.close()
        raise
    return listener


@contextmanager
def short(path: Path) -> Iterator[str]:
    """A name for the path that fits into a socket address: through a link when it is too long."""
    if len(os.fsencode(path)) <= LONGEST:
        yield str(path)
        return
    folder = Path(tempfile.mkdtemp(prefix="lotse-"))
    link = folder / "d"
    try:
        link.symlink_to(path.parent.resolve(), target_is_directory=True)
        name = link / path.name
        if len(os.fsencode(name)) > LONGEST:
            raise NoSocket(f"Der Dateiname {path.name} ist zu lang. Bitte kürzen.")
        yield str(name)
    finally:
        link.unlink(missing_ok=True)
        folder.rmdir()
