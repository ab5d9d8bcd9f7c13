"""A card that reaches nobody at a post: the next addressee has it, its coordinator hears it."""

from dataclasses import replace

from bot.core import overdue
from bot.core import request as requests
from bot.core.messages import Count, Screen, Staff
from bot.core.presence import absent
from bot.core.reach import desks
from bot.core.records import Request, Role
from bot.core.screens import post_name
from bot.core.steps import may_lead
from bot.core.world import Turn


def unreached(turn: Turn, member_id: str, request: Request) -> None:
    """What she had is the post's again; with nobody else there it goes on, the visitor first."""
    turn.do(Count("desk_undelivered"))
    if request.claimed_by == member_id:
        requests.give_back(turn, request)
        request = turn.request(request.id) or request
    request = replace(request, missed=(*request.missed, member_id))
    turn.put(request)
    others = [m for m in desks(turn, request) if m.id not in request.missed]
    if any(not absent(m, turn.event.at) for m in others) or request.claimed_by is not None:
        return
    if request.due is None or request.overdue_since is not None or request.practice:
        return
    post = request.post
    overdue.broken(turn, request)
    for lead in turn.team.members:
        if lead.role is Role.COORDINATOR and lead.id != member_id and may_lead(turn, lead, post):
            said = turn.text("post_unreached", post=post_name(turn, post))
            turn.say(Staff(lead.id), Screen(said))
