"""What Telegram shows of the bot without us."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from bot_api_spec import Spec
from fake_telegram import TOKEN, FakeBotApi

from bot.channels.telegram import Profile, Telegram, apply, differs, profile_of
from bot.channels.telegram.decode import decode
from bot.channels.telegram.profile import TEXTS
from bot.core.command_words import COMMAND_WORDS
from bot.core.knowledge import Knowledge
from bot.core.messages import Commanded
from bot.core.tree import Text
from bot.loading import load
from bot.ports import Refused

NOW = datetime(2026, 11, 24, 22, 4, tzinfo=UTC)
DELIVERED = Path(__file__).parent.parent / "knowledge"


@cache
def knowledge() -> Knowledge:
    found = load(DELIVERED).knowledge
    assert found is not None
    return found


def with_line(line: str, **changed: str) -> Knowledge:
    k = knowledge()
    lines = {**k.directory.helplines, line: replace(k.directory.helplines[line], **changed)}
    return replace(k, directory=replace(k.directory, helplines=lines))


def in_ukrainian(**words: str) -> Knowledge:
    """Every text of the profile in a language of its own, these words in place of others."""
    k = knowledge()
    own = {
        key: Text(key, *[words.get(key, f"ї {index}")] * 3, german=k.texts[key])
        for index, key in enumerate(TEXTS)
    }
    speaking = replace(k.speaking("uk"), texts={**k.texts, **own})
    return replace(k, others={"uk": speaking})


def text_of(profile: Profile, field: str, language: str = "") -> str:
    return str(profile.said(field, language))


def is_safe(profile: Profile) -> None:
    """What nobody may ever have to look for."""
    for field, limit in (("description", 512), ("short_description", 120)):
        text = text_of(profile, field)
        assert "Kein Notruf. In Gefahr 112" in text
        assert "116 111" in text
        assert "Montag bis Samstag 14–20 Uhr" in text
        assert "krisenchat.de" in text
        assert len(text) <= limit
    assert "Telegram kann lesen" in text_of(profile, "description")


def test_the_profile_says_where_help_is_and_fits():
    is_safe(profile_of(knowledge()))


def test_a_profile_without_the_emergency_line_would_be_caught():
    with pytest.raises(AssertionError):
        is_safe(profile_of(with_line("notruf-112", phone="110")))


def test_the_hours_come_from_the_directory():
    profile = profile_of(
        with_line("nummer-gegen-kummer-116111", hours_text="täglich 8–9 Uhr", phone="116 000")
    )
    for field in ("description", "short_description"):
        assert "116 000 (täglich 8–9 Uhr" in text_of(profile, field)


@pytest.mark.parametrize("missing", ["nummer-gegen-kummer-116111", "krisenchat", "notruf-112"])
def test_a_missing_helpline_is_named(missing):
    k = knowledge()
    lines = {key: value for key, value in k.directory.helplines.items() if key != missing}
    with pytest.raises(LookupError, match=missing):
        profile_of(replace(k, directory=replace(k.directory, helplines=lines)))


def test_hours_too_long_for_telegram_are_named_with_the_row_to_shorten():
    long = with_line("nummer-gegen-kummer-116111", hours_text="Montag " * 20)
    with pytest.raises(ValueError, match=r"hours_text.*nummer-gegen-kummer-116111"):
        profile_of(long)


def menus(profile: Profile) -> dict[str, list[dict[str, str]]]:
    return {p.language: p.due for p in profile.parts if p.field == "commands"}  # type: ignore[misc]


def test_every_command_of_every_menu_is_understood_and_they_offer_the_same():
    found = menus(profile_of(knowledge()))
    assert {"", "en"} <= set(found)
    meant = []
    for language, commands in found.items():
        assert len(commands) == 9, language
        meant.append([COMMAND_WORDS[each["command"]] for each in commands])
        for each in commands:
            update = {
                "update_id": 1,
                "message": {"chat": {"id": 7, "type": "private"}, "text": f"/{each['command']}"},
            }
            assert decode(update, NOW)[0].body == Commanded(COMMAND_WORDS[each["command"]])
    assert all(each == meant[0] for each in meant)


def test_a_language_with_all_these_words_has_a_profile_and_menu_of_its_own():
    profile = profile_of(in_ukrainian(profile_short="Небезпека: {emergency}"))
    assert text_of(profile, "short_description", "uk") == "Небезпека: 112"
    assert menus(profile)["uk"][0] == {"command": "emergency", "description": "ї 2"}
    assert profile.left == ()


def test_a_language_that_lacks_one_or_has_a_stale_one_is_left_to_the_german():
    k = in_ukrainian()
    german = k.texts["menu_web"]
    for stale in (german, Text("menu_web", *[f"alt\n\n{german.pupil}"] * 3, german=german)):
        texts = {**k.others["uk"].texts, "menu_web": stale}
        other = replace(k, others={"uk": replace(k.others["uk"], texts=texts)})
        assert {part.language for part in profile_of(other).parts} == {""}


async def test_what_is_too_long_in_a_language_stays_german_and_is_said():
    profile = profile_of(in_ukrainian(profile_short="ї" * 121))
    assert text_of(profile, "short_description", "uk") == ""
    assert text_of(profile, "description", "uk") == "ї 0"
    told = await differs(_says_nothing, profile)
    assert "Die Kurzbeschreibung (uk) bleibt Deutsch: 121 Zeichen, erlaubt sind 120." in told


async def _says_nothing(method, params):
    return None


async def test_what_was_applied_does_not_differ_is_valid_and_is_not_set_again():
    profile = profile_of(in_ukrainian())
    async with FakeBotApi() as api:
        door = Telegram(TOKEN, api.base_url, lambda: NOW)
        await door.start()
        await apply(door.call, profile)
        assert await differs(door.call, profile) == []
        sets = [call for call in api.calls if call.method.startswith("set")]
        await apply(door.call, profile)
        assert [call for call in api.calls if call.method.startswith("set")] == sets
        await door.stop()
        assert len(sets) == len(profile.parts) == 6
        assert api.violations == []
        assert {call.method for call in api.calls} <= set(Spec().methods)


async def test_a_fresh_bot_differs_in_everything_and_a_changed_one_in_what_was_changed():
    profile = profile_of(in_ukrainian())
    async with FakeBotApi() as api:
        door = Telegram(TOKEN, api.base_url, lambda: NOW)
        await door.start()
        assert len(await differs(door.call, profile)) == 6
        await apply(door.call, profile)
        await door.call("setMyShortDescription", {"short_description": "Hallo"})
        await door.call("setMyCommands", {"commands": [], "language_code": "uk"})
        short, menu = await differs(door.call, profile)
        await door.stop()
    assert short.startswith("Die Kurzbeschreibung bei Telegram lautet „Hallo“")
    assert menu == "Das Menü der Befehle (uk) ist bei Telegram anders."


async def test_a_refusal_while_applying_is_told():
    async with FakeBotApi() as api:
        door = Telegram(TOKEN, api.base_url, lambda: NOW)
        await door.start()
        api.fault("error", "setMyDescription", code=400, description="Bad Request: too long")
        with pytest.raises(Refused, match="too long"):
            await apply(door.call, profile_of(knowledge()))
        await door.stop()


@pytest.mark.parametrize("answer", [None, True, [], [5], {}, {"description": 5}, "text"])
async def test_a_strange_answer_is_a_difference_and_no_crash(answer):
    async def ask(method, params):
        return answer

    profile = profile_of(knowledge())
    assert len(await differs(ask, profile)) == len(profile.parts)
