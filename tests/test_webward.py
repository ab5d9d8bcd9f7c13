"""One tap from Telegram into the web; and a Telegram that carries no free text."""

import re
from dataclasses import replace
from datetime import timedelta

from talk import offices, sending

from bot.core.messages import Admit, Command, Say, Screen, Staff, Visitor
from bot.core.taps import Move
from bot.core.webward import GOOD_FOR, withheld

WEB = {"web": "https://lotse.example.de"}
OFF = {**WEB, "telegram_text": "off"}


def house(operator, channel="telegram"):
    talk, kim, anna, _ = offices()
    talk.k = replace(talk.k, operator={**talk.k.operator, **operator})
    talk.channel = channel
    return talk, kim, anna


def admitted(talk):
    return [effect for effect in talk.outcome.effects if isinstance(effect, Admit)]


def test_a_command_gives_a_link_that_leads_here_and_nowhere_else():
    talk, kim, _ = house(WEB)
    kim.commands(Command.WEB)
    (admit,) = admitted(talk)
    assert re.search(r"https://lotse.example.de/weiter/([0-9a-f]{64})", kim.text)[1] == admit.code
    assert admit.to == Visitor(kim.conversation.id)
    assert admit.until - talk.at == GOOD_FOR == timedelta(minutes=15)


def test_without_a_web_page_there_is_no_link():
    talk, kim, anna = house({})
    kim.commands(Command.WEB)
    assert admitted(talk) == []
    assert "gibt es nicht" in kim.text
    anna.commands(Command.WEB)
    assert "gibt es nicht" in anna.text


def test_a_member_is_told_where_the_desk_is():
    _, _, anna = house(WEB)
    anna.commands(Command.WEB)
    assert "https://lotse.example.de/desk" in anna.text


# ── No free text ────────────────────────────────────────────────────────────────────────────────


def test_what_is_typed_in_telegram_is_not_read_and_the_web_is_shown():
    _, kim, _ = house(OFF)
    kim.says("ich weiß nicht wie ich das sagen soll aber es geht um meine freunde")
    assert "/weiter/" in kim.text
    assert kim.conversation.draft == ()


def test_danger_is_still_answered():
    _, kim, _ = house(OFF)
    kim.says("ich will nicht mehr leben")
    assert any("116 111" in screen.text or "112" in screen.text for screen in kim.news)


def test_the_words_of_a_button_still_choose():
    _, kim, _ = house(OFF)
    kim.says("menü")
    assert "/weiter/" not in kim.text


def test_in_the_web_everything_is_read():
    _, kim, _ = house(OFF, "web")
    kim.says("es geht um meine freunde und die klasse")
    assert "/weiter/" not in kim.text


def test_an_answer_is_read_in_the_web_only_also_by_adults():
    talk, kim, anna = house(OFF, "web")
    sending(kim)
    anna.taps("Übernehmen", "Antworten").says("Komm in Raum 12.").taps("Senden")
    assert "Raum 12" not in kim.text
    talk.channel = "telegram"
    kim.pushes(Move.NEWS)
    assert "/weiter/" in kim.text
    assert "Raum 12" not in kim.text
    assert kim.conversation.unread
    talk.channel = "web"
    kim.pushes(Move.NEWS)
    assert any("Raum 12" in screen.text for screen in kim.news)


def test_a_member_writes_at_the_web_desk_only():
    talk, kim, anna = house(OFF, "web")
    sending(kim)
    anna.taps("Übernehmen", "Antworten")
    talk.channel = "telegram"
    anna.says("Komm in Raum 12.")
    assert "/desk" in anna.text
    assert "Raum 12" not in anna.text


def test_words_of_people_are_withheld_from_telegram_alone():
    talk, _, _ = house(OFF)
    for to, wanted in ((Visitor("c"), "/web"), (Staff("m"), "/desk")):
        say = Say(to, Screen("Geheim", slot="card.1"), "r", quotes=True)
        shown = withheld(talk.k, say, "telegram")
        assert "Geheim" not in shown.text
        assert wanted in shown.text
        assert shown.slot == "card.1"
        assert withheld(talk.k, say, "web") is say.screen
        assert withheld(talk.k, replace(say, quotes=False), "telegram") is say.screen
    on, _, _ = house(WEB)
    assert withheld(on.k, say, "telegram") is say.screen
