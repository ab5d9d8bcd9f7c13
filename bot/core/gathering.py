"""Several short messages become one: the desk hears of them when the visitor has paused.

What was written is in the request at once; only the telling waits, as a fact and a timer.
"""

from dataclasses import replace
from datetime import timedelta

from bot.core import cards
from bot.core.messages import LetSleep, Timer, Wake
from bot.core.records import Author, Request, Word
from bot.core.world import Turn

PAUSE = timedelta(seconds=20)  # of quiet
AT_MOST = timedelta(minutes=2)  # after the first text


def gather(turn: Turn, request: Request, more: int) -> None:
    """``more`` texts were added: told after a pause, at the latest two minutes after the first."""
    request = replace(request, untold=request.untold + more)
    turn.put(request)
    now = turn.event.at
    since = min(now, untold(request)[0].at)
    turn.do(Wake(min(now + PAUSE, since + AT_MOST), Timer.GATHER, request.id))


def untold(request: Request) -> tuple[Word, ...]:
    """The visitor's words that the desk was not told of."""
    theirs = tuple(word for word in request.words if word.by is Author.VISITOR)
    return theirs[-request.untold :] if request.untold else ()


def paused(turn: Turn, request: Request) -> None:
    if request.open and request.untold:
        told(turn, request, anew=False)


def told(turn: Turn, request: Request, *, anew: bool) -> Request:
    """One update of the card, ``anew`` with a sound, and the words for whoever claimed it."""
    words = untold(request)
    request = settled(turn, request)
    if anew:
        cards.announce(turn, request)
    else:
        cards.refresh(turn, request, request.post)
    holder = cards.holder(turn, request)
    if holder is not None:
        cards.wrote(turn, request, holder, "\n\n".join(word.text for word in words))
    return request


def settled(turn: Turn, request: Request) -> Request:
    """The desk knows everything."""
    request = replace(request, untold=0)
    turn.put(request)
    turn.do(LetSleep(Timer.GATHER, request.id))
    return request
