"""A real ``lotse`` as a process of its own, as an operator has it: environment, signals, exit."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from fake_telegram import FakeBotApi

from bot.store import new_key

ROOT = Path(__file__).resolve().parent.parent
UP_WITHIN = 60.0  # seconds; a loaded machine reads 901 schools slowly
STOPPED_WITHIN = 5.0  # seconds; bar 9
# Without the noisiest libraries' own switch: whatever can be said at debug is said.
LOUD = """
import logging, sys
logging.basicConfig(level=logging.DEBUG)
for name in ("asyncio", "telegram", "httpx", "httpcore", "aiohttp", "aiosqlite", "bot"):
    logging.getLogger(name).setLevel(logging.DEBUG)
from bot.cli import main
sys.argv = ["lotse", "run"]
main()
"""


@dataclass
class Ended:
    """How a process ended, and everything it said."""

    code: int
    out: str
    seconds: float = 0.0


@dataclass
class Site:
    """One operator's folder: key, database, settings."""

    folder: Path
    api: FakeBotApi
    key: str = field(default_factory=new_key)

    @property
    def environment(self) -> dict[str, str]:
        mine = {
            "LOTSE_KEY": self.key,
            "LOTSE_OPERATOR_NAME": "Beispielstadt, Jugendamt",
            "LOTSE_OPERATOR_ADDRESS": "Musterweg 1, 00000 Beispielstadt",
            "LOTSE_OPERATOR_EMAIL": "lotse@beispiel.example",
            "LOTSE_PRIVACY_CONTACT": "datenschutz@beispiel.example",
            "LOTSE_TELEGRAM_TOKEN": self.api.token,
            "LOTSE_TELEGRAM_API": self.api.base_url,
            "LOTSE_TELEGRAM_LIMITS": "off",
            "LOTSE_DATABASE": str(self.folder / "lotse.sqlite"),
            "LOTSE_KNOWLEDGE": str(ROOT / "knowledge"),
            "PYTHONPATH": str(ROOT),
        }
        rest = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
        return rest | mine

    async def do(self, *arguments: str) -> Ended:
        """One command, to its end."""
        process = await self._start(sys.executable, "-m", "bot", *arguments)
        said, _ = await asyncio.wait_for(process.communicate(), UP_WITHIN)
        return Ended(process.returncode or 0, said.decode())

    def running(self, *, loud: bool = False) -> "Running":
        """``lotse run``; ``loud``: every library talks as much as it can."""
        how = ("-c", LOUD) if loud else ("-m", "bot", "run")
        return Running(self, how)

    async def _start(self, *command: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *command,
            cwd=self.folder,
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )


@dataclass
class Running:
    """``async with site.running() as bot``: it hears; at the end it is stopped by SIGTERM."""

    site: Site
    how: tuple[str, ...]

    async def __aenter__(self) -> Self:
        api = self.site.api
        before = sum(call.method == "getUpdates" for call in api.calls)
        self.process = await self.site._start(sys.executable, *self.how)
        self._saying = asyncio.create_task(self._read())
        polls = lambda: sum(call.method == "getUpdates" for call in api.calls) > before  # noqa: E731
        try:
            await self._until(polls, UP_WITHIN)
        except BaseException:
            await self.killed()
            raise
        return self

    async def __aexit__(self, *failure: object) -> None:
        if self.process.returncode is None:
            await self.killed()

    async def _until(self, true: Callable[[], object], seconds: float) -> None:
        """As ``api.until``, but a bot that died says so at once."""
        waiting = asyncio.create_task(self.site.api.until(true, seconds))
        ended = asyncio.create_task(self.process.wait())
        await asyncio.wait({waiting, ended}, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            waiting.cancel()
            raise AssertionError((await self._saying).decode())
        ended.cancel()
        await waiting

    async def _read(self) -> bytes:
        assert self.process.stdout is not None
        return await self.process.stdout.read()

    async def stopped(self) -> Ended:
        """By SIGTERM, as systemd does it."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        self.process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(self.process.wait(), UP_WITHIN)
        return Ended(code, (await self._saying).decode(), loop.time() - begun)

    async def killed(self) -> Ended:
        """By signal 9, as by the plug."""
        self.process.kill()
        code = await self.process.wait()
        return Ended(code, (await self._saying).decode())
