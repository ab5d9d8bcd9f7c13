"""Days on which every post of a district is closed: set with one tap by its coordinator."""

from dataclasses import replace
from datetime import date

from bot.core import reckoning
from bot.core.calendar import local
from bot.core.cards import tell
from bot.core.hours import day_of
from bot.core.messages import Button, Screen, Staff
from bot.core.records import Member, Ref, Role
from bot.core.steps import may_lead
from bot.core.world import Turn

LONGEST = 70  # days of one closed stretch: longer than the summer holidays
COMING = 3  # holidays offered


def tapped(turn: Turn, member: Member, ref: Ref) -> None:
    """Rights are looked at again with every tap."""
    days = span_of(ref.extra)
    if not may_close(member):
        tell(turn, member, turn.text("presence_not_yours"))
    elif ref.action == "presence_close" and days:
        close(turn, member, *days)
    elif ref.action == "presence_reopen" and days:
        reopen(turn, member, *days)
    else:
        ask(turn, member)


def may_close(member: Member) -> bool:
    return member.role is Role.COORDINATOR and member.district is not None


def ask(turn: Turn, member: Member, *, first: str = "") -> None:
    """The next school holidays with one tap each, other days typed, and what is set already."""
    closed = sorted({days for post in led(turn, member) for days in turn.team.facts(post).closed})
    today = local(turn.event.at).date()
    coming = [h for h in turn.k.directory.holidays if h.last >= today]
    coming.sort(key=lambda holiday: holiday.first)
    buttons = [
        button(turn, member, "close", (h.first, h.last), h.name)
        for h in coming[:COMING]
        if (h.first, h.last) not in closed
    ]
    buttons += [button(turn, member, "reopen", days, "") for days in closed if days[1] >= today]
    text = f"{first}\n\n{turn.text('closed_ask')}".strip()
    tell(turn, replace(member, asked="closed:"), text, *buttons)


def button(turn: Turn, member: Member, action: str, days: tuple[date, date], name: str) -> Button:
    said = turn.text(f"do_presence_{action}", name=name, days=spoken(*days))
    extra = f"{days[0]}:{days[1]}"
    return turn.acting(" ".join(said.split()), member.id, f"presence_{action}", extra=extra)


def typed(turn: Turn, member: Member, text: str) -> None:
    """„21.12.2026-3.1.2027“, or one day."""
    first, _, last = text.replace("–", "-").replace(" bis ", "-").partition("-")
    today = local(turn.event.at).date()
    begin = day_of(first, today)
    end = (day_of(last, begin) if last.strip() else begin) if begin else None
    if not may_close(member):
        tell(turn, replace(member, asked=None), turn.text("presence_not_yours"))
    elif begin is None or end is None or not 0 <= (end - begin).days <= LONGEST or end < today:
        tell(turn, member, turn.text("closed_unclear"))
    else:
        close(turn, member, begin, end)


def close(turn: Turn, member: Member, first: date, last: date) -> None:
    """Nobody is there on these days: promises reckon past them, and what waits is told."""
    today, posts = local(turn.event.at).date(), led(turn, member)
    for post in posts:
        facts = turn.team.facts(post)
        kept = {days for days in facts.closed if days[1] >= today} | {(first, last)}
        turn.put(replace(facts, closed=tuple(sorted(kept))))
    changed(turn, member, posts, "closed_set", (first, last))


def reopen(turn: Turn, member: Member, first: date, last: date) -> None:
    posts = led(turn, member)
    for post in posts:
        facts = turn.team.facts(post)
        kept = tuple(days for days in facts.closed if days != (first, last))
        turn.put(replace(facts, closed=kept))
    changed(turn, member, posts, "closed_reopened", (first, last))


def changed(
    turn: Turn, member: Member, posts: tuple[str, ...], key: str, days: tuple[date, date]
) -> None:
    """Everybody at these posts learns it; it is written down."""
    turn.audit(key, f"{member.district} {days[0]}–{days[1]}")
    reckoning.soon(turn, *posts)
    said = turn.text(key, days=spoken(*days), count=str(len(posts)))
    seated = {m.id: m for post in posts for m in turn.team.of(post) if m.id != member.id}
    for each in seated.values():
        turn.say(Staff(each.id), Screen(said))
    ask(turn, turn.team.member(member.id) or member, first=said)


def led(turn: Turn, member: Member) -> tuple[str, ...]:
    """The posts of the district on which anybody sits."""
    seated = dict.fromkeys(post for each in turn.team.members for post in each.posts)
    return tuple(post for post in seated if may_lead(turn, member, post))


def spoken(first: date, last: date) -> str:
    begin = f"{first.day}.{first.month}.{first.year}"
    return begin if first == last else f"{begin} bis {last.day}.{last.month}.{last.year}"


def span_of(extra: str) -> tuple[date, date] | None:
    first, _, last = extra.partition(":")
    return (date.fromisoformat(first), date.fromisoformat(last)) if last else None


ACTIONS = frozenset({"presence_closed", "presence_close", "presence_reopen"})
