"""What the bot says of its own accord: in the safe window, behind a neutral teaser, quiet at night.

The one place through which everything about a request reaches its visitor. What must wait, or
waits behind a teaser, is a fact of the request (``Enclosure.letters``), sealed with its words.
"""

from dataclasses import replace
from datetime import datetime, time

from bot.core.calendar import local, next_opening, open_at
from bot.core.messages import Button, Outage, Restored, Screen, Timer, Visitor, Wake
from bot.core.records import Conversation, Letter, Request
from bot.core.standing import composing, joining, stand, ways, with_shown, with_ways
from bot.core.taps import Move, decode_tap
from bot.core.tree import Audience
from bot.core.world import Turn

NIGHT = (time(20), time(7))  # local time: what comes by itself arrives without a sound
MOST_LETTERS = 50  # of one request; more than anybody would open at once

Told = tuple[Request, Letter]


def tell(turn: Turn, request: Request, text: str, *more: Button, answers: bool = False) -> None:
    """Say something about a request to its visitor; nobody waits for a practice one.

    What the visitor's own tap causes is shown at once. All else waits for the safe window, and
    then behind a teaser, unless this visitor wants to read it directly.
    """
    if request.practice:
        return
    now = turn.event.at
    buttons = tuple((button.label, button.tap.data) for button in more)
    letter = Letter(now, text, buttons, answers)
    conversation = turn.conversation(request.conversation)
    if not request.open and conversation.writing_to == request.id:
        conversation = replace(conversation, writing_to=None)
    direct = safe(conversation, now) and not teased(turn, conversation, request.audience)
    if direct or caused(turn, conversation):
        shown(turn, conversation, ((request, letter),))
    else:
        keep(turn, conversation, request, letter)


def yes_or_no(turn: Turn, request: Request, action: str, extra: str = "") -> tuple[Button, Button]:
    """Two buttons of which the visitor uses one: ``<action>_yes`` and ``<action>_no``."""
    yes, no = (
        turn.acting(
            turn.text_for(request, f"do_{action}_{said}"),
            request.conversation,
            f"{action}_{said}",
            request.id,
            extra=extra,
            group=f"{action}:{request.id}",
        )
        for said in ("yes", "no")
    )
    return yes, no


def keep(turn: Turn, conversation: Conversation, request: Request, letter: Letter) -> None:
    """Until the visitor opens it, or until a message is safe."""
    beside = turn.enclosure(request.id)
    turn.put(replace(beside, letters=bounded((*beside.letters, letter))))
    unread = tuple(dict.fromkeys((*conversation.unread, request.id)))
    release(turn, replace(conversation, unread=unread), request)


def bounded(letters: tuple[Letter, ...]) -> tuple[Letter, ...]:
    """At most so many: of what the bot says of itself the oldest go, an answer never does."""
    over = len(letters) - MOST_LETTERS
    spare = [letter for letter in letters if not letter.answers][: max(0, over)]
    return tuple(letter for letter in letters if letter not in spare)


def release(turn: Turn, conversation: Conversation, request: Request) -> None:
    """What is unread goes as far as it may now: a teaser in the window, else a timer for it."""
    turn.put(conversation)
    opens = opening(conversation, turn.event.at)
    if opens is not None:
        turn.do(Wake(opens, Timer.WINDOW, conversation.id))
    elif teased(turn, conversation, request.audience):
        tease(turn, conversation, request)
    else:
        shown(turn, replace(conversation, unread=()), waiting(turn, conversation))


def window(turn: Turn, conversation: Conversation) -> None:
    """A message is safe again: what was held for it goes now."""
    held = waiting(turn, conversation)
    if held:
        release(turn, conversation, held[-1][0])


def rescheduled(turn: Turn, conversation: Conversation) -> None:
    """The visitor may have chosen other hours: what is unread goes when those begin."""
    before = turn.conversation(conversation.id).window
    if conversation.unread and conversation.window != before:
        now = turn.event.at
        turn.do(Wake(opening(conversation, now) or now, Timer.WINDOW, conversation.id))


def waiting(turn: Turn, conversation: Conversation) -> tuple[Told, ...]:
    """What was not opened yet, as it came."""
    requests = [r for r in map(turn.request, conversation.unread) if r is not None]
    found = [(r, letter) for r in requests for letter in turn.enclosure(r.id).letters]
    return tuple(sorted(found, key=lambda told: told[1].at))


def opened(turn: Turn, conversation: Conversation) -> None:
    """The visitor opens what is new; what was erased meanwhile is gone."""
    held = waiting(turn, conversation)
    conversation = replace(conversation, unread=())
    if held:
        shown(turn, conversation, held)
    else:
        stand(turn, conversation, first=turn.text("no_news", conversation.audience))


def restored(turn: Turn, conversation: Conversation) -> None:
    """One honest sentence instead of old ones: what the bot itself still had to say is old.

    Answers stay. Who waits for nothing hears it only where it is safe and tells nobody anything.
    """
    going, audience = turn.requests_of(conversation.id), conversation.audience
    unread = tuple(i for i in conversation.unread if answers_only(turn, i))
    if unread != conversation.unread:
        turn.put(replace(conversation, unread=unread))
    for request in going[-1:]:
        tell(turn, request, turn.text("restored", audience))
    now = turn.event.at
    if not going and safe(conversation, now) and not teased(turn, conversation, audience):
        turn.say(
            Visitor(conversation.id), Screen(turn.text("restored", audience)), quiet=night(now)
        )


def answers_only(turn: Turn, request: str) -> bool:
    """Let go of what the bot itself had to say of a request; whether an answer is left."""
    beside = turn.enclosure(request)
    answers = tuple(letter for letter in beside.letters if letter.answers)
    if answers != beside.letters:
        turn.put(replace(beside, letters=answers))
    return bool(answers)


# ── Whether, and how ────────────────────────────────────────────────────────────────────────────


def caused(turn: Turn, conversation: Conversation) -> bool:
    """Whether the visitor did something just now, and this is the answer."""
    own = turn.event.who == Visitor(conversation.id)
    return own and not isinstance(turn.event.body, Outage | Restored)


def safe(conversation: Conversation, at: datetime) -> bool:
    return opening(conversation, at) is None


def opening(conversation: Conversation, at: datetime) -> datetime | None:
    """When a message is safe again; None while one is, and where every hour is."""
    hours = conversation.window
    return None if not hours or open_at(hours, at) else next_opening(hours, at)


def teased(turn: Turn, conversation: Conversation, audience: Audience | None) -> bool:
    """Pupils see a neutral teaser first, unless they chose otherwise; adults may choose it.

    Everybody does where Telegram carries no free text: what they open there leads to the web.
    """
    if turn.k.wordless:
        return True
    if conversation.neutral is None:
        return audience is Audience.PUPIL
    return conversation.neutral


def night(at: datetime) -> bool:
    begins, ends = NIGHT
    return not ends <= local(at).time() < begins


# ── Said ────────────────────────────────────────────────────────────────────────────────────────


def tease(turn: Turn, conversation: Conversation, request: Request) -> None:
    """Neutral words and one button; the numbers of the screen before still count."""
    with turn.speaking(conversation.language):
        news = turn.way(Move.NEWS, "way_news", request.audience)
        screen = Screen(turn.text("teaser", request.audience), (), (news,))
    quiet = night(turn.event.at)
    turn.say(Visitor(conversation.id), screen, request.id, quiet=quiet)


def shown(turn: Turn, conversation: Conversation, letters: tuple[Told, ...]) -> None:
    """Letters in their order; the last one tells for whom the next text is, where it is for one."""
    own = caused(turn, conversation)
    earlier: tuple[Button, ...] = ()
    for number, (request, letter) in enumerate(letters, 1):
        beside = turn.enclosure(request.id)
        if beside.letters:
            turn.put(replace(beside, letters=tuple(x for x in beside.letters if x != letter)))
        last = number == len(letters)
        with turn.speaking(conversation.language):
            conversation, screen = _screen(turn, conversation, request, letter, last=last and own)
        conversation = with_shown(conversation, screen)
        conversation = replace(conversation, shown=(*conversation.shown, *earlier))
        earlier += screen.choices
        turn.put(conversation)
        turn.say(
            Visitor(conversation.id),
            screen,
            request.id,
            quotes=letter.answers,
            quiet=not own and night(turn.event.at),
        )


def _screen(
    turn: Turn, conversation: Conversation, request: Request, letter: Letter, *, last: bool
) -> tuple[Conversation, Screen]:
    """What is typed next goes to the request that was answered or just opened.

    Unless the visitor is writing to somebody else: then a button leads there.
    """
    buttons = tuple(_button(label, data) for label, data in letter.buttons)
    text, audience = letter.text, request.audience
    goes_back = request.open and (letter.answers or last)
    if goes_back and composing(turn, conversation):
        buttons = (*buttons, joining(turn, conversation, request, "do_reply_to"))
    elif goes_back:
        conversation = replace(conversation, writing_to=request.id)
        text = f"{text}\n\n{turn.text('writing_now', audience, name=request.name)}"
    screen = Screen(text, buttons, ways(turn, audience))
    asked = request.open or bool(turn.requests_of(conversation.id))
    return conversation, with_ways(turn, conversation, screen, audience, asked=asked)


def _button(label: str, data: str) -> Button:
    return Button(label, decode_tap(data) or Move.STAY)  # STAY: of an older program
