"""The life of a request, from "sent" to "closed"; at every moment it has an owner and a next step."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.core import cards
from bot.core.calendar import when
from bot.core.messages import (
    Button,
    Count,
    ForgetWords,
    LetSleep,
    Move,
    Screen,
    Staff,
    Timer,
    Visitor,
    Wake,
)
from bot.core.records import Author, Conversation, Member, Reason, Ref, Request, Word
from bot.core.routing import Rung, next_rung, other_carrier
from bot.core.screens import carrier_name, post_name
from bot.core.standing import place_of, show, sight_of, stand
from bot.core.tree import Audience
from bot.core.understand.crisis import Level, danger
from bot.core.view import Sight
from bot.core.world import Turn

KEPT = timedelta(days=30)  # words of a closed request, then erased (retention by default)
AGAIN = timedelta(days=1)  # an overdue request without a next rung is recalled daily
MOST_WORDS = 500  # messages of one request; more would no longer fit a card or a memory


# ── The visitor's side ──────────────────────────────────────────────────────────────────────────


def act(turn: Turn, conversation: Conversation, ref: Ref) -> Conversation | None:
    """What a visitor's acting button does; the conversation goes on where the choice leads.

    None: everything is said already.
    """
    request = turn.request(ref.about) if ref.about else None
    match ref.action:
        case "send":
            return send(turn, conversation)
        case "discard":
            return replace(conversation, draft=())
        case "withdraw":
            return withdraw(turn, conversation, request)
        case "join":
            join(turn, conversation, ref.about, ref.extra)
        case "consent":
            consent(turn, conversation, request, ref.extra)
        case _:
            message = f"no such action: {ref.action}"
            raise KeyError(message)
    return None


def send(turn: Turn, conversation: Conversation) -> Conversation | None:
    """A request begins, at the first live rung; where nobody is live any more, nothing is taken."""
    place = place_of(turn, conversation)
    rungs = sight_of(turn, conversation).live(skip_school=place.skip_school)
    if not rungs or conversation.audience is None:
        stand(turn, conversation, first=turn.text("nobody_now", conversation.audience))
        return None
    words = tuple(Word(Author.VISITOR, turn.event.at, text) for text in conversation.draft)
    labels = tuple(choice.label.of(conversation.audience) for choice in place.path)
    request = Request(
        id=turn.draw("request"),
        name=fresh_name(turn),
        conversation=conversation.id,
        audience=conversation.audience,
        topic=place.topic or "",
        path=labels,
        school=conversation.school,
        district=conversation.district or None,
        language=conversation.language,
        excluded=conversation.excluded,
        consent=bool(conversation.consent),
        skip_school=place.skip_school,
        sent_at=turn.event.at,
        post=rungs[0].post,
        due=rungs[0].promise,
        alert=any(alarming(turn, text) for text in conversation.draft),
        words=words,
    )
    begin(turn, request)
    return replace(conversation, draft=(), writing_to=request.id)


def begin(turn: Turn, request: Request) -> None:
    turn.put(request)
    wait(turn, request)
    cards.announce(turn, request)
    turn.do(Count("practice" if request.practice else "sent", request.district or ""))


def wait(turn: Turn, request: Request) -> None:
    """The due time is a timer; whatever happens until then, it fires."""
    if request.due is not None:
        turn.do(Wake(request.due, Timer.PROMISE, request.id))


def alarming(turn: Turn, text: str) -> bool:
    return danger(text, turn.k.lexicon).level is Level.ACUTE


def fresh_name(turn: Turn) -> str:
    """Two friendly words, not in use among open requests."""
    adjectives, nouns = turn.k.names
    for attempt in range(100):
        chance = turn.event.draw(f"name/{attempt}")
        adjective = adjectives[int.from_bytes(chance[:4]) % len(adjectives)]
        noun = nouns[int.from_bytes(chance[4:8]) % len(nouns)]
        if f"{adjective} {noun}" not in turn.names:
            return f"{adjective} {noun}"
    return f"{adjective} {noun} {int.from_bytes(chance[8:10])}"


def join(turn: Turn, conversation: Conversation, request_id: str, text: str) -> None:
    """Later text joins the request; the claimer reads it at once."""
    request = turn.request(request_id)
    conversation = replace(conversation, writing_to=None)
    if request is None or not request.open or request.conversation != conversation.id:
        stand(turn, conversation, first=turn.text("request_over", conversation.audience))
        return
    word = Word(Author.VISITOR, turn.event.at, text)
    alert = request.alert or alarming(turn, text)
    request = replace(request, words=(*request.words, word)[-MOST_WORDS:], alert=alert)
    turn.put(request)
    cards.refresh(turn, request)
    if request.claimed_by is not None:
        tell_member(turn, request.claimed_by, "visitor_wrote", request, text=text)
    conversation = replace(conversation, writing_to=request.id)
    text = turn.text("joined", conversation.audience, name=request.name)
    show(turn, conversation, Screen(text, (), ways(turn, conversation.audience)))


def join_buttons(turn: Turn, conversation: Conversation, text: str) -> tuple[Button, ...]:
    """One button for each open request that a text may belong to."""
    return tuple(
        turn.acting(
            turn.text("do_join", conversation.audience, name=request.name),
            conversation.id,
            "join",
            request.id,
            extra=text,
        )
        for request in turn.requests_of(conversation.id)
    )


def withdraw(
    turn: Turn, conversation: Conversation, request: Request | None
) -> Conversation | None:
    """Everything back: words erased, the desk is told without a reason."""
    if request is None or not request.open or request.conversation != conversation.id:
        stand(turn, conversation, first=turn.text("already_done", conversation.audience))
        return None
    finish(turn, replace(request, words=()), Reason.WITHDRAWN)
    turn.do(ForgetWords(request.id), LetSleep(Timer.RETENTION, request.id))
    return replace(conversation, writing_to=None)


def mine(turn: Turn, conversation: Conversation, *, first: str) -> Screen:
    """The open requests of a conversation, each to be withdrawn with one tap."""
    buttons = tuple(
        turn.acting(
            turn.text("do_withdraw", conversation.audience, name=request.name),
            conversation.id,
            "withdraw",
            request.id,
            extra="kontakt.gesendet.zurueckziehen",
        )
        for request in turn.requests_of(conversation.id)
    )
    return Screen(first, buttons, ways(turn, conversation.audience))


def outage(turn: Turn, conversation: Conversation, since: datetime, until: datetime) -> None:
    """Tell an open request which hours did not arrive."""
    now = turn.event.at
    values = {"since": when(since, now), "until": when(until, now)}
    text = turn.text("outage", conversation.audience, **values)
    show(turn, conversation, Screen(text, (), ways(turn, conversation.audience)))


def privacy(turn: Turn, conversation: Conversation) -> str:
    """Who answers for the data: the operator, and the carrier of whoever would read it."""
    place = place_of(turn, conversation)
    rungs = sight_of(turn, conversation).live(skip_school=place.skip_school)
    open_requests = turn.requests_of(conversation.id)
    posts = tuple(dict.fromkeys([r.post for r in open_requests] + [r.post for r in rungs]))
    named = "; ".join(f"{post_name(turn, p)}: {carrier_name(turn, p)}" for p in posts)
    values = dict(turn.k.operator) | {"carriers": named or turn.text("privacy_no_carrier")}
    channel = "telegram" if turn.event.channel == "telegram" else "other"
    values["channel"] = turn.text(f"channel_{channel}", conversation.audience)
    return turn.text("privacy", conversation.audience, **values)


def ways(turn: Turn, audience: Audience | None) -> tuple[Button, ...]:
    return (turn.way(Move.MENU, "way_menu"), turn.way(Move.HELP, "way_help", audience))


def tell(turn: Turn, request: Request, text: str, *more: Button, quotes: bool = False) -> None:
    """Say something about a request to its visitor; what they type next joins it."""
    if request.practice:
        return
    conversation = turn.conversation(request.conversation)
    writing_to = request.id if request.open else None
    conversation = replace(conversation, writing_to=writing_to)
    screen = Screen(text, more, ways(turn, request.audience))
    turn.put(replace(conversation, shown=screen.choices + screen.ways))
    turn.say(Visitor(conversation.id), screen, request.id, quotes=quotes)


def tell_member(turn: Turn, member: str, key: str, request: Request, **values: str) -> None:
    text = turn.text(key, name=request.name, **values)
    turn.say(Staff(member), Screen(text), request.id, quotes="text" in values)


# ── The desk's side ─────────────────────────────────────────────────────────────────────────────


def claim(turn: Turn, member: Member, request: Request) -> Request:
    """Race-safe by order of turns: the first one has it, the others are told who."""
    request = replace(request, claimed_by=member.id, read_at=turn.event.at, overdue_since=None)
    turn.put(request)
    cards.refresh(turn, request)
    due = when(request.due, turn.event.at) if request.due else ""
    values = {"name": request.name, "post": post_name(turn, request.post), "promise": due}
    tell(turn, request, turn.text("read", request.audience, **values))
    return request


def reply(turn: Turn, request: Request, text: str) -> Request:
    """The answer goes to the visitor; the promise is kept."""
    word = Word(Author.MEMBER, turn.event.at, text)
    words = (*request.words, word)[-MOST_WORDS:]
    request = replace(request, words=words, answered_at=turn.event.at, due=None)
    turn.put(request)
    turn.do(LetSleep(Timer.PROMISE, request.id))
    cards.refresh(turn, request)
    values = {"name": request.name, "post": post_name(turn, request.post), "text": text}
    tell(turn, request, turn.text("answer", request.audience, **values), quotes=True)
    return request


def give_back(turn: Turn, request: Request) -> Request:
    """Back to the whole post, with the promise that was given."""
    request = replace(request, claimed_by=None)
    turn.put(request)
    cards.refresh(turn, request)
    return request


def close(turn: Turn, request: Request, reason: Reason) -> Request:
    request = finish(turn, request, reason)
    key = "closed_answered" if request.answered_at else "closed"
    values = {"name": request.name, "post": post_name(turn, request.post)}
    tell(turn, request, turn.text(key, request.audience, **values))
    return request


def finish(turn: Turn, request: Request, reason: Reason) -> Request:
    """No owner waits any more; the words are erased after the retention time."""
    request = replace(request, closed_at=turn.event.at, reason=reason, due=None)
    turn.put(request)
    turn.do(
        LetSleep(Timer.PROMISE, request.id),
        Wake(turn.event.at + KEPT, Timer.RETENTION, request.id),
        Count(f"closed/{reason.value}", request.district or ""),
    )
    cards.refresh(turn, request, *request.tried)
    return request


def undelivered(turn: Turn, request: Request) -> None:
    """The visitor cannot be reached; the card says so."""
    request = replace(request, undelivered=True)
    turn.put(request)
    cards.refresh(turn, request)


# ── Time ────────────────────────────────────────────────────────────────────────────────────────


def due(turn: Turn, request: Request) -> None:
    """A promised time has come: kept, moved on meanwhile, or broken."""
    waiting = request.open and request.answered_at is None and request.due is not None
    if not waiting:
        return
    if request.due is not None and turn.event.at < request.due:
        wait(turn, request)  # the clock went back, or the promise moved
        return
    broken(turn, request)


def broken(turn: Turn, request: Request) -> None:
    """The visitor is told first, with what happens now; then the next rung, as consent allows."""
    turn.do(Count("promise_broken", request.district or ""))
    rungs = rungs_of(turn, request)
    after = next_rung(rungs, request.post) if rungs else None
    if after is None or after.post in (*request.tried, request.post):
        stay(turn, request, rungs)
    elif request.consent or not other_carrier(turn.k.directory, request.post, after.post):
        move(turn, request, after)
    else:
        ask_consent(turn, request, after)


def rungs_of(turn: Turn, request: Request) -> tuple[Rung, ...]:
    """The live rungs for this request today; exclusions survive."""
    conversation = Conversation(
        id=request.conversation,
        touched=turn.event.at,
        audience=request.audience,
        school=request.school,
        district=request.district,
        excluded=request.excluded,
    )
    sight = Sight(turn.k, turn.team, conversation, turn.event.at)
    return sight.live(skip_school=request.skip_school)


def move(turn: Turn, request: Request, rung: Rung) -> None:
    """To the next rung, with a new promise."""
    before = request.post
    tried = (*request.tried, before)
    request = replace(
        request, post=rung.post, due=rung.promise, tried=tried, claimed_by=None, overdue_since=None
    )
    turn.put(request)
    values = {
        "name": request.name,
        "before": post_name(turn, before),
        "post": post_name(turn, rung.post),
        "promise": when(rung.promise, turn.event.at) if rung.promise else "",
    }
    tell(turn, request, turn.text("promise_moved", request.audience, **values))
    wait(turn, request)
    cards.refresh(turn, request, before)
    cards.announce(turn, request)


def ask_consent(turn: Turn, request: Request, rung: Rung) -> None:
    """Another carrier may only read it with a yes; the next rung learns that something is overdue."""
    request = stay_facts(turn, request, rungs_of(turn, request))
    values = {
        "name": request.name,
        "before": post_name(turn, request.post),
        "post": post_name(turn, rung.post),
        "carrier": carrier_name(turn, rung.post),
    }
    owner = request.conversation
    yes = turn.acting(turn.text("do_consent"), owner, "consent", request.id, extra=rung.post)
    tell(turn, request, turn.text("promise_broken_ask", request.audience, **values), yes)
    for member in turn.team.of(rung.post):
        tell_member(turn, member.id, "overdue_elsewhere", request, post=values["before"])
    cards.refresh(turn, request)


def consent(turn: Turn, conversation: Conversation, request: Request | None, post: str) -> None:
    """The visitor's yes: the next rung has it now."""
    rungs = rungs_of(turn, request) if request is not None and request.open else ()
    rung = next((r for r in rungs if r.post == post), None)
    if request is None or rung is None or request.answered_at is not None:
        stand(turn, conversation, first=turn.text("already_done", conversation.audience))
        return
    turn.put(conversation)
    move(turn, replace(request, consent=True), rung)


def stay(turn: Turn, request: Request, rungs: tuple[Rung, ...]) -> None:
    """Nobody is next: it stays on top of the post's list and is recalled until somebody acts."""
    first_time = request.overdue_since is None
    request = stay_facts(turn, request, rungs)
    values = {"name": request.name, "post": post_name(turn, request.post)}
    if first_time:
        due_text = when(request.due, turn.event.at) if request.due else ""
        tell(
            turn, request, turn.text("promise_broken", request.audience, promise=due_text, **values)
        )
    cards.refresh(turn, request)
    for member in turn.team.of(request.post):
        tell_member(turn, member.id, "overdue_here", request)


def stay_facts(turn: Turn, request: Request, rungs: tuple[Rung, ...]) -> Request:
    """Overdue, back to the whole post, with the next time somebody can be expected there."""
    same = next((r.promise for r in rungs if r.post == request.post), None)
    request = replace(
        request,
        claimed_by=None,
        overdue_since=request.overdue_since or turn.event.at,
        due=same or turn.event.at + AGAIN,
    )
    turn.put(request)
    wait(turn, request)
    return request
