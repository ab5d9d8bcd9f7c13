"""The pages under many visitors, in a process of their own as ``lotse run`` is."""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bot.shelf import give_back
from tests.bench.table import Row
from tests.web.house import free_port, served

VISITORS, ACTS, PAUSE = 50, 12, 1.0  # so many at once; one looks or writes about once a second
STREAMS = 2000
HERE = "127.0.0.1"
MEGABYTE = 1_000_000


async def serve(port: int, folder: Path) -> None:
    """Until the input ends."""
    async with served(folder, port=port):
        give_back()  # as ``App.run`` does
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


async def ask(port: int, request: bytes) -> tuple[float, bytes]:
    """Seconds to the first byte of the answer, and its head."""
    reader, writer = await asyncio.open_connection(HERE, port)
    begun = time.perf_counter()
    writer.write(request)
    first = await reader.read(1)
    seconds = time.perf_counter() - begun
    head = first + await reader.readuntil(b"\r\n\r\n")
    await reader.read()
    writer.close()
    return seconds, head


def get(port: int, path: str, cookie: bytes = b"") -> bytes:
    head = f"GET {path} HTTP/1.1\r\nhost: {HERE}:{port}\r\nconnection: close\r\n".encode()
    return head + (b"cookie: " + cookie + b"\r\n" if cookie else b"") + b"\r\n"


def post(port: int, text: str, cookie: bytes = b"") -> bytes:
    body = f"text={text}".encode()
    head = (
        f"POST /say HTTP/1.1\r\nhost: {HERE}:{port}\r\norigin: http://{HERE}:{port}\r\n"
        f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(body)}\r\n"
        "connection: close\r\n"
    )
    return head.encode() + (b"cookie: " + cookie + b"\r\n" if cookie else b"") + b"\r\n" + body


def cookie_in(head: bytes) -> bytes:
    line = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"set-cookie: "))
    return line[len(b"set-cookie: ") :].partition(b";")[0]


async def visit(port: int, number: int) -> list[float]:
    """One person: writes, looks, writes, with time to read between."""
    await asyncio.sleep(number / VISITORS * PAUSE)
    seconds, head = await ask(port, post(port, "hallo"))
    times, cookie = [seconds], cookie_in(head)
    for act in range(ACTS):
        await asyncio.sleep(PAUSE)
        request = post(port, "mobbing", cookie) if act % 2 else get(port, "/", cookie)
        times.append((await ask(port, request))[0])
    return times


async def held(port: int) -> int:
    """Opens the streams, each for a visit of its own; how many answered."""
    answered = 0
    writers = []  # a stream ends with its connection
    for number in range(STREAMS):
        reader, writer = await asyncio.open_connection(HERE, port)
        writer.write(get(port, "/events?after=0", b"besuch=%043d" % number))
        writers.append(writer)
        answered += b" 200 " in await reader.readuntil(b"\r\n\r\n")
    return answered


def resident(process: int) -> int:
    """Bytes in memory."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def measured(folder: str) -> tuple[float, int, float]:
    """Seconds to the first byte in the median; streams held; megabytes then."""
    port = free_port()
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.web", str(port), folder,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert server.stdin
    assert server.stdout
    await server.stdout.readline()
    times = await asyncio.gather(*(visit(port, number) for number in range(VISITORS)))
    streams = await held(port)
    megabytes = resident(server.pid) / MEGABYTE
    server.stdin.close()
    await server.wait()
    return median(second for one in times for second in one), streams, megabytes


def rows() -> Iterator[Row]:
    """The figures of the issue on the web."""
    with tempfile.TemporaryDirectory() as folder:
        first, streams, megabytes = asyncio.run(measured(folder))
    yield Row("web: first answer, 50 visitors at once (median, ms)", 20, 10, 1000 * first, low=True)
    note = f"{streams} streams open in one process; all that it takes is counted"
    yield Row("web: 2,000 open streams (MB)", 300, 200, megabytes, low=True, note=note)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
