"""What must be known before an event is answered; asked again until nothing is new."""

from collections.abc import Iterable, Mapping
from typing import assert_never, cast

from bot.core import joining, listing, reckoning, situation
from bot.core.messages import (
    Button,
    Command,
    Commanded,
    Due,
    Event,
    House,
    NotDelivered,
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
    ProposedKey,
    Ref,
    RefKey,
    Request,
    RequestKey,
    RequestsOf,
    Team,
    TeamKey,
)
from bot.core.taps import Act

NAMING = {"send", "counsel_send", "practice"}  # actions that begin a request and need a name

Known = Mapping[Key, object]


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
            return _of_staff(event, known, keys, member_id)
        case House():
            return ()
        case _:
            assert_never(event.who)


def _of_staff(event: Event, known: Known, keys: set[Key], member_id: str) -> tuple[Button, ...]:
    member = (cast("Team | None", known.get(TeamKey())) or Team()).member(member_id)
    if member is None:
        return ()
    if member.writing_to:
        keys.add(RequestKey(member.writing_to))
    if member.asked and member.asked.startswith(("passed_to:", "counsel:", "glass:")):
        keys.add(RequestKey(member.asked.split(":")[1]))
    if (member.asked or "").startswith("mail_code"):
        keys.add(ProposedKey(member_id))
    if isinstance(event.body, Commanded | Started):
        keys.update(_of_list(member_id, known, 0))
    if event.body == Commanded(Command.SITUATION):
        _of_situation(known, keys)
    return member.shown


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
        case Timer.PROMISE | Timer.GATHER | Timer.ASK | Timer.UNDO | Timer.GLASS:
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
        case Timer.ENTRY | Timer.ADMISSION | Timer.MAIL:
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
