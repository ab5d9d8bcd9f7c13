"""What stands on a page that lives in the store: kept with the commit, sealed, forgotten in time."""

from datetime import timedelta

import pytest
from store_samples import HOME, NOW, conversation, member, opened, request, screen, word

from bot.core.messages import Staff, Visitor
from bot.core.retention import Keep
from bot.ports import Address, Owed, Receipt
from bot.store.work import Work

PAGE = Address("web", "v.abc")
OTHER = Address("web", "v.xyz")


def texts(work, address=PAGE, **other) -> list[str]:
    return [shown.screen.text for shown in work.pages(address, **other)]


def say(work, text: str, address=PAGE, **other) -> int:
    return work.owe(address, Owed(screen(text), **other)).row


async def test_a_screen_stands_on_the_page_as_soon_as_it_is_committed(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        await store.run(lambda work: [say(work, "eins"), say(work, "zwei")])

        def look(work):
            assert texts(work) == ["eins", "zwei"]
            assert work.newest_page(PAGE) == 2
            assert [one.row for one in work.owed()] == [1, 2]

        await store.run(look)


async def test_what_is_not_committed_stands_nowhere(tmp_path):
    async with opened(tmp_path / "l.db") as store:

        def half(work):
            say(work, "eins")
            raise RuntimeError

        with pytest.raises(RuntimeError):
            await store.run(half)
        assert await store.run(texts) == []


async def test_pages_of_others_and_other_channels_stay_apart(tmp_path):
    async with opened(tmp_path / "l.db") as store:

        def unit(work):
            say(work, "meins")
            say(work, "ihrs", OTHER)
            say(work, "im Messenger", HOME)
            assert texts(work) == ["meins"]
            assert texts(work, OTHER) == ["ihrs"]
            assert texts(work, HOME) == []
            assert work.newest_page(HOME) == 0

        await store.run(unit)


async def test_a_screen_survives_whole_with_its_buttons(tmp_path):
    whole = screen("eins", slot="s", edit=True)
    async with opened(tmp_path / "l.db") as store:
        await store.run(lambda work: work.owe(PAGE, Owed(whole)))
        (shown,) = await store.run(lambda work: work.pages(PAGE))
        assert shown.screen == whole
        assert (shown.row, shown.place, shown.at) == (1, 1, None)


async def test_sending_leaves_it_on_the_page_and_notes_the_time(tmp_path):
    async with opened(tmp_path / "l.db") as store:

        def unit(work):
            outgoing = work.owe(PAGE, Owed(screen("eins")))
            work.sent([(outgoing, Receipt())], NOW)
            assert work.owed() == ()
            (shown,) = work.pages(PAGE)
            assert shown.at == NOW

        await store.run(unit)


async def test_what_was_given_up_does_not_stand_there(tmp_path):
    async with opened(tmp_path / "l.db") as store:

        def unit(work):
            work.bind(PAGE, Visitor("c1"), NOW)
            row = say(work, "eins", request="r1")
            assert work.give_up(row) == (Visitor("c1"), "r1")
            assert texts(work) == []

        await store.run(unit)


async def test_an_edited_screen_keeps_its_place_and_gets_a_new_number(tmp_path):
    async with opened(tmp_path / "l.db") as store:

        def unit(work):
            card = [screen(f"Karte {n}", slot="card", edit=n > 1) for n in (1, 2, 3)]
            work.owe(PAGE, Owed(card[0]))
            say(work, "dazwischen")
            work.owe(PAGE, Owed(card[1]))
            work.owe(PAGE, Owed(card[2]))
            assert texts(work) == ["Karte 3", "dazwischen"]
            first, second = work.pages(PAGE)
            assert (first.place, first.row) == (1, 4)
            assert (second.place, second.row) == (2, 2)
            assert work.newest_page(PAGE) == 4

        await store.run(unit)


async def test_a_slot_that_is_not_edited_stands_anew(tmp_path):
    async with opened(tmp_path / "l.db") as store:

        def unit(work):
            work.owe(PAGE, Owed(screen("oben", slot="card")))
            work.owe(PAGE, Owed(screen("unten", slot="card", edit=False)))
            work.owe(PAGE, Owed(screen("neu", slot="card", edit=True)))
            assert texts(work) == ["oben", "neu"]

        await store.run(unit)


async def test_long_pages_are_read_in_parts_from_the_end(tmp_path):
    async with opened(tmp_path / "l.db") as store:

        def unit(work):
            for number in range(10):
                say(work, str(number))
            newest = work.pages(PAGE, limit=3)
            assert [one.screen.text for one in newest] == ["7", "8", "9"]
            assert texts(work, before=newest[0].place, limit=3) == ["4", "5", "6"]

        await store.run(unit)


# ── Forgotten ───────────────────────────────────────────────────────────────────────────────────


async def rows(store) -> int:
    count = "SELECT count(*) FROM history"
    return await store.run(lambda work: work.connection.execute(count).fetchone()[0])


async def test_words_of_a_request_leave_every_page_with_the_request(tmp_path):
    async with opened(tmp_path / "l.db") as store:

        def unit(work):
            work.save(conversation())
            work.save(request(words=(word("geheim"),)))
            work.save(member())
            work.bind(PAGE, Visitor("c1"), NOW)
            work.bind(OTHER, Staff("m1"), NOW)
            say(work, "geheim", OTHER, request="r1", quotes=True)
            say(work, "nur der Stand", OTHER, request="r1")
            assert texts(work, OTHER) == ["geheim", "nur der Stand"]

        await store.run(unit)
        await store.run(lambda work: work.forget_words("r1"))
        assert await store.run(lambda work: texts(work, OTHER)) == ["nur der Stand"]
        assert await rows(store) == 1


async def test_quoted_words_are_noise_without_their_key(tmp_path):
    async with opened(tmp_path / "l.db") as store:

        def unit(work):
            work.save(request(words=(word("geheim"),)))
            say(work, "geheim", request="r1", quotes=True)
            work.connection.execute("DELETE FROM request_keys")
            assert texts(work) == []

        await store.run(unit)


async def test_a_draft_leaves_the_page_when_it_was_sent_or_thrown_away(tmp_path):
    async with opened(tmp_path / "l.db") as store:

        def write(work):
            work.bind(PAGE, Visitor("c1"), NOW)
            work.save(conversation(draft=("mein Text",)))
            say(work, "Das geht an …:\n\nmein Text")
            say(work, "etwas anderes")

        await store.run(write)
        await store.run(lambda work: work.save(conversation(draft=("mein Text", "mehr"))))
        assert await rows(store) == 2
        await store.run(lambda work: work.save(conversation(draft=())))
        assert await store.run(texts) == ["etwas anderes"]


async def test_a_forgotten_conversation_leaves_an_empty_page_but_for_its_last_word(tmp_path):
    async with opened(tmp_path / "l.db") as store:

        def unit(work):
            work.save(conversation())
            work.bind(PAGE, Visitor("c1"), NOW)
            say(work, "alt")
            work.forget_conversation("c1")
            say(work, "Alles gelöscht")
            assert texts(work) == ["Alles gelöscht"]

        await store.run(unit)


async def test_emptying_a_page_is_whole_and_at_once(tmp_path):
    async with opened(tmp_path / "l.db") as store:

        def unit(work):
            say(work, "eins")
            say(work, "ihrs", OTHER)
            assert work.erasable(PAGE, NOW) == ()
            assert texts(work) == []
            assert texts(work, OTHER) == ["ihrs"]

        await store.run(unit)


async def sent_then_swept(tmp_path, later: timedelta) -> int:
    async with opened(tmp_path / "l.db") as store:
        await store.run(
            lambda work: work.sent([(work.owe(PAGE, Owed(screen("x"))), Receipt())], NOW)
        )
        await store.run(lambda work: work.sweep(NOW + later))
        return await rows(store)


async def test_a_page_is_kept_for_its_time_and_no_longer(tmp_path):
    hour = timedelta(hours=1)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert await sent_then_swept(tmp_path / "a", Keep().conversations - hour) == 1
    assert await sent_then_swept(tmp_path / "b", Keep().conversations + hour) == 0


# ── Sessions ────────────────────────────────────────────────────────────────────────────────────

DESK = Address("web", "d.abc")


def seated(work: Work) -> None:
    work.save(member())
    work.bind(DESK, Staff("m1"), NOW)
    work.begin_session("token", DESK, NOW)
    work.put_key("KEY", DESK, NOW)


@pytest.mark.parametrize(
    ("minutes", "there"), [(0, True), (29, True), (30, False), (60, False), (-1, True)]
)
async def test_a_session_lasts_half_an_hour_without_use(tmp_path, minutes, there):
    async with opened(tmp_path / "l.db") as store:
        await store.run(seated)
        at = NOW + timedelta(minutes=minutes)
        found = await store.run(lambda work: work.session("token", at))
        assert (found == DESK) is there
        # once it is over it stays over, whatever the clock says afterwards
        again = await store.run(lambda work: work.session("token", NOW))
        assert (again == DESK) is there


async def test_looking_keeps_no_session_alive(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        await store.run(seated)
        for minutes in (20, 29):
            at = NOW + timedelta(minutes=minutes)
            assert await store.run(lambda work, at=at: work.session("token", at, touch=False))
        at = NOW + timedelta(minutes=31)
        assert await store.run(lambda work: work.session("token", at)) is None


async def test_a_session_counts_only_while_a_member_stands_behind_it(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        await store.run(seated)

        await store.run(lambda work: work.connection.execute("DELETE FROM addresses"))

    async with opened(tmp_path / "l.db") as store:

        def gone(work):
            assert work.session("token", NOW) is None
            assert work.at_key("KEY") is None

        await store.run(gone)


async def test_sessions_and_keys_are_no_keys_to_each_other(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        await store.run(seated)

        def unit(work):
            assert work.at_key("KEY") == DESK
            assert work.at_key("token") is None
            assert work.session("KEY", NOW) is None

        await store.run(unit)


async def test_a_new_key_voids_the_old_one_and_ends_nothing(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        await store.run(seated)

        def unit(work):
            work.put_key("NEW", DESK, NOW)
            assert work.at_key("KEY") is None
            assert work.at_key("NEW") == DESK
            assert work.session("token", NOW) == DESK
            work.end_sessions(DESK)
            assert work.session("token", NOW) is None
            assert work.at_key("NEW") == DESK

        await store.run(unit)


async def test_a_member_has_one_desk_in_the_web(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        await store.run(seated)

        def unit(work):
            work.bind(HOME, Staff("m1"), NOW + timedelta(hours=1))
            assert work.desk_of("m1") == DESK
            assert work.desk_of("m2") is None

        await store.run(unit)


async def test_sessions_that_are_over_are_swept_and_keys_stay(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        await store.run(seated)
        await store.run(lambda work: work.sweep(NOW + timedelta(minutes=31)))
        count = "SELECT kind FROM sessions"
        kinds = await store.run(lambda work: work.connection.execute(count).fetchall())
        assert kinds == [("key",)]
