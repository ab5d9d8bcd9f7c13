"""Nobody opened the desk two hours after a plan began: who steps in hears that something waits."""

from bot.core.calendar import local
from bot.core.messages import Screen, Staff
from bot.core.presence import absent, serving
from bot.core.reach import beginnings, expect_opening
from bot.core.records import Member, Role
from bot.core.screens import post_name
from bot.core.steps import may_lead
from bot.core.world import Turn


def due(turn: Turn, post: str) -> None:
    """Says nothing of what waits: no name, no text; and only while something does."""
    waiting = [r for r in turn.requests_at(post) if r.due is not None and not r.practice]
    if not waiting:
        return  # the next request that arrives is watched again
    if any(r.claimed_by is None for r in waiting) and not opened(turn, post):
        name = post_name(turn, post)
        for member in told(turn, post):
            turn.say(Staff(member.id), Screen(turn.text("nobody_opened", post=name)))
    expect_opening(turn, post)


def opened(turn: Turn, post: str) -> bool:
    """Whether anybody did something at the desk since this day began there, or none began."""
    at = turn.event.at
    today = local(at).date()
    begun = [s for s in beginnings(turn, post, at) if s <= at and local(s).date() == today]
    if not begun:
        return True
    members = serving(turn.k.directory, turn.team, post, at)
    return any(m.here_at is not None and m.here_at >= min(begun) for m in members)


def told(turn: Turn, post: str) -> tuple[Member, ...]:
    """The deputy; where none is named or she is away, the coordinators of the district."""
    deputy = turn.team.member(turn.team.facts(post).deputy or "")
    if deputy is not None and not absent(deputy, turn.event.at):
        return (deputy,)
    leads = (m for m in turn.team.members if m.role is Role.COORDINATOR)
    return tuple(member for member in leads if may_lead(turn, member, post))
