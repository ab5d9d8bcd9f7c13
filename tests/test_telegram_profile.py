"""What Telegram shows of the bot without us."""

import csv
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bot_api_spec import Spec
from fake_telegram import TOKEN, FakeBotApi

from bot.channels.telegram import Profile, Telegram, apply, differs, profile_of
from bot.channels.telegram.decode import decode
from bot.core.command_words import COMMAND_WORDS
from bot.core.directory import Directory, Helpline
from bot.core.messages import Commanded
from bot.core.tree import Audience
from bot.ports import Refused

NOW = datetime(2026, 11, 24, 22, 4, tzinfo=UTC)
KNOWLEDGE = Path(__file__).parent.parent / "knowledge" / "directory" / "helplines.csv"


def line(row) -> Helpline:
    return Helpline(
        id=row["id"],
        name=row["name"],
        audiences=frozenset({Audience.PUPIL}),
        topics=(),
        phone=row["phone"],
        hours_text=row["hours_text"],
        hours=(),
        chat_url=row["chat_url"],
        instant_chat=row["instant_chat"] == "yes",
        website=row["website"],
        cost=row["cost"],
        languages=("de",),
        anonymous="yes",
        districts=(),
        area="",
        source_url="",
        source_date="",
        confidence="high",
    )


def directory() -> Directory:
    with KNOWLEDGE.open(encoding="utf-8", newline="") as file:
        lines = {row["id"]: line(row) for row in csv.DictReader(file)}
    return Directory({}, {}, {}, {}, lines)


def is_safe(profile: Profile) -> None:
    """What nobody may ever have to look for."""
    for text, limit in ((profile.description, 512), (profile.short, 120)):
        assert "Kein Notruf. In Gefahr 112" in text
        assert "116 111" in text
        assert "Montag bis Samstag 14–20 Uhr" in text
        assert "krisenchat.de" in text
        assert len(text) <= limit
    assert "Telegram kann lesen" in profile.description


def test_the_profile_says_where_help_is_and_fits():
    is_safe(profile_of(directory()))


def test_a_profile_without_the_emergency_line_would_be_caught():
    safe = profile_of(directory())
    with pytest.raises(AssertionError):
        is_safe(replace(safe, description=safe.description.replace("112", "110")))


def test_the_hours_come_from_the_directory():
    changed = directory()
    child = changed.helplines["nummer-gegen-kummer-116111"]
    other = replace(child, hours_text="täglich 8–9 Uhr", phone="116 000")
    lines = {**changed.helplines, child.id: other}
    profile = profile_of(replace(changed, helplines=lines))
    assert "116 000 (täglich 8–9 Uhr" in profile.description
    assert "116 000 (täglich 8–9 Uhr" in profile.short


@pytest.mark.parametrize("missing", ["nummer-gegen-kummer-116111", "krisenchat"])
def test_a_missing_helpline_is_named(missing):
    whole = directory()
    lines = {key: value for key, value in whole.helplines.items() if key != missing}
    with pytest.raises(LookupError, match=missing):
        profile_of(replace(whole, helplines=lines))


def test_hours_too_long_for_telegram_are_named_with_the_row_to_shorten():
    whole = directory()
    child = whole.helplines["nummer-gegen-kummer-116111"]
    lines = {**whole.helplines, child.id: replace(child, hours_text="Montag " * 20)}
    with pytest.raises(ValueError, match=r"hours_text.*nummer-gegen-kummer-116111"):
        profile_of(replace(whole, helplines=lines))


def test_every_command_of_the_menu_is_understood():
    for language, commands in profile_of(directory()).commands.items():
        assert len(commands) == 9, language
        for name, _ in commands:
            update = {
                "update_id": 1,
                "message": {"chat": {"id": 7, "type": "private"}, "text": f"/{name}"},
            }
            assert decode(update, NOW)[0].body == Commanded(COMMAND_WORDS[name])


def test_the_menus_offer_the_same_things_in_both_languages():
    menus = profile_of(directory()).commands
    german, english = (
        [COMMAND_WORDS[name] for name, _ in menus[language]] for language in ("", "en")
    )
    assert german == english


async def test_what_was_applied_does_not_differ_and_is_valid():
    profile = profile_of(directory())
    async with FakeBotApi() as api:
        door = Telegram(TOKEN, api.base_url, lambda: NOW)
        await door.start()
        await apply(door.call, profile)
        assert await differs(door.call, profile) == []
        await door.stop()
        assert api.violations == []
        assert {call.method for call in api.calls} <= set(Spec().methods)


async def test_a_fresh_bot_differs_in_everything_and_a_changed_one_in_what_was_changed():
    profile = profile_of(directory())
    async with FakeBotApi() as api:
        door = Telegram(TOKEN, api.base_url, lambda: NOW)
        await door.start()
        assert len(await differs(door.call, profile)) == 4
        await apply(door.call, profile)
        await door.call("setMyShortDescription", {"short_description": "Hallo"})
        (found,) = await differs(door.call, profile)
        await door.stop()
    assert found.startswith("Die Kurzbeschreibung bei Telegram lautet „Hallo“")


async def test_a_refusal_while_applying_is_told():
    async with FakeBotApi() as api:
        door = Telegram(TOKEN, api.base_url, lambda: NOW)
        await door.start()
        api.fault("error", "setMyDescription", code=400, description="Bad Request: too long")
        with pytest.raises(Refused, match="too long"):
            await apply(door.call, profile_of(directory()))
        await door.stop()


@pytest.mark.parametrize("answer", [None, True, [], [5], {}, {"description": 5}, "text"])
async def test_a_strange_answer_is_a_difference_and_no_crash(answer):
    async def ask(method, params):
        return answer

    assert len(await differs(ask, profile_of(directory()))) == 4
