"""A live office, from the invitation to the closed request, over the whole application."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playing import House, house, real_knowledge

from bot import commands
from bot.commands import NoDoors
from bot.core.messages import Outage, Started, Tapped, Timer
from bot.core.records import OpenRequests, RequestKey, TeamKey
from bot.core.retention import Keep

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # 9:00 in Berlin
OFFICE = "netzwerkstelle-magdeburg"
NAME = "Netzwerkstelle Schulerfolg Magdeburg"
PRIVATE = "Meine Tochter heißt Frieda und weint jeden Morgen."


async def ordered(home: House, command: str, **arguments: object) -> tuple[int, list[str]]:
    """A command of the operator: its exit code and its lines."""
    lines: list[str] = []

    async def say(line: str) -> None:
        lines.append(line)

    told = {"command": command, **arguments}
    return await commands.perform(home.app, NoDoors(), told, say), lines


async def joins(home: House, who: str, **arguments: object) -> None:
    code, lines = await ordered(home, "invite", name=who, quiet=True, **arguments)
    assert code == 0
    await home.say(who, f"/start {lines[0]}")


async def open_office(home: House) -> None:
    """From nothing to live, as two people at their desks do it."""
    await joins(home, "Karla", role="coordinator", district="magdeburg")
    await joins(home, "Willi", role="worker", post=OFFICE)
    await home.tap("Karla", "Erlaubnis eintragen")
    await home.say("Karla", "20.11.2026 Petra Beispiel")
    for who in ("Karla", "Willi"):
        await home.tap(who, "Meine Wochenzeiten")
        await home.say(who, "Mo-Do 8-15, Fr 8-12")
    await practised(home, "Willi")
    await home.say("Karla", "/stelle")
    await home.tap("Karla", "Ab jetzt annehmen")


async def practised(home: House, who: str) -> None:
    await home.tap(who, "Übungsanfrage starten")
    await home.tap(who, "Übernehmen")
    await home.tap(who, "Antworten")
    await home.say(who, "Hallo, das ist nur eine Übung.")
    await home.tap(who, "Senden")
    await home.tap(who, "Abschließen")
    await home.tap(who, "Beantwortet")


async def asks(home: House, who: str = "visitor") -> None:
    """A guardian of a pupil of ST-80 sends a request about a pupil who stays away."""
    await home.say(who, Started("p_ST-80"))
    await home.tap(who, "Eltern, Familie")
    await home.tap(who, "Nicht mehr zur Schule gehen")
    await home.tap(who, "Mit einem Menschen")
    await home.tap(who, "Ja, das ist gut")
    await home.say(who, PRIVATE)
    await home.tap(who, "Absenden")


async def only_request(home: House) -> Any:
    def unit(work: Any) -> Any:
        return work.load(RequestKey(work.load(OpenRequests(OFFICE))[0]))

    return await home.app.store.run(unit)


@pytest.fixture
async def home(tmp_path):
    async with house(tmp_path, MONDAY) as home:
        yield home
    assert home.log == []


# ── The whole life ──────────────────────────────────────────────────────────────────────────────


async def test_an_office_goes_live_and_a_request_is_answered_and_closed(home):
    await open_office(home)
    assert "Stand: live" in home.last("Karla").text
    code, lines = await ordered(home, "status")
    assert code == 0
    assert f"{NAME}: live" in lines

    await asks(home)
    assert "Angekommen." in home.last("visitor").text
    assert "heute um 15 Uhr" in home.last("visitor").text
    for who in ("Karla", "Willi"):
        card = home.last(who).text
        assert "Noch frei" in card
        assert "Frieda" not in home.told(who)

    taps = [(who, Tapped(home.button(who, "Übernehmen").tap)) for who in ("Willi", "Karla")]
    await home.arrive(*taps)
    request = await only_request(home)
    assert "Frieda" in home.told("Willi")
    assert "Frieda" not in home.told("Karla")
    assert f"„{request.name}“ hat schon Willi" in home.told("Karla")
    assert "gelesen" in home.last("visitor").text

    await home.tap("Willi", "Antworten")
    await home.say("Willi", "Kommen Sie am Mittwoch um 10 Uhr?")
    assert "Kommen Sie" not in home.told("visitor")  # a preview first
    await home.tap("Willi", "Senden")
    assert "Kommen Sie am Mittwoch um 10 Uhr?" in home.last("visitor").text
    await home.say("visitor", "Ja, gern.")
    await home.move(home.clock() + timedelta(seconds=30))  # several short messages are one
    assert "Ja, gern." in home.told("Willi")

    code, lines = await ordered(home, "status")
    assert (code, lines[0].split(" · ")[0]) == (0, "Offene Anfragen: 1")  # answered, not overdue

    await home.tap("Willi", "Abschließen")
    await home.tap("Willi", "Beantwortet")
    assert "abgeschlossen" in home.last("visitor").text
    code, lines = await ordered(home, "status")
    assert code == 0
    assert lines[0].startswith("Offene Anfragen: 0 ")


async def test_thirty_days_after_the_end_the_words_are_gone(home, tmp_path):
    await open_office(home)
    await asks(home)
    request = await only_request(home)
    await home.tap("Willi", "Übernehmen")
    await home.tap("Willi", "Antworten")
    await home.say("Willi", "Bis Mittwoch.")
    await home.tap("Willi", "Senden")
    await home.tap("Willi", "Abschließen")
    await home.tap("Willi", "Beantwortet")

    assert await words_of(home, request.id) != ()
    await home.move(home.clock.at + timedelta(days=29))
    assert await words_of(home, request.id) != ()
    await home.move(home.clock.at + timedelta(days=2))
    assert await words_of(home, request.id) == ()


async def words_of(home: House, request: str) -> tuple[object, ...]:
    found = await home.app.store.run(lambda work: work.load(RequestKey(request)))
    return found.words if found is not None else ()


async def test_a_broken_promise_is_told_to_the_visitor_and_stands_in_the_status(home):
    await open_office(home)
    await asks(home)
    request = await only_request(home)
    await home.move(MONDAY.replace(hour=14, minute=1))  # 15:01 in Berlin
    assert "niemand geantwortet" in home.last("visitor").text
    await home.move(MONDAY.replace(hour=14, minute=5) + timedelta(days=1))
    assert "ist überfällig" in home.told("Willi")
    code, lines = await ordered(home, "status")
    assert (code, any(f"Überfällig: „{request.name}“" in line for line in lines)) == (1, True)


async def test_a_pause_tells_the_visitors_of_its_open_requests(home):
    await open_office(home)
    await asks(home)
    await home.say("Karla", "/stelle")
    await home.tap("Karla", "Pause")
    await home.move(home.clock.at + timedelta(minutes=1))
    assert "Das tut mir leid" in home.last("visitor").text
    await home.say("second", Started("p_ST-80"))
    await home.tap("second", "Schüler:in")
    await home.tap("second", "Wer kann helfen?")
    assert "noch niemand antworten" in home.last("second").text


# ── After an outage, after a restore ────────────────────────────────────────────────────────────


async def test_hours_that_did_not_arrive_are_told_to_every_open_request(home):
    await open_office(home)
    await asks(home)
    await asks(home, "second")
    await home.say("third", Started())
    before = len(home.stage.shown["third"])
    await home.app.outage(Outage(MONDAY - timedelta(hours=30), MONDAY - timedelta(hours=1)))
    await home.app.settled()
    for who in ("visitor", "second"):
        assert "kam hier nichts an" in home.last(who).text
    assert len(home.stage.shown["third"]) == before


async def test_while_a_restored_store_is_held_no_timer_fires_and_nothing_is_sent(home):
    await open_office(home)
    await asks(home)
    await home.app.store.run(lambda work: work.hold())
    await home.app.outbox.start()
    home.clock.at += timedelta(days=2)
    seen = len(home.stage.shown["visitor"])
    await home.app.timers.look()
    await home.say("visitor", "hallo?")
    assert len(home.stage.shown["visitor"]) == seen
    code, lines = await ordered(home, "status")
    assert (code, "lotse resume" in lines[1]) == (1, True)

    await ordered(home, "resume", confirmed=True)
    await home.app.settled()
    assert len(home.stage.shown["visitor"]) > seen
    await home.app.timers.look()
    await home.app.settled()
    assert "niemand geantwortet" in home.told("visitor")


async def test_after_a_restore_one_honest_sentence_may_go_instead_of_old_messages(home):
    await open_office(home)
    await asks(home)
    await home.app.store.run(lambda work: work.hold())
    await home.app.outbox.start()
    await home.say("second", Started())
    await home.tap("visitor", "Menü")
    home.stage.shown.clear()
    await ordered(home, "resume", confirmed=True, one_text=True)
    await home.app.settled()
    for who in ("visitor", "second"):
        assert [s.text.split(".")[0] for s in home.stage.shown[who]] == [
            "Der Bot war eine Weile weg"
        ]


async def test_a_resume_that_dies_half_way_forgets_nobody_who_waits(home):
    await open_office(home)
    await home.app.store.run(lambda work: work.hold())
    await home.app.outbox.start()
    await home.say("second", Started())
    home.stage.shown.clear()
    chance = home.app.chance

    def dies() -> bytes:
        raise KeyboardInterrupt

    home.app.chance = dies
    with pytest.raises(KeyboardInterrupt):
        await home.app.resume(instead=True)
    home.app.chance = chance
    await home.app.resume(instead=True)
    await home.app.settled()
    assert ["eine Weile weg" in screen.text for screen in home.stage.shown["second"]] == [True]


async def test_after_a_restore_the_sentence_is_neutral_to_a_pupil_and_goes_into_no_old_talk(home):
    """What else is told of its own accord waits for a safe hour and hides behind a teaser too."""
    await open_office(home)
    await home.say("visitor", Started("p_ST-80"))
    await home.tap("visitor", "Schüler:in")
    await home.tap("visitor", "Mit einem Menschen")
    await home.tap("visitor", "Ja, das ist gut")
    await home.say("visitor", "Es geht um die Pause.")
    await home.tap("visitor", "Absenden")
    await home.app.store.run(lambda work: work.hold())
    await home.app.outbox.start()
    home.stage.shown.clear()
    await ordered(home, "resume", confirmed=True, one_text=True)
    await home.app.settled()
    assert [screen.text for screen in home.stage.shown["visitor"]] == ["Es gibt etwas Neues."]
    await home.tap("visitor", "Neues ansehen")
    assert "Der Bot war eine Weile weg" in home.told("visitor")


async def test_after_a_restore_nobody_is_asked_again_what_was_due_meanwhile(home):
    await open_office(home)
    await asks(home)
    request = await only_request(home)
    agreed = replace(request, may_ask=True)
    asking = home.clock.at + timedelta(hours=1)

    def held(work: Any) -> None:
        work.save(agreed)
        work.wake(asking, Timer.ASK, request.id)
        work.hold()

    await home.app.store.run(held)
    home.clock.at += timedelta(hours=2)
    await ordered(home, "resume", confirmed=True, one_text=True)
    await home.move(home.clock.at + timedelta(minutes=1))
    assert "gemeldet" not in home.told("visitor")
    assert "Der Bot war eine Weile weg" in home.told("visitor")


# ── In every language, after a reload ───────────────────────────────────────────────────────────


async def test_who_answers_for_the_data_is_said_in_another_language_too(home):
    await home.say("visitor", Started("", "en"))
    await home.say("visitor", "/datenschutz")
    assert home.app.knowledge.operator["email"] in home.last("visitor").text
    assert "encrypted" in home.last("visitor").text


async def test_after_a_reload_the_house_has_the_same_doors_and_periods_in_every_language(home):
    known = home.app.knowledge
    link, keep = "https://lotse.example/{payload}", Keep(words=timedelta(days=7))
    home.app.knowledge = known.in_house(known.operator, keep, (link,))
    await home.app.use(real_knowledge())
    home.log.clear()  # that it changed
    for language in ("de", "en"):
        now = home.app.knowledge.speaking(language)
        assert (now.operator, now.keep, now.doors) == (known.operator, keep, (link,))
    await joins(home, "Karla", role="coordinator", district="magdeburg")
    await home.say("Karla", "/einladen")
    await home.tap("Karla", "Jemanden einladen")
    await home.tap("Karla", NAME)
    await home.say("Karla", "Olga")
    assert "https://lotse.example/i_" in home.told("Karla")


# ── Before it is live ───────────────────────────────────────────────────────────────────────────


async def test_until_it_is_live_nobody_is_promised_anything(home):
    await joins(home, "Karla", role="coordinator", district="magdeburg")
    await home.say("visitor", Started("p_ST-80"))
    await home.tap("visitor", "Eltern, Familie")
    await home.tap("visitor", "Wer kann helfen?")
    assert "noch niemand antworten" in home.last("visitor").text
    _, lines = await ordered(home, "status")
    assert any(line.startswith(f"{NAME}: invited (fehlt: permission, crew, ") for line in lines)


async def test_a_worker_may_not_switch_a_post_on_and_sees_no_button_for_it(home):
    await open_office(home)
    await home.say("Karla", "/stelle")
    await home.tap("Karla", "Pause")
    await home.say("Willi", "/stelle")
    labels = {button.label for button in home.last("Willi").choices}
    assert labels.isdisjoint({"Ab jetzt annehmen", "Pause", "Erlaubnis eintragen"})
    accept = home.button("Karla", "Ab jetzt annehmen").tap
    await home.say("Willi", Tapped(accept))
    team = await home.app.store.run(lambda work: work.load(TeamKey()))
    assert team.facts(OFFICE).paused


async def test_an_invitation_works_once(home):
    _, lines = await ordered(home, "invite", role="worker", post=OFFICE, quiet=True)
    await home.say("Willi", f"/start {lines[0]}")
    await home.say("Eve", f"/start {lines[0]}")
    assert "Willkommen" in home.told("Willi")
    assert "gilt nicht mehr" in home.last("Eve").text
    _, members = await ordered(home, "members")
    assert len(members) == 1


async def test_an_invitation_works_for_72_hours(home):
    _, lines = await ordered(home, "invite", role="worker", post=OFFICE)
    assert "Gilt einmal" in lines[1]
    await home.move(MONDAY + timedelta(hours=72, seconds=1))
    await home.say("Willi", f"/start {lines[0]}")
    assert "gilt nicht mehr" in home.last("Willi").text


async def test_a_guessed_invitation_opens_nothing(home):
    await home.say("Eve", "/start i_geraten")
    _, members = await ordered(home, "members")
    assert "Noch niemand" in members[0]


async def test_who_has_an_open_request_stays_a_visitor(home):
    await open_office(home)
    await asks(home)
    _, lines = await ordered(home, "invite", role="worker", post=OFFICE, quiet=True)
    await home.say("visitor", f"/start {lines[0]}")
    assert "läuft noch eine Anfrage" in home.last("visitor").text
    _, members = await ordered(home, "members")
    assert len(members) == 2


async def test_a_permission_or_plan_that_is_not_understood_is_asked_again(home):
    await joins(home, "Karla", role="coordinator", district="magdeburg")
    await home.tap("Karla", "Erlaubnis eintragen")
    await home.say("Karla", "ja, hat die Chefin gesagt")
    assert "nicht verstanden" in home.last("Karla").text
    await home.tap("Karla", "Meine Wochenzeiten")
    await home.say("Karla", "meistens")
    assert "nicht verstanden" in home.last("Karla").text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"role": "worker"}, "gehört --post"),
        ({"role": "coordinator"}, "gehört --district"),
        ({"role": "worker", "post": "netzwerkstelle-hale"}, "gibt es nicht"),
        ({"role": "coordinator", "district": "hale"}, "gibt es nicht"),
    ],
)
async def test_an_invitation_to_nowhere_is_refused_with_a_sentence(arguments, sentence, home):
    code, lines = await ordered(home, "invite", **arguments)
    assert code == 2
    assert sentence in lines[0]


async def test_a_command_that_nobody_knows_is_refused(home):
    assert await ordered(home, "fly") == (2, ["Diesen Befehl kennt der laufende Lotse nicht."])


def test_the_office_of_these_tests_is_in_the_directory():
    assert real_knowledge().directory.posts[OFFICE].name == NAME
