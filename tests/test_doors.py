"""Doors that fail are opened again, ever later; a quiet weekend is no outage; limits are a setting."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import NOW
from playing import real_knowledge

from bot.app import TELEGRAM_LIMITS, App
from bot.channels.telegram import outage
from bot.doors import HEARD_EVERY, keep_heard, limits_of, mail_of
from bot.ports import Limits, Outgoing, Receipt, Take
from bot.settings import SettingsFault, read
from bot.store import Keys, Store, new_key


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "lotse.sqlite", Keys.parse(new_key()))
    yield opened
    await opened.close()


@dataclass
class Shaky:
    """A channel that breaks so many times, and then ends by itself."""

    name: str
    breaks: int
    heard: int = 0

    async def listen(self, take: Take) -> None:
        self.heard += 1
        if self.heard <= self.breaks:
            raise RuntimeError("canary-words")

    async def send(self, outgoing: Outgoing) -> Receipt:
        raise NotImplementedError


@dataclass
class Watch:
    """Time that passes only while somebody sleeps; what was slept and logged."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def log(self, what: str, /, **ids: str | int) -> None:
        self.said.append(f"{what} {ids}")


def app_with(store: Store, watch: Watch, *channels: Shaky) -> App:
    return App(
        real_knowledge(),
        store,
        channels,
        log=watch.log,
        sleep=watch.sleep,
        steady=lambda: watch.now,
    )


async def test_when_it_says_ready_every_door_has_begun_to_listen(store: Store):
    doors, begun = (Shaky("one", breaks=0), Shaky("two", breaks=0)), []
    app = app_with(store, Watch(), *doors)
    await app.run(lambda: begun.extend(door.heard for door in doors))
    assert begun == [1, 1]


async def test_a_door_that_failed_is_listened_to_again_after_ever_longer_pauses(store: Store):
    watch, channel = Watch(), Shaky("shaky", breaks=9)
    await app_with(store, watch, channel).listen(channel)
    assert watch.slept == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert channel.heard == 10


async def test_after_a_good_while_the_pauses_begin_anew(store: Store):
    watch = Watch()

    class Steady(Shaky):
        async def listen(self, take: Take) -> None:
            watch.now += 3600 if self.heard == 2 else 0
            await super().listen(take)

    channel = Steady("steady", breaks=4)
    await app_with(store, watch, channel).listen(channel)
    assert watch.slept == [1, 2, 1, 2]


async def test_what_broke_is_logged_by_its_type_alone(store: Store):
    watch, channel = Watch(), Shaky("shaky", breaks=1)
    await app_with(store, watch, channel).listen(channel)
    assert len(watch.said) == 1
    assert "RuntimeError" in watch.said[0]
    assert "canary-words" not in watch.said[0]


async def test_a_door_that_ends_by_itself_ends_the_app(store: Store):
    watch, channel = Watch(), Shaky("terminal", breaks=0)
    assert await app_with(store, watch, channel).run() == 0
    assert watch.said == []


# ── A quiet weekend ─────────────────────────────────────────────────────────────────────────────


class Enough(Exception):  # noqa: N818
    pass


@dataclass
class Heard:
    """Telegram as ``keep_heard`` knows it: when it was last reached."""

    name: str = "telegram"
    heard: object = None


async def weekend(store: Store, hours: int) -> Heard:
    """So many hours in which Telegram is reached again and again and nobody writes."""
    telegram, rounds = Heard(), iter(range(hours * 3600 // int(HEARD_EVERY)))

    async def sleep(seconds: float) -> None:
        if (round_ := next(rounds, None)) is None:
            raise Enough
        telegram.heard = NOW + timedelta(seconds=seconds * round_)

    with pytest.raises(Enough):
        await keep_heard(store, telegram, sleep)  # type: ignore[arg-type]
    return telegram


async def test_a_quiet_weekend_is_no_outage(store: Store):
    await store.run(lambda work: work.set_mark("telegram", "1042", NOW))
    await weekend(store, 60)
    mark, heard = await store.run(lambda work: work.mark_of("telegram"))
    assert mark == "1042"
    assert outage(heard, NOW + timedelta(hours=61)) is None
    assert outage(NOW, NOW + timedelta(hours=61)) is not None  # without the notes it would be one


async def test_a_note_never_takes_the_hearing_back(store: Store):
    later = NOW + timedelta(days=3)
    await store.run(lambda work: work.set_mark("telegram", "1042", later))
    await weekend(store, 1)
    assert await store.run(lambda work: work.mark_of("telegram")) == ("1042", later)


# ── Limits ──────────────────────────────────────────────────────────────────────────────────────


def test_telegrams_limits_are_kept_unless_switched_off():
    assert limits_of(read({})) == TELEGRAM_LIMITS
    many = {"LOTSE_TELEGRAM_LIMITS": "off", "LOTSE_TELEGRAM_CONNECTIONS": "64"}
    assert limits_of(read(many)) == Limits(connections=64)


def test_a_misspelt_switch_is_refused():
    with pytest.raises(SettingsFault, match="LOTSE_TELEGRAM_LIMITS"):
        read({"LOTSE_TELEGRAM_LIMITS": "aus"})


# ── E-mail ──────────────────────────────────────────────────────────────────────────────────────

MAIL = {
    "LOTSE_WEB_ORIGIN": "https://lotse.example.de",
    "LOTSE_SMTP_HOST": "mail.example.de",
    "LOTSE_SMTP_FROM": "Lotse@example.de",
}


def test_mail_needs_a_server_a_sender_and_the_web_and_is_handed_in_with_tls():
    settings = read(MAIL | {"LOTSE_SMTP_USER": "lotse", "LOTSE_SMTP_PASSWORD": "geheim"})
    assert settings.mail is not None
    assert (settings.mail.port, settings.mail.tls) == (587, "starttls")
    assert "geheim" not in repr(settings)
    door = mail_of(settings)
    assert door is not None
    assert (door.own, door.server.sender) == ("lotse.example.de", "lotse@example.de")
    assert settings.operator["mail"] == "on"
    assert mail_of(read({})) is None
    assert read({}).operator["mail"] == ""


def test_plain_mail_goes_to_this_machine_only():
    near = MAIL | {"LOTSE_SMTP_HOST": "127.0.0.1", "LOTSE_SMTP_TLS": "off"}
    assert read(near).mail is not None
    with pytest.raises(SettingsFault, match="LOTSE_SMTP_TLS=off"):
        read(near | {"LOTSE_SMTP_HOST": "mail.example.de"})


def test_all_faults_of_the_mail_settings_are_told_at_once():
    with pytest.raises(SettingsFault) as fault:
        read(
            {"LOTSE_SMTP_HOST": "mail.example.de", "LOTSE_SMTP_USER": "x", "LOTSE_SMTP_TLS": "off"}
        )
    said = "\n".join(fault.value.faults)
    for part in ("LOTSE_SMTP_FROM", "LOTSE_WEB_ORIGIN", "LOTSE_SMTP_PASSWORD", "LOTSE_SMTP_TLS"):
        assert part in said
    with pytest.raises(SettingsFault, match="LOTSE_SMTP_FROM braucht LOTSE_SMTP_HOST"):
        read({"LOTSE_SMTP_FROM": "lotse@example.de"})
