"""Cards: all that staff ever see of a request. No field says who the visitor is."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.calendar import when
from bot.core.messages import Button, Screen, Staff
from bot.core.records import Member, Reason, Request, Word
from bot.core.tree import Audience
from bot.core.world import Turn

LONGEST = 3000  # characters of words on a card; a message holds 4,096


@dataclass(frozen=True, slots=True)
class Card:
    """A request as a member sees it; ``words`` only for whoever claimed it."""

    name: str
    audience: Audience
    topic: str
    path: tuple[str, ...]
    school: str
    language: str
    due: datetime | None
    state: str
    words: tuple[Word, ...] = ()
    undelivered: bool = False
    alert: bool = False
    practice: bool = False


def card_of(turn: Turn, request: Request, viewer: Member) -> Card:
    """The card for one member: facts for everybody on the post, words for the claimer alone."""
    directory = turn.k.directory
    school = directory.schools.get(request.school or "")
    district = directory.districts.get(request.district or "")
    topic = turn.k.tree.topics.get(request.topic)
    language = turn.k.languages.get(request.language)
    mine = request.claimed_by == viewer.id and request.open
    return Card(
        name=request.name,
        audience=request.audience,
        topic=topic.title if topic else turn.text("card_no_topic"),
        path=request.path,
        school=f"{school.name}, {school.town}" if school else (district.name if district else ""),
        language=language.name if language else request.language,
        due=request.due,
        state=state_of(turn, request, viewer),
        words=request.words if mine else (),
        undelivered=request.undelivered,
        alert=request.alert,
        practice=request.practice,
    )


def state_of(turn: Turn, request: Request, viewer: Member) -> str:
    """Where the request stands, in one German phrase."""
    claimer = turn.team.member(request.claimed_by) if request.claimed_by else None
    if request.reason is Reason.WITHDRAWN:
        return turn.text("state_withdrawn")
    if not request.open:
        return turn.text("state_closed", reason=turn.text(f"reason_{reason_key(request.reason)}"))
    if request.post not in viewer.posts and request.claimed_by != viewer.id:
        return turn.text("state_passed_on")
    if claimer is None:
        return turn.text("state_overdue" if request.overdue_since else "state_open")
    if claimer.id == viewer.id:
        return turn.text("state_yours")
    return turn.text("state_taken", member=claimer.label)


def reason_key(reason: Reason | None) -> str:
    return (reason or Reason.ANSWERED).name.lower()


def slot(request: Request) -> str:
    return f"card:{request.id}"


def card_screen(turn: Turn, request: Request, viewer: Member, *, edit: bool) -> Screen:
    """The card with what this member may do with it now."""
    text = card_text(turn, card_of(turn, request, viewer))
    return Screen(text, buttons(turn, request, viewer), slot=slot(request), edit=edit)


def card_text(turn: Turn, card: Card) -> str:
    rows = [
        turn.text("card_head", name=card.name),
        turn.text("card_practice") if card.practice else "",
        turn.text("card_alert") if card.alert else "",
        turn.text("card_about", who=turn.text(f"who_{card.audience.value}"), topic=card.topic),
        *(f"– {step}" for step in card.path),
        turn.text("card_where", school=card.school) if card.school else "",
        turn.text("card_speaks", language=card.language),
        turn.text("card_due", due=when(card.due, turn.event.at)) if card.due else "",
        turn.text("card_undelivered") if card.undelivered else "",
        card.state,
    ]
    words = "\n\n".join(turn.text(f"wrote_{w.by.value}", text=w.text) for w in card.words)
    head = "\n".join(row for row in rows if row)
    return f"{head}\n\n{words[-LONGEST:]}" if words else head


def buttons(turn: Turn, request: Request, viewer: Member) -> tuple[Button, ...]:
    """What this member may do: claim while it is open, answer and close what is theirs."""
    if not request.open or request.post not in viewer.posts:
        return ()
    group = f"{slot(request)}:{viewer.id}"
    if request.claimed_by is None:
        return (turn.acting(turn.text("do_claim"), viewer.id, "claim", request.id, group=group),)
    if request.claimed_by != viewer.id:
        return ()
    return tuple(
        turn.acting(turn.text(f"do_{action}"), viewer.id, action, request.id, group=group)
        for action in ("answer", "close", "give_back")
    )


def announce(turn: Turn, request: Request) -> None:
    """A new card for everybody on the post."""
    for member in turn.team.of(request.post):
        screen = card_screen(turn, request, member, edit=False)
        turn.say(Staff(member.id), screen, request.id)


def refresh(turn: Turn, request: Request, *posts: str) -> None:
    """The cards that are out say how it stands now, on this post and those named."""
    seen: set[str] = set()
    for post in (request.post, *posts):
        for member in turn.team.of(post):
            if member.id not in seen:
                seen.add(member.id)
                quotes = request.claimed_by == member.id
                screen = card_screen(turn, request, member, edit=True)
                turn.say(Staff(member.id), screen, request.id, quotes=quotes)
