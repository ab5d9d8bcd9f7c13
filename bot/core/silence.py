"""Blocking costs nobody anything: a thread is silent for a week, and nobody is unmasked."""

from dataclasses import replace
from datetime import timedelta

from bot.core import cards
from bot.core.facts import answering, helplines
from bot.core.messages import Count, LetSleep, Timer, Wake
from bot.core.records import Author, Reason, Request
from bot.core.request import close, expected, tell, wait
from bot.core.view import sight_for
from bot.core.world import Turn

SILENT = timedelta(days=7)


def block(turn: Turn, request: Request) -> None:
    """Nothing of it reaches the desk for a while; the visitor is told once, with lines."""
    until = turn.event.at + SILENT
    request = replace(request, silenced_until=until, due=None, overdue_since=None)
    turn.put(request)
    turn.do(Wake(until, Timer.PROMISE, request.id), Count("blocked", request.district or ""))
    cards.refresh(turn, request, request.post)
    tell(turn, request, said(turn, request, "silenced"))


def said(turn: Turn, request: Request, key: str) -> str:
    """One kind sentence, and who answers now."""
    sight = sight_for(turn.k, turn.team, request, turn.event.at)
    lines = helplines(sight, answering(sight, request.topic))
    until = turn.when_for(request, request.silenced_until or turn.event.at)
    text = turn.text_for(request, key, name=request.name, until=until)
    return f"{text}\n\n{lines}"


def unblock(turn: Turn, request: Request) -> Request:
    """On the desk again, with a new promise."""
    request = replace(request, silenced_until=None)
    request = replace(request, due=expected(turn, request))
    turn.put(request)
    wait(turn, request)
    return request


def over(turn: Turn, request: Request) -> None:
    """The week is over: what was written meanwhile comes back to the desk, else it is closed."""
    until = request.silenced_until or turn.event.at
    if turn.event.at < until <= turn.event.at + SILENT:
        turn.do(Wake(until, Timer.PROMISE, request.id))
        return
    began = until - SILENT
    if any(word.by is Author.VISITOR and word.at >= began for word in request.words):
        cards.announce(turn, unblock(turn, request))
    else:
        turn.do(LetSleep(Timer.PROMISE, request.id))
        close(turn, request, Reason.PRANK)
