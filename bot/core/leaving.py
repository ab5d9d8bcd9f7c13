"""How somebody leaves: access ends in the same turn, and what they had returns to the post."""

from dataclasses import replace

from bot.core import request as requests
from bot.core import steps
from bot.core.messages import EmptyDesk, EndAccess, Screen, Staff, Timer, Wake
from bot.core.records import Member, Request
from bot.core.screens import post_name
from bot.core.world import Turn

PAGE = 20  # open requests of a post that are looked at in one turn


def removed(turn: Turn, other: Member, posts: tuple[str, ...]) -> None:
    """Not on these posts any more; whom nothing is left is no member any more."""
    rest = tuple(post for post in other.posts if post not in posts)
    turn.audit("remove", other.id)
    if rest:
        turn.put(replace(other, posts=rest, asked=None, draft="", writing_to=None, shown=()))
        named = ", ".join(post_name(turn, post) for post in posts)
        turn.say(Staff(other.id), Screen(turn.text("post_taken", posts=named)))
    else:
        turn.dismiss(other.id)
    for post in posts:
        returned(turn, post, 0, other)
    steps.checked(turn, *posts)
    if not rest:
        turn.do(EmptyDesk(Screen(turn.text("card_gone")), member=other.id))
        turn.say(Staff(other.id), Screen(turn.text("access_ended")))
        turn.do(EndAccess(other.id))


def returned(turn: Turn, post: str, page: int, other: Member | None = None) -> None:
    """A page of the post's requests whose member is gone is free again; then the next page."""
    found = turn.requests_at(post, page)
    for request in found:
        if orphaned(turn, request):
            if other is not None:
                turn.do(EmptyDesk(Screen(turn.text("card_gone")), request.id, other.id))
            requests.give_back(turn, request)
    if len(found) >= PAGE:
        turn.do(Wake(turn.event.at, Timer.LEFT, f"{post}/{page + 1}"))


def orphaned(turn: Turn, request: Request) -> bool:
    """Claimed by somebody who is not on its post any more."""
    holder = turn.team.member(request.claimed_by or "")
    return request.claimed_by is not None and (holder is None or request.post not in holder.posts)
