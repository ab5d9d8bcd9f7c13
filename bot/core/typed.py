"""What somebody typed: danger first, then what the screen asks for, then what it offers."""

from bot.core import absence, asking, reaching, spoken
from bot.core.answers import BEFORE_WRITING, take
from bot.core.looking import school, town
from bot.core.messages import Button, Screen, Visitor
from bot.core.named import aside, numbered
from bot.core.records import Answer, Conversation
from bot.core.screens import candidates, human, of_request, waiting_for
from bot.core.standing import alarmed, show, sight_of, stand
from bot.core.taps import Move, Open
from bot.core.tree import Ask, Audience
from bot.core.understand.crisis import Level
from bot.core.understand.odds import OFFTOPIC
from bot.core.values import replace
from bot.core.view import Sight
from bot.core.walk import Place, replay
from bot.core.world import Turn
from bot.core.worries import help_screen, of_another

SURE = 0.75  # a topic found this surely is opened, with "Etwas anderes?" on the screen …
AHEAD = 0.6  # … if it is this far before the next one: right in 91 % of 219 of 986 sentences
LONGEST = 4096  # characters; what a messenger lets through at once
MOST_KEPT = 20_000  # characters collected before they are sent
SENTENCE = 4  # words; what is this long, typed where somebody would read it, is a message


def read(turn: Turn, conversation: Conversation, text: str, *, edited: bool) -> None:
    """What a text means here; nothing typed is lost where somebody can read it."""
    sight = sight_of(turn, conversation)
    place = replay(turn.k.tree, conversation.answers, sight)
    refused = _refused(sight, place, text, edited=edited)
    if refused:
        stand(turn, conversation, first=turn.text(refused, conversation.audience))
    elif conversation.writing_to is not None:
        added(turn, conversation, conversation.writing_to, text)
    elif place.node.ask is Ask.MESSAGE:
        message(turn, conversation, place, text)
    elif _early(sight, place) and len(text.split()) >= SENTENCE:
        early(turn, conversation, text)
    elif not aside(turn, conversation, text):
        look(turn, conversation, sight, place, text)


def _refused(sight: Sight, place: Place, text: str, *, edited: bool) -> str:
    """The sentence that says why a text is not taken, if it is not."""
    conversation = sight.conversation
    read_by_somebody = (
        place.node.ask is Ask.MESSAGE
        or sight.waiting
        or conversation.writing_to is not None
        or _early(sight, place)
    )
    if not text:
        return "empty"
    if read_by_somebody and edited:
        return "edited"
    kept = (*conversation.draft, *conversation.held)
    return "too_long" if read_by_somebody and _too_long(text, kept) else ""


def _too_long(text: str, kept: tuple[str, ...]) -> bool:
    return len(text) > LONGEST or len(text) + sum(map(len, kept)) > MOST_KEPT


def _early(sight: Sight, place: Place) -> bool:
    """Whether it was just said who would read it, and it is still so."""
    there = place.node.ref in BEFORE_WRITING
    return there and bool(sight.live(skip_school=place.skip_school))


def look(turn: Turn, conversation: Conversation, sight: Sight, place: Place, text: str) -> None:
    """What the screen asks for, a school, a place, a number, hours; else a concern."""
    if place.node.ask is Ask.SCHOOL:
        school(turn, conversation, sight, place, text)
    elif place.node.ask is Ask.PLACE:
        town(turn, conversation, sight, place, text)
    elif place.node.ask is Ask.DAY:
        absence.typed(turn, conversation, sight, text[:LONGEST])
    elif place.node.ask is Ask.NUMBER:
        reaching.number(turn, conversation, text[:LONGEST])
    elif place.node.ask is Ask.WINDOW:
        reaching.hours(turn, conversation, text[:LONGEST])
    else:
        concern(turn, conversation, sight, text)


# ── Danger ──────────────────────────────────────────────────────────────────────────────────────


def screened(turn: Turn, conversation: Conversation, text: str) -> Conversation:
    """Show help that answers now: what says danger plainly each time, else once for a worry.

    What goes on is decided elsewhere.
    """
    found = turn.heard(text).danger
    new = found.worries - conversation.worries
    if found.level is Level.NONE or not (found.plain or new):
        return conversation
    sight = sight_of(turn, conversation)
    key = "danger_acute" if found.level is Level.ACUTE else "danger_concern"
    key = f"{key}_other" if of_another(text) else key
    screen = help_screen(sight, turn.k.texts[key], found, _who_reads(turn, sight))
    turn.say(Visitor(conversation.id), screen)
    return replace(conversation, worries=conversation.worries | new)


def _who_reads(turn: Turn, sight: Sight) -> str:
    """Whether somebody reads it, and when; danger itself never sends anything."""
    audience = sight.audience or Audience.PUPIL
    request = waiting_for(turn, sight.conversation)
    if request is not None and request.due is not None:
        about = of_request(turn, request)
        return turn.text("danger_live", audience, post=about["post"], promise=about["promise"])
    offered = sight.somewhere if sight.district is None else sight.reachable
    return turn.text("danger_offer" if offered else "danger_nobody", audience)


def after_danger(turn: Turn, conversation: Conversation, text: str, found: tuple[str, ...]) -> None:
    """Where the visitor stood, and the worry's own topic; never that it was not understood.

    What merely sounds like a worry may be about what was found.
    """
    fear = turn.heard(text).danger
    subjects = [topic.id for topic in turn.k.tree.subjects(conversation.audience)]
    own = [topic for topic in subjects if topic in fear.worries]
    topics = own if fear.plain else dict.fromkeys((*own, *found))
    buttons = (Button(turn.k.tree.topics[topic].title, Open(topic)) for topic in topics)
    stand(turn, conversation, *buttons, first=turn.text("after_danger"))


# ── A message for somebody ──────────────────────────────────────────────────────────────────────


def message(turn: Turn, conversation: Conversation, place: Place, text: str) -> None:
    """Text for a post joins the draft and is shown before anything is sent."""
    if numbered(conversation, text):  # what sends or discards is never done by a number
        stand(turn, conversation, first=turn.text("act_by_word", conversation.audience))
        return
    conversation = drafted(turn, conversation, text)
    if any(choice.id == "pruefen" for choice in place.node.choices):
        take(turn, conversation, Answer(place.node.ref, "pruefen"))
    else:
        stand(turn, conversation)


def drafted(turn: Turn, conversation: Conversation, text: str) -> Conversation:
    """With this text in the draft, and since when it stands in the chat."""
    began = conversation.written if conversation.draft else turn.event.at
    return replace(conversation, draft=(*conversation.draft, text), written=began)


def early(turn: Turn, conversation: Conversation, text: str) -> None:
    """Written before it was asked for: kept as the draft, and sent only from the preview."""
    conversation = drafted(turn, conversation, text)
    stand(turn, conversation, first=turn.text("draft_kept", conversation.audience))


def added(turn: Turn, conversation: Conversation, request_id: str, text: str) -> None:
    """What is written goes to the request; thanks for an answer ask for none."""
    request = asking.own(turn, conversation, request_id)
    answered = request is not None and request.due is None
    if answered and spoken.small(turn, text) is spoken.Small.THANKS:
        asking.thanked(turn, conversation)
    else:
        asking.join(turn, conversation, request_id, (text,))


# ── A concern ───────────────────────────────────────────────────────────────────────────────────


def concern(turn: Turn, conversation: Conversation, sight: Sight, text: str) -> None:
    """Topics that the text may mean; a sure one is opened, never without a way back.

    Beside an open request the text may be meant for it: it is held until the next tap says so.
    """
    found = turn.heard(text).about(conversation.audience)
    topics = tuple(topic for topic, _ in found if topic != OFFTOPIC)
    sure = _is_sure(found)
    if sight.waiting:
        conversation = replace(conversation, held=(*conversation.held, text[:LONGEST]))
    if sure:
        go(turn, conversation, topics[0], *asking.join_buttons(turn, conversation))
    elif sight.waiting:
        ask_whose(turn, conversation, topics)
    elif alarmed(turn):
        after_danger(turn, conversation, text, topics)
    elif not found:
        puzzled(turn, conversation, sight)
    elif found[0][0] == OFFTOPIC:
        screen = candidates(turn, sight, topics)
        first = turn.text("offtopic", conversation.audience)
        show(turn, conversation, replace(screen, text=first))
    else:
        show(turn, conversation, candidates(turn, sight, topics))


def _is_sure(found: tuple[tuple[str, float], ...]) -> bool:
    (topic, best), second = found[0] if found else (OFFTOPIC, 0.0), found[1:]
    ahead = best - (second[0][1] if second else 0.0)
    return topic != OFFTOPIC and best >= SURE and ahead >= AHEAD


def ask_whose(turn: Turn, conversation: Conversation, topics: tuple[str, ...]) -> None:
    """Ask whether it is for an open request or something new."""
    sight = sight_of(turn, conversation)
    screen = candidates(turn, sight, topics, *asking.join_buttons(turn, conversation))
    text = turn.text("text_for_request", conversation.audience)
    show(turn, conversation, replace(screen, text=text))


def go(turn: Turn, conversation: Conversation, topic: str, *more: Button) -> None:
    """Open the topic and say so, with a way to something else."""
    known = turn.k.tree.topics[topic]
    answers = (*conversation.answers, Answer(known.start))
    first = turn.text("topic_understood", conversation.audience, topic=known.title)
    stand(turn, replace(conversation, answers=answers), *more, first=first)


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
