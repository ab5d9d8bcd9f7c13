"""/lage: how a district stands, for whoever leads it; facts only, no text and nobody's request.

Shown when asked for, and on Monday morning by itself.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import cast

from bot.core.calendar import instant, local, when
from bot.core.cards import tell
from bot.core.directory import COORDINATION
from bot.core.messages import Screen, Staff, Timer, Wake
from bot.core.outcome import HELPED, NOT_HELPED
from bot.core.posts import PostState, missing, post_state
from bot.core.records import CountersKey, Invitation, Member, OpenRequests, Role, Team
from bot.core.screens import post_name
from bot.core.seats import Seat, district_of, may_anything, may_invite, where
from bot.core.world import Turn
from bot.core.wrongs import WRONG

SOON = timedelta(days=90)
MONTHS = 3  # of counters: this one and the two before
MOST_SCREENS = 5
FEW = 5  # below it a number could point at somebody
PAGE = 20  # open requests of a post that are looked at
MONDAY = time(8)
WEEKLY = "week"


def posts_watched(turn_team: Team, offices: Iterable[str]) -> tuple[str, ...]:
    """Every post on which somebody sits or is awaited, and every office."""
    seated = (post for member in turn_team.members for post in member.posts)
    return tuple(dict.fromkeys((*offices, *seated, *sorted(turn_team.invited))))


def wanted(turn_team: Team) -> set[OpenRequests]:
    """What has to be known of requests: the first page of each seated post, overdue on top."""
    return {OpenRequests(post) for member in turn_team.members for post in member.posts}


def shown(turn: Turn, member: Member) -> None:
    """What needs somebody in the posts that this member answers for."""
    if may_anything(member):
        tell(turn, member, report(turn, member))
    else:
        turn.audit("refused:/lage")
        tell(turn, member, turn.text("situation_not_yours"))


def monday(turn: Turn) -> None:
    """To every coordinator, and again in a week."""
    for member in turn.team.members:
        if member.admitted and (member.role is Role.COORDINATOR or COORDINATION in member.posts):
            turn.say(Staff(member.id), Screen(report(turn, member)))
    turn.do(Wake(next_monday(turn.event.at), Timer.SITUATION, WEEKLY))


def next_monday(at: datetime) -> datetime:
    """The next Monday morning after this instant."""
    day = local(at).date()
    first = instant(day + timedelta(days=-day.weekday()), MONDAY)
    return first if first > at else instant(local(first).date() + timedelta(days=7), MONDAY)


def report(turn: Turn, member: Member) -> str:
    """One line for each thing that needs somebody; one sentence when nothing does."""
    posts = tuple(post for post in led(turn) if answers(turn, member, post))
    lines = [line for post in posts for line in about(turn, post)]
    lines += [line for found in turn.team.invitations for line in awaited(turn, member, found)]
    lines += counted(turn, {district_of(turn, post) or "" for post in posts})
    if for_all(member):
        lines += unhelpful(turn)
    return "\n".join([turn.text("situation_head"), *(lines or [turn.text("situation_calm")])])


def led(turn: Turn) -> tuple[str, ...]:
    directory = turn.k.directory
    offices = (post.id for post in directory.posts.values() if not post.schools)
    return posts_watched(turn.team, offices)


def answers(turn: Turn, member: Member, post: str) -> bool:
    """A coordinator for the district, the coordination office and admins for the whole Land."""
    return for_all(member) or district_of(turn, post) == member.district


def for_all(member: Member) -> bool:
    return member.role is Role.ADMIN or COORDINATION in member.posts


def about(turn: Turn, post: str) -> Iterable[str]:
    """Overdue, not ready and why, one person only, ending, unconfirmed."""
    name, day = post_name(turn, post), local(turn.event.at).date()
    state = post_state(post, turn.k.directory, turn.team, day)
    late = sum(request.overdue_since is not None for request in turn.requests_at(post))
    if late:
        yield turn.text("situation_late", post=name, count=f"{late}{'+' * (late == PAGE)}")
    if state is not PostState.LIVE:
        lacks = missing(post, turn.k.directory, turn.team)
        why = ", ".join(turn.text(f"step_{step.value}") for step in lacks)
        yield turn.text("situation_not_live", post=name, why=why or turn.text("situation_switched"))
    if len(turn.team.of(post)) == 1:
        yield turn.text("situation_alone", post=name)
    found = turn.k.directory.posts.get(post)
    if found and found.valid_until and day <= found.valid_until <= day + SOON:
        yield turn.text("situation_ends", post=name, day=f"{found.valid_until:%d.%m.%Y}")
    confirmed = turn.team.facts(post).confirmed_on
    if found and turn.team.of(post) and (confirmed is None or confirmed < day - SOON):
        yield turn.text("situation_unconfirmed", post=name)


def awaited(turn: Turn, member: Member, found: Invitation) -> Iterable[str]:
    seat = Seat(found.role, found.post or "", found.district or "")
    if may_invite(turn, member, seat):
        over = found.expires <= turn.event.at
        key = "situation_lapsed" if over else "situation_invited"
        until = when(found.expires, turn.event.at)
        yield turn.text(key, where=where(turn, seat), until=until)


def counted(turn: Turn, districts: set[str]) -> list[str]:
    """What visitors called wrong, and how many found nobody: from five up, never one person."""
    sums: dict[str, int] = {}
    for what, number in recent(turn, districts):
        kind = "wrong" if what.startswith(WRONG) else what
        sums[kind] = sums.get(kind, 0) + number
    return [
        turn.text(f"situation_{kind}", count=str(sums[kind]))
        for kind in ("wrong", "found_nobody")
        if sums.get(kind, 0) >= (1 if kind == "wrong" else FEW)
    ]


def unhelpful(turn: Turn) -> list[str]:
    """Screens that helped least, the most frequent no first; each number from five up only."""
    sums: dict[str, int] = {}
    for what, number in recent(turn, {""}):
        sums[what] = sums.get(what, 0) + number
    noes = [
        (-n, what.removeprefix(NOT_HELPED))
        for what, n in sums.items()
        if n >= FEW and what.startswith(NOT_HELPED)
    ]
    return [
        turn.text("situation_not_helped", screen=ref, count=str(-n), yes=_many(sums, ref))
        for n, ref in sorted(noes)[:MOST_SCREENS]
    ]


def _many(sums: Mapping[str, int], ref: str) -> str:
    yes = sums.get(f"{HELPED}{ref}", 0)
    return str(yes) if yes >= FEW else f"< {FEW}"


def recent(turn: Turn, districts: set[str]) -> Iterable[tuple[str, int]]:
    known: Mapping[object, object] = turn.known  # type: ignore[assignment]
    rows = cast("tuple[tuple[str, str, str, int], ...]", known.get(CountersKey()) or ())
    first = local(turn.event.at - timedelta(days=31 * (MONTHS - 1))).strftime("%Y-%m")
    return [
        (what, n) for month, district, what, n in rows if month >= first and district in districts
    ]
