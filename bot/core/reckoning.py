"""Presence changed: what waits at a post is reckoned anew, a page in each turn."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core import cards, overdue
from bot.core import request as requests
from bot.core.messages import Count, Timer, Wake
from bot.core.posts import may_read, post_of
from bot.core.presence import absent, kept, promised
from bot.core.records import Request
from bot.core.routing import Rung, next_rung
from bot.core.screens import carrier_name, post_name
from bot.core.world import Turn

TICK = timedelta(milliseconds=1)  # no timer comes twice at one instant


def soon(turn: Turn, *posts: str) -> None:
    """Each of these posts is looked at right after this turn."""
    turn.do(*(Wake(turn.event.at, Timer.RECKON, f"{post}/0") for post in posts))


def page_of(ref: str) -> tuple[str, int]:
    """A post and a page of its open requests, as the timer names them."""
    post, _, page = ref.partition("/")
    return post, int(page or 0)


def reckoned(turn: Turn, ref: str) -> None:
    """What waits there is promised anew, or goes on."""
    paged(turn, Timer.RECKON, ref, again)


def paged(turn: Turn, kind: Timer, ref: str, change: Callable[[Turn, Request], bool]) -> None:
    """Each open request of a post; ``change`` says whether it did something to this one.

    What changes may leave the page or sink: it is looked at again until nothing changes.
    """
    post, page = page_of(ref)
    found = turn.requests_at(post, page)
    changed = [change(turn, request) for request in found]
    if found:
        following = page if any(changed) else page + 1
        turn.do(Wake(turn.event.at + TICK, kind, f"{post}/{following}"))


def again(turn: Turn, request: Request) -> bool:
    """Nobody is left before the promised time: the next rung, or another promise.

    What was done at the desk and is not gone yet goes first; taken back, it is reckoned again.
    """
    if request.practice or request.pending is not None:
        return False
    freed = set_free(turn, request)
    request, at = turn.request(request.id) or request, turn.event.at
    post = post_of(request.post, turn.k.directory, turn.team)
    if post is None or request.due is None or request.overdue_since or request.due <= at:
        return freed
    known = (turn.k.calendar, turn.k.directory, turn.team, post, at)
    if kept(*known, request.due):
        return freed
    own = promised(*known)
    after = next_rung(overdue.rungs_of(turn, request), request.post)
    if own is None:
        overdue.broken(turn, request)
    elif after is not None and offered_now(turn, request, after, own):
        turn.do(Count("absent_moved", request.district or ""))
        overdue.move(turn, request, after, "absent_moved")
    else:
        later(turn, request, own, after)
    return True


def set_free(turn: Turn, request: Request) -> bool:
    """Whoever claimed it is not back before the promise: it is the whole post's again."""
    holder = cards.holder(turn, request)
    if holder is None or request.due is None:
        return False
    if not absent(holder, turn.event.at) or not absent(holder, request.due):
        return False
    cards.empty(turn, request, holder.id)
    request = replace(request, claimed_by=None)
    turn.put(request)
    requests.wait(turn, request)
    cards.announce(turn, request)
    return True


def offered_now(turn: Turn, request: Request, after: Rung, own: datetime) -> bool:
    """Whether the next rung answers earlier and may read it unasked."""
    return sooner(request, after, own) and may_read(turn.k.directory, request, after.post)


def sooner(request: Request, after: Rung, own: datetime) -> bool:
    """Whether the next rung, if it has not had it before, answers earlier."""
    fresh = after.post not in request.tried
    return fresh and after.promise is not None and after.promise < own


def later(turn: Turn, request: Request, own: datetime, after: Rung | None) -> None:
    """It stays, with a new promise; who agreed to no other carrier may agree now."""
    request = replace(request, due=own)
    turn.put(request)
    requests.wait(turn, request)
    cards.refresh(turn, request, request.post)
    values = {
        "name": request.name,
        "post": post_name(turn, request.post),
        "promise": turn.when_for(request, own),
    }
    said = turn.text_for(request, "absent_later", **values)
    if after is None or not sooner(request, after, own):
        requests.tell(turn, request, said)
        return
    offered = {
        "next": post_name(turn, after.post),
        "carrier": carrier_name(turn, after.post),
        "promise": turn.when_for(request, after.promise or own),
    }
    asked = turn.text_for(request, "absent_ask", **offered)
    owner, label = request.conversation, turn.text_for(request, "do_consent")
    yes = turn.acting(label, owner, "consent", request.id, extra=after.post)
    requests.tell(turn, request, f"{said}\n\n{asked}", yes)
