"""What was typed for a telephone number, or for the hours in which a message is safe."""

from dataclasses import replace

from bot.core.answers import take
from bot.core.records import Answer, Conversation
from bot.core.standing import stand
from bot.core.times import in_german
from bot.core.tree import Reach
from bot.core.wishes import number_of, window_of
from bot.core.world import Turn

MAY_ASK, CHECK = "kontakt.nachfrage", "kontakt.pruefen"  # where it goes on


def number(turn: Turn, conversation: Conversation, text: str) -> None:
    """A number that can be called; it is kept with the draft, and sent only with it."""
    found = number_of(text)
    if found is None:
        stand(turn, conversation, first=turn.text("number_unclear", conversation.audience))
        return
    began = conversation.written if conversation.draft else turn.event.at
    conversation = replace(conversation, number=found, reach=Reach.CALL, written=began)
    take(turn, conversation, Answer(MAY_ASK))


def hours(turn: Turn, conversation: Conversation, text: str) -> None:
    """The hours of the visitor's own week."""
    found = window_of(in_german(text, turn.k.times_of(conversation.language)))
    if found is None:
        stand(turn, conversation, first=turn.text("window_unclear", conversation.audience))
        return
    take(turn, replace(conversation, window=found), Answer(CHECK))
