"""A promised time has come: the visitor is told first, and the next rung takes over."""

from dataclasses import replace
from datetime import timedelta

from bot.core import cards, following, silence
from bot.core.ahead import brought_back, written_ahead
from bot.core.calendar import when
from bot.core.directory import COORDINATION, PostKind
from bot.core.messages import Count, Screen, Timer, Wake
from bot.core.posts import may_read
from bot.core.reach import desks
from bot.core.records import Reason, Request
from bot.core.request import (
    CLAIMER,
    QUIET,
    arrive,
    close,
    expected,
    reached,
    remind,
    tell,
    told,
    wait,
)
from bot.core.routing import Rung, next_rung
from bot.core.screens import carrier_name, post_name
from bot.core.view import sight_for
from bot.core.world import Turn

SHORTLY = timedelta(seconds=1)


def due(turn: Turn, request: Request) -> None:
    """Kept, moved on meanwhile, or broken."""
    if not request.open or request.practice:
        return
    if written_ahead(request, turn.event.at):
        anew(turn, brought_back(request, turn.event.at))
    elif request.pending is not None:  # what is done is not gone yet; then it is looked at again
        turn.do(Wake(request.pending.until + SHORTLY, Timer.PROMISE, request.id))
    elif request.silenced_until is not None:
        silence.over(turn, request)
    elif request.due is None:
        quiet(turn, request)
    elif turn.event.at < request.due:
        before_due(turn, request)  # or the clock went back, or the promise moved
    else:
        broken(turn, request)


def anew(turn: Turn, request: Request) -> None:
    """After a clock that was ahead: overdue is recalled, a promise for years ahead is corrected."""
    turn.put(request)
    if request.due is None:
        quiet(turn, request)
    elif request.overdue_since is not None:
        recall(turn, put_back(turn, request))
    else:
        request = replace(request, due=expected(turn, request))
        turn.put(request)
        wait(turn, request)
        cards.refresh(turn, request, request.post)
        values = {"name": request.name, "promise": promised(turn, request)}
        tell(turn, request, turn.text_for(request, "promise_corrected", **values))


def promised(turn: Turn, request: Request) -> str:
    """By when somebody answers, as it is said to the visitor."""
    return turn.when_for(request, request.due or turn.event.at)


def before_due(turn: Turn, request: Request) -> None:
    """Whoever claimed it is reminded, then the whole post; each once for one due time."""
    stage = reached(request, turn.event.at)
    if request.due is not None and stage > told(request):
        request = replace(request, reminded=(request.due, stage))
        turn.put(request)
        holder = cards.holder(turn, request)
        to = (holder,) if holder and stage == CLAIMER else desks(turn, request)
        due = when(request.due or turn.event.at, turn.event.at)
        for member in to:
            remind(turn, member.id, "due_soon", request, due=due)
    wait(turn, request)


def quiet(turn: Turn, request: Request) -> None:
    """Answered, and nothing new since: closed, and both sides are told."""
    until = (request.answered_at or request.sent_at) + QUIET
    if turn.event.at < until:
        turn.do(Wake(until, Timer.PROMISE, request.id))
        return
    claimer = request.claimed_by
    close(turn, request, Reason.NO_REPLY)
    if claimer is not None:
        remind(turn, claimer, "quiet_closed", request)


def broken(turn: Turn, request: Request) -> None:
    """The visitor is told first, with what happens now; then the next rung, as consent allows."""
    if request.overdue_since is None:
        turn.do(Count("promise_broken", request.district or ""))
    after = next_rung(rungs_of(turn, request), request.post)
    if after is None or after.post in (*request.tried, request.post):
        stay(turn, request)
    elif may_read(turn.k.directory, request, after.post):
        move(turn, request, after)
    elif request.overdue_since is None:
        ask_consent(turn, request, after)
    else:
        stay(turn, request)  # asked already; the visitor's button still works


def rungs_of(turn: Turn, request: Request) -> tuple[Rung, ...]:
    """The live rungs for this request today."""
    sight = sight_for(turn.k, turn.team, request, turn.event.at)
    return sight.live(skip_school=request.skip_school, holder=request.post)


def move(turn: Turn, request: Request, rung: Rung, key: str = "promise_moved") -> None:
    """To another post, with a new promise; ``key`` says to the visitor why."""
    before = request.post
    cards.empty(turn, request, request.claimed_by)
    request = replace(
        request,
        post=rung.post,
        due=rung.promise,
        tried=(*request.tried, before),
        claimed_by=None,
        overdue_since=None,
        missed=(),
        offered=None,
        consulted=(),
    )
    turn.put(request)
    values = {
        "name": request.name,
        "before": post_name(turn, before),
        "post": post_name(turn, rung.post),
        "carrier": carrier_name(turn, rung.post),
        "promise": turn.when_for(request, rung.promise) if rung.promise else "",
    }
    text = turn.text_for(request, key, **values)
    tell(turn, request, text, following.offer(turn, request))
    cards.refresh(turn, request, before)
    arrive(turn, request)


def ask_consent(turn: Turn, request: Request, rung: Rung) -> None:
    """Another carrier may only read it with a yes; its post learns that something is overdue."""
    request = put_back(turn, request)
    values = {
        "name": request.name,
        "before": post_name(turn, request.post),
        "post": post_name(turn, rung.post),
        "carrier": carrier_name(turn, rung.post),
    }
    owner = request.conversation
    yes = turn.acting(
        turn.text_for(request, "do_consent"), owner, "consent", request.id, extra=rung.post
    )
    tell(turn, request, turn.text_for(request, "promise_broken_ask", **values), yes)
    for member in turn.team.of(rung.post):
        remind(turn, member.id, "overdue_elsewhere", request, post=values["before"])
    recall(turn, request)


def stay(turn: Turn, request: Request) -> None:
    """Nobody is next: it stays on top of the post's list and is recalled until somebody acts."""
    promised, first_time = request.due, request.overdue_since is None
    request = put_back(turn, request)
    if first_time:
        values = {
            "name": request.name,
            "post": post_name(turn, request.post),
            "promise": turn.when_for(request, promised or turn.event.at),
        }
        tell(turn, request, turn.text_for(request, "promise_broken", **values))
    recall(turn, request)


def put_back(turn: Turn, request: Request) -> Request:
    """Overdue, back to the whole post, with the next time somebody can be expected there."""
    cards.empty(turn, request, request.claimed_by)
    request = replace(
        request,
        claimed_by=None,
        consulted=(),
        overdue_since=request.overdue_since or turn.event.at,
        due=expected(turn, request),
    )
    turn.put(request)
    wait(turn, request)
    return request


def recall(turn: Turn, request: Request) -> None:
    """The post is reminded; the coordination office learns the fact and finds a recipient."""
    cards.refresh(turn, request, request.post)
    for member in desks(turn, request):
        remind(turn, member.id, "overdue_here", request)
    sight = sight_for(turn.k, turn.team, request, turn.event.at)
    rungs = sight.ladder(skip_school=request.skip_school)
    if not any(rung.kind is PostKind.COORDINATION_OFFICE for rung in rungs):
        return  # the visitor keeps its carrier out
    district = turn.k.directory.districts.get(request.district or "")
    values = {
        "who": turn.text(f"who_{request.audience.value}"),
        "district": district.name if district else turn.text("district_unknown"),
        "post": post_name(turn, request.post),
        "since": when(request.overdue_since or turn.event.at, turn.event.at),
    }
    for member in turn.team.of(COORDINATION):
        cards.show(turn, request, member, Screen(turn.text("overdue_fact", None, **values)))
