"""Wrong invitation codes: they slow down, then lock, per address and for the whole house.

A code has 256 bits, so this keeps nobody from guessing one; it keeps noise down and is seen.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.records import Guesses
from bot.core.world import Turn

FREE = 3  # wrong codes without a wait: a link that was copied badly
WAIT = timedelta(seconds=30)  # after one more; doubled with each further
MOST = 10  # wrong codes in a day from one address
DAY = timedelta(days=1)
MOST_OF_ALL = 100  # wrong codes in an hour from everywhere
HOUR = timedelta(hours=1)
EVERYBODY = ""


def locked_until(turn: Turn, conversation: str) -> datetime | None:
    """Until when no code is looked at; None when one may be tried now."""
    now = turn.event.at
    until = max(_own(turn.guesses(conversation), now), _whole(turn.guesses(EVERYBODY), now))
    return until if until > now else None


def _own(guesses: Guesses, now: datetime) -> datetime:
    at = [each for each in guesses.at if now - each < DAY]
    if len(at) >= MOST:
        return at[-MOST] + DAY
    return at[-1] + WAIT * 2 ** (len(at) - FREE - 1) if len(at) > FREE else now


def _whole(guesses: Guesses, now: datetime) -> datetime:
    at = [each for each in guesses.at if now - each < HOUR]
    return at[-MOST_OF_ALL] + HOUR if len(at) >= MOST_OF_ALL else now


def guessed(turn: Turn, of: str, most: int = MOST) -> None:
    """One more wrong code; only those that still count are kept."""
    guesses = turn.guesses(of)
    turn.put(replace(guesses, at=(*guesses.at, turn.event.at)[-most:]))
    if of != EVERYBODY:
        guessed(turn, EVERYBODY, MOST_OF_ALL)
