"""Where a visitor stands, and showing it."""

from dataclasses import replace

from bot.core.conditions import SENT
from bot.core.messages import Screen, Visitor
from bot.core.records import Conversation
from bot.core.screens import here, waiting_for
from bot.core.view import Sight
from bot.core.walk import Place, replay
from bot.core.world import Turn


def sight_of(turn: Turn, conversation: Conversation) -> Sight:
    asked = bool(turn.requests_of(conversation.id))
    return Sight(turn.k, turn.team, conversation, turn.event.at, asked)


def place_of(turn: Turn, conversation: Conversation) -> Place:
    return replay(turn.k.tree, conversation.answers, sight_of(turn, conversation))


def stand(turn: Turn, conversation: Conversation, *, first: str = "", puzzled: int = 0) -> None:
    """Show where the visitor stands now; ``first`` is said before it."""
    sight = sight_of(turn, conversation)
    place = replay(turn.k.tree, conversation.answers, sight)
    if place.node.ref == SENT:  # its words say: what is written now joins the request
        request = waiting_for(turn, conversation)
        conversation = replace(conversation, writing_to=request.id if request else None)
    show(turn, conversation, here(turn, sight, place, first=first), puzzled=puzzled)


def show(turn: Turn, conversation: Conversation, screen: Screen, *, puzzled: int = 0) -> None:
    """Show a screen and remember its buttons, so that typing can choose them."""
    turn.put(with_shown(conversation, screen, puzzled=puzzled))
    turn.say(Visitor(conversation.id), screen, conversation.writing_to)


def with_shown(conversation: Conversation, screen: Screen, *, puzzled: int = 0) -> Conversation:
    shown = screen.choices + screen.ways
    return replace(conversation, shown=shown, numbered=len(screen.choices), puzzled=puzzled)
