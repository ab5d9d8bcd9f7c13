"""One event → changed records and effects; joins visitor, request and desk.

``needs`` says what must be known before; ``turn`` decides; ``updated`` (in ``world``) gives the
world after it. All three are pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import assert_never, cast

from bot.core import (
    entries,
    following,
    forgetting,
    gathering,
    joining,
    leaving,
    listing,
    opening,
    overdue,
    quiet,
    reckoning,
    situation,
    steps,
    telling,
    undo,
)
from bot.core import request as requests
from bot.core.desk import desk
from bot.core.knowledge import Knowledge
from bot.core.messages import (
    Body,
    Button,
    Command,
    Commanded,
    Due,
    Effect,
    Event,
    House,
    Invited,
    NotDelivered,
    Say,
    Screen,
    Settled,
    Staff,
    Started,
    Tapped,
    Timer,
    Typed,
    Visitor,
)
from bot.core.records import (
    Conversation,
    ConversationKey,
    CountersKey,
    EnclosureKey,
    GuessesKey,
    InvitationKey,
    Key,
    NamesInUse,
    OpenRequests,
    Ref,
    RefKey,
    Request,
    RequestKey,
    RequestsOf,
    Team,
    TeamKey,
)
from bot.core.taps import Act
from bot.core.understand.crisis import Level
from bot.core.unreached import unreached
from bot.core.view import Sight
from bot.core.visitor import visitor
from bot.core.world import Outcome, Turn, updated
from bot.core.worries import help_screen

__all__ = ["Outcome", "apology", "danger_screen", "needs", "turn", "updated"]

NAMING = {"send", "counsel_send", "practice"}  # actions that begin a request and need a name

Known = Mapping[Key, object]


# ── What must be known ──────────────────────────────────────────────────────────────────────────


def needs(event: Event, known: Known) -> frozenset[Key]:
    """Every key this event needs, as far as ``known`` tells; asked again until nothing is new."""
    keys: set[Key] = {TeamKey()}
    shown = _of_who(event, known, keys)
    _of_body(event, known, keys, shown)
    for key in tuple(keys):
        if isinstance(key, RequestsOf | OpenRequests):
            ids = cast("tuple[str, ...]", known.get(key) or ())
            keys.update(RequestKey(i) for i in ids)
    for key in tuple(keys):
        match known.get(key):
            case Request(id=request, conversation=conversation):
                keys.add(EnclosureKey(request))
                if conversation:
                    keys.add(ConversationKey(conversation))
    return frozenset(keys)


def _of_who(event: Event, known: Known, keys: set[Key]) -> tuple[Button, ...]:
    """Adds what belongs to the person; gives the buttons last shown to them."""
    match event.who:
        case Visitor(conversation):
            keys.update((ConversationKey(conversation), RequestsOf(conversation)))
            found = cast("Conversation | None", known.get(ConversationKey(conversation)))
            if found is None:
                return ()
            _of_conversation(found, keys)
            return found.shown
        case Staff(member_id):
            member = (cast("Team | None", known.get(TeamKey())) or Team()).member(member_id)
            if member is None:
                return ()
            if member.writing_to:
                keys.add(RequestKey(member.writing_to))
            if member.asked and member.asked.startswith(("passed_to:", "counsel:")):
                keys.add(RequestKey(member.asked.split(":")[1]))
            if isinstance(event.body, Commanded | Started):
                keys.update(_of_list(member_id, known, 0))
            if event.body == Commanded(Command.SITUATION):
                _of_situation(known, keys)
            return member.shown
        case House():
            return ()
        case _:
            assert_never(event.who)


def _of_situation(known: Known, keys: set[Key]) -> None:
    keys.add(CountersKey())
    keys.update(situation.wanted(cast("Team | None", known.get(TeamKey())) or Team()))


def _of_conversation(found: Conversation, keys: set[Key]) -> None:
    keys.update(map(RequestKey, found.unread))
    if found.writing_to:
        keys.add(RequestKey(found.writing_to))


def _of_list(member_id: str, known: Known, page: int) -> set[OpenRequests]:
    """What a page of a member's list may hold; a deputy's has the posts where she may step in."""
    team = cast("Team | None", known.get(TeamKey())) or Team()
    member = team.member(member_id)
    posts = {*member.posts} if member else set()
    posts |= {facts.id for facts in team.posts if facts.deputy == member_id}
    return {OpenRequests(post, each) for post in posts for each in listing.pages_needed(page)}


def _of_held(member: str, known: Known) -> tuple[RequestKey, ...]:
    """What the next digest of a member names."""
    found = (cast("Team | None", known.get(TeamKey())) or Team()).member(member)
    return tuple(RequestKey(held) for held in found.held_back) if found else ()


def _of_body(event: Event, known: Known, keys: set[Key], shown: tuple[Button, ...]) -> None:
    match event.body:
        case Tapped(Act(ref)):
            _of_refs((ref,), known, keys)
        case Typed():
            _of_refs((b.tap.ref for b in shown if isinstance(b.tap, Act)), known, keys)
        case Started(payload) if payload.startswith(joining.INVITATION):
            code = payload.removeprefix(joining.INVITATION)
            keys.update((InvitationKey(joining.code_hash(code)), GuessesKey("")))
            if isinstance(event.who, Visitor):
                keys.add(GuessesKey(event.who.conversation))
        case Due(kind, ref):
            _of_due(kind, ref, known, keys)
        case NotDelivered(_, about) if about:
            keys.add(RequestKey(about))
        case _:
            pass


def _of_due(kind: Timer, ref: str, known: Known, keys: set[Key]) -> None:
    match kind:
        case Timer.PROMISE | Timer.GATHER | Timer.ASK | Timer.UNDO:
            keys.add(RequestKey(ref))
        case Timer.WINDOW:
            keys.add(ConversationKey(ref))
            found = cast("Conversation | None", known.get(ConversationKey(ref)))
            if found is not None:
                _of_conversation(found, keys)
        case Timer.RECKON | Timer.OPENING | Timer.LEFT | Timer.ENDED:
            keys.add(OpenRequests(*reckoning.page_of(ref)))
        case Timer.DIGEST | Timer.RETURN:
            keys.update(_of_held(ref, known))
        case Timer.RETENTION:
            keys.update((RequestKey(ref), ConversationKey(ref), RequestsOf(ref)))
        case Timer.SITUATION:
            _of_situation(known, keys)
        case Timer.ENTRY | Timer.ADMISSION:
            pass  # the directory and the team say it all
        case _:
            assert_never(kind)


def _of_refs(refs: Iterable[str], known: Known, keys: set[Key]) -> None:
    for ref in refs:
        keys.add(RefKey(ref))
        found = cast("Ref | None", known.get(RefKey(ref)))
        if found is not None and found.about:
            keys.add(RequestKey(found.about))
        if found is not None and found.action == "list_page":
            keys.update(_of_list(found.owner, known, int(found.extra)))
        if found is not None and found.action in NAMING:
            keys.add(NamesInUse())


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


def _house(now: Turn, body: Body) -> None:  # noqa: C901  (each timer has its line)
    match body:
        case Due(Timer.ENDED, ref):
            _ended(now, ref)
        case Due(Timer.ENTRY, post):
            entries.due(now, post)
        case Settled():
            entries.settled(now, body)
        case Due(Timer.LEFT, ref):
            leaving.returned(now, ref)
        case Due(Timer.SITUATION, _):
            situation.monday(now)
        case Due(Timer.ADMISSION, ref):
            joining.unanswered(now, ref)
        case Due(Timer.RECKON | Timer.OPENING | Timer.DIGEST | Timer.RETURN as kind, ref):
            _presence(now, kind, ref)
        case Due(kind, ref):
            _due(now, kind, ref)
        case NotDelivered(to, about) if about:
            _undelivered(now, to, now.request(about))
        case Invited():
            joining.invited(now, body)
        case _:
            pass


def _presence(now: Turn, kind: Timer, ref: str) -> None:
    match kind:
        case Timer.RECKON:
            reckoning.reckoned(now, ref)
        case Timer.OPENING:
            opening.due(now, ref)
        case Timer.DIGEST:
            quiet.digest(now, ref)
        case _:
            quiet.returned(now, ref)


def _due(now: Turn, kind: Timer, ref: str) -> None:
    request, known = now.request(ref), now.known.get(ConversationKey(ref))
    match kind:
        case Timer.WINDOW if known is not None:
            telling.window(now, now.conversation(ref))
        case Timer.UNDO if request is not None:
            undo.due(now, request)
        case Timer.PROMISE if request is not None:
            overdue.due(now, request)
        case Timer.GATHER if request is not None:
            gathering.paused(now, request)
        case Timer.ASK if request is not None:
            following.ask(now, request)
        case Timer.RETENTION if request is not None:
            forgetting.closed(now, request)
        case Timer.RETENTION if known is not None:
            forgetting.silent(now, now.conversation(ref))
        case _:
            pass  # what it was about is gone


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
