"""Where a visitor stands, and showing it."""

from dataclasses import replace

from bot.core.messages import Screen, Visitor
from bot.core.records import Conversation
from bot.core.screens import here
from bot.core.view import Sight
from bot.core.walk import Place, replay
from bot.core.world import Turn


def sight_of(turn: Turn, conversation: Conversation) -> Sight:
    return Sight(turn.k, turn.team, conversation, turn.event.at)


def place_of(turn: Turn, conversation: Conversation) -> Place:
    return replay(turn.k.tree, conversation.answers, sight_of(turn, conversation))


def stand(turn: Turn, conversation: Conversation, *, first: str = "", puzzled: int = 0) -> None:
    """Show where the visitor stands now; ``first`` is said before it."""
    sight = sight_of(turn, conversation)
    place = replay(turn.k.tree, conversation.answers, sight)
    show(turn, conversation, here(turn, sight, place, first=first), puzzled=puzzled)


def show(turn: Turn, conversation: Conversation, screen: Screen, *, puzzled: int = 0) -> None:
    """Show a screen and remember its buttons, so that typing can choose them."""
    shown = screen.choices + screen.ways
    turn.put(replace(conversation, shown=shown, puzzled=puzzled))
    turn.say(Visitor(conversation.id), screen, conversation.writing_to)
