"""At whose desk a request lies, and whether anything may be put there now."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.core.calendar import instant, local, open_at, presence
from bot.core.directory import PostKind
from bot.core.messages import Staff, Timer, Wake
from bot.core.posts import post_of
from bot.core.presence import absent, plan_at, posts_served, serving
from bot.core.records import Member, Request
from bot.core.routing import SCHOOL, YOUTH_OFFICE, of_youth_office
from bot.core.world import Turn

PATIENCE = timedelta(hours=2)  # after a plan's beginning, until it is said that nobody came
WEEKS = 3  # longer than any row of public holidays: a digest comes within


def desks(turn: Turn, request: Request) -> tuple[Member, ...]:
    """Everybody who may claim it: the post, who steps in there, and whom a red card went to."""
    team = turn.team
    members = serving(turn.k.directory, team, request.post, turn.event.at)
    also = (m for m in team.members if m.id in request.also or set(m.posts) & set(request.also))
    found = {member.id: member for member in (*members, *also)}
    return tuple(m for m in found.values() if not kept_out(turn, request, m))


def belongs(turn: Turn, request: Request, member: Member) -> bool:
    """Whether it lies at this member's desk."""
    return not kept_out(turn, request, member) and (
        request.post in posts_of(turn, member)
        or member.id in request.also
        or bool(set(member.posts) & set(request.also))
    )


def kept_out(turn: Turn, request: Request, member: Member) -> bool:
    """Whoever also sits where the visitor wants nobody to know: reads it nowhere else either."""
    if not request.excluded and not request.skip_school:
        return False
    at_school = request.skip_school or SCHOOL in request.excluded
    youth_office = YOUTH_OFFICE in request.excluded
    posts = (post_of(post, turn.k.directory, turn.team) for post in member.posts)
    return any(
        (at_school and request.school in post.schools)
        or (youth_office and of_youth_office(post, turn.k.directory))
        for post in posts
        if post is not None
    )


def posts_of(turn: Turn, member: Member) -> tuple[str, ...]:
    """The member's own posts, and those for which she steps in now."""
    return posts_served(turn.k.directory, turn.team, member, turn.event.at)


def awake(turn: Turn, member: Member) -> bool:
    """Whether cards may come by themselves now: she is there, and it is none of her quiet hours."""
    at = turn.event.at
    if absent(member, at):
        return False
    return not member.waking or (working(turn, at) and open_at(member.waking, at))


def may_put(turn: Turn, member: Member, request: Request) -> bool:
    """Whether this may be shown now: what a member did herself, and a red card, break in."""
    if turn.event.who == Staff(member.id) or awake(turn, member):
        return True
    return request.alert and request.open and not absent(member, turn.event.at)


def hold_back(turn: Turn, member: Member, request: Request) -> None:
    """The next digest names it."""
    known = turn.team.member(member.id)
    if known is None or request.practice or request.id in known.held_back:
        return
    turn.put(replace(known, held_back=(*known.held_back, request.id)))
    if known.absent_until is not None and absent(known, turn.event.at):
        turn.do(Wake(known.absent_until, Timer.RETURN, known.id))
    else:
        turn.do(Wake(next_digest(turn, known), Timer.DIGEST, known.id))


def next_digest(turn: Turn, member: Member) -> datetime:
    """When the member reads what was held back: her own time on a day of hers, or its beginning."""
    today = local(turn.event.at).date()
    for ahead in range(7 * WEEKS):
        day = today + timedelta(days=ahead)
        begins = [span.start for span in member.waking if span.weekday == day.weekday()]
        if not begins or not turn.k.calendar.working_day(day, PostKind.NETWORK_OFFICE):
            continue
        at = instant(day, member.digest or min(begins))
        if at > turn.event.at:
            return at
    return turn.event.at + timedelta(days=1)


def expect_opening(turn: Turn, post: str) -> None:
    """Looked at two hours after the next beginning at this post; one timer for each post."""
    at = turn.event.at
    checks = (start + PATIENCE for start in beginnings(turn, post, at))
    check = min((each for each in checks if each > at), default=None)
    if check is not None:
        turn.do(Wake(check, Timer.OPENING, post))


def beginnings(turn: Turn, post_id: str, at: datetime) -> list[datetime]:
    """When somebody's day begins there: today, and the next day on which anybody comes."""
    post = post_of(post_id, turn.k.directory, turn.team)
    if post is None:
        return []
    closed, found = turn.team.facts(post_id).closed, []
    for member in turn.team.of(post_id):
        spans = presence(turn.k.calendar, post.kind, plan_at(member, post_id), at, closed)
        coming = (start for start, _ in spans if not absent(member, start))
        found += [start for start, _ in zip(coming, range(6), strict=False)]  # two days have both
    return found


def working(turn: Turn, at: datetime) -> bool:
    return turn.k.calendar.working_day(local(at).date(), PostKind.NETWORK_OFFICE)


def midnight(turn: Turn, days: int = 1) -> datetime:
    """So many midnights from now, local time."""
    return instant(local(turn.event.at).date() + timedelta(days=days), time())
