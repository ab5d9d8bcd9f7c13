"""Who is there, and who steps in. A deputy has no deputy: there the ladder goes on."""

from datetime import datetime

from bot.core.calendar import Calendar, Person, attended, promise
from bot.core.directory import Directory, Post, Span
from bot.core.posts import other_carrier
from bot.core.records import Member, Team


def absent(member: Member, at: datetime) -> bool:
    return member.absent_until is not None and member.absent_until > at


def plan_at(member: Member, post: str) -> tuple[Span, ...]:
    """The weekly hours at this post: its own ones, else those of every post."""
    return dict(member.plans).get(post, member.plan)


def full(team: Team, post: str, at: datetime) -> bool:
    """Whether the post takes nothing new now; what it has stays with it."""
    until = team.facts(post).full_until
    return until is not None and until > at


def may_stand_in(directory: Directory, post: str, deputy: Member) -> bool:
    """Text stays with its carrier: only who works for the same one reads it in another's stead."""
    return any(not other_carrier(directory, post, own) for own in deputy.posts)


def stand_in(directory: Directory, team: Team, post: str, at: datetime) -> Member | None:
    """The deputy, while nobody of the post is there, unless she is away too."""
    deputy, members = team.member(team.facts(post).deputy or ""), team.of(post)
    if deputy is None or deputy in members or absent(deputy, at):
        return None
    if not all(absent(member, at) for member in members):
        return None
    return deputy if may_stand_in(directory, post, deputy) else None


def serving(directory: Directory, team: Team, post: str, at: datetime) -> tuple[Member, ...]:
    """Everybody at whose desk the post's requests lie now."""
    deputy = stand_in(directory, team, post, at)
    return (*team.of(post), deputy) if deputy else team.of(post)


def posts_served(directory: Directory, team: Team, member: Member, at: datetime) -> tuple[str, ...]:
    """The member's own posts, and those for which she steps in now."""
    others = (facts.id for facts in team.posts if facts.deputy == member.id)
    return (*member.posts, *(p for p in others if stand_in(directory, team, p, at) == member))


def promised(
    calendar: Calendar, directory: Directory, team: Team, post: Post, at: datetime
) -> datetime | None:
    """By when somebody at this post answers, by the plans of whoever serves it."""
    people, closed = _people(directory, team, post, at), team.facts(post.id).closed
    return promise(calendar, post.kind, people, at, closed)


def kept(  # noqa: PLR0913, PLR0917  (a post and a stretch of time)
    calendar: Calendar, directory: Directory, team: Team, post: Post, at: datetime, due: datetime
) -> bool:
    """Whether anybody is still there before ``due``."""
    people, closed = _people(directory, team, post, at), team.facts(post.id).closed
    return attended(calendar, post.kind, people, at, due, closed)


def _people(directory: Directory, team: Team, post: Post, at: datetime) -> list[Person]:
    members = serving(directory, team, post.id, at)
    return [(plan_at(member, post.id), member.absent_until) for member in members]
