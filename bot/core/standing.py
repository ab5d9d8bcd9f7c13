"""Where a visitor stands, and showing it."""

from bot.core.conditions import SENT
from bot.core.messages import Button, Count, Say, Screen, Tapped, Tone, Visitor
from bot.core.records import Conversation, Request
from bot.core.screens import here, waiting_for
from bot.core.taps import Move
from bot.core.tree import Ask, Audience
from bot.core.values import replace
from bot.core.view import Sight, seen_by
from bot.core.walk import Place, replay
from bot.core.world import Turn

NOBODY = "kontakt.niemand"  # whoever asks for a human comes here when nobody can be asked


def sight_of(turn: Turn, conversation: Conversation) -> Sight:
    """What this visitor sees; what was climbed and traced for the same facts is not done twice."""
    asked = bool(turn.requests_of(conversation.id))
    facts = seen_by(turn.team, conversation, asked=asked)
    climbed, traced = turn.sights.setdefault(facts, ({}, {}))
    return Sight(turn.k, turn.team, conversation, turn.event.at, asked, climbed, traced)


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
    if conversation.sought and place.node.ask is not Ask.SCHOOL:
        conversation = replace(conversation, sought="")
    if place.node.ref == NOBODY and isinstance(turn.event.body, Tapped):
        turn.do(Count("found_nobody", conversation.district or ""))
    screen = here(turn, sight, place, first=first)
    if more:
        screen = replace(screen, choices=(*screen.choices, *more))
    show(turn, conversation, screen, puzzled=puzzled)


def show(turn: Turn, conversation: Conversation, screen: Screen, *, puzzled: int = 0) -> None:
    """Show a screen and remember its buttons, so that typing can choose them."""
    asked = bool(turn.requests_of(conversation.id))
    screen = with_ways(turn, conversation, screen, conversation.audience, asked=asked)
    turn.put(with_shown(conversation, screen, puzzled=puzzled))
    turn.say(Visitor(conversation.id), screen, conversation.writing_to)


def alarmed(turn: Turn) -> bool:
    """Whether help that answers now was shown in this turn."""
    return any(isinstance(e, Say) and e.screen.tone is Tone.ALERT for e in turn.effects)


def joining(turn: Turn, conversation: Conversation, request: Request, key: str) -> Button:
    """What was or will be written goes to this request."""
    label = turn.text(key, conversation.audience, name=request.name)
    return turn.acting(label, conversation.id, "join", request.id, group="join")


def ways(turn: Turn, audience: Audience | None) -> tuple[Button, ...]:
    """The ways out of what is no node: the menu, and help now."""
    return (turn.way(Move.MENU, "way_menu"), turn.way(Move.HELP, "way_help", audience))


def composing(turn: Turn, conversation: Conversation) -> bool:
    """Whether the visitor is just writing to somebody."""
    return place_of(turn, conversation).node.ask is Ask.MESSAGE


def with_ways(
    turn: Turn,
    conversation: Conversation,
    screen: Screen,
    audience: Audience | None,
    *,
    asked: bool,
) -> Screen:
    """A way to the open requests and to what is new, on every screen while there are any."""
    there = {way.tap for way in (*screen.choices, *screen.ways)}
    more = []
    if conversation.unread and Move.NEWS not in there:
        more.append(turn.way(Move.NEWS, "way_news", audience))
    if asked and Move.REQUESTS not in there:
        more.append(turn.way(Move.REQUESTS, "way_requests", audience))
    return replace(screen, ways=(*screen.ways, *more))


def with_shown(conversation: Conversation, screen: Screen, *, puzzled: int = 0) -> Conversation:
    shown = screen.choices + screen.ways
    return replace(conversation, shown=shown, numbered=len(screen.choices), puzzled=puzzled)
