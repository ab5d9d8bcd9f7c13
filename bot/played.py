"""Which screens and choices the scenarios of a folder show: each is played over the whole bot."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.app import App, with_operator
from bot.core.knowledge import Knowledge
from bot.core.records import ConversationKey, RequestsOf, TeamKey
from bot.core.view import Sight
from bot.core.walk import trace
from bot.demo import FAST, OPERATOR, temporary_store
from bot.scenario import Hands, Player, Scenario, Stage, read

Seen = tuple[set[str], set[tuple[str, str]]]


async def seen_in(knowledge: Knowledge, files: Iterable[Path]) -> Seen:
    """Screens stood on, and choices taken, in all of these scenarios.

    Raises ``ScenarioFault`` where a file is no scenario or its talk goes another way.
    """
    screens: set[str] = set()
    choices: set[tuple[str, str]] = set()
    known = with_operator(knowledge, OPERATOR)
    for file in files:
        scenario = read(file)
        clock, stage = Hands(scenario.world.at), Stage()
        async with temporary_store() as store:
            app = App(
                known, store, (stage,), {"terminal": FAST}, clock=clock,
                steady=lambda clock=clock: clock.at.timestamp(),  # type: ignore[misc]
                log=lambda *_what, **_ids: None,
            )  # fmt: skip
            async with app.running():
                await Watching(app, stage, clock, scenario, screens, choices).play()
    return screens, choices


class Watching(Player):
    """Plays a scenario and notes where its visitor has stood."""

    def __init__(  # noqa: PLR0913, PLR0917  (a player, and where to note)
        self,
        app: App,
        stage: Stage,
        clock: Hands,
        scenario: Scenario,
        screens: set[str],
        choices: set[tuple[str, str]],
    ) -> None:
        super().__init__(app, stage, clock, scenario)
        self._screens, self._choices = screens, choices

    async def _step(self, name: str, value: Any) -> None:
        await super()._step(name, value)
        await self.app.store.run(self._note)

    def _note(self, work: Any) -> None:
        who = self._visitor(work)
        conversation = work.load(ConversationKey(who))
        if conversation is None:
            return
        waiting = bool(work.load(RequestsOf(who)))
        sight = Sight(self.app.knowledge, work.load(TeamKey()), conversation, self.clock(), waiting)
        places = trace(self.app.knowledge.tree, conversation.answers, sight)
        self._screens.update(place.node.ref for place in places)
        self._choices.update((a.node, a.choice) for a in conversation.answers if a.choice)
