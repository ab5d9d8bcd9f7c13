"""Where words may stand: in Telegram only as the carrier allows it; and that they go when they must."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from talk import MAGDEBURG, SPIELWAGEN, Person, Talk, offices, sending, two_rungs
from telegram_house import ANNA, BO, OFFICE, Chats, House, asks, house, tapped, typed

from bot.core.directory import COORDINATION
from bot.core.messages import Command, EmptyDesk, Say, Screen, Staff, Typed
from bot.core.records import PostFacts, Role
from bot.ports import Outgoing, Receipt
from bot.store import Store, Work

WORDS = "Es geht um die Pause."


# ── In the core ─────────────────────────────────────────────────────────────────────────────────


def allowed(talk: Talk, scope: str, post: str = MAGDEBURG) -> None:
    facts = talk.store.team().facts(post)
    assert facts.permission
    permission = replace(facts.permission, telegram=scope)
    talk.store.save(replace(facts, permission=permission))


def in_telegram(talk: Talk) -> list[Screen]:
    """What the members of the last event would see there."""
    says = [e for e in talk.outcome.effects if isinstance(e, Say) and isinstance(e.to, Staff)]
    return [say.telegram or say.screen for say in says]


def claimed(scope: str, channel: str = "telegram") -> Talk:
    talk, kim, anna, _ = offices()
    allowed(talk, scope)
    sending(kim)
    request = kim.request
    words = tuple(replace(word, via=channel) for word in request.words)
    talk.store.save(replace(request, words=words))
    anna.taps("Übernehmen")
    return talk


def read_there(talk: Talk) -> str:
    return "\n".join(screen.text for screen in in_telegram(talk))


def test_with_text_the_claimer_reads_what_was_written_in_telegram():
    assert WORDS in read_there(claimed("text"))


@pytest.mark.parametrize(
    ("scope", "channel"), [("no", "telegram"), ("notice", "telegram"), ("text", "web")]
)
def test_otherwise_the_words_are_at_the_web_desk(scope, channel):
    said = read_there(claimed(scope, channel))
    assert WORDS not in said
    assert "im Web" in said


def test_the_planted_fault_of_a_permission_that_is_too_wide_would_be_seen():
    with pytest.raises(AssertionError):
        assert WORDS not in read_there(claimed("text"))


def test_with_notice_the_card_has_no_button_to_answer():
    talk = claimed("notice")
    labels = [b.label for screen in in_telegram(talk) for b in screen.choices]
    assert "Abschließen" in labels
    assert "Antworten" not in labels


def test_with_nothing_not_even_the_name_is_there():
    talk = claimed("no")
    (request,) = talk.store.all_requests()
    assert request.name not in read_there(talk)


def anna_of(talk: Talk) -> Person:
    return next(p for p in talk.people if p.who == Staff("anna"))


@pytest.mark.parametrize(
    "taps",
    [("Abschließen",), ("Weitergeben",), ("Kolleg:in fragen",), ("Zurückgeben",), ("Antworten",)],
)
def test_with_nothing_no_sentence_at_the_desk_names_the_request(taps):
    talk = claimed("no")
    (request,) = talk.store.all_requests()
    anna = anna_of(talk)
    for label in taps:
        anna.does(Typed(next(each for each in anna.labels if label in each)), "telegram")
        assert request.name not in read_there(talk)
        assert "Schreibtisch im Web" in read_there(talk)


def test_with_nothing_the_list_says_only_that_the_web_desk_has_it():
    talk = claimed("no")
    (request,) = talk.store.all_requests()
    anna_of(talk).commands(Command.DESK)
    (there,) = in_telegram(talk)
    assert "Schreibtisch im Web" in there.text
    assert [button.label for button in there.choices] == ["Nur am Schreibtisch im Web"]
    for told in (request.name, "Pause", "Schüler", "15 Uhr"):
        assert told not in there.text
    assert request.name in anna_of(talk).text  # at the web desk


def test_the_planted_fault_of_a_list_that_shows_all_would_be_seen():
    talk = claimed("notice")
    (request,) = talk.store.all_requests()
    anna_of(talk).commands(Command.DESK)
    with pytest.raises(AssertionError):
        assert request.name not in read_there(talk)
    assert WORDS not in read_there(talk)


def test_one_list_hides_only_what_the_carrier_hides():
    talk = claimed("no")
    (request,) = talk.store.all_requests()
    practice = replace(request, id="p", name="Übungs-Otter", practice=True, claimed_by=None)
    talk.store.save(practice)
    anna_of(talk).commands(Command.DESK)
    (there,) = in_telegram(talk)
    labels = [button.label.split(" · ")[0] for button in there.choices]
    assert sorted(labels) == ["Nur am Schreibtisch im Web", "Übungs-Otter"]
    assert "Übungs-Otter" in there.text
    assert request.name not in there.text


def overdue_at_the_school(office: str) -> tuple[Talk, str]:
    """Nobody at the school's post answered, and nothing was agreed; what others hear of it."""
    talk, kim, _, _ = two_rungs()
    talk.staffed(COORDINATION, "kim-ko", "lou-ko")
    allowed(talk, "text", SPIELWAGEN)
    for post in (MAGDEBURG, COORDINATION):
        allowed(talk, office, post)
    sending(kim, consent=False)
    talk.due(kim.request)
    return talk, kim.request.name


def test_whoever_reads_of_it_elsewhere_reads_as_their_own_carrier_allows():
    talk, name = overdue_at_the_school("no")
    elsewhere = [say for say in told_to(talk, "anna", "kim-ko") if say.request or say.telegram]
    assert elsewhere
    for say in elsewhere:
        assert say.telegram is not None
        assert name not in say.telegram.text
        assert "Magdeburg" not in say.telegram.text


def test_where_both_carriers_allow_it_the_fact_stands_there():
    talk, name = overdue_at_the_school("notice")
    said = "\n".join((s.telegram or s.screen).text for s in told_to(talk, "anna", "kim-ko"))
    assert name in said
    assert "überfällig" in said


def told_to(talk: Talk, *members: str) -> list[Say]:
    says = [e for e in talk.outcome.effects if isinstance(e, Say)]
    return [say for say in says if say.to in {Staff(member) for member in members}]


def test_withdrawing_empties_what_the_claimer_was_shown():
    talk = claimed("text")
    kim = talk.by_id("kim")
    assert kim
    kim.taps("Anfrage zurückziehen")
    emptied = [e for e in talk.outcome.effects if isinstance(e, EmptyDesk)]
    assert [(e.screen.text, e.member) for e in emptied] == [("gelöscht", "")]


def test_words_that_come_later_are_only_announced():
    talk = claimed("notice")
    kim = talk.by_id("kim")
    assert kim
    kim.says("und noch etwas")
    talk.later(minutes=1)
    assert "und noch etwas" not in read_there(talk)
    assert "steht Text am Schreibtisch im Web" in read_there(talk)


def test_nobody_answers_in_telegram_what_may_not_stand_there():
    talk = claimed("notice")
    anna = next(p for p in talk.people if p.who == Staff("anna"))
    anna.does(Typed("Antworten"), "telegram")
    assert "am Schreibtisch im Web" in anna.text
    anna.taps("Antworten").does(Typed("Komm vorbei."), "telegram")
    assert "am Schreibtisch im Web" in anna.text
    assert anna.member.draft == ""


def test_a_practice_request_has_nobodys_words_and_is_shown_everywhere():
    talk = Talk()
    anna = talk.staffed(MAGDEBURG, "anna", "bo", practised=False)[0]
    anna.commands(Command.POST).taps("Übungsanfrage starten")
    assert any("ÜBUNG" in screen.text for screen in in_telegram(talk))


def test_the_directory_says_it_where_it_names_an_approval():
    talk = claimed("no")
    directory = talk.k.directory
    carrier = directory.carriers[directory.posts[MAGDEBURG].carrier]
    approved = replace(carrier, telegram="text", approved_on=talk.at.date(), approved_by="Leitung")
    carriers = {**directory.carriers, carrier.id: approved}
    talk.k = replace(talk.k, directory=replace(directory, carriers=carriers))
    anna = next(p for p in talk.people if p.who == Staff("anna"))
    anna.commands(Command.DESK).says("1")
    assert WORDS in read_there(talk)


def led(**facts: bool) -> tuple[Talk, Person]:
    talk = Talk()
    (lead,) = talk.staffed(MAGDEBURG, "lea", role=Role.ADMIN, **facts)
    lead.commands(Command.POST)
    return talk, lead


def test_the_coordinator_records_what_the_carrier_allows():
    talk, lead = led()
    assert "In Telegram: nichts" in lead.text
    lead.taps("Was in Telegram stehen darf", "Auch Texte")
    assert "auch Texte" in lead.text
    assert talk.store.team().facts(MAGDEBURG).permission.telegram == "text"


def test_without_a_permission_there_is_nothing_to_allow():
    talk, lead = led()
    button = lead.button("Was in Telegram stehen darf").tap
    talk.store.save(PostFacts(MAGDEBURG))
    lead.pushes(button)
    assert "In Telegram: nichts" in lead.text
    assert "Was in Telegram stehen darf" not in lead.labels


def test_closing_and_giving_back_empty_the_desk():
    talk = claimed("text")
    anna = next(p for p in talk.people if p.who == Staff("anna"))
    anna.taps("Zurückgeben")
    emptied = [e for e in talk.outcome.effects if isinstance(e, EmptyDesk)]
    assert [e.member for e in emptied] == ["anna"]
    anna.taps("Übernehmen", "Abschließen", "Falscher Ort")
    emptied = [e for e in talk.outcome.effects if isinstance(e, EmptyDesk)]
    assert [e.member for e in emptied] == [""]


# ── Through the door ────────────────────────────────────────────────────────────────────────────


async def claims(home: House) -> None:
    await asks(home, 1, 500, WORDS)
    tap = home.tap_of(ANNA, "Übernehmen")
    assert tap
    await home.hears([tapped(100, ANNA, tap)])


def gone(home: House, chat: int) -> int:
    return home.texts(chat).count("gelöscht")


async def test_everything_with_words_is_emptied_at_closing(tmp_path):
    async with house(tmp_path / "db") as home:
        await claims(home)
        for number, text in enumerate(("Antworten", "Bis Mittwoch.", "Senden"), 101):
            await home.hears([typed(number, ANNA, text)])
        assert sum(WORDS in text for text in home.texts(ANNA)) >= 1
        assert gone(home, ANNA) == 0
        await home.hears([typed(104, ANNA, "Abschließen")])
        await home.hears([typed(105, ANNA, "Falscher Ort")])
        standing = home.chats.standing(ANNA)
        assert not any(WORDS in text or "Bis Mittwoch." in text for text in standing)
        assert gone(home, ANNA) >= 2
        assert gone(home, BO) == 0


async def test_withdrawing_empties_the_desk_also_after_sixty_hours(tmp_path):
    async with house(tmp_path / "db") as home:
        await claims(home)
        await home.moves(timedelta(hours=10))
        await home.hears([typed(130, 500, "Anfrage zurückziehen")])
        assert not any(WORDS in text for text in home.chats.standing(ANNA))


async def test_withdrawing_a_claimed_request_edits_its_words_at_the_desk_to_deleted(tmp_path):
    async with house(tmp_path / "db") as home:
        await claims(home)
        assert any(WORDS in text for text in home.chats.standing(ANNA))
        assert gone(home, ANNA) == 0
        await home.hears([typed(130, 500, "Anfrage zurückziehen")])
        assert not any(WORDS in text for text in home.chats.standing(ANNA))
        assert gone(home, ANNA) >= 1
        assert gone(home, BO) == 0


async def test_without_permission_nothing_of_it_reaches_telegram(tmp_path):
    async with house(tmp_path / "db") as home:

        def narrowed(work):
            facts = work.team().facts(OFFICE)
            work.save(replace(facts, permission=replace(facts.permission, telegram="no")))

        await home.app.store.run(narrowed)
        await asks(home, 1, 500, WORDS)
        texts = home.texts(ANNA)
        assert texts
        assert all("Hier in Telegram darf ich davon nichts zeigen" in text for text in texts)


# ── On its way in that very moment ──────────────────────────────────────────────────────────────

LATER = "Und noch etwas."


@dataclass
class Slow(Chats):
    """A door at which the first message with these words stays on its way until it is let go."""

    on_its_way: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, outgoing: Outgoing) -> Receipt:
        here = outgoing.screen and outgoing.address.id == str(ANNA)
        if here and LATER in outgoing.screen.text and not self.on_its_way.is_set():
            self.on_its_way.set()
            await self.let_go.wait()
        return await super().send(outgoing)


def withdraws(home: House) -> Awaitable[object]:
    tap = home.tap_of(500, "Anfrage zurückziehen")
    assert tap
    return home.hears([tapped(130, 500, tap)])


def leaves(home: House) -> Awaitable[object]:
    """The last thing of a removal: nothing that waits for her is sent, her address goes."""

    def unit(work) -> None:
        work.drop_owed_to("anna")
        work.end_access("anna")

    return home.app.store.run(unit)


async def stands_after(path, empties, store_class: type[Store] = Store) -> list[str]:
    """What anna's chat says when words were emptied while they were on their way to it."""
    chats = Slow()
    async with house(path, chats=chats, store_class=store_class) as home:
        await claims(home)
        await home.hears([typed(120, 500, LATER)])
        telling = asyncio.create_task(home.moves(timedelta(minutes=1)))
        await chats.on_its_way.wait()
        emptying = asyncio.ensure_future(empties(home))
        while await home.app.store.run(quoted_and_owed):  # noqa: ASYNC110
            await asyncio.sleep(0)
        chats.let_go.set()
        await asyncio.gather(telling, emptying)
        await home.app.settled()
        assert any(LATER in text for text in home.texts(ANNA))
        assert await home.app.store.run(lambda work: work.owed()) == ()
        return chats.standing(ANNA)


def quoted_and_owed(work) -> int:
    return work.connection.execute("SELECT count(*) FROM outbox WHERE quotes = 1").fetchone()[0]


@pytest.mark.parametrize("empties", [withdraws, leaves])
async def test_words_emptied_while_they_were_on_their_way_are_emptied_when_they_arrive(
    empties: Callable[[House], Awaitable[object]], tmp_path
):
    standing = await stands_after(tmp_path / "db", empties)
    assert not any(LATER in text for text in standing)


class Trusting(Work):
    """A planted fault: what was forgotten on its way is believed not to have arrived."""

    def sent(self, rows, at):
        super().sent(rows, at)
        return frozenset()


class TrustingStore(Store):
    async def run(self, unit):
        def trusting(work):
            work.__class__ = Trusting
            return unit(work)

        return await super().run(trusting)


async def test_the_planted_fault_of_words_that_escape_would_be_seen(tmp_path):
    standing = await stands_after(tmp_path / "db", leaves, TrustingStore)
    assert any(LATER in text for text in standing)
