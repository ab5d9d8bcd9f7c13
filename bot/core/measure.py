"""How much one visitor may send: enough for anybody's worries, too little to bury a desk.

Danger passes every measure, and what is refused is said. Of a full request only danger and
answers still push out the oldest words.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.records import Conversation, Request
from bot.core.request import MOST_WORDS, alarming
from bot.core.world import Turn

MOST_A_DAY = 10  # requests of one conversation; a guess on the generous side
DAY = timedelta(days=1)


def again_at(turn: Turn, conversation: Conversation) -> datetime | None:
    """From when the next request may be sent; None: now. Danger in the draft never waits."""
    lately = _lately(conversation, turn.event.at)
    if len(lately) < MOST_A_DAY or any(alarming(turn, text) for text in conversation.draft):
        return None
    return lately[-MOST_A_DAY] + DAY


def begun(conversation: Conversation, at: datetime) -> Conversation:
    """One more was sent; only those that still count are kept."""
    return replace(conversation, began=(*_lately(conversation, at), at)[-MOST_A_DAY:])


def _lately(conversation: Conversation, at: datetime) -> tuple[datetime, ...]:
    return tuple(each for each in conversation.began if at - each < DAY)


def too_full(turn: Turn, request: Request, texts: tuple[str, ...]) -> bool:
    """Whether these would push out what nobody may have read yet."""
    fits = len(request.words) + len(texts) <= MOST_WORDS
    return not fits and not any(alarming(turn, text) for text in texts)
