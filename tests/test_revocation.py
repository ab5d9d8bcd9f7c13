"""Removal is effective at once, in the chat, in the web and for what still waits (bar 37)."""

from datetime import timedelta

from telegram_house import ANNA, BO, CHANNEL, MONDAY, OFFICE, House, asks, house, tapped, typed

from bot.core.messages import Staff, Visitor
from bot.core.records import Member, Role
from bot.ports import Address, Owed
from bot.scenario import WEEK

LEA = 9003
DESK = Address("web", "v.desk")


async def removed(home: House) -> None:
    """Anna has claimed a request and is logged in at the web desk; Lea ends her access."""

    def seat(work) -> None:
        work.save(Member("lea", Role.COORDINATOR, "lea", MONDAY, (), "magdeburg", plan=WEEK))
        work.bind(Address(CHANNEL, str(LEA)), Staff("lea"), MONDAY)
        work.bind(DESK, Staff("anna"), MONDAY)
        work.begin_session("token", DESK, MONDAY)

    await home.app.store.run(seat)
    await asks(home, 1, 4711)
    await home.hears([typed(20, ANNA, "Übernehmen")])
    await home.hears([typed(21, LEA, "/einladen")], [typed(22, LEA, "Zugang beenden: anna")])
    await home.hears([typed(23, LEA, "Ja, Zugang beenden: anna")])
    await home.moves(timedelta(seconds=1))  # what she had returns in a turn of its own


async def test_after_removal_nothing_of_the_desk_is_left(tmp_path):
    async with house(tmp_path / "l.db") as home:
        await removed(home)

        def look(work) -> None:
            assert work.session("token", home.clock.at) is None
            assert work.address_of(Staff("anna")) is None
            assert work.team().member("anna") is None

        await home.app.store.run(look)
        (request,) = (await home.state())["requests"]
        assert request.claimed_by is None
        assert request.post == OFFICE
        assert home.faults() == []


async def test_an_old_button_and_a_command_of_hers_reach_no_desk(tmp_path):
    async with house(tmp_path / "l.db") as home:
        await removed(home)
        old = home.tap_of(ANNA, "Antworten") or home.tap_of(ANNA, "Übernehmen")
        await home.hears([tapped(30, ANNA, old)], [typed(31, ANNA, "/anfragen")])
        who = await home.app.store.run(lambda work: work.who(Address(CHANNEL, str(ANNA))))
        assert isinstance(who, Visitor)
        assert "Offene Anfragen" not in home.texts(ANNA)[-1]
        await home.hears([typed(32, BO, "Übernehmen")])
        (request,) = (await home.state())["requests"]
        assert request.claimed_by == "bo"


async def test_what_waited_for_her_is_never_sent(tmp_path):
    async with house(tmp_path / "l.db") as home:
        await removed(home)

        def waiting(work) -> int:
            work.bind(Address(CHANNEL, "77"), Staff("weg"), MONDAY)
            work.owe(Address(CHANNEL, "77"), Owed(home.chats.shown[str(BO)][-1]))
            work.drop_owed_to("weg")
            return sum(each.address.id == "77" for each in work.owed())

        assert await home.app.store.run(waiting) == 0
