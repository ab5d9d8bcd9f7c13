"""Who takes part in a run: the fake Telegram, the plain bot, and Lotse; each its own process."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.store import new_key

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
START_WITHIN = 60  # seconds until the first answer
ANSWER_WITHIN = 600  # seconds for one order to the fake


class Fake:
    """The fake Telegram, from outside."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        hello = json.loads(process.stdout.readline())
        self.base_url: str = hello["base_url"]
        self.token: str = hello["token"]
        self._process = process

    def ask(self, order: str, /, **body: Any) -> Any:
        url = self.base_url.removesuffix("/bot") + f"/control/{order}"
        data = json.dumps(body).encode()
        with urllib.request.urlopen(url, data, timeout=ANSWER_WITHIN) as answer:
            return json.load(answer)["result"]

    def wait(self, answered: int, seconds: float) -> Mapping[str, Any]:
        """The figures, once so many were answered; ``AssertionError`` when they never were."""
        found = self.ask("wait", answered=answered, seconds=seconds)
        assert found["enough"], f"{found['load']} instead of {answered} answers"
        return found["load"]


@contextlib.contextmanager
def fake() -> Iterator[Fake]:
    environment = os.environ | {"PYTHONPATH": str(HERE.parent)}
    with _process([sys.executable, str(HERE / "server.py")], environment, piped=True) as process:
        yield Fake(process)


@contextlib.contextmanager
def plain(api: Fake) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(HERE / "plain.py"), api.token, api.base_url]
    with _process(command, dict(os.environ)) as run:
        _awake(api, run)
        yield run


@contextlib.contextmanager
def lotse(
    api: Fake, folder: Path, connections: int = 16, *, awake: bool = True
) -> Iterator[subprocess.Popen[str]]:
    """A real ``lotse run`` over the delivered knowledge, Telegram's limits off."""
    with _process([sys.executable, "-m", "bot", "run"], _settings(api, folder, connections)) as run:
        if awake:
            _awake(api, run)
        yield run


def _settings(api: Fake, folder: Path, connections: int) -> dict[str, str]:
    key = folder / "key"
    if not key.exists():
        key.write_text(new_key(), encoding="utf-8")
    return os.environ | {
        "LOTSE_KEY": key.read_text(encoding="utf-8"),
        "LOTSE_OPERATOR_NAME": "Messung",
        "LOTSE_OPERATOR_ADDRESS": "Musterweg 1",
        "LOTSE_OPERATOR_EMAIL": "messung@example.org",
        "LOTSE_PRIVACY_CONTACT": "messung@example.org",
        "LOTSE_TELEGRAM_TOKEN": api.token,
        "LOTSE_TELEGRAM_API": api.base_url,
        "LOTSE_TELEGRAM_LIMITS": "off",
        "LOTSE_TELEGRAM_CONNECTIONS": str(connections),
        "LOTSE_DATABASE": str(folder / "bench.sqlite"),
    }


def _awake(api: Fake, bot: subprocess.Popen[str]) -> None:
    """The bot is up when it answered somebody; what it did so far is not counted."""
    api.ask("type", chat=1, text="/start")
    for _ in range(START_WITHIN):
        assert bot.poll() is None, "the bot did not start"
        if api.ask("wait", answered=1, seconds=1)["enough"]:
            break
    api.ask("reset")


@contextlib.contextmanager
def _process(
    command: list[str], environment: Mapping[str, str], *, piped: bool = False
) -> Iterator[subprocess.Popen[str]]:
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=dict(environment),
            stdout=subprocess.PIPE if piped else said,
            stderr=said,
            text=True,
        )
        try:
            yield process
        except BaseException:
            said.seek(0)
            sys.stderr.write(said.read()[-4000:])
            raise
        finally:
            end(process)


def end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout is not None:
        process.stdout.close()
