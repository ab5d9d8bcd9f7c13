"""How somebody leaves: access ends in the same turn, and what they had returns to the post.

It returns in turns of its own, a page in each: so removing somebody needs no request to be known.
"""

from dataclasses import replace

from bot.core import glass, reckoning, steps, undo
from bot.core import request as requests
from bot.core.messages import EmptyDesk, EndAccess, Screen, Staff, Timer, Wake
from bot.core.records import Member, Request
from bot.core.screens import post_name
from bot.core.world import Turn


def removed(turn: Turn, other: Member, posts: tuple[str, ...]) -> None:
    """Not on these posts any more; whom nothing is left is no member any more."""
    rest = tuple(post for post in other.posts if post not in posts)
    turn.audit("remove", other.id)
    if rest:
        other = replace(other, asked=None, draft="", writing_to=None, shown=())
        turn.put(replace(other, posts=rest, left=(*other.left, *posts)))
        named = ", ".join(post_name(turn, post) for post in posts)
        turn.say(Staff(other.id), Screen(turn.text("post_taken", posts=named)))
    else:
        turn.dismiss(other.id)
    turn.do(*(Wake(turn.event.at, Timer.LEFT, f"{post}/0") for post in posts))
    steps.checked(turn, *posts)
    if not rest:
        turn.do(EmptyDesk(Screen(turn.text("card_gone")), member=other.id))
        turn.say(Staff(other.id), Screen(turn.text("access_ended")))
        turn.do(EndAccess(other.id))


def returned(turn: Turn, ref: str) -> None:
    """What lies at the post and whose member is gone is free again; in the end that is over."""
    reckoning.paged(turn, Timer.LEFT, ref, freed)
    post, page = reckoning.page_of(ref)
    if turn.requests_at(post, page):
        return
    for member in turn.team.members:
        if post in member.left:
            turn.put(replace(member, left=tuple(p for p in member.left if p != post)))


def freed(turn: Turn, request: Request) -> bool:
    """What they did at the desk last is done first; then it is the whole post's."""
    request = glass.left(turn, request)
    if not orphaned(turn, request):
        return False
    turn.do(EmptyDesk(Screen(turn.text("card_gone")), request.id, request.claimed_by or ""))
    request = undo.release(turn, request)
    if request.open and orphaned(turn, request):
        requests.give_back(turn, request)
    return True


def orphaned(turn: Turn, request: Request) -> bool:
    """Claimed by somebody who was taken from its post, or is no member any more."""
    holder = turn.team.member(request.claimed_by or "")
    return request.claimed_by is not None and (holder is None or request.post in holder.left)
