"""Cards: all that staff ever see of a request. No field says who the visitor is."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeGuard

from bot.core import visible
from bot.core.calendar import spoken_hours, when
from bot.core.directory import School
from bot.core.facts import interpreter
from bot.core.messages import Button, EmptyDesk, Screen, Staff
from bot.core.reach import belongs, desks, hold_back, may_put
from bot.core.records import Doing, Member, Reason, Request, Word
from bot.core.taps import Move
from bot.core.tree import ENTRANCE, Audience, Reach
from bot.core.world import Turn

LONGEST = 1500  # characters of words on a card: one message, 4,096 UTF-16 units, emoji count two
MOST_STEPS = 12  # of the visitor's taps on a card, the last ones
MOST_SHOWN = 30  # buttons that may be typed; older ones must be tapped
READING = frozenset({"answer", "ask_colleague"})  # needs the words before one's eyes
# Parts the last screen, whose numbers count, from what was shown before. A marker among buttons is
# ugly; it saves a second list in every stored member.
GAP = Button("", Move.STAY)


@dataclass(frozen=True, slots=True)
class Card:
    """A request as a member sees it; ``words`` only for whoever claimed it."""

    name: str
    audience: Audience
    topic: str
    path: tuple[str, ...]
    school: str
    language: str
    interpreter: str  # a line that puts this language into German, with its hours; "" for none
    due: datetime | None
    state: str
    words: tuple[Word, ...] = ()
    undelivered: bool = False
    alert: bool = False
    practice: bool = False
    friend: bool = False
    reach: Reach = Reach.HERE  # how the visitor wants to be answered
    number: str = ""  # to call; for the claimer only
    window: str = ""  # when a message or a call is safe
    content: str = ""  # the version of what the visitor had read


def card_of(turn: Turn, request: Request, viewer: Member) -> Card:
    """The card for one member: facts for everybody on the post, words for the claimer alone."""
    directory = turn.k.directory
    school = directory.schools.get(request.school or "")
    district = directory.districts.get(request.district or "")
    language = turn.k.languages.get(request.language)
    mine = request.claimed_by == viewer.id and request.open
    return Card(
        name=request.name,
        audience=request.audience,
        topic=subject(turn, request),
        path=request.path[-MOST_STEPS:],
        school=present(school) if school else (district.name if district else ""),
        language=language.name if language else request.language,
        interpreter=interpreter(directory, request.language),
        due=request.due,
        state=state_of(turn, request, viewer),
        words=request.words if mine else (),
        undelivered=request.undelivered,
        alert=request.alert,
        practice=request.practice,
        friend=request.friend,
        reach=request.reach,
        number=turn.enclosure(request.id).number if mine else "",
        window=spoken_hours(turn.conversation(request.conversation).window),
        content=request.content,
    )


def present(school: School) -> str:
    """The school as people call it today, as visitors read it."""
    return f"{school.later_name or school.name}, {school.town}"


def subject(turn: Turn, request: Request) -> str:
    """What it is about; the entrance and the pieces are no topic."""
    topic = turn.german.tree.topics.get(request.topic)
    if topic is None or topic.piece or request.topic == ENTRANCE:
        return turn.text("card_no_topic")
    return topic.title


def state_of(turn: Turn, request: Request, viewer: Member) -> str:
    """Where the request stands, in one German phrase."""
    claimer = holder(turn, request)
    if not request.open:
        return closed_as(turn, request)
    if not belongs(turn, request, viewer) and request.claimed_by != viewer.id:
        return turn.text("state_passed_on")
    if request.silenced_until is not None:
        return turn.text("state_silenced", until=when(request.silenced_until, turn.event.at))
    if claimer is None:
        return turn.text("state_overdue" if request.overdue_since else "state_open")
    if claimer.id == viewer.id:
        return yours(turn, request)
    return turn.text("state_taken", member=claimer.label)


def closed_as(turn: Turn, request: Request) -> str:
    if request.reason is Reason.WITHDRAWN:
        return turn.text("state_withdrawn")
    if request.passed_to:
        return turn.text("state_passed_to", to=request.passed_to)
    return turn.text("state_closed", reason=turn.text(f"reason_{reason_key(request.reason)}"))


def yours(turn: Turn, request: Request) -> str:
    if request.pending is not None:
        return turn.text(f"state_held_{request.pending.doing.value}")
    return turn.text("state_asked" if request.offered else "state_yours")


def holder(turn: Turn, request: Request) -> Member | None:
    """Who claimed it; a member who has left holds nothing."""
    return turn.team.member(request.claimed_by or "")


def may_claim(turn: Turn, request: Request, member: Member) -> bool:
    """Whether it is open, free, and at a post of this member."""
    return request.open and holder(turn, request) is None and belongs(turn, request, member)


def mine(request: Request | None, member: Member) -> TypeGuard[Request]:
    """Whether this member claimed it and it is still open."""
    return request is not None and request.open and request.claimed_by == member.id


def reason_key(reason: Reason | None) -> str:
    return (reason or Reason.ANSWERED).name.lower()


def slot(request: Request) -> str:
    return f"card:{request.id}"


def card_screen(
    turn: Turn, request: Request, viewer: Member, *, edit: bool, bare: bool = False
) -> Screen:
    """The card with what this member may do with it now; of a withdrawn one only its name."""
    if request.reason is Reason.WITHDRAWN:
        head = turn.text("card_head", name=request.name)
        text = f"{head}\n{state_of(turn, request, viewer)}"
    elif bare:
        card = replace(card_of(turn, request, viewer), words=(), number="")
        text = f"{card_text(turn, card)}\n{turn.text('words_in_web')}"
    else:
        text = card_text(turn, card_of(turn, request, viewer))
    shown = buttons(turn, request, viewer, bare=bare)
    return Screen(text, shown, slot=slot(request), edit=edit)


def card_text(turn: Turn, card: Card) -> str:
    rows = [
        turn.text("card_head", name=card.name),
        turn.text("card_practice") if card.practice else "",
        turn.text("card_alert") if card.alert else "",
        turn.text("card_about", who=turn.text(f"who_{card.audience.value}"), topic=card.topic),
        *(f"– {step}" for step in card.path),
        turn.text("card_where", school=card.school) if card.school else "",
        turn.text("card_speaks", language=card.language),
        turn.text("card_interpreter", line=card.interpreter) if card.interpreter else "",
        turn.text("card_due", due=when(card.due, turn.event.at)) if card.due else "",
        turn.text("card_undelivered") if card.undelivered else "",
        *wished(turn, card),
        read_before(turn, card),
        card.state,
    ]
    words = said(turn, card.words)
    if len(words) > LONGEST:
        words = f"{turn.text('card_cut')}\n{words[-LONGEST:]}"
    return "\n".join(row for row in (*rows, words) if row)


def read_before(turn: Turn, card: Card) -> str:
    """Which state of the content the visitor had read; staff read German."""
    if not card.content:
        return ""
    return turn.german.said("content_version", version=card.content)


def wished(turn: Turn, card: Card) -> tuple[str, ...]:
    """How and when the visitor wants to be reached; here in the chat is nothing to say."""
    return (
        turn.text("card_friend") if card.friend else "",
        "" if card.reach is Reach.HERE else turn.text(f"card_reach_{card.reach.value}"),
        turn.text("card_number", number=card.number) if card.number else "",
        turn.text("card_window", hours=card.window) if card.window else "",
    )


def said(turn: Turn, words: tuple[Word, ...]) -> str:
    return "\n\n".join(turn.text(f"wrote_{w.by.value}", text=w.text) for w in words)


def buttons(
    turn: Turn, request: Request, viewer: Member, *, bare: bool = False
) -> tuple[Button, ...]:
    """What this member may do: claim while it is open, answer and close what is theirs."""
    if not request.open or not belongs(turn, request, viewer):
        return ()
    group, held = f"{slot(request)}:{viewer.id}", holder(turn, request)
    if held is None:
        return (turn.acting(turn.text("do_claim"), viewer.id, "claim", request.id, group=group),)
    if held.id != viewer.id:
        return ()
    return tuple(
        turn.acting(turn.text(f"do_{action}"), viewer.id, action, request.id, group=group)
        for action in actions(request)
        if not bare or action not in READING
    )


def actions(request: Request) -> tuple[str, ...]:
    """What whoever claimed it may do now; nothing while what was done can be taken back."""
    if request.silenced_until is not None:
        return ("unblock", "close")
    if request.pending is not None and request.pending.doing is not Doing.REPLY:
        return ()
    usual = ("answer", "hand_over", "close", "ask_colleague", "block", "give_back")
    return usual if request.practice else (*usual, "glass")


def empty(turn: Turn, request: Request, member: str | None = None) -> None:
    """The words that this member was shown, or everybody, are gone from the desk."""
    if member is not None or not request.open:
        gone = Screen(turn.text("emptied"))
        turn.do(EmptyDesk(gone, request.id, member or ""))


def announce(turn: Turn, request: Request) -> None:
    """A new card for everybody on the post."""
    for member in desks(turn, request):
        put_down(turn, request, member, edit=False)


def refresh(turn: Turn, request: Request, *posts: str) -> None:
    """The cards that are out on these posts say how it stands now."""
    members = {member.id: member for post in posts for member in turn.team.of(post)}
    if request.post in posts:
        members |= {member.id: member for member in desks(turn, request)}
    for member in members.values():
        put_down(turn, request, member, edit=True)


def put_down(turn: Turn, request: Request, member: Member, *, edit: bool) -> None:
    """A card on a member's desk; its buttons may be typed.

    The numbers count for it when it is new or the member's own doing, and never while somebody
    else's doing meets a member who is writing.
    """
    if not may_put(turn, member, request) and not (edit and request.claimed_by == member.id):
        if not edit:  # an edit of a card that was never shown would come as a message
            hold_back(turn, member, request)
        return
    screen = card_screen(turn, request, member, edit=edit)
    own = turn.event.who == Staff(member.id)
    ahead = own or (not edit and member.asked is None)
    offer(turn, member, screen.choices, ahead=ahead, instead=own)
    mine = request.claimed_by == member.id and request.open
    bare = card_screen(turn, request, member, edit=edit, bare=True) if mine else None
    show(turn, request, member, screen, quotes=mine, bare=bare)


def show(  # noqa: PLR0913  (what is shown, and where)
    turn: Turn,
    request: Request,
    member: Member,
    screen: Screen,
    *,
    quotes: bool = False,
    bare: Screen | None = None,
) -> None:
    """The one way by which anything about a request reaches a desk, as far as its door allows."""
    if quotes and bare is None:
        text = turn.text("words_in_web_of", name=request.name)
        bare = Screen(text, slot=screen.slot, edit=screen.edit)
    there = visible.instead(turn, request, member, screen, bare)
    turn.say(Staff(member.id), screen, request.id, quotes=quotes, telegram=there)


def whole(turn: Turn, request: Request, member: Member) -> None:
    """Words that do not fit on the card, as a message of their own."""
    text = said(turn, request.words)
    if len(text) > LONGEST:
        screen = Screen(turn.text("whole_text", name=request.name, text=text))
        show(turn, request, member, screen, quotes=True)


def wrote(turn: Turn, request: Request, member: Member, text: str) -> None:
    """The visitor's further words, for whoever claimed it, with the way to answer."""
    if not may_put(turn, member, request):
        hold_back(turn, member, request)
        return
    answer = turn.acting(turn.text("do_answer"), member.id, "answer", request.id)
    offer(turn, member, (answer,), ahead=member.asked is None, instead=False)
    screen = Screen(turn.text("visitor_wrote", name=request.name, text=text), (answer,))
    show(turn, request, member, screen, quotes=True)


def note(
    turn: Turn, member: Member, request: Request, text: str, *buttons: Button, edit: bool = False
) -> None:
    """What was done and may be taken back, and later in its place what became of it."""
    offer(turn, member, buttons)
    screen = Screen(text, buttons, slot=f"undo:{request.id}", edit=edit)
    show(turn, request, member, screen)


def tell(turn: Turn, member: Member, text: str, *buttons: Button) -> None:
    """Plain words on a member's desk; the buttons may be typed, and so may those before."""
    offer(turn, member, buttons)
    turn.say(Staff(member.id), Screen(text, buttons))


def told(turn: Turn, request: Request, member: Member, text: str, *buttons: Button) -> None:
    """``tell`` about one request: as far as the member's door allows it."""
    offer(turn, member, buttons)
    show(turn, request, member, Screen(text, buttons))


# ── What may be typed ───────────────────────────────────────────────────────────────────────────


def offer(
    turn: Turn,
    member: Member,
    buttons: tuple[Button, ...],
    *,
    ahead: bool = True,
    instead: bool = True,
) -> None:
    """These may be typed from now on, ``ahead`` by number too; earlier ones by their words.

    What a member did settles what they mean: ``instead``, earlier buttons of the same words go.
    What came by itself settles nothing, and a word that fits several cards is asked about.
    """
    known = tuple(b for m in turn.team.members if m.id == member.id for b in m.shown)
    words = {button.label for button in buttons} if instead else set()
    last, before = parted(tuple(b for b in known if b.label not in words))
    if not buttons:
        shown = known
    elif ahead:
        shown = (*buttons, GAP, *last, *before)
    else:
        shown = (*last, GAP, *buttons, *before)
    turn.put(replace(member, shown=shown[:MOST_SHOWN]))


def parted(shown: tuple[Button, ...]) -> tuple[tuple[Button, ...], tuple[Button, ...]]:
    """The buttons of the last screen, and those of the screens before it."""
    end = shown.index(GAP) if GAP in shown else len(shown)
    return shown[:end], shown[end + 1 :]
