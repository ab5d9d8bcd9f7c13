"""A red card reaches two people: a second one at the post, else the deputy, else the next rung."""

from dataclasses import replace

from bot.core.posts import may_read
from bot.core.presence import absent, may_stand_in, serving
from bot.core.records import Member, Request
from bot.core.routing import next_rung
from bot.core.view import sight_for
from bot.core.world import Turn

ENOUGH = 2  # people who see a red card at once


def widened(turn: Turn, request: Request) -> Request:
    """The red request, and to whom else it goes now; the next rung only as the visitor agreed."""
    there = serving(turn.k.directory, turn.team, request.post, turn.event.at)
    if not request.alert or sum(not absent(m, turn.event.at) for m in there) >= ENOUGH:
        return request
    deputy = deputy_of(turn, request.post, there)
    also = deputy.id if deputy else next_post(turn, request)
    if also is None or also in request.also:
        return request
    return replace(request, also=(*request.also, also))


def deputy_of(turn: Turn, post: str, there: tuple[Member, ...]) -> Member | None:
    deputy = turn.team.member(turn.team.facts(post).deputy or "")
    if deputy is None or deputy in there or absent(deputy, turn.event.at):
        return None
    return deputy if may_stand_in(turn.k.directory, post, deputy) else None


def next_post(turn: Turn, request: Request) -> str | None:
    sight = sight_for(turn.k, turn.team, request, turn.event.at)
    rungs = sight.live(skip_school=request.skip_school, holder=request.post)
    after = next_rung(rungs, request.post)
    if after is None or after.post in request.tried:
        return None
    return after.post if may_read(turn.k.directory, request, after.post) else None
