"""The first day's tour: next, skip, and a practice request that counts nowhere."""

import pytest
from talk import MAGDEBURG, Talk

from bot.core.messages import Command, Staff
from bot.core.records import Role
from bot.core.tour import PAGES


def newcomer(role=Role.WORKER, post=MAGDEBURG):
    talk = Talk()
    person = talk.visitor("neu")
    person.starts(talk.invited("code", role, post))
    assert isinstance(person.who, Staff)
    return talk, person


def test_every_page_leads_on_and_the_last_one_offers_to_practise():
    _, person = newcomer()
    person.taps("Rundgang")
    for number in range(1, PAGES):
        assert f"Rundgang, {number} von {PAGES}." in person.text
        assert person.labels == ["Weiter", "Rundgang überspringen"]
        person.taps("Weiter")
    assert f"Rundgang, {PAGES} von {PAGES}." in person.text
    assert person.labels == ["Übungsanfrage starten", "Rundgang beenden"]
    assert "Fertig" in person.taps("Rundgang beenden").text


@pytest.mark.parametrize("pages", range(PAGES - 1))
def test_the_rest_may_be_skipped_on_every_page(pages):
    _, person = newcomer()
    person.taps("Rundgang", *(["Weiter"] * pages), "Rundgang überspringen")
    assert "Fertig" in person.text
    assert "schon erledigt" in person.taps("Weiter").text


def test_it_may_be_walked_again_from_help_by_typing():
    _, person = newcomer()
    person.taps("Rundgang", "Rundgang überspringen")
    person.commands(Command.HELP).says("rundgang").says("weiter").says("1")
    assert f"Rundgang, 3 von {PAGES}." in person.text


def test_whoever_sits_on_no_post_has_nothing_to_practise():
    _, person = newcomer(Role.ADMIN, None)
    person.taps("Rundgang", *(["Weiter"] * (PAGES - 1)))
    assert person.labels == ["Rundgang beenden"]


def test_the_practice_of_the_tour_counts_nowhere_also_at_a_post_that_has_practised():
    talk, person = newcomer()
    for _ in range(2):
        person.commands(Command.HELP).taps("Rundgang", *(["Weiter"] * (PAGES - 1)))
        person.taps("Übungsanfrage starten", "Übernehmen", "Antworten")
        person.says("So ginge es.").taps("Senden")
        talk.later(seconds=30)
        person.taps("Abschließen", "Beantwortet")
        talk.later(seconds=30)
    assert talk.store.team().facts(MAGDEBURG).practised
    assert not {what for what in talk.store.counts if what not in {"joined", "practice"}}
