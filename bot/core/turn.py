"""One event → changed records and effects; joins visitor, request and desk.

``needs`` says what must be known before; ``turn`` decides; ``updated`` (in ``world``) gives the
world after it. All three are pure.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import assert_never

from bot.core import (
    entries,
    following,
    forgetting,
    gathering,
    glass,
    joining,
    leaving,
    notices,
    opening,
    overdue,
    quiet,
    reckoning,
    situation,
    steps,
    team,
    telling,
    undo,
)
from bot.core import request as requests
from bot.core.desk import desk
from bot.core.knowledge import Knowledge
from bot.core.messages import (
    Body,
    Due,
    Effect,
    Event,
    FactorLost,
    House,
    Invited,
    NotDelivered,
    Say,
    Screen,
    Settled,
    Staff,
    Started,
    Timer,
    Typed,
    Visitor,
)
from bot.core.needs import Known, needs
from bot.core.records import Conversation, ConversationKey, Request, Team
from bot.core.understand.crisis import Level
from bot.core.unreached import unreached
from bot.core.values import replace
from bot.core.view import Sight
from bot.core.visitor import visitor
from bot.core.world import Outcome, Turn, updated
from bot.core.worries import help_screen

__all__ = ["Outcome", "apology", "danger_screen", "needs", "turn", "updated"]

# ── The turn ────────────────────────────────────────────────────────────────────────────────────


def turn(knowledge: Knowledge, known: Known, event: Event) -> Outcome:
    """What this event changes and orders; raises only on a bug."""
    if isinstance(event.body, Typed):
        event = replace(event, body=_sound(event.body))
    now = Turn.on(knowledge, known, event)
    match event.who:
        case Visitor(conversation):
            if known.get(ConversationKey(conversation)) is None:
                forgetting.watch(now, conversation)
            _visitor(now, now.conversation(conversation))
        case Staff(member_id):
            member = now.team.member(member_id)
            if member is not None:
                desk(now, member)
            else:
                now.say(event.who, Screen(now.text("desk_ended")))
        case House():
            _house(now, event.body)
        case _:
            assert_never(event.who)
    glass.kept(now)
    notices.order(now)
    return now.outcome()


def _sound(body: Typed) -> Typed:
    """Text that can be stored and sent everywhere: no half characters, no NUL."""
    text = body.text.encode("utf-8", "replace").decode().replace("\0", "")
    return replace(body, text=text)


def _visitor(now: Turn, conversation: Conversation) -> None:
    match now.event.body:
        case Started(payload) if payload.startswith(joining.INVITATION):
            code = payload.removeprefix(joining.INVITATION)
            conversation = replace(conversation, touched=now.event.at)
            joining.redeemed(now, conversation, code)
        case _:
            visitor(now, conversation)


def _house(now: Turn, body: Body) -> None:
    match body:
        case Due(kind, ref):
            _due(now, kind, ref)
        case Settled():
            entries.settled(now, body)
        case NotDelivered(to=Staff(member), via=notices.EMAIL):
            notices.bounced(now, member)
        case NotDelivered(to, about) if about:
            _undelivered(now, to, now.request(about))
        case FactorLost(member):
            team.factor_lost(now, member)
        case Invited():
            joining.invited(now, body)
        case _:
            pass


def _due(now: Turn, kind: Timer, ref: str) -> None:  # noqa: C901, PLR0912  (each timer has its line)
    match kind:
        case Timer.PROMISE | Timer.UNDO | Timer.GATHER | Timer.ASK | Timer.GLASS:
            _request_due(now, kind, now.request(ref))
        case Timer.WINDOW:
            _safe_again(now, ref)
        case Timer.RETENTION:
            _had_its_time(now, ref)
        case Timer.ENDED:
            _ended(now, ref)
        case Timer.LEFT:
            leaving.returned(now, ref)
        case Timer.RECKON:
            reckoning.reckoned(now, ref)
        case Timer.OPENING:
            opening.due(now, ref)
        case Timer.DIGEST:
            quiet.digest(now, ref)
        case Timer.RETURN:
            quiet.returned(now, ref)
        case Timer.ENTRY:
            entries.due(now, ref)
        case Timer.SITUATION:
            situation.monday(now)
        case Timer.ADMISSION:
            joining.unanswered(now, ref)
        case Timer.MAIL:
            notices.due(now, ref)
        case _:
            assert_never(kind)


def _request_due(now: Turn, kind: Timer, request: Request | None) -> None:
    """A timer of one request; what was forgotten meanwhile needs nothing."""
    if request is not None:
        OF_REQUEST[kind](now, request)


OF_REQUEST: Mapping[Timer, Callable[[Turn, Request], None]] = {
    Timer.PROMISE: overdue.due,
    Timer.UNDO: undo.due,
    Timer.GATHER: gathering.paused,
    Timer.ASK: following.ask,
    Timer.GLASS: glass.due,
}


def _safe_again(now: Turn, conversation: str) -> None:
    if now.known.get(ConversationKey(conversation)) is not None:
        telling.window(now, now.conversation(conversation))


def _had_its_time(now: Turn, ref: str) -> None:
    """A closed request, or a conversation that fell silent."""
    request = now.request(ref)
    if request is not None:
        forgetting.closed(now, request)
    elif now.known.get(ConversationKey(ref)) is not None:
        forgetting.silent(now, now.conversation(ref))


def _undelivered(now: Turn, to: Visitor | Staff, request: Request | None) -> None:
    """The card says that the visitor is out of reach; a member who is gives back."""
    if request is None or not request.open:
        return
    match to:
        case Visitor():
            requests.undelivered(now, request)
        case Staff(member):
            request = undo.release(now, request)
            if request.open:
                unreached(now, member, request)
        case _:
            assert_never(to)


def _ended(now: Turn, ref: str) -> None:
    """A post takes nothing any more: each open request of it goes on."""
    if steps.stopped(now, reckoning.page_of(ref)[0]):
        reckoning.paged(now, Timer.ENDED, ref, _goes_on)


def _goes_on(now: Turn, held: Request) -> bool:
    """What was done at the desk is done first; then the promise cannot be kept here."""
    request = undo.release(now, held)
    waits = request.open and request.post == held.post and request.due is not None
    if waits and request.overdue_since is None and not request.practice:
        overdue.broken(now, request)
        return True
    return request != held


# ── When something goes wrong ───────────────────────────────────────────────────────────────────


def apology(knowledge: Knowledge, event: Event) -> Effect | None:
    """What the person is told when their event met a bug of ours; nothing of theirs is in it."""
    if isinstance(event.who, House):
        return None
    return Say(event.who, Screen(knowledge.texts["apology"].of(None)))


def danger_screen(knowledge: Knowledge, text: str, at: datetime) -> Screen | None:
    """Help that answers now, without any record: for when nothing can be stored."""
    found = knowledge.heard(text).danger
    if found.level is Level.NONE:
        return None
    somebody = Sight(knowledge, Team(), Conversation("", at), at)
    return help_screen(somebody, knowledge.texts["danger_not_stored"], found)
