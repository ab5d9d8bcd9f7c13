"""The whole bot at a keyboard: a temporary database, its own key, people marked as DEMO."""

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog

from bot.app import App, now, with_operator
from bot.channels.terminal import Person, Terminal
from bot.core.calendar import local
from bot.core.knowledge import Knowledge
from bot.core.messages import Staff, Visitor
from bot.core.records import Conversation, ConversationKey, Member, Permission, PostFacts, Role
from bot.core.tree import Audience
from bot.ports import Address, Limits
from bot.scenario import WEEK, Hands, Player, Stage, written
from bot.scenario import read as read_scenario
from bot.store import Keys, Store, Work, new_key

OPERATOR: Final = {
    "name": "DEMO, niemand betreibt diesen Bot",
    "address": "keine Anschrift",
    "email": "keine Mail",
    "privacy": "keine",
}
SEATS: Final = {
    "netzwerkstelle-magdeburg": ("DEMO Anna", "DEMO Ben"),
    "netzwerkstelle-halle": ("DEMO Clara", "DEMO Deniz"),
    "schulsozialarbeit-st-79": ("DEMO Eva", "DEMO Finn"),
}
# A post on its way: its coordinator plays it from invited to live. A colleague stands in as deputy.
BEGINNER: Final = ("schulsozialarbeit-st-5", "DEMO Koordination", "DEMO Anna")
WELCOME = """\
DEMO: Alles hier ist nur zum Ausprobieren, nichts verlässt diesen Rechner.
Schreiben Sie eine Nummer, ein Wort oder einen Satz.
Zum Beispiel: mein Sohn geht nicht mehr zur Schule
@ zeigt, wer sprechen kann (Besuch und Schreibtische); @2 wechselt. Ende mit Strg-D.
"""


@contextlib.asynccontextmanager
async def temporary_store() -> AsyncIterator[Store]:
    """A store of its own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="lotse-demo-") as folder:
        store = await Store.open(Path(folder) / "demo.sqlite", Keys.parse(new_key()))
        try:
            yield store
        finally:
            await store.close()


async def play(knowledge: Knowledge, *, staffed: bool, record: Path | None = None) -> int:
    """Talk at this terminal until the input ends; the exit code."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    async with temporary_store() as store:
        people = [Person("visitor", "Besuch")]
        if staffed:
            people += await seat(store)
        terminal = Terminal(keyboard(), _print, now, people)
        app = App(with_operator(knowledge, OPERATOR), store, (terminal,), {"terminal": FAST})
        terminal.settled = app.settled
        world = _world(staffed=staffed)
        _print(WELCOME)
        code = await app.run()
        audience = await store.run(_audience)
    if record is not None:
        scenario = written(world, audience, terminal.talk)
        await asyncio.to_thread(record.write_text, scenario, encoding="utf-8")
    return code


def _world(*, staffed: bool) -> dict[str, object]:
    """How this talk began, as a scenario says it."""
    at = {"at": local(now()).strftime("%Y-%m-%d %H:%M")}
    return at | (
        {"members": {post: list(labels) for post, labels in SEATS.items()}} if staffed else {}
    )


def _audience(work: Work) -> Audience | None:
    """Who the visitor said to be, at the end of the talk."""
    who = work.who(Address("terminal", "visitor"))
    found = work.load(ConversationKey(who.conversation)) if isinstance(who, Visitor) else None
    return found.audience if isinstance(found, Conversation) else None


FAST: Final = Limits(connections=1)


def at_terminal(label: str) -> Address:
    return Address("terminal", label)


async def seat(
    store: Store, at: datetime | None = None, desk: Callable[[str], Address] = at_terminal
) -> list[Person]:
    """Demo members on live posts; ``desk`` says where each is reached."""
    at = at or now()
    people: list[Person] = []

    def unit(work: Work) -> None:
        for post, labels in SEATS.items():
            permission = Permission(local(at).date(), "DEMO")
            work.save(PostFacts(post, permission, practised=True, accepting=True))
            for label in labels:
                member = Member(label, Role.WORKER, label, at, (post,), plan=WEEK)
                work.save(member)
                work.bind(desk(label), Staff(label), at)
                people.append(Person(label, f"{label} ({post})", f"{post} {label}"))
        people.append(beginner(work, at, desk))

    await store.run(unit)
    return people


def beginner(work: Work, at: datetime, desk: Callable[[str], Address]) -> Person:
    """The coordinator of a post that takes nothing yet; ``/stelle`` shows what is missing."""
    post, label, deputy = BEGINNER
    work.save(PostFacts(post, deputy=deputy))
    work.save(Member(label, Role.COORDINATOR, label, at, (post,), district="magdeburg"))
    work.bind(desk(label), Staff(label), at)
    return Person(label, f"{label} ({post}, noch nicht live)", f"{post} {label}")


async def keyboard() -> AsyncIterator[str]:
    """Lines as they are typed; ends with the input."""
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        yield line


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


# ── Scenarios ───────────────────────────────────────────────────────────────────────────────────


async def script(knowledge: Knowledge, path: Path, show: Callable[[str], None]) -> int:
    """Play a scenario and print the talk; raises ``ScenarioFault`` where it goes another way."""
    scenario = read_scenario(path)
    clock = Hands(scenario.world.at)
    stage = Stage(heard=lambda who, screen: show(f"[{who}] {screen.text}\n"))
    async with temporary_store() as store:
        app = App(
            with_operator(knowledge, OPERATOR),
            store,
            (stage,),
            {"terminal": FAST},
            clock=clock,
            steady=lambda: clock.at.timestamp(),  # noqa: PLW0108  (the hands move)
        )
        async with app.running():
            await Player(app, stage, clock, scenario).play()
    show(f"{path}: {len(scenario.talk)} Schritte, wie erwartet.")
    return 0
