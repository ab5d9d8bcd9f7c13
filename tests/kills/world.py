"""The other side of the kills: Telegram, the chats, and the one who kills.

It keeps what was not confirmed, writes down what was sent, and says afterwards what was lost.
"""

import asyncio
import json
import os
import signal
import sys
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from bot.store import new_key

CHATS = 24  # more than there are connections, so that the bound on repeats is tried
AHEAD = 2  # updates of each chat that wait for an answer at any time
ANSWERED_WITHIN = 20.0  # seconds of silence until a life counts as stuck


@dataclass
class Life:
    """What one life did; it ends at a point, at so many sends, or in peace."""

    name: str = ""
    nth: int = 0
    sends: int | None = None  # killed from outside when so many were sent
    last: bool = False  # nothing new is said, everything is answered
    killed: bool = False
    repeats: int = 0  # of its sends, those that came again: not marked when it was killed
    sent: int = 0
    counts: dict[str, int] = field(default_factory=dict)


class Nursery:
    """Forks lives on demand; one for all worlds."""

    program = "life.py"

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def opened(cls) -> Self:
        program = Path(__file__).with_name(cls.program)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(program),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        return cls(process)

    async def born(self, **life: object) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(life).encode() + b"\n")
        return int(await self.process.stdout.readline())

    async def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        await self.process.wait()


class Outside:
    """One database through many lives; what is polled and sent is for the worlds to say."""

    within = ANSWERED_WITHIN  # seconds of one life

    def __init__(self, nursery: Nursery, folder: Path, fault: str = "") -> None:
        self.nursery, self.folder, self.fault = nursery, folder, fault
        self.key = new_key()
        self.lives: list[Life] = []
        self._number = 0
        self._news, self._over = asyncio.Event(), asyncio.Event()
        self._pid = 0

    async def live(self, life: Life) -> None:
        """Runs until the life has ended, one way or the other."""
        self.lives.append(life)
        self._over = asyncio.Event()
        socket = str(self.folder / f"s{len(self.lives)}")
        server = await asyncio.start_unix_server(lambda r, w: self._serve(life, r, w), socket)
        self._go_on(life)
        self._pid = await self.nursery.born(
            path=str(self.folder / "lotse.db"),
            socket=socket,
            key=self.key,
            name=life.name,
            nth=life.nth,
            fault=self.fault,
            first=len(self.lives) == 1,
        )
        try:
            await asyncio.wait_for(self._over.wait(), self.within)
        except TimeoutError:
            os.kill(self._pid, signal.SIGKILL)
            raise
        finally:
            server.close()

    async def _serve(
        self, life: Life, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        polls: set[asyncio.Task[None]] = set()
        with suppress(ConnectionError):
            while line := await reader.readline():
                asked = json.loads(line)
                match asked["do"]:
                    case "poll":
                        polls.add(asyncio.create_task(self._polled(life, asked, writer)))
                    case "send":
                        self._sent(life, asked, writer)
                    case "quiet":
                        life.counts = asked["counts"]
                        _answer(writer, asked, "bye")
        life.killed = not life.counts
        for poll in polls:
            poll.cancel()
        writer.close()
        self._over.set()

    def _go_on(self, life: Life) -> None:
        """What is said before this life begins."""
        raise NotImplementedError

    async def _polled(self, life: Life, asked: dict[str, Any], writer: Any) -> None:
        raise NotImplementedError

    def _sent(self, life: Life, asked: dict[str, Any], writer: Any) -> None:
        raise NotImplementedError


class World(Outside):
    """Chats that say a word and wait for its echo."""

    def __init__(self, nursery: Nursery, folder: Path, fault: str = "") -> None:
        super().__init__(nursery, folder, fault)
        self.said: dict[str, list[str]] = {f"c{i}": [] for i in range(CHATS)}
        self.pending: list[tuple[int, str, str]] = []  # said, not confirmed
        self.shown: dict[str, list[str]] = defaultdict(list)
        self.known: dict[tuple[str, str], Life] = {}  # what was sent → the life that sent it last

    async def _polled(self, life: Life, asked: dict[str, Any], writer: Any) -> None:
        """What is not confirmed, as Telegram gives it; nothing more to say ends a last life."""
        self.pending = [one for one in self.pending if one[0] >= asked["offset"]]
        while not self.pending and not life.last:
            self._news.clear()
            await self._news.wait()
        fresh = [one for one in self.pending if one[0] >= asked["offset"]]
        _answer(writer, asked, fresh[:100] or None)

    def _sent(self, life: Life, asked: dict[str, Any], writer: Any) -> None:
        chat, text = asked["chat"], asked["text"]
        life.sent += 1
        if (chat, text) in self.known:
            self.known[chat, text].repeats += 1
        self.known[chat, text] = life
        self.shown[chat].append(text)
        if life.sends is not None and life.sent == life.sends:
            os.kill(self._pid, signal.SIGKILL)
            return
        _answer(writer, asked, len(self.shown[chat]))
        self._go_on(life)

    def _go_on(self, life: Life) -> None:
        if life.last:
            return
        for chat, said in self.said.items():
            answered = len(set(self.shown[chat]))
            while len(said) < answered + AHEAD:
                self._number += 1
                said.append(f"u{self._number}")
                self.pending.append((self._number, chat, said[-1]))
        self._news.set()

    # ── The verdict ─────────────────────────────────────────────────────────────────────────────

    def lost(self) -> list[str]:
        """What was never answered, or as if something before it were lost or done twice."""
        wanted = {
            (chat, f"{place} · {text}")
            for chat, said in self.said.items()
            for place, text in enumerate(said, 1)
        }
        return sorted(f"{chat}: {text}" for chat, text in wanted ^ self.known.keys())

    def disordered(self) -> list[str]:
        """The chats where something came before its turn."""
        wrong = []
        for chat, texts in self.shown.items():
            places = [int(text.partition(" ")[0]) for text in texts]
            if places != sorted(places):
                wrong.append(chat)
        return wrong

    def most_repeats(self) -> int:
        """The most sends that came again because of one kill."""
        return max(life.repeats for life in self.lives)

    def kills(self) -> Counter[str]:
        return Counter(life.name or "at random" for life in self.lives if life.killed)


def _answer(writer: Any, asked: dict[str, Any], said: object) -> None:
    writer.write(json.dumps({"n": asked["n"], "said": said}).encode() + b"\n")
