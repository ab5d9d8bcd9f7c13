"""Bars of access, through the real channel: invitations, buttons, removal, claims, quotas.

Each test's name says the bar's own sentence; ``make test`` does a tenth where the number is large.
"""

import asyncio
import itertools
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from soaking import soak
from telegram_house import (
    ANNA,
    CHANNEL,
    MONDAY,
    OFFICE,
    House,
    asks,
    house,
    tapped,
    typed,
    untraced,
)

from bot.app import CORE
from bot.core.joining import INVITATION, code_hash
from bot.core.messages import Event, Staff
from bot.core.records import Invitation, Key, Member, Ref, RefKey, Request, Role
from bot.core.taps import Act
from bot.core.world import Outcome
from bot.ports import Address, TryLater
from bot.scenario import WEEK

NUMBERS = itertools.count(10_000)
CODE = secrets.token_urlsafe(32)  # 256 bits, as `lotse invite` draws it
Known = Mapping[Key, Any]


def believing(home: House, record: type, **facts: Any) -> None:
    """A planted fault: the core believes this of every such record that it loads."""

    def turn(knowledge: Any, known: Known, event: Event) -> Outcome:
        told = {
            key: replace(found, **facts) if isinstance(found, record) else found
            for key, found in known.items()
        }
        return CORE.turn(knowledge, told, event)

    home.app.dispatcher.core = replace(CORE, turn=turn)


# ── 35: an invitation ───────────────────────────────────────────────────────────────────────────


async def redeemed_by(home: House, many: int) -> list[Member]:
    """So many open the same link at once; who is a member then and was none before."""
    expires = home.clock.at + timedelta(hours=72)
    invitation = Invitation(code_hash(CODE), Role.WORKER, expires, "neu", OFFICE)
    await home.app.store.run(lambda work: work.save(invitation))
    takes = [
        home.hears([typed(next(NUMBERS), 20_000 + n, f"/start {INVITATION}{CODE}")])
        for n in range(many)
    ]
    await asyncio.gather(*takes)
    return [m for m in (await home.state())["team"].members if m.id not in {"anna", "bo"}]


async def test_of_a_hundred_parallel_redemptions_one_wins_and_gets_that_role_at_that_post(tmp_path):
    async with house(tmp_path / "l.db") as home:
        (member,) = await redeemed_by(home, 100)
        assert (member.role, member.posts) == (Role.WORKER, (OFFICE,))
        assert home.faults() == []


async def test_an_invitation_that_is_never_used_up_is_caught(tmp_path):
    async with house(tmp_path / "l.db") as home:
        believing(home, Invitation, used=False)
        assert len(await redeemed_by(home, 5)) > 1


@pytest.mark.parametrize(("hours", "joined"), [(71.99, 1), (72, 0)])
async def test_an_invitation_is_good_for_seventy_two_hours_and_not_longer(hours, joined, tmp_path):
    async with house(tmp_path / "l.db") as home:
        expires = home.clock.at + timedelta(hours=72)
        invitation = Invitation(code_hash(CODE), Role.WORKER, expires, "neu", OFFICE)
        await home.app.store.run(lambda work: work.save(invitation))
        home.clock.at += timedelta(hours=hours)
        await home.hears([typed(next(NUMBERS), 20_000, f"/start {INVITATION}{CODE}")])
        assert len((await home.state())["team"].members) == 2 + joined


async def stored(home: House) -> bytes:
    """Every byte on the disk, while it runs."""
    await home.app.store.run(lambda work: None)
    folder = Path(home.app.store.path).parent
    return b"".join(path.read_bytes() for path in sorted(folder.glob("l.db*")) if path.is_file())


def carries(code: str, found: bytes) -> bool:
    spelt = (code.encode(), code.encode("utf-16-le"), code.encode().hex().encode())
    return any(each in found for each in spelt)


async def test_the_code_of_an_invitation_stands_nowhere_on_the_disk(tmp_path):
    async with house(tmp_path / "l.db") as home:
        await redeemed_by(home, 3)
        assert not carries(CODE, await stored(home))


async def test_a_code_that_is_kept_as_it_is_would_be_found(tmp_path):
    async with house(tmp_path / "l.db") as home:
        kept = Invitation(CODE, Role.WORKER, home.clock.at, "neu", OFFICE)
        await home.app.store.run(lambda work: work.save(kept))
        assert carries(CODE, await stored(home))


# ── 16: claims ──────────────────────────────────────────────────────────────────────────────────


async def claimed(home: House, staff: int, cases: int) -> dict[str, set[str]]:
    """So many members all press „Übernehmen“ on so many cases; who owned each case, ever."""
    owners: dict[str, set[str]] = {}
    inner = home.app.dispatcher.core.turn

    def watched(knowledge: Any, known: Known, event: Event) -> Outcome:
        outcome = inner(knowledge, known, event)
        for record in outcome.records:
            if isinstance(record, Request) and record.claimed_by:
                owners.setdefault(record.id, set()).add(record.claimed_by)
        return outcome

    home.app.dispatcher.core = replace(CORE, turn=watched)
    await asks(home, 1, 500)
    (one,) = (await home.state())["requests"]
    requests = [replace(one, id=f"r{n}", name=f"Name {n}") for n in range(cases)]
    seats = [Member(f"m{n}", Role.WORKER, f"M{n}", MONDAY, (OFFICE,), plan=WEEK)
             for n in range(staff)]  # fmt: skip
    refs = [Ref(f"{next(NUMBERS):032x}", m.id, "claim", r.id) for r in requests for m in seats]

    def seated(work: Any) -> None:
        for record in (*requests, *seats, *refs):
            work.save(record)
        for n, member in enumerate(seats):
            work.bind(Address(CHANNEL, str(30_000 + n)), Staff(member.id), MONDAY)

    await home.app.store.run(seated)
    Random(16).shuffle(refs)
    pressed = [tapped(next(NUMBERS), 30_000 + int(r.owner[1:]), Act(r.ref)) for r in refs]
    for page in paged(pressed):
        await heard(home, page)
    return {request.id: owners.get(request.id, set()) for request in requests}


async def heard(home: House, updates: list[Any]) -> None:
    """Many at once; on a busy machine the channel is sent away and hears the same again."""
    while True:
        try:
            await home.hears(*paged(updates, 50))
        except TryLater:
            await home.app.settled()
        else:
            return


def paged(things: list[Any], size: int = 500) -> list[list[Any]]:
    return [list(things[n : n + size]) for n in range(0, len(things), size)]


def owned_once(path: Path, staff: int, cases: int, *, free: bool = False) -> None:
    async def played() -> dict[str, set[str]]:
        async with house(path) as home:
            if free:
                believing(home, Request, claimed_by=None)
            return await claimed(home, staff, cases)

    with untraced():
        found = asyncio.run(played())
    assert len(found) == cases
    assert {len(owners) for owners in found.values()} == {1}


def test_fifty_members_claim_a_hundred_cases_and_each_has_exactly_one_owner(tmp_path):
    owned_once(tmp_path / "l.db", 50, 100)


@pytest.mark.soak
def test_fifty_members_claim_a_thousand_cases_and_each_has_exactly_one_owner(tmp_path):
    owned_once(tmp_path / "l.db", 50, soak(1_000, 10))


def test_a_core_in_which_the_last_claim_wins_is_caught(tmp_path):
    with pytest.raises(AssertionError):
        owned_once(tmp_path / "l.db", 5, 5, free=True)


# ── 38: buttons ─────────────────────────────────────────────────────────────────────────────────


async def facts(home: House) -> tuple[Any, ...]:
    """What a button could change: requests, posts, and what members are."""
    state = await home.state()
    members = [(m.id, m.role, m.posts, m.plan, m.absent_until) for m in state["team"].members]
    return state["requests"], state["team"].posts, members


async def forged(home: House, presses: int, **believed: str) -> int:
    """So many forged, foreign and used-up buttons; how often anything came of one."""
    await asks(home, 1, 500)
    (request,) = (await home.state())["requests"]
    actions = (("claim", ""), ("close_as", "spass"), ("pause", OFFICE), ("remove_yes", "bo"),
               ("presence_today", "bo"), ("block", ""), ("hand_over_to", "netzwerkstelle-halle"))  # fmt: skip
    refs = [Ref(f"{n + 1:032x}", owner, action, request.id, extra)
            for n, (owner, (action, extra)) in enumerate(itertools.product(("bo", "kim"), actions))]  # fmt: skip

    def made(work: Any) -> None:
        for ref in refs:
            work.save(ref)
            used = replace(ref, ref=f"{int(ref.ref, 16) + 100:032x}", owner="anna")
            work.save(used)
            work.drop(RefKey(used.ref))

    await home.app.store.run(made)
    believing(home, Ref, **believed)
    before, dice, accepted = await facts(home), Random(38), 0
    for page in paged([buttons(dice, refs) for _ in range(presses)]):
        who = [dice.choice((ANNA, 500, 501)) for _ in page]
        taps = [tapped(next(NUMBERS), chat, tap) for chat, tap in zip(who, page, strict=True)]
        await heard(home, taps)
        after = await facts(home)
        accepted += after != before
        before = after
    return accepted


def buttons(dice: Random, refs: list[Ref]) -> Act | str:
    """Drawn by chance, another's, one that was used, one a bit off, and none at all."""
    ref = dice.choice(refs).ref
    return dice.choice(
        (
            Act(f"{dice.getrandbits(128):032x}"),
            Act(ref),
            Act(f"{int(ref, 16) + 100:032x}"),
            Act(ref[:-1] + "g"),
            f"a.{ref}.claim.r",
        )
    )


def none_accepted(path: Path, presses: int, **believed: str) -> None:
    async def played() -> int:
        async with house(path) as home:
            return await forged(home, presses, **believed)

    with untraced():
        assert asyncio.run(played()) == 0


def test_of_ten_thousand_forged_and_foreign_buttons_none_is_accepted(tmp_path):
    none_accepted(tmp_path / "l.db", 10_000)


@pytest.mark.soak
def test_of_a_hundred_thousand_forged_and_foreign_buttons_none_is_accepted(tmp_path):
    none_accepted(tmp_path / "l.db", soak(100_000, 100))


def test_a_core_that_lets_anybody_use_a_button_is_caught(tmp_path):
    with pytest.raises(AssertionError):
        none_accepted(tmp_path / "l.db", 1_000, owner="anna")
