"""One turn of a visitor: what happened to the conversation, and what is shown next."""

from dataclasses import replace
from typing import assert_never

from bot.core import request as requests
from bot.core.messages import (
    Act,
    Button,
    Choose,
    Command,
    Commanded,
    Count,
    Due,
    EraseChat,
    Foreign,
    ForgetConversation,
    Invited,
    Move,
    NotDelivered,
    Open,
    Outage,
    Received,
    Screen,
    Speak,
    Started,
    Tap,
    Tapped,
    Typed,
    Visitor,
)
from bot.core.records import Answer, Conversation, Ref, RefKey
from bot.core.screens import greeting_languages, here, languages
from bot.core.standing import place_of, show, sight_of, stand
from bot.core.tree import Ask, Node, Sets
from bot.core.typed import LONGEST, named, read, screened
from bot.core.walk import answered, back, sets_of
from bot.core.world import Turn

POSTER = "p_"  # a start link on a poster carries the school
HUMAN, HELP = "kontakt", "notfall"


def visitor(turn: Turn, conversation: Conversation) -> None:
    """Answer one event of a visitor."""
    conversation = replace(conversation, touched=turn.event.at)
    match turn.event.body:
        case Started(payload, language):
            started(turn, conversation, payload, language)
        case Typed(text):
            typed(turn, conversation, text)
        case Tapped(tap):
            tapped(turn, conversation, tap)
        case Commanded(command):
            commanded(turn, conversation, command)
        case Received(kind):
            received(turn, conversation, kind)
        case Outage(since, until):
            requests.outage(turn, conversation, since, until)
        case NotDelivered() | Due() | Invited():
            turn.put(conversation)  # the house's own events: see turn.py
        case _:
            assert_never(turn.event.body)


# ── What can happen ─────────────────────────────────────────────────────────────────────────────


def started(turn: Turn, conversation: Conversation, payload: str, language: str) -> None:
    """A fresh start; what is known of school and person stays, a poster brings the school."""
    school = turn.k.directory.schools.get(payload.removeprefix(POSTER).upper())
    if payload.startswith(POSTER) and school is not None:
        conversation = replace(conversation, school=school.id, district=school.district)
        turn.do(Count("poster", school.district))
    conversation = replace(conversation, answers=(), writing_to=None)
    known = turn.k.languages.get(language.partition("-")[0])
    sentence = known.sentence if known and known.id != "de" else ""
    sight = sight_of(turn, conversation)
    screen = here(turn, sight, place_of(turn, conversation), first=sentence)
    screen = replace(screen, ways=(*screen.ways, *greeting_languages(turn)))
    show(turn, conversation, screen)


def typed(turn: Turn, conversation: Conversation, text: str) -> None:
    """Danger first, then a button that the text names, then what the text means here."""
    text = text.strip()[:LONGEST]
    conversation = screened(turn, conversation, text)
    tap = named(turn, conversation, text)
    if tap is not None:
        tapped(turn, conversation, tap)
    else:
        read(turn, conversation, text)


def tapped(turn: Turn, conversation: Conversation, tap: Tap) -> None:
    match tap:
        case Choose(node, choice):
            choose(turn, conversation, node, choice)
        case Open(topic):
            opened(turn, conversation, topic)
        case Move():
            moved(turn, conversation, tap)
        case Speak(language):
            speak(turn, conversation, language)
        case Act(ref):
            act(turn, conversation, turn.ref(ref))
        case _:
            assert_never(tap)


def choose(turn: Turn, conversation: Conversation, node: str, choice: str) -> None:
    """Take a choice, of the present screen or of an old one; what is gone shows today's place."""
    tree, sight = turn.k.tree, sight_of(turn, conversation)
    there = tree.node(node)
    if not isinstance(there, Node):
        topic = node.partition(".")[0]
        known = topic in tree.topics
        opened(turn, conversation, topic) if known else gone(turn, conversation)
        return
    answers = answered(tree, conversation.answers, node, choice, sight)
    conversation = replace(conversation, answers=answers, writing_to=None)
    conversation = record(turn, conversation, there, Answer(node, choice))
    stand(turn, conversation)


def record(turn: Turn, conversation: Conversation, node: Node, answer: Answer) -> Conversation:
    """What the answer says about the visitor."""
    sets = sets_of(node, answer)
    school = turn.k.directory.schools.get(answer.choice.upper())
    if node.ask is Ask.SCHOOL and school is not None:
        return replace(conversation, school=school.id, district=school.district)
    if node.ask is Ask.PLACE and answer.choice in turn.k.directory.districts:
        return replace(conversation, school=None, district=answer.choice)
    if sets.no_place:
        return replace(conversation, school=None, district="")
    return with_sets(conversation, sets)


def with_sets(conversation: Conversation, sets: Sets) -> Conversation:
    excluded = conversation.excluded | {sets.exclude} if sets.exclude else conversation.excluded
    return replace(
        conversation,
        audience=sets.audience or conversation.audience,
        excluded=excluded,
        consent=conversation.consent if sets.consent is None else sets.consent,
    )


def opened(turn: Turn, conversation: Conversation, topic: str) -> None:
    """Go to the start of a topic or into a piece."""
    known = turn.k.tree.topics.get(topic)
    if known is None:
        gone(turn, conversation)
        return
    answers = (*conversation.answers, Answer(known.start))
    stand(turn, replace(conversation, answers=answers, writing_to=None))


def gone(turn: Turn, conversation: Conversation) -> None:
    stand(turn, conversation, first=turn.text("button_gone", conversation.audience))


def moved(turn: Turn, conversation: Conversation, move: Move) -> None:
    match move:
        case Move.BACK:
            go_back(turn, conversation)
        case Move.MENU:
            stand(turn, replace(conversation, answers=(), writing_to=None))
        case Move.HUMAN:
            opened(turn, conversation, HUMAN)
        case Move.HELP:
            opened(turn, conversation, HELP)
        case Move.LANGUAGES:
            show(turn, conversation, languages(turn))
        case Move.STAY:
            stand(turn, conversation)
        case _:
            assert_never(move)


def go_back(turn: Turn, conversation: Conversation) -> None:
    """Drop the last answer and what it recorded."""
    sight = sight_of(turn, conversation)
    answers, undone = back(turn.k.tree, conversation.answers, sight)
    for node, answer in undone:
        conversation = unrecord(conversation, node, answer)
    stand(turn, replace(conversation, answers=answers, writing_to=None))


def unrecord(conversation: Conversation, node: Node, answer: Answer) -> Conversation:
    sets = sets_of(node, answer)
    if node.ask in {Ask.SCHOOL, Ask.PLACE} and answer.choice not in {"ort", "suche"}:
        conversation = replace(conversation, school=None, district=None)
    return replace(
        conversation,
        audience=None if sets.audience else conversation.audience,
        excluded=conversation.excluded - {sets.exclude},
        consent=conversation.consent if sets.consent is None else None,
    )


def speak(turn: Turn, conversation: Conversation, language: str) -> None:
    """Another language: today one honest sentence and the card to take along in it."""
    known = turn.k.languages.get(language)
    if known is None:
        gone(turn, conversation)
        return
    conversation = replace(conversation, language=known.id)
    if not known.card:
        stand(turn, conversation)
        return
    parts = (known.sentence, known.card, turn.text("language_unchecked"))
    screen = Screen(
        "\n\n".join(parts),
        (Button(turn.text("way_on"), Move.STAY),),
        (turn.way(Move.HELP, "way_help"),),
    )
    show(turn, conversation, screen)


def act(turn: Turn, conversation: Conversation, ref: Ref | None) -> None:
    """A button that acts: once, and only for whom it was made."""
    if ref is None or ref.owner != conversation.id:
        stand(turn, conversation, first=turn.text("already_done", conversation.audience))
        return
    turn.drop(RefKey(ref.ref))
    after = requests.act(turn, conversation, ref)
    if after is None:
        return
    node, _, choice = ref.extra.rpartition(".")
    answers = answered(turn.k.tree, after.answers, node, choice, sight_of(turn, after))
    stand(turn, replace(after, answers=answers))


def commanded(turn: Turn, conversation: Conversation, command: Command) -> None:
    audience = conversation.audience
    match command:
        case Command.HELP:
            stand(turn, conversation, first=turn.text("help", audience))
        case Command.EMERGENCY:
            moved(turn, conversation, Move.HELP)
        case Command.BACK:
            moved(turn, conversation, Move.BACK)
        case Command.NEW:
            fresh = replace(conversation, answers=(), audience=None, school=None, district=None)
            started(turn, replace(fresh, excluded=frozenset(), consent=None), "", fresh.language)
        case Command.LANGUAGE:
            moved(turn, conversation, Move.LANGUAGES)
        case Command.PRIVACY:
            stand(turn, conversation, first=requests.privacy(turn, conversation))
        case Command.ERASE:
            erase(turn, conversation)
        case Command.END:
            end(turn, conversation)
        case Command.DESK | Command.POST | Command.PLAN:
            stand(turn, conversation, first=turn.text("staff_only", audience))
        case _:
            assert_never(command)


def erase(turn: Turn, conversation: Conversation) -> None:
    """Delete from the chat what the channel allows; open requests go on."""
    turn.do(EraseChat(Visitor(conversation.id)))
    going = turn.requests_of(conversation.id)
    key = "erased_requests_go_on" if going else "erased"
    stand(turn, conversation, first=turn.text(key, conversation.audience))


def end(turn: Turn, conversation: Conversation) -> None:
    """Forget the conversation; open requests are kept until their visitor withdraws them."""
    if turn.requests_of(conversation.id):
        screen = requests.mine(turn, conversation, first=turn.text("end_open_requests"))
        show(turn, conversation, screen)
        return
    turn.say(Visitor(conversation.id), Screen(turn.text("ended", conversation.audience)))
    turn.do(EraseChat(Visitor(conversation.id)), ForgetConversation(conversation.id))


def received(turn: Turn, conversation: Conversation, kind: Foreign) -> None:
    """Photos, voice, files and the like are refused kindly and with the reason."""
    key = "foreign_button" if kind is Foreign.BUTTON else "foreign"
    what = turn.text(f"foreign_{kind.value}") if kind is not Foreign.BUTTON else ""
    stand(turn, conversation, first=turn.text(key, conversation.audience, what=what))
