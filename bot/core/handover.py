"""Handing a request to another post: freely within a carrier, else only with the visitor's yes."""

from collections.abc import Iterator
from dataclasses import replace

from bot.core import cards, overdue
from bot.core.directory import PostKind
from bot.core.messages import Count
from bot.core.posts import other_carrier, post_of
from bot.core.records import Request
from bot.core.request import remind, tell
from bot.core.routing import Rung, live, rung_for
from bot.core.screens import carrier_name, post_name
from bot.core.telling import yes_or_no
from bot.core.view import sight_for
from bot.core.world import Turn

MOST_TARGETS = 10


def targets(turn: Turn, request: Request) -> tuple[Rung, ...]:
    """The live posts that may have it, the visitor's own first; never one that is excluded."""
    sight = sight_for(turn.k, turn.team, request, turn.event.at)
    own = sight.live(skip_school=request.skip_school)
    wish = sight.wish(skip_school=request.skip_school)
    place = (turn.k.directory, turn.k.calendar, turn.team, wish)
    others = (rung_for(*place, post, turn.event.at) for post in _others(turn, request))
    found = (*own, *live(tuple(rung for rung in others if rung is not None)))
    by_post = {rung.post: rung for rung in reversed(found) if rung.post != request.post}
    return tuple(reversed(by_post.values()))[:MOST_TARGETS]


def _others(turn: Turn, request: Request) -> Iterator[str]:
    """Posts of the same carrier, then the network offices of other districts."""
    accepting = sorted(facts.id for facts in turn.team.posts if facts.accepting)
    same = [p for p in accepting if not other_carrier(turn.k.directory, request.post, p)]
    yield from same
    for post in accepting:
        found = post_of(post, turn.k.directory, turn.team)
        if post not in same and found and found.kind is PostKind.NETWORK_OFFICE:
            yield post


def free(turn: Turn, request: Request, post: str) -> bool:
    """Whether the words may move there without asking: same carrier, or the visitor said yes.

    The yes before sending was asked for the next rung alone and counts for nothing else.
    """
    if not other_carrier(turn.k.directory, request.post, post) or post in request.agreed:
        return True
    sight = sight_for(turn.k, turn.team, request, turn.event.at)
    own = (rung.post for rung in sight.ladder(skip_school=request.skip_school))
    return request.consent and post in own


def hand_over(turn: Turn, request: Request, post: str) -> tuple[str, dict[str, str]]:
    """It moves, or the visitor is asked; what the member is told then."""
    rung = next((rung for rung in targets(turn, request) if rung.post == post), None)
    values = {"name": request.name, "post": post_name(turn, post)}
    if rung is None:
        return "hand_over_gone", values
    if request.practice or free(turn, request, post):
        move(turn, request, rung)
        return "handed_over_desk", values
    ask(turn, request, post)
    return "hand_over_asked", values


def move(turn: Turn, request: Request, rung: Rung) -> None:
    overdue.move(turn, request, rung, "handed_over")
    turn.do(Count("handed_over", request.district or ""))


def ask(turn: Turn, request: Request, post: str) -> None:
    """Another carrier reads it with a yes only; until then its post knows that something waits."""
    request = replace(request, offered=post)
    turn.put(request)
    values = {
        "name": request.name,
        "before": post_name(turn, request.post),
        "post": post_name(turn, post),
        "carrier": carrier_name(turn, post),
    }
    either = yes_or_no(turn, request, "hand_over", post)
    tell(turn, request, turn.text_for(request, "hand_over_ask", **values), *either)
    cards.refresh(turn, request, request.post)
    for member in turn.team.of(post):
        remind(turn, member.id, "waits_elsewhere", request, post=values["before"])


def agreed(turn: Turn, request: Request, post: str) -> bool:
    """The visitor's yes: it moves, if that post still takes it."""
    rung = next((rung for rung in targets(turn, request) if rung.post == post), None)
    if rung is None:
        return False
    move(turn, replace(request, agreed=(*request.agreed, post)), rung)
    return True


def declined(turn: Turn, request: Request, post: str) -> None:
    """The visitor's no: it stays where it is, and whoever has it learns that."""
    request = replace(request, offered=None)
    turn.put(request)
    cards.refresh(turn, request, request.post)
    tell(turn, request, turn.text_for(request, "hand_over_stays", name=request.name))
    if request.claimed_by is not None:
        remind(turn, request.claimed_by, "hand_over_declined", request, post=post_name(turn, post))
