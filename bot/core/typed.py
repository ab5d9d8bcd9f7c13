"""What somebody typed: danger first, then what the screen asks for, then what it offers."""

from dataclasses import replace

from bot.core import request as requests
from bot.core.facts import answering, helpline
from bot.core.messages import Button, Choose, Move, Screen, Tap, Tone, Visitor
from bot.core.records import Answer, Conversation
from bot.core.screens import candidates, ways
from bot.core.standing import place_of, show, sight_of, stand
from bot.core.tree import Ask, Audience
from bot.core.understand.crisis import Danger, Level, danger
from bot.core.understand.text import choose
from bot.core.view import Sight
from bot.core.walk import Place, answered, choice_of, choices, replay
from bot.core.world import Turn

SURE = 0.75  # a topic found this surely is opened, with "Etwas anderes?" on the screen …
AHEAD = 0.2  # … if it is this far before the next one
LONGEST = 4096  # characters; what a messenger lets through at once
MOST_DRAFTS = 20  # messages collected before sending; more are joined to the last


def read(turn: Turn, conversation: Conversation, text: str) -> None:
    """What a text means here; nothing typed is lost where somebody can read it."""
    sight = sight_of(turn, conversation)
    place = replay(turn.k.tree, conversation.answers, sight)
    if not text:
        stand(turn, conversation, first=turn.text("empty", conversation.audience))
    elif conversation.writing_to is not None:
        requests.join(turn, conversation, conversation.writing_to, text)
    elif place.node.ask is Ask.MESSAGE:
        message(turn, conversation, place, text)
    elif place.node.ask is Ask.SCHOOL:
        school(turn, conversation, sight, place, text)
    elif place.node.ask is Ask.PLACE:
        town(turn, conversation, sight, place, text)
    else:
        concern(turn, conversation, sight, text)


def named(turn: Turn, conversation: Conversation, text: str) -> Tap | None:
    """The button on the last screen that the text names, if any."""
    shown = conversation.shown
    node = place_of(turn, conversation).node
    by_id = {c.id: c.words for c in node.choices}
    words = [by_id.get(b.tap.choice, ()) if isinstance(b.tap, Choose) else () for b in shown]
    index = choose(text, [b.label for b in shown], words)
    return None if index is None else shown[index].tap


# ── Danger ──────────────────────────────────────────────────────────────────────────────────────


def screened(turn: Turn, conversation: Conversation, text: str) -> Conversation:
    """Show help that answers now, once for one worry; what goes on is decided elsewhere."""
    found = danger(text, turn.k.lexicon)
    new = found.worries - conversation.worries
    if found.level is Level.NONE or not new:
        return conversation
    sight = sight_of(turn, conversation)
    turn.say(Visitor(conversation.id), danger_screen(turn, sight, found))
    return replace(conversation, worries=conversation.worries | new)


def danger_screen(turn: Turn, sight: Sight, found: Danger) -> Screen:
    """One calm screen with those who answer now, for this worry and this person."""
    topic = next(iter(sorted(found.worries)), None)
    lines = [helpline(line) for line in answering(sight, topic)]
    key = "danger_acute" if found.level is Level.ACUTE else "danger_concern"
    head = turn.text(key, sight.audience or Audience.PUPIL)
    return Screen("\n\n".join((head, "\n".join(lines))), tone=Tone.ALERT)


# ── A message for somebody ──────────────────────────────────────────────────────────────────────


def message(turn: Turn, conversation: Conversation, place: Place, text: str) -> None:
    """Text for a post joins the draft and is shown before anything is sent."""
    *before, last = conversation.draft or ("",)
    full = len(conversation.draft) >= MOST_DRAFTS
    drafts = (*before, f"{last}\n{text}"[:LONGEST]) if full else (*conversation.draft, text)
    conversation = replace(conversation, draft=drafts)
    sight = sight_of(turn, conversation)
    if choice_of(place.node, "pruefen", sight) is not None:
        node = place.node.ref
        answers = answered(turn.k.tree, conversation.answers, node, "pruefen", sight)
        conversation = replace(conversation, answers=answers)
    stand(turn, conversation)


# ── A school, a place ───────────────────────────────────────────────────────────────────────────


def school(turn: Turn, conversation: Conversation, sight: Sight, place: Place, text: str) -> None:
    """Schools that the text may mean, as buttons; asks the place where several fit equally."""
    directory = turn.k.directory
    known = directory.districts.get(conversation.district or "")
    found = turn.k.schools.find(text, known.name if known else None)
    audience = conversation.audience
    if not found.schools:
        stand(turn, conversation, first=turn.text("school_unknown", audience))
        return
    key = {"place": "school_which_place", "unknown": "school_unsure"}.get(
        found.ask or "", "school_found"
    )
    listed = [directory.schools[school_id] for school_id, _ in found.schools]
    buttons = [
        Button(f"{s.later_name or s.name}, {s.town}", Choose(place.node.ref, s.id.lower()))
        for s in listed
    ]
    offer(turn, conversation, sight, place, turn.text(key, audience), buttons)


def town(turn: Turn, conversation: Conversation, sight: Sight, place: Place, text: str) -> None:
    """Districts that the text may mean, as buttons."""
    found = turn.k.schools.places(text)
    audience = conversation.audience
    if not found:
        stand(turn, conversation, first=turn.text("place_unknown", audience))
        return
    districts = [turn.k.directory.districts[d] for d in found]
    buttons = [Button(d.name, Choose(place.node.ref, d.id)) for d in districts]
    offer(turn, conversation, sight, place, turn.text("place_found", audience), buttons)


def offer(  # noqa: PLR0913, PLR0917  (one screen has these parts)
    turn: Turn,
    conversation: Conversation,
    sight: Sight,
    place: Place,
    text: str,
    buttons: list[Button],
) -> None:
    """Found things first, then the node's own choices."""
    node = place.node
    own = [
        Button(c.label.of(conversation.audience), Choose(node.ref, c.id))
        for c in choices(turn.k.tree, node, sight)
    ]
    show(turn, conversation, Screen(text, (*buttons, *own), ways(turn, sight, place)))


# ── A concern ───────────────────────────────────────────────────────────────────────────────────


def concern(turn: Turn, conversation: Conversation, sight: Sight, text: str) -> None:
    """Topics that the text may mean; a sure one is opened, never without a way back."""
    found = turn.k.topics.find(text, conversation.audience)
    join = requests.join_buttons(turn, conversation, text)
    if not found:
        puzzled(turn, conversation, sight, join)
        return
    best = found[0][1]
    second = found[1][1] if len(found) > 1 else 0.0
    if best >= SURE and best - second >= AHEAD and not join:
        go(turn, conversation, found[0][0])
        return
    topics = tuple(topic for topic, _ in found)
    show(turn, conversation, candidates(turn, sight, topics, *join))


def go(turn: Turn, conversation: Conversation, topic: str) -> None:
    """Open the topic and say so, with a way to something else."""
    known = turn.k.tree.topics[topic]
    answers = (*conversation.answers, Answer(known.start))
    conversation = replace(conversation, answers=answers)
    first = turn.text("topic_understood", conversation.audience, topic=known.title)
    stand(turn, conversation, first=first)


def puzzled(turn: Turn, conversation: Conversation, sight: Sight, join: tuple[Button, ...]) -> None:
    """Not understood: say so; the second time offer the menu, other words, or a person."""
    audience = conversation.audience
    menu = turn.way(Move.MENU, "way_menu")
    if join:
        show(turn, conversation, Screen(turn.text("text_for_request", audience), (*join, menu)))
    elif conversation.puzzled == 0:
        stand(turn, conversation, first=turn.text("not_understood", audience), puzzled=1)
    else:
        human = turn.way(Move.HUMAN, "way_human" if sight.reachable else "way_who_helps", audience)
        text = turn.text("not_understood_again", audience)
        screen = Screen(text, (menu, human), (turn.way(Move.HELP, "way_help", audience),))
        show(turn, conversation, screen, puzzled=conversation.puzzled + 1)
