"""Who may do what, through the real channel (bar 30): role × command and button × own, other post.

The rows come from what the code knows (every command, every acting button); what is expected is
written here a second time, by hand. A forbidden cell gives a kind sentence and a line of the audit,
and nothing else changes.
"""

import itertools
from dataclasses import replace
from datetime import date

import pytest
from telegram_house import CHANNEL, MONDAY, OFFICE, House, asks, house, tapped, typed

from bot.app import CORE
from bot.core import turn as core
from bot.core.messages import Command, Staff
from bot.core.records import Member, Permission, PostFacts, Ref, Role, TeamKey
from bot.core.rights import ACTIONS, COMMANDS, Where
from bot.core.taps import Act
from bot.ports import Address
from bot.scenario import WEEK

OTHER = "netzwerkstelle-halle"
W, C, E, A = Role.WORKER, Role.COORDINATOR, Role.EDITOR, Role.ADMIN
STAFF = {W: 8001, C: 8002, E: 8003, A: 8004}
NUMBERS = itertools.count(1000)

# Which roles may use a command.
MAY_COMMAND = {
    "anfragen": {W, C},
    "plan": {W, C},
    "stelle": {W, C, A},
    "abwesend": {W, C, A},
    "einladen": {W, C, A},  # a worker only of the coordination office: said there
    "lage": {W, C, A},  # the same
    "vorschau": {E, A},
}

# Which roles may use a button of the own post, and which of a post elsewhere.
READING = ({W, C}, set())
LEADING = ({C, A}, {A})
MAY = {
    **dict.fromkeys(("claim", "show", "practice"), READING),
    **dict.fromkeys(("entry", "entry_yes", "entry_change", "entry_field"), READING),
    **dict.fromkeys(("permission", "accept", "pause", "telegram"), LEADING),
    **dict.fromkeys(("telegram:no", "telegram:notice", "telegram:text"), LEADING),
    "plan": ({W, C, A}, {A}),
    "preview": ({E, A}, {E, A}),
}
# Only for whoever claimed it: here nobody has.
MINE = {
    "answer", "reply_send", "reply_discard", "give_back", "close", "close_as", "hand_over",
    "hand_over_to", "passed_to", "block", "unblock", "snippets", "snippet",
    "ask_colleague", "ask_whom", "glass",
}  # fmt: skip
# Looked at again where it is done: whom exactly, and whether it is still so.
INSIDE = {name for name, right in ACTIONS.items() if right.where is Where.ANY} - {"preview"}


def test_every_command_and_every_button_is_declared():
    assert set(COMMANDS) == set(Command)
    assert set(ACTIONS) == set(MAY) | MINE | INSIDE


def expected(action: str, role: Role, *, own: bool) -> bool:
    if action in MINE:
        return False
    return role in MAY[action][0 if own else 1]


def seat(work) -> None:
    """One of each role: worker and coordinator on the own post, editor and admin on none."""
    permission = Permission(date(2026, 1, 5), "Petra Beispiel")
    work.save(PostFacts(OTHER, permission, practised=True, accepting=True))
    for role, chat in STAFF.items():
        posts = (OFFICE,) if role in {W, C} else ()
        member = Member(role.value, role, role.value, MONDAY, posts, "magdeburg", plan=WEEK)
        work.save(replace(member, district="magdeburg" if role is C else None))
        work.bind(Address(CHANNEL, str(chat)), Staff(role.value), MONDAY)
    for name in ("x", "y"):
        work.save(Member(name, W, name, MONDAY, (OTHER,), plan=WEEK))


async def refused(home: House, role: Role, does: dict) -> bool:
    """Whether it was refused, kindly and written down."""
    chat = STAFF[role]
    before = await home.app.store.run(lambda work: work.last_audited())
    await home.hears([does])
    lines = await home.app.store.run(lambda work: work.audited(before))
    said = home.texts(chat)[-1]
    no = [line for line in lines if line.action.startswith("refused:")]
    if no:
        assert [line.member for line in no] == [role.value]
        assert any(kind in said for kind in KIND), said
    return bool(no)


KIND = ("nicht zu Ihrer Rolle", "nicht bei Ihnen", "nicht zu Ihrem Bereich", "weitergegeben",
        "Koordination des Kreises")  # fmt: skip


async def pushed(home: House, role: Role, action: str, about: str, extra: str) -> bool:
    ref = f"{next(NUMBERS):0>32}"
    made = Ref(ref, role.value, action, about, extra)
    await home.app.store.run(lambda work: work.save(made))
    return await refused(home, role, tapped(next(NUMBERS), STAFF[role], Act(ref)))


@pytest.mark.parametrize("role", list(Role))
async def test_each_command_is_for_its_roles(role, tmp_path):
    async with house(tmp_path / "l.db") as home:
        await home.app.store.run(seat)
        for command in Command:
            no = await refused(home, role, typed(next(NUMBERS), STAFF[role], f"/{command.value}"))
            inside = command in {Command.INVITE, Command.SITUATION} and role is W
            allowed = role in MAY_COMMAND.get(command.value, set(Role)) and not inside
            assert no is not allowed, command


async def request_at(home: House, post: str) -> str:
    """A fresh request that lies at this post."""
    number = next(NUMBERS) * 100
    await asks(home, number, number)
    requests = (await home.state())["requests"]
    newest = max(requests, key=lambda each: (each.sent_at, each.id))
    moved = replace(newest, post=post, claimed_by=None)
    await home.app.store.run(lambda work: work.save(moved))
    return moved.id


async def cell(home: House, role: Role, action: str, *, own: bool) -> bool:
    post = OFFICE if own else OTHER
    about = ""
    if action in MINE or action in {"claim", "show"}:
        home.clock.at = home.clock.at.replace(microsecond=home.clock.at.microsecond + 1)
        about = await request_at(home, post)
    extra = {"entry_field": f"{post}/phone", "preview": "mobbing.was_ist_los|pupil"}
    return await pushed(home, role, action, about, extra.get(action, "" if about else post))


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("own", [True, False])
async def test_each_button_is_for_its_roles_and_posts(role, own, tmp_path):
    async with house(tmp_path / "l.db") as home:
        await home.app.store.run(seat)
        for action in sorted(set(MAY) | MINE):
            no = await cell(home, role, action, own=own)
            assert no is not expected(action, role, own=own), (action, role, own)


def forgetful(knowledge, known, event):
    """A planted fault: a core that takes every member for an admin."""
    team = known[TeamKey()]
    members = tuple(replace(member, role=Role.ADMIN) for member in team.members)
    return core.turn(knowledge, {**known, TeamKey(): replace(team, members=members)}, event)


async def test_a_house_that_forgets_roles_is_noticed(tmp_path):
    async with house(tmp_path / "l.db") as home:
        await home.app.store.run(seat)
        home.app.dispatcher.core = replace(CORE, turn=forgetful)
        no = await cell(home, W, "accept", own=True)
        with pytest.raises(AssertionError):
            assert no is not expected("accept", W, own=True)
