"""What was typed for a school or a place: taken at once when clear, else offered."""

from dataclasses import replace

from bot.core.answers import take
from bot.core.conditions import choices
from bot.core.messages import Button, Screen
from bot.core.records import Answer, Conversation
from bot.core.screens import ways
from bot.core.standing import alarmed, show, stand
from bot.core.taps import Choose
from bot.core.tree import Ask, Node
from bot.core.understand.schools import Found
from bot.core.view import Sight
from bot.core.walk import Place
from bot.core.world import Turn

LONGEST = 4096  # characters that are looked at
CLEAR = 0.95  # a school that fits so well is taken at once …
APART = 0.25  # … if the next one fits so much worse
SHORT = 3  # words; what is longer is a sentence, whose words may merely sound like a place


def school(turn: Turn, conversation: Conversation, sight: Sight, place: Place, text: str) -> None:
    """The school that is clearly meant; else those it may be, or what else helps."""
    found = searched(turn, conversation, text[:LONGEST])
    listed = [turn.k.directory.schools[school_id] for school_id, _ in found.schools]
    named = [f"{s.later_name or s.name}, {s.town}" for s in listed]
    if not found.schools or (found.ask == "unknown" and alarmed(turn)):
        not_found(turn, conversation, sight, place, "school_unknown")
    elif clear(found) and not alarmed(turn):
        answer = Answer(place.node.ref, listed[0].id.lower())
        taken(turn, conversation, answer, named[0])
    else:
        keys = {"place": "school_which_place", "unknown": "school_unsure"}
        said = turn.text(keys.get(found.ask or "", "school_found"), conversation.audience)
        buttons = [
            Button(name, Choose(place.node.ref, s.id.lower()))
            for name, s in zip(named, listed, strict=True)
        ]
        narrowed = conversation.sought and turn.k.schools.places(text[:LONGEST])
        sought = conversation.sought if narrowed else text[:LONGEST]
        sought = sought if found.ask == "place" else ""
        offer(turn, sight, place, said, buttons, sought=sought)


def searched(turn: Turn, conversation: Conversation, text: str) -> Found:
    """A place typed after a name that several schools have narrows them."""
    district = turn.k.directory.districts.get(conversation.district or "")
    known = district.name if district else None
    if conversation.sought and turn.k.schools.places(text):
        return turn.k.schools.find(f"{conversation.sought} {text}", known)
    return turn.k.schools.find(text, known)


def clear(found: Found) -> bool:
    """Whether the first school is meant and no other."""
    (_, best), *others = found.schools
    second = others[0][1] if others else 0.0
    return found.ask is None and best >= CLEAR and best - second >= APART


def town(turn: Turn, conversation: Conversation, sight: Sight, place: Place, text: str) -> None:
    """The district that is meant; several, or found in a sentence, as buttons."""
    found = [turn.k.directory.districts[d] for d in turn.k.schools.places(text[:LONGEST])]
    short = len(text.split()) <= SHORT
    if not found or (alarmed(turn) and not short):
        not_found(turn, conversation, sight, place, "place_unknown")
    elif len(found) == 1 and short and not alarmed(turn):
        taken(turn, conversation, Answer(place.node.ref, found[0].id), found[0].name)
    else:
        buttons = [Button(d.name, Choose(place.node.ref, d.id)) for d in found]
        offer(turn, sight, place, turn.text("place_found", conversation.audience), buttons)


def taken(turn: Turn, conversation: Conversation, answer: Answer, name: str) -> None:
    """Go on with what was found, and say what it was."""
    first = turn.text("taken", conversation.audience, label=name)
    take(turn, conversation, answer, first=first)


def not_found(turn: Turn, conversation: Conversation, sight: Sight, place: Place, key: str) -> None:
    """Say so, but not after danger; the second time in a row every district is a button."""
    audience = conversation.audience
    if alarmed(turn):
        stand(turn, conversation, first=turn.text("after_danger"))
    elif conversation.puzzled == 0:
        stand(turn, conversation, first=turn.text(key, audience), puzzled=1)
    else:
        districts_offered(turn, sight, place)


def districts_offered(turn: Turn, sight: Sight, place: Place) -> None:
    """Every district as a button, beside what the screen offers itself."""
    nodes = turn.k.tree.topic_of(place.node.ref).nodes.values()
    asking = next(n.ref for n in nodes if isinstance(n, Node) and n.ask is Ask.PLACE)
    districts = sorted(turn.k.directory.districts.values(), key=lambda d: d.name)
    buttons = [Button(d.name, Choose(asking, d.id)) for d in districts]
    offer(turn, sight, place, turn.text("which_district", sight.audience), buttons, puzzled=2)


def offer(  # noqa: PLR0913  (a list has these parts)
    turn: Turn,
    sight: Sight,
    place: Place,
    text: str,
    buttons: list[Button],
    *,
    sought: str = "",
    puzzled: int = 0,
) -> None:
    """Found things first, then the node's own choices."""
    node = place.node
    own = [
        Button(c.label.of(sight.audience), Choose(node.ref, c.id))
        for c in choices(turn.k.tree, node, sight)
    ]
    screen = Screen(text, (*buttons, *own), ways(turn, sight, place))
    conversation = replace(sight.conversation, sought=sought)
    show(turn, conversation, screen, puzzled=puzzled)
