"""Words that mean the same on every screen: the ways out, yes and no, thanks.

The lists are closed and stand beside the other texts, words and phrases between commas; what they
hold is compared as a whole, never searched for in a sentence.
"""

from enum import Enum
from functools import lru_cache

from bot.core.taps import Move
from bot.core.understand.text import alike, normalise, own_words
from bot.core.world import Turn

WAYS = {
    Move.HELP: ("words_help", ("way_help",)),
    Move.HUMAN: ("words_human", ("way_human", "way_who_helps")),
    Move.BACK: ("words_back", ("way_back",)),
    Move.MENU: ("words_menu", ("way_menu",)),
    Move.REQUESTS: ("words_requests", ("way_requests",)),
    Move.NEWS: ("words_news", ("way_news",)),
}
ABOUT_REQUESTS = frozenset({Move.REQUESTS, Move.NEWS})
SHORTEST_SLIP = 5  # letters; what is shorter must be typed as it is listed


class Small(Enum):
    """Small words that are an answer or a kindness, never a concern."""

    YES = "words_yes"
    NO = "words_no"
    THANKS = "words_thanks"
    NOISE = "words_noise"


@lru_cache(maxsize=64)
def _list(written: str) -> frozenset[str]:
    return frozenset(normalise(each) for each in written.split(","))


def words(turn: Turn, key: str) -> frozenset[str]:
    """The words and phrases of a list, normalised."""
    return _list(turn.text(key))


def labelled(turn: Turn, text: str, *, waiting: bool) -> Move | None:
    """The way out whose whole label was typed, whether the screen shows it or not."""
    said = normalise(text)
    for move in _there(waiting=waiting):
        labels = (each for key in WAYS[move][1] for each in turn.k.texts[key].variants())
        if said in map(own_words, labels):
            return move
    return None


def way(turn: Turn, text: str, *, waiting: bool) -> Move | None:
    """The way out that is meant by a listed word, as it is listed; a helpline's number is help."""
    said = normalise(text)
    if said and said.replace(" ", "") in _numbers(turn):
        return Move.HELP
    return next((m for m in _there(waiting=waiting) if said in words(turn, WAYS[m][0])), None)


def _numbers(turn: Turn) -> frozenset[str]:
    lines = turn.k.directory.helplines.values()
    return frozenset(own_words(line.phone).replace(" ", "") for line in lines)


def misspelt(turn: Turn, text: str, *, waiting: bool) -> Move | None:
    """The way out whose word was meant, by a slip of typing; never by its first letter."""
    said = normalise(text)
    if len(said) < SHORTEST_SLIP:
        return None
    for move in _there(waiting=waiting):
        listed = words(turn, WAYS[move][0])
        if any(word[:1] == said[:1] and alike(said, word) for word in listed):
            return move
    return None


def _there(*, waiting: bool) -> tuple[Move, ...]:
    """The ways there are now: to requests and news only while there are any."""
    return tuple(move for move in WAYS if waiting or move not in ABOUT_REQUESTS)


def small(turn: Turn, text: str) -> Small | None:
    """The small word that a text is as a whole; signs alone are noise."""
    said = normalise(text)
    if not said:
        return Small.NOISE
    return next((each for each in Small if said in words(turn, each.value)), None)
