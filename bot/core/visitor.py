"""One turn of a visitor: what happened to the conversation, and what is shown next."""

from typing import assert_never

from bot.core import absence, asking, mine, outcome, telling, webward, wrongs
from bot.core.answers import choose, fresh, go_back, gone, opened
from bot.core.knowledge import Language
from bot.core.messages import (
    Button,
    Command,
    Commanded,
    Count,
    Due,
    EraseChat,
    FactorLost,
    Foreign,
    ForgetConversation,
    Invited,
    LinkAsked,
    NotDelivered,
    Outage,
    Received,
    Restored,
    Screen,
    Settled,
    Started,
    Tapped,
    Typed,
    Visitor,
)
from bot.core.named import introduced, named
from bot.core.records import Conversation
from bot.core.screens import greeting_languages, here, languages
from bot.core.standing import place_of, show, sight_of, stand
from bot.core.taps import Act, Choose, Move, Open, Speak, Tap
from bot.core.typed import read, screened
from bot.core.values import replace
from bot.core.world import Turn

POSTER = "p_"  # a start link on a poster carries the school
HUMAN, HELP = Open("kontakt"), Open("notfall")


def visitor(turn: Turn, conversation: Conversation) -> None:
    """Answer one event of a visitor."""
    conversation = replace(conversation, touched=turn.event.at)
    match turn.event.body:
        case Started(payload, language):
            started(turn, conversation, payload, language)
        case Typed(text, edited):
            typed(turn, conversation, text.strip(), edited=edited)
        case Tapped(tap):
            tapped(turn, conversation, tap)
        case Commanded(command):
            commanded(turn, replace(conversation, held=()), command)
        case Received(kind):
            received(turn, conversation, kind)
        case Outage(since, until):
            asking.outage(turn, conversation, since, until)
        case Restored():
            telling.restored(turn, conversation)
        case NotDelivered() | Due() | Invited() | Settled() | LinkAsked() | FactorLost():
            pass  # the house's own events: see turn.py
        case _:
            assert_never(turn.event.body)


# ── What can happen ─────────────────────────────────────────────────────────────────────────────


def started(turn: Turn, conversation: Conversation, payload: str, language: str) -> None:
    """A fresh start; what is known of school and person stays, a poster brings the school."""
    school = turn.k.directory.schools.get(payload.removeprefix(POSTER).upper())
    if payload.startswith(POSTER) and school is not None:
        conversation = replace(conversation, school=school.id, district=school.district)
        turn.do(Count("poster", school.district))
    unsent = turn.text("draft_gone", conversation.audience) if conversation.draft else ""
    conversation = replace(fresh(conversation), draft=(), number="")
    known = turn.k.languages.get(language.partition("-")[0])
    sentence = known.sentence if known and known.id != "de" else ""
    if known is not None and known.id in turn.german.others and not conversation.answers:
        conversation = replace(conversation, language=known.id)
        turn.k, sentence = turn.german.speaking(known.id), ""
    sight = sight_of(turn, conversation)
    first = "\n\n".join(each for each in (unsent, sentence) if each)
    screen = here(turn, sight, place_of(turn, conversation), first=first)
    screen = replace(screen, ways=(*screen.ways, *greeting_languages(turn)))
    show(turn, conversation, screen)


def typed(turn: Turn, conversation: Conversation, text: str, *, edited: bool) -> None:
    """Danger first, then a button that the text names, then what the text means here."""
    conversation = screened(turn, conversation, text)
    tap = None if edited else named(turn, conversation, text)
    if tap is None and webward.kept_out(turn):
        webward.lead(turn, conversation, "web_only")
    elif tap is None:
        read(turn, conversation, text, edited=edited)
    elif not introduced(turn, conversation, tap):
        tapped(turn, conversation, tap)


def tapped(turn: Turn, conversation: Conversation, tap: Tap) -> None:
    """A button, tapped or named; with any but an acting one, what was held is let go."""
    if isinstance(tap, Act):
        asking.act(turn, conversation, turn.ref(tap.ref))
        return
    if conversation.held:
        conversation = replace(conversation, held=())
    match tap:
        case Choose(node, choice):
            if not absence.tapped(turn, conversation, node, choice):
                choose(turn, conversation, node, choice)
        case Open():
            opened(turn, conversation, tap)
        case Move():
            moved(turn, conversation, tap)
        case Speak(language):
            speak(turn, conversation, language)
        case _:
            assert_never(tap)


def moved(  # noqa: C901  (each way has its line)
    turn: Turn, conversation: Conversation, move: Move
) -> None:
    match move:
        case Move.BACK:
            go_back(turn, conversation)
        case Move.MENU:
            stand(turn, fresh(conversation))
        case Move.HUMAN:
            opened(turn, conversation, HUMAN)
        case Move.HELP:
            opened(turn, conversation, HELP)
        case Move.LANGUAGES:
            show(turn, conversation, languages(turn))
        case Move.STAY:
            stand(turn, conversation)
        case Move.WRONG:
            wrongs.asked(turn, conversation)
        case Move.HELPED:
            outcome.asked(turn, conversation)
        case Move.FORWARD:
            outcome.passed_on(turn, conversation)
        case Move.REQUESTS:
            listed(turn, conversation)
        case Move.NEWS:
            news(turn, conversation)
        case _:
            assert_never(move)


def news(turn: Turn, conversation: Conversation) -> None:
    """What came of its own accord is opened where it may be read."""
    if conversation.unread and webward.kept_out(turn):
        webward.lead(turn, conversation, "web_only_news")
    else:
        telling.opened(turn, conversation)


def listed(turn: Turn, conversation: Conversation) -> None:
    """The open requests; what is typed beside them is asked for, not added."""
    conversation = replace(conversation, writing_to=None)
    if turn.requests_of(conversation.id):
        mine.listed(turn, conversation)
    else:
        stand(turn, conversation, first=turn.text("requests_none", conversation.audience))


def speak(turn: Turn, conversation: Conversation, language: str) -> None:
    """Another language; where there are no words in it, one honest sentence and a card."""
    known = turn.k.languages.get(language)
    if known is None:
        gone(turn, conversation)
        return
    conversation = replace(conversation, language=known.id)
    turn.k = turn.german.speaking(known.id)
    if known.id in turn.german.others:
        stand(turn, conversation, *in_german(turn), first=honest(turn, known))
    elif not known.card:
        stand(turn, conversation)
    else:
        parts = (known.sentence, known.card, turn.text("language_unchecked"))
        on = Button(turn.text("way_on"), Move.STAY)
        show(
            turn,
            conversation,
            Screen("\n\n".join(parts), (on,), (turn.way(Move.HELP, "way_help"),)),
        )


def honest(turn: Turn, language: Language) -> str:
    """What somebody should know who reads this language: said once."""
    unchecked = "" if language.checked else turn.text("translation_unchecked")
    german = "" if turn.k.whole else turn.text("tree_in_german")
    return "\n\n".join(part for part in (unchecked, german) if part)


def in_german(turn: Turn) -> tuple[Button, ...]:
    """The German words, one tap away."""
    name = turn.k.languages["de"].name
    return (Button(name, Speak("de")),)


def commanded(  # noqa: C901  (each command has its line)
    turn: Turn, conversation: Conversation, command: Command
) -> None:
    audience = conversation.audience
    match command:
        case Command.HELP:
            keys = ("help", "help_requests") if turn.requests_of(conversation.id) else ("help",)
            said = " ".join(turn.text(key, audience) for key in keys)
            stand(turn, conversation, first=said)
        case Command.EMERGENCY:
            moved(turn, conversation, Move.HELP)
        case Command.BACK:
            moved(turn, conversation, Move.BACK)
        case Command.NEW:
            anew(turn, conversation)
        case Command.LANGUAGE:
            moved(turn, conversation, Move.LANGUAGES)
        case Command.PRIVACY:
            stand(turn, conversation, first=asking.privacy(turn, conversation))
        case Command.ERASE:
            erase(turn, conversation)
        case Command.END:
            end(turn, conversation)
        case Command.WEB:
            webward.lead(turn, conversation)
        case (
            Command.DESK
            | Command.POST
            | Command.PLAN
            | Command.PREVIEW
            | Command.ABSENT
            | Command.INVITE
            | Command.SITUATION
            | Command.MAIL
        ):
            stand(turn, conversation, first=turn.text("staff_only", audience))
        case _:
            assert_never(command)


def anew(turn: Turn, conversation: Conversation) -> None:
    """Everything said so far is forgotten but the language; open requests go on.

    While one is open, who asks stays known, and when and how a message is safe: its visitor is
    neither addressed as somebody else nor written to at another hour.
    """
    blank = Conversation(conversation.id, conversation.touched, language=conversation.language)
    if turn.requests_of(conversation.id) or conversation.unread:
        blank = replace(
            blank,
            audience=conversation.audience,
            window=conversation.window,
            neutral=conversation.neutral,
            unread=conversation.unread,
        )
    blank = replace(blank, draft=conversation.draft)  # that it goes is said
    started(turn, blank, "", blank.language)


def erase(turn: Turn, conversation: Conversation) -> None:
    """Delete from the chat what the channel allows; with open requests, the two ways to do it."""
    if turn.requests_of(conversation.id):
        mine.listed(turn, replace(conversation, writing_to=None), "erase_which")
    else:
        mine.erase(turn, conversation)


def end(turn: Turn, conversation: Conversation) -> None:
    """Forget the conversation; open requests are kept until their visitor withdraws them."""
    if turn.requests_of(conversation.id):
        conversation = replace(fresh(conversation), draft=())
        mine.listed(turn, conversation, "end_open_requests")
        return
    turn.say(
        Visitor(conversation.id),
        Screen(turn.text("ended", conversation.audience, kept=turn.kept())),
    )
    turn.do(EraseChat(Visitor(conversation.id)), ForgetConversation(conversation.id))


def received(turn: Turn, conversation: Conversation, kind: Foreign) -> None:
    """Photos, voice, files and the like are refused kindly and with the reason."""
    key = "foreign_button" if kind is Foreign.BUTTON else "foreign"
    what = turn.text(f"foreign_{kind.value}") if kind is not Foreign.BUTTON else ""
    stand(turn, conversation, first=turn.text(key, conversation.audience, what=what))
