"""The sentences around a conversation: in its language, and said to be in the one they are in."""

from datetime import UTC, datetime

import pytest
from web.house import knowledge, opened

from bot.channels.web.wording import wording
from bot.core.records import Conversation
from bot.core.translation import Phrase, spoken_in
from bot.core.tree import Audience

AT = datetime(2026, 11, 24, tzinfo=UTC)
ARABIC = {
    "page_talk": Phrase("Gespräch", "محادثة"),
    "page_words/pupil": Phrase("Deine Wörter", "كلماتك"),
}


def talk(language: str) -> Conversation:
    return Conversation("c1", AT, (), Audience.PUPIL, language)


def test_a_page_speaks_as_its_conversation_does_and_to_whom_it_is():
    t = wording(spoken_in(knowledge(), {"ar": ARABIC}), talk("ar"))
    assert (t("words"), t.lang, t.talk, t.dir) == ("كلماتك", "ar", "ar", "rtl")
    assert t("send") == "Senden"  # nobody has translated it


def test_a_page_that_nobody_translated_says_that_it_is_german():
    t = wording(spoken_in(knowledge(), {"ar": {}}), talk("ar"))
    assert (t("words"), t.lang, t.talk, t.dir) == ("Deine Wörter", "de", "ar", "ltr")


@pytest.mark.parametrize(
    ("header", "lang"), [("ar-SY", "ar"), ("de-DE", "de"), ("tlh", "de"), ("", "de")]
)
def test_before_there_is_a_conversation_the_browser_is_believed(header, lang):
    assert wording(spoken_in(knowledge(), {"ar": ARABIC}), None, header).lang == lang


async def test_what_is_said_in_another_language_is_marked_as_that(tmp_path):
    async with opened(tmp_path) as house:
        browser = house.browser()
        page = await browser.get("/", **{"accept-language": "uk"})
        frame = "uk" if '<html lang="uk"' in page.html else "de"
        assert f'<html lang="{frame}">' in page.html
        assert frame == "uk" or page.html.count(' lang="uk"') == 2
