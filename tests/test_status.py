"""``lotse status`` says which updates met a bug of ours: how many, and their ids."""

from dataclasses import replace
from datetime import timedelta

from telegram_house import house, typed

from bot.app import CORE
from bot.commands.house import NoDoors
from bot.commands.looking import status


def crashing(_knowledge, _known, _event):
    raise RuntimeError("the words of a child")


async def said(home) -> tuple[int, str]:
    lines: list[str] = []

    async def say(line: str) -> None:
        lines.append(line)

    return await status(home.app, NoDoors(), {}, say), "\n".join(lines)


async def test_a_crashed_update_is_named_by_its_id_for_a_week(tmp_path):
    async with house(tmp_path / "l.db") as home:
        code, lines = await said(home)
        assert (code, "Abgestürzt" in lines) == (0, False)
        home.app.dispatcher.core = replace(CORE, turn=crashing)
        await home.hears([typed(77, 4711, "niemand darf das lesen")])
        code, lines = await said(home)
        assert code == 1
        assert "Abgestürzt und entschuldigt in sieben Tagen: 1 (telegram:tg:77)" in lines
        assert "niemand darf" not in lines
        home.clock.at += timedelta(days=8)
        code, lines = await said(home)
        assert "Abgestürzt" not in lines


async def test_an_update_that_no_store_can_write_is_parked_and_named(tmp_path):
    def poisoned(knowledge, known, event):
        outcome = CORE.turn(knowledge, known, event)
        return replace(outcome, effects=(*outcome.effects, object()))

    async with house(tmp_path / "l.db") as home:
        home.app.dispatcher.core = replace(CORE, turn=poisoned)
        await home.hears([typed(78, 4711, "Hallo")])
        code, lines = await said(home)
        assert code == 1
        assert "Zur Seite gelegt in sieben Tagen: 1 (telegram:tg:78)" in lines
