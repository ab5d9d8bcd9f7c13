"""A scenario played over the whole application, step by step, through whichever door."""

import re
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.app import App
from bot.core.calendar import local
from bot.core.joining import INVITATION, code_hash
from bot.core.messages import (
    Event,
    House,
    Invited,
    Screen,
    Timer,
    Visitor,
)
from bot.core.records import (
    ConversationKey,
    Request,
    RequestKey,
    RequestsOf,
    Role,
    TeamKey,
)
from bot.core.undo import GRACE
from bot.core.view import Sight
from bot.core.walk import replay
from bot.stage import TICK, WEEK, Hands, Stage, address_of, people
from bot.transcript import AUDIENCES, Scenario, ScenarioFault, World, instant, read, span, written

__all__ = [
    "TICK", "WEEK", "Hands", "Player", "Scenario", "ScenarioFault", "Stage", "World", "instant",
    "read", "written",
]  # fmt: skip

_LINK = re.compile(r"i_[\w-]{43}")  # an invitation made in a chat
_CODE = re.compile(r"(?<=vor: )\d{4}")


@dataclass
class Player:
    """Plays the steps of a scenario over a running application."""

    app: App
    stage: Stage
    clock: Hands
    scenario: Scenario
    invited: int = 0
    since: dict[str, int] = field(default_factory=dict)  # what came after the last thing said
    link: str = ""  # the newest invitation made at the shell
    used: set[str] = field(default_factory=set)  # links and codes that were taken

    async def play(self) -> None:
        """Every step in order; raises ``ScenarioFault`` at the first that goes another way."""
        await people(self.app, self.stage, self.scenario.world)
        self.stage.enter(self.app, self.clock)
        await self._do("visitor", self.stage.opened("visitor", ""))
        for number, step in enumerate(self.scenario.talk, 1):
            ((name, value),) = step.items()
            try:
                if not name.startswith(("desk ", "person ")):
                    await self._let_go()
                await self._step(name, value)
            except ScenarioFault as fault:
                where = f"{self.scenario.file}, Schritt {number} ({name})"
                raise ScenarioFault(f"{where}: {fault}") from None

    async def _let_go(self) -> None:
        """Until somebody else does something, what a desk could take back has gone out."""
        soon = self.clock.at + GRACE
        waiting = await self.app.store.run(lambda work: work.due(soon))
        if any(due.kind is Timer.UNDO for due in waiting):
            await self._move(soon)

    async def _step(self, name: str, value: Any) -> None:
        if name in AUDIENCES:
            await self._do("visitor", self.stage.typed("visitor", str(value)))
        elif name == "tap":
            await self._tap("visitor", str(value))
        elif name == "bot":
            await self._bot(value)
        elif name == "later":
            await self._move(self.clock.at + span(str(value)))
        elif name == "at":
            await self._move(instant(str(value)))
        elif name == "operator":
            await self._invite(Role(str(value["role"])), str(value.get("name", "")))
        elif name.startswith("person "):
            await self._person(name.removeprefix("person ").strip(), value)
        else:
            await self._desk(name.removeprefix("desk ").strip(), value)

    async def _do(self, who: str, doing: Coroutine[Any, Any, None]) -> None:
        """One thing that somebody does, and everything that follows at once."""
        await self.stage.look(who)
        self.clock.at += TICK
        self.since[who] = len(self.stage.shown.get(who, []))
        await doing
        await self.app.settled()
        await self.stage.look(who)

    async def _tap(self, who: str, label: str) -> None:
        await self.stage.look(who)
        if not any(label in _all_labels(each) for each in self.stage.shown.get(who, [])):
            raise ScenarioFault(f"Einen Knopf „{label}“ gibt es nicht. {_labels(self._last(who))}")
        await self._do(who, self.stage.tapped(who, label))

    async def _move(self, at: datetime) -> None:
        """Time passes; what becomes due on the way happens in its order."""
        while (due := await self.app.store.run(lambda work: work.next_due())) and due <= at:
            self.clock.at = max(self.clock.at + TICK, due)
            await self.app.timers.look()
            await self.app.settled()
        self.clock.at = max(self.clock.at, at)

    def _last(self, who: str) -> Screen:
        shown = self.stage.shown.get(who)
        if not shown:
            raise ScenarioFault("Hier wurde noch nichts gezeigt.")
        return shown[-1]

    async def _bot(self, expected: Mapping[str, Any]) -> None:
        """What the visitor sees: on a screen that came since the visitor last said something."""
        if set(expected) - {"contains", "choices", "node"}:
            raise ScenarioFault("„bot“ kennt nur contains, choices, node.")
        await self.stage.look("visitor")
        if "contains" in expected:
            _contains(self._fresh("visitor"), str(expected["contains"]))
        if "choices" in expected:
            labels = [button.label for button in self._last("visitor").choices]
            if not set(expected["choices"]) <= set(labels):
                raise ScenarioFault(
                    f"Erwartet: {expected['choices']}. {_labels(self._last('visitor'))}"
                )
        if "node" in expected:
            node = await self.node()
            if node != expected["node"]:
                raise ScenarioFault(f"Erwartet war „{expected['node']}“, gezeigt wird „{node}“.")

    def _fresh(self, who: str) -> list[Screen]:
        return self.stage.shown.get(who, [])[self.since.get(who, 0) :]

    async def node(self) -> str:
        """Where the visitor stands, replayed from the stored answers."""
        app, at = self.app, self.clock()

        def standing(work: Any) -> str:
            who = self._visitor(work)
            conversation, waiting = (
                work.load(ConversationKey(who)),
                bool(work.load(RequestsOf(who))),
            )
            sight = Sight(app.knowledge, work.load(TeamKey()), conversation, at, waiting)
            return replay(app.knowledge.tree, conversation.answers, sight).node.ref

        return await app.store.run(standing)

    async def _desk(self, post: str, step: Mapping[str, Any]) -> None:
        seats = self.scenario.world.members.get(post.split(maxsplit=1)[0], ())
        if not seats:
            raise ScenarioFault(f"An „{post}“ sitzt in diesem Szenario niemand.")
        post, _, name = post.partition(" ")
        who = address_of(post, name or seats[0])
        ((verb, value),) = step.items()
        await self.stage.look(who)
        match verb:
            case "tap":
                await self._tap(who, str(value))
            case "type":
                await self._do(who, self.stage.typed(who, str(value)))
            case "contains":
                _contains(self._fresh(who), str(value))
            case "card":
                await self._card(post, who, value)
            case _:
                raise ScenarioFault(f"„{verb}“ gibt es am Schreibtisch nicht: card, tap, type.")

    async def _invite(self, role: Role, label: str) -> None:
        """As ``lotse invite`` does it at the shell."""
        self.invited += 1
        code = f"shell-{self.invited}".ljust(43, "-")
        until = self.clock.at + timedelta(hours=72)
        body = Invited(code_hash(code), role.value, None, None, label, until)
        event = Event(f"shell/{self.invited}", self.clock.at, self.app.chance(), House(), body)
        await self.app.dispatcher.happened([event])
        self.link = INVITATION + code

    async def _person(self, name: str, step: Mapping[str, Any]) -> None:
        """Somebody who comes by a link, and what they do then."""
        ((verb, value),) = step.items()
        await self.stage.look(name)
        match verb:
            case "opens":
                link = self._newest(_LINK) or self.link
                await self._do(name, self.stage.opened(name, link))
            case "tap":
                await self._tap(name, str(value))
            case "type":
                text = str(value).replace("{code}", self._newest(_CODE))
                await self._do(name, self.stage.typed(name, text))
            case "contains":
                _contains(self._fresh(name), str(value))
            case _:
                raise ScenarioFault(f"„{verb}“ gibt es hier nicht: opens, tap, type, contains.")

    def _newest(self, pattern: re.Pattern[str]) -> str:
        """What was shown last, to anybody, and looks like this."""
        found = [
            match
            for screens in self.stage.shown.values()
            for screen in screens
            for match in pattern.findall(screen.text)
        ]
        fresh = [match for match in found if match not in self.used]
        newest = fresh[-1] if fresh else ""
        self.used.update(fresh)
        return newest

    async def _card(self, post: str, who: str, expected: Mapping[str, Any]) -> None:
        request = await self._request()
        if request.post != post:
            raise ScenarioFault(f"Die Anfrage liegt bei „{request.post}“.")
        if not any(request.name in screen.text for screen in self.stage.shown.get(who, [])):
            raise ScenarioFault("Auf diesem Schreibtisch liegt keine Karte dazu.")
        due = local(request.due).strftime("%Y-%m-%d %H:%M") if request.due else None
        facts = {"topic": request.topic, "due": due, "audience": request.audience.value}
        facts |= {"school": request.school, "language": request.language}
        for name, value in expected.items():
            if name not in facts or str(facts[name]) != str(value):
                raise ScenarioFault(f"Auf der Karte: {name} = {facts.get(name)}, nicht {value}.")

    def _visitor(self, work: Any) -> str:
        """The conversation at the visitor's address; a new one after /ende."""
        who = work.who(self.stage.address("visitor"))
        return who.conversation if isinstance(who, Visitor) else ""

    async def _request(self) -> Request:
        def newest(work: Any) -> Request | None:
            ids = work.load(RequestsOf(self._visitor(work)))
            return work.load(RequestKey(ids[-1])) if ids else None

        request = await self.app.store.run(newest)
        if request is None:
            raise ScenarioFault("Es gibt keine offene Anfrage.")
        return request


def _contains(screens: list[Screen], text: str) -> None:
    if not any(text in line for screen in screens for line in _seen(screen)):
        last = screens[-1].text if screens else ""
        raise ScenarioFault(f"„{text}“ steht nicht da. Da steht: {last}")


def _seen(screen: Screen) -> list[str]:
    return [screen.text, *(button.label for button in screen.choices)]


def _all_labels(screen: Screen) -> list[str]:
    return [button.label for button in screen.choices + screen.ways]


def _labels(screen: Screen) -> str:
    labels = ", ".join(f"„{b.label}“" for b in screen.choices + screen.ways)
    return f"Da sind: {labels}"
