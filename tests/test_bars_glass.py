"""Break-glass through the real channel and store: who ever reads the account, and for how long.

Nobody sees it alone, nobody sees it later than a day, and no file holds it open.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from telegram_house import ANNA, BO, CHANNEL, MONDAY, House, asks, house, typed

from bot.app import CORE
from bot.core import turn as core
from bot.core.messages import ADDRESS, Audit, EmptyDesk, Reveal, Screen, Staff
from bot.core.world import Outcome
from bot.ports import Address

KIM = 7_700_112_233
KIM_ON_THE_WEB = Address("web", "v.kim")
DESK = Address("web", "v.anna")
DAY = timedelta(hours=24)


async def says(home: House, number: int, chat: int, *texts: str) -> None:
    for n, text in enumerate(texts):
        await home.hears([typed(number + n, chat, text)])


async def asked(home: House) -> None:
    """Anna has Kim's request and has written her reason."""
    await asks(home, 100, KIM)
    await says(home, 200, ANNA, "Übernehmen", "Lebensgefahr", "Kim will nicht mehr leben.")
    await says(home, 210, ANNA, "Mit diesem Grund")


async def opened(home: House) -> None:
    await asked(home)
    await says(home, 300, BO, "Grund schreiben", "Ich sehe es auch so.", "Mit diesem Grund")


def readers(home: House) -> set[int]:
    """In whose chat the account can be read now."""
    chats = {int(chat) for chat in home.chats.shown}
    return {chat for chat in chats if any(str(KIM) in text for text in home.chats.standing(chat))}


async def nobody_alone(home: House) -> None:
    """The bar: with one reason nobody sees it, with two exactly those two."""
    await asked(home)
    assert readers(home) == set()
    await says(home, 300, BO, "Grund schreiben", "Ich sehe es auch so.", "Mit diesem Grund")
    assert readers(home) == {ANNA, BO}


async def no_longer_than_a_day(home: House) -> None:
    """The bar: an hour before the day is over it is there, an hour later it is nowhere."""
    await opened(home)
    await home.moves(DAY - timedelta(hours=1))
    assert readers(home) == {ANNA, BO}
    await home.moves(timedelta(hours=2))
    assert readers(home) == set()


async def test_one_member_alone_sees_nothing_two_see_it(tmp_path):
    async with house(tmp_path / "l.db") as home:
        await nobody_alone(home)
        assert home.faults() == []


async def test_after_a_day_it_stands_in_no_chat(tmp_path):
    async with house(tmp_path / "l.db") as home:
        await no_longer_than_a_day(home)
        assert home.faults() == []


async def test_it_goes_with_the_request(tmp_path):
    async with house(tmp_path / "l.db") as home:
        await opened(home)
        await says(home, 400, ANNA, "Abschließen", "Falscher Ort")
        assert readers(home) == set()


async def test_at_the_web_desk_it_stands_for_the_same_day_and_no_longer(tmp_path):
    """Anna was last seen at the web desk, so it goes there."""
    async with house(tmp_path / "l.db") as home:
        await asked(home)
        later = home.clock.at + timedelta(minutes=1)
        await home.app.store.run(lambda work: work.bind(DESK, Staff("anna"), later))
        await says(home, 300, BO, "Grund schreiben", "Ich sehe es auch so.", "Mit diesem Grund")
        assert any(str(KIM) in text for text in await page(home))
        await home.moves(DAY + timedelta(minutes=1))
        assert await page(home)
        assert not any(str(KIM) in text for text in await page(home))


async def page(home: House) -> list[str]:
    """What stands on Anna's page now."""
    shown = await home.app.store.run(lambda work: work.pages(DESK))
    return [each.screen.text for each in shown]


async def test_both_reasons_are_kept_and_the_chain_holds(tmp_path):
    async with house(tmp_path / "l.db") as home:
        await opened(home)
        lines = await home.app.store.run(lambda work: work.audited())
        why = [(line.member, line.action, line.why) for line in lines if line.why]
        assert why == [
            ("anna", "glass_ask", "Kim will nicht mehr leben."),
            ("bo", "glass_open", "Ich sehe es auch so."),
        ]
        assert str(KIM) not in repr(lines)
        assert not (await home.app.store.run(lambda work: work.verify_audit())).fault


async def test_no_record_holds_the_account(tmp_path):
    async with house(tmp_path / "l.db") as home:
        await opened(home)
        assert str(KIM) not in repr(await home.state())


async def test_where_words_may_not_stand_no_reason_is_written_either(tmp_path):
    def without_words(work) -> None:
        for facts in work.team().posts:
            work.save(replace(facts, permission=replace(facts.permission, telegram="notice")))

    async with house(tmp_path / "l.db") as home:
        await asks(home, 100, KIM)
        await home.app.store.run(without_words)
        await says(home, 200, ANNA, "Übernehmen", "Lebensgefahr")
        assert "am Schreibtisch im Web" in home.texts(ANNA)[-1]


async def test_of_a_web_visitor_there_is_nothing_to_see_and_both_are_told(tmp_path):
    async with house(tmp_path / "l.db") as home:
        await asked(home)
        await home.app.store.run(on_the_web)
        await says(home, 300, BO, "Grund schreiben", "Ich sehe es auch so.", "Mit diesem Grund")
        assert readers(home) == set()
        assert "gibt es kein Konto" in home.texts(ANNA)[-1]
        assert "gibt es kein Konto" in home.texts(BO)[-1]
        assert KIM_ON_THE_WEB.id not in "".join(home.texts(ANNA) + home.texts(BO))


def on_the_web(work) -> None:
    """Kim's only address is a page."""
    who = work.who(Address(CHANNEL, str(KIM)))
    work.bind(KIM_ON_THE_WEB, who, MONDAY)
    work.connection.execute("DELETE FROM addresses WHERE who_id = ? AND channel = 'telegram'",
                            (who.conversation,))  # fmt: skip


# ── Planted ─────────────────────────────────────────────────────────────────────────────────────


def hasty(knowledge, known, event):
    """A planted fault: a core that shows it with the first reason already."""
    outcome = core.turn(knowledge, known, event)
    (request,) = [r for r in outcome.records if getattr(r, "glass", None)] or (None,)
    first = [e for e in outcome.effects if isinstance(e, Audit) and e.action == "glass_ask"]
    if request is None or not first:
        return outcome
    alone = Screen(f"Konto {ADDRESS}")
    shown = Reveal(request.conversation, Staff(first[0].member), alone, alone, request.id)
    return Outcome(outcome.records, outcome.drops, (*outcome.effects, shown))


def lasting(knowledge, known, event):
    """A planted fault: a core that forgets to empty the desks."""
    outcome = core.turn(knowledge, known, event)
    kept = tuple(e for e in outcome.effects if not isinstance(e, EmptyDesk))
    return Outcome(outcome.records, outcome.drops, kept)


@pytest.mark.parametrize(
    ("double", "bar"), [(hasty, nobody_alone), (lasting, no_longer_than_a_day)]
)
async def test_a_core_that_shows_it_too_early_or_too_long_is_noticed(double, bar, tmp_path):
    async with house(tmp_path / "l.db") as home:
        home.app.dispatcher.core = replace(CORE, turn=double)
        with pytest.raises(AssertionError):
            await bar(home)
