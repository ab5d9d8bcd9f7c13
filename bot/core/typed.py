"""What somebody typed: danger first, then what the screen asks for, then what it offers."""

from dataclasses import replace

from bot.core import asking
from bot.core.answers import take
from bot.core.conditions import choices
from bot.core.messages import Act, Button, Choose, Move, Screen, Tap, Visitor
from bot.core.records import Answer, Conversation
from bot.core.screens import candidates, human, ways
from bot.core.standing import show, sight_of, stand
from bot.core.tree import Ask
from bot.core.understand.crisis import Level
from bot.core.understand.text import choose, normalise
from bot.core.view import Sight
from bot.core.walk import Place, replay
from bot.core.world import Turn
from bot.core.worries import feared, help_screen

SURE = 0.75  # a topic found this surely is opened, with "Etwas anderes?" on the screen …
AHEAD = 0.12  # … if it is this far before the next one
LONGEST = 4096  # characters; what a messenger lets through at once
MOST_KEPT = 20_000  # characters collected before they are sent


def read(turn: Turn, conversation: Conversation, text: str, *, edited: bool) -> None:
    """What a text means here; nothing typed is lost where somebody can read it."""
    sight = sight_of(turn, conversation)
    place = replay(turn.k.tree, conversation.answers, sight)
    kept = (*conversation.draft, *conversation.held)
    if not text:
        stand(turn, conversation, first=turn.text("empty", conversation.audience))
    elif edited and _read_by_somebody(sight, place):
        stand(turn, conversation, first=turn.text("edited", conversation.audience))
    elif _read_by_somebody(sight, place) and _too_long(text, kept):
        stand(turn, conversation, first=turn.text("too_long", conversation.audience))
    elif conversation.writing_to is not None:
        asking.join(turn, conversation, conversation.writing_to, (text,))
    elif place.node.ask is Ask.MESSAGE:
        message(turn, conversation, place, text)
    elif place.node.ask is Ask.SCHOOL:
        school(turn, conversation, sight, place, text)
    elif place.node.ask is Ask.PLACE:
        town(turn, conversation, sight, place, text)
    else:
        concern(turn, conversation, sight, text[:LONGEST])


def _read_by_somebody(sight: Sight, place: Place) -> bool:
    asked = place.node.ask is Ask.MESSAGE
    return asked or sight.waiting or sight.conversation.writing_to is not None


def _too_long(text: str, kept: tuple[str, ...]) -> bool:
    return len(text) > LONGEST or len(text) + sum(map(len, kept)) > MOST_KEPT


# ── A button by its words ───────────────────────────────────────────────────────────────────────


def named(turn: Turn, conversation: Conversation, text: str) -> Tap | None:
    """The button on the last screen that the text names, if any.

    The ways out have no numbers. Where a text would be read by somebody, only the whole label, a
    listed word or digits choose: a sentence that merely resembles a button is a sentence.
    """
    shown, sight = conversation.shown, sight_of(turn, conversation)
    place = replay(turn.k.tree, conversation.answers, sight)
    words = [_words(turn, place, button) for button in shown]
    index = choose(text, [button.label for button in shown], words)
    number = choose(text, [""] * len(shown))
    if index is None or (index == number and index >= conversation.numbered):
        return None
    exact = {normalise(shown[index].label), *map(normalise, words[index])}
    asked = place.node.ask is Ask.MESSAGE or conversation.writing_to is not None
    said = normalise(text)
    if asked and said not in exact and not said.isdecimal():
        return None
    return shown[index].tap


def _words(turn: Turn, place: Place, button: Button) -> tuple[str, ...]:
    """The words that the author listed beside this choice."""
    match button.tap:
        case Choose(_, choice):
            pass
        case Act(ref):
            found = turn.ref(ref)
            choice = found.extra.rpartition(".")[2] if found else ""
        case _:
            return ()
    return next((c.words for c in place.node.choices if c.id == choice), ())


# ── Danger ──────────────────────────────────────────────────────────────────────────────────────


def screened(turn: Turn, conversation: Conversation, text: str) -> Conversation:
    """Show help that answers now: for danger each time, for one concern once in a walk.

    What goes on is decided elsewhere.
    """
    found = feared(text, turn.k.lexicon)
    new = found.worries - conversation.worries
    if found.level is Level.NONE or (found.level is Level.CONCERN and not new):
        return conversation
    sight = sight_of(turn, conversation)
    key = "danger_acute" if found.level is Level.ACUTE else "danger_concern"
    turn.say(Visitor(conversation.id), help_screen(sight, turn.k.texts[key], found))
    return replace(conversation, worries=conversation.worries | new)


# ── A message for somebody ──────────────────────────────────────────────────────────────────────


def message(turn: Turn, conversation: Conversation, place: Place, text: str) -> None:
    """Text for a post joins the draft and is shown before anything is sent."""
    conversation = replace(conversation, draft=(*conversation.draft, text))
    if any(choice.id == "pruefen" for choice in place.node.choices):
        take(turn, conversation, Answer(place.node.ref, "pruefen"))
    else:
        stand(turn, conversation)


# ── A school, a place ───────────────────────────────────────────────────────────────────────────


def school(turn: Turn, conversation: Conversation, sight: Sight, place: Place, text: str) -> None:
    """Schools that the text may mean, as buttons; asks the place where several fit equally."""
    directory, audience = turn.k.directory, conversation.audience
    district = directory.districts.get(conversation.district or "")
    found = turn.k.schools.find(text[:LONGEST], district.name if district else None)
    if not found.schools:
        stand(turn, conversation, first=turn.text("school_unknown", audience))
        return
    keys = {"place": "school_which_place", "unknown": "school_unsure"}
    key = keys.get(found.ask or "", "school_found")
    listed = [directory.schools[school_id] for school_id, _ in found.schools]
    buttons = [
        Button(f"{s.later_name or s.name}, {s.town}", Choose(place.node.ref, s.id.lower()))
        for s in listed
    ]
    offer(turn, sight, place, turn.text(key, audience), buttons)


def town(turn: Turn, conversation: Conversation, sight: Sight, place: Place, text: str) -> None:
    """Districts that the text may mean, as buttons."""
    found = turn.k.schools.places(text[:LONGEST])
    audience = conversation.audience
    if not found:
        stand(turn, conversation, first=turn.text("place_unknown", audience))
        return
    districts = [turn.k.directory.districts[d] for d in found]
    buttons = [Button(d.name, Choose(place.node.ref, d.id)) for d in districts]
    offer(turn, sight, place, turn.text("place_found", audience), buttons)


def offer(turn: Turn, sight: Sight, place: Place, text: str, buttons: list[Button]) -> None:
    """Found things first, then the node's own choices."""
    node = place.node
    own = [
        Button(c.label.of(sight.audience), Choose(node.ref, c.id))
        for c in choices(turn.k.tree, node, sight)
    ]
    screen = Screen(text, (*buttons, *own), ways(turn, sight, place))
    show(turn, sight.conversation, screen)


# ── A concern ───────────────────────────────────────────────────────────────────────────────────


def concern(turn: Turn, conversation: Conversation, sight: Sight, text: str) -> None:
    """Topics that the text may mean; a sure one is opened, never without a way back.

    Beside an open request the text may be meant for it: it is held until the next tap says so.
    """
    found = turn.k.topics.find(text, conversation.audience)
    if sight.waiting:
        conversation = replace(conversation, held=(*conversation.held, text))
        ask_whose(turn, conversation, tuple(topic for topic, _ in found))
        return
    if not found:
        puzzled(turn, conversation, sight)
        return
    best = found[0][1]
    second = found[1][1] if len(found) > 1 else 0.0
    if best >= SURE and best - second >= AHEAD:
        go(turn, conversation, found[0][0])
    else:
        topics = tuple(topic for topic, _ in found)
        show(turn, conversation, candidates(turn, sight, topics))


def ask_whose(turn: Turn, conversation: Conversation, topics: tuple[str, ...]) -> None:
    """Ask whether it is for an open request or something new."""
    sight = sight_of(turn, conversation)
    screen = candidates(turn, sight, topics, *asking.join_buttons(turn, conversation))
    text = turn.text("text_for_request", conversation.audience)
    show(turn, conversation, replace(screen, text=text))


def go(turn: Turn, conversation: Conversation, topic: str) -> None:
    """Open the topic and say so, with a way to something else."""
    known = turn.k.tree.topics[topic]
    answers = (*conversation.answers, Answer(known.start))
    first = turn.text("topic_understood", conversation.audience, topic=known.title)
    stand(turn, replace(conversation, answers=answers), first=first)


def puzzled(turn: Turn, conversation: Conversation, sight: Sight) -> None:
    """Not understood: say so; the second time offer the menu, other words, or a person."""
    audience = conversation.audience
    if conversation.puzzled == 0:
        stand(turn, conversation, first=turn.text("not_understood", audience), puzzled=1)
        return
    buttons = (turn.way(Move.MENU, "way_menu"), human(turn, sight, skip_school=False))
    text = turn.text("not_understood_again", audience)
    screen = Screen(text, buttons, (turn.way(Move.HELP, "way_help", audience),))
    show(turn, conversation, screen, puzzled=2)
