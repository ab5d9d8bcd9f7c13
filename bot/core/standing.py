"""Where a visitor stands, and showing it."""

from dataclasses import replace

from bot.core.conditions import SENT
from bot.core.messages import Button, Say, Screen, Tone, Visitor
from bot.core.records import Conversation
from bot.core.screens import here, waiting_for
from bot.core.taps import Move
from bot.core.tree import Ask, Audience
from bot.core.view import Sight
from bot.core.walk import Place, replay
from bot.core.world import Turn


def sight_of(turn: Turn, conversation: Conversation) -> Sight:
    """What this visitor sees; what was climbed and traced for the same facts is not done twice."""
    asked = bool(turn.requests_of(conversation.id))
    sight = Sight(turn.k, turn.team, conversation, turn.event.at, asked)
    known = turn.sights.get(sight.facts)
    if known is not None:
        return replace(sight, climbed=known.climbed, traced=known.traced)
    turn.sights[sight.facts] = sight
    return sight


def place_of(turn: Turn, conversation: Conversation) -> Place:
    return replay(turn.k.tree, conversation.answers, sight_of(turn, conversation))


def stand(
    turn: Turn, conversation: Conversation, *more: Button, first: str = "", puzzled: int = 0
) -> None:
    """Show where the visitor stands now; ``first`` is said before it, ``more`` offered beside."""
    sight = sight_of(turn, conversation)
    place = replay(turn.k.tree, conversation.answers, sight)
    if place.node.ref == SENT:  # its words say: what is written now joins the request
        request = waiting_for(turn, conversation)
        conversation = replace(conversation, writing_to=request.id if request else None)
    if place.node.ask is not Ask.SCHOOL:
        conversation = replace(conversation, sought="")
    screen = here(turn, sight, place, first=first)
    screen = replace(screen, choices=(*screen.choices, *more))
    show(turn, conversation, screen, puzzled=puzzled)


def show(turn: Turn, conversation: Conversation, screen: Screen, *, puzzled: int = 0) -> None:
    """Show a screen and remember its buttons, so that typing can choose them."""
    if turn.requests_of(conversation.id):
        screen = with_requests(turn, screen, conversation.audience)
    turn.put(with_shown(conversation, screen, puzzled=puzzled))
    turn.say(Visitor(conversation.id), screen, conversation.writing_to)


def alarmed(turn: Turn) -> bool:
    """Whether help that answers now was shown in this turn."""
    return any(isinstance(e, Say) and e.screen.tone is Tone.ALERT for e in turn.effects)


def with_requests(turn: Turn, screen: Screen, audience: Audience | None) -> Screen:
    """The screen with a way to the open requests: on every one while there are any."""
    if any(way.tap is Move.REQUESTS for way in screen.ways):
        return screen
    return replace(screen, ways=(*screen.ways, turn.way(Move.REQUESTS, "way_requests", audience)))


def with_shown(conversation: Conversation, screen: Screen, *, puzzled: int = 0) -> Conversation:
    shown = screen.choices + screen.ways
    return replace(conversation, shown=shown, numbered=len(screen.choices), puzzled=puzzled)
