"""How much one visitor may send: nothing that was taken is lost, and danger always passes."""

from dataclasses import replace
from datetime import timedelta

from talk import NOON, Person, Talk, offices, sending, writing

from bot.core.measure import MOST_A_DAY
from bot.core.messages import Say, Staff
from bot.core.records import Author, Word
from bot.core.request import MOST_WORDS

DANGER = "Ich will nicht mehr leben."


def busy(times: int = MOST_A_DAY) -> tuple[Talk, Person, Person]:
    """So many requests were sent within a minute."""
    talk, kim, anna, _ = offices()
    kim.starts()
    began = tuple(NOON - timedelta(seconds=times - n) for n in range(times))
    talk.store.save(replace(kim.conversation, began=began))
    return talk, kim, anna


def test_each_sent_request_is_remembered_with_its_time():
    talk, kim, *_ = offices()
    sending(kim)
    assert kim.conversation.began == (talk.at,)


def test_one_too_many_is_kindly_refused_and_the_text_stays():
    _talk, kim, _anna = busy()
    sending(kim)
    assert kim.requests == []
    assert "schon viele Anfragen" in kim.text
    assert "Hilfe jetzt" in [button.label for button in kim.last.ways]
    assert kim.conversation.draft == ("Es geht um die Pause.",)


def test_the_last_one_of_the_day_still_goes():
    _talk, kim, _anna = busy(MOST_A_DAY - 1)
    sending(kim)
    assert len(kim.requests) == 1


def test_after_a_day_the_kept_text_can_be_sent():
    talk, kim, _anna = busy()
    sending(kim)
    talk.later(days=1)
    kim.taps("Absenden")
    assert [word.text for word in kim.request.words] == ["Es geht um die Pause."]
    assert len(kim.conversation.began) == 1


def test_danger_is_sent_whatever_was_sent_before():
    _talk, kim, _anna = busy()
    writing(kim).says(DANGER).taps("Absenden")
    assert kim.request.alert


def flooded(texts: int) -> tuple[Talk, Person, Person]:
    """The request of kim already holds so many texts, and anna has claimed it."""
    talk, kim, anna, _ = offices()
    sending(kim)
    anna.taps("Übernehmen")
    words = tuple(Word(Author.VISITOR, talk.at, f"Nummer {n}", "terminal") for n in range(texts))
    talk.store.save(replace(kim.request, words=words))
    return talk, kim, anna


def test_a_full_request_says_so_and_loses_nothing():
    _talk, kim, _anna = flooded(MOST_WORDS)
    before = kim.request.words
    kim.says("noch etwas von gestern")
    assert "Dein letzter Text ist nicht dabei" in kim.text
    assert kim.request.words == before
    kim.says("und noch etwas")  # the next is still meant for it
    assert "nicht dabei" in kim.text


def test_the_last_place_is_taken():
    _talk, kim, _anna = flooded(MOST_WORDS - 1)
    kim.says("noch etwas von gestern")
    assert len(kim.request.words) == MOST_WORDS
    assert kim.request.words[-1].text == "noch etwas von gestern"


def test_danger_gets_into_a_full_request():
    _talk, kim, _anna = flooded(MOST_WORDS)
    kim.says(DANGER)
    assert kim.request.alert
    assert kim.request.words[-1].text == DANGER


def test_many_short_texts_reach_the_desk_together_and_none_is_lost():
    talk, kim, anna = flooded(0)
    before, texts = len(anna.seen), [f"Satz {n} von vielen" for n in range(60)]
    for text in texts:
        kim.says(text)
        talk.later(seconds=1)
    talk.later(minutes=3)
    assert [word.text for word in kim.request.words] == texts
    read = "\n".join(screen.text for screen in anna.seen[before:])
    assert all(text in read for text in texts)
    assert len(anna.seen) - before <= 6


def test_danger_among_many_texts_does_not_wait():
    talk, kim, _anna = flooded(0)
    for n in range(30):
        kim.says(f"Satz {n} von vielen")
    kim.says(DANGER)
    told = [e for e in talk.outcome.effects if isinstance(e, Say) and isinstance(e.to, Staff)]
    assert any(DANGER in say.screen.text for say in told)
