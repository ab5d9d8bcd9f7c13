"""The life of a request, from "sent" to "closed": always an owner, always a next step."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.core import cards, following, gathering, telling
from bot.core.calendar import ZONE
from bot.core.farther import widened
from bot.core.messages import Button, Count, LetSleep, Screen, Timer, Wake
from bot.core.presence import absent
from bot.core.reach import expect_opening, hold_back, may_put, posts_of
from bot.core.records import Author, Doing, Enclosure, Member, Reason, Request, Word
from bot.core.screens import post_name
from bot.core.understand.crisis import Level
from bot.core.view import sight_for
from bot.core.world import Turn

QUIET = timedelta(days=30)  # an answered request with nothing new closes by itself
AGAIN = timedelta(days=1)  # without a plan to reckon from, recalled daily
CLAIMER, WHOLE_POST = 1, 2  # who is reminded before the due time, in this order
AHEAD = {CLAIMER: timedelta(hours=2), WHOLE_POST: timedelta(hours=1)}  # less than a span promised
MOST_WORDS = 500  # messages of one request; more would no longer fit a memory


def begin(turn: Turn, request: Request, beside: Enclosure | None = None) -> None:
    turn.put(request)
    if beside is not None:
        turn.put(beside)
    arrive(turn, request)
    turn.do(Count("practice" if request.practice else "sent", request.district or ""))


def arrive(turn: Turn, request: Request) -> None:
    """A post has it now: its due time is a timer, and so is the post's last day."""
    wait(turn, request)
    post = turn.k.directory.posts.get(request.post)
    if post is not None and post.valid_until is not None:
        after = datetime.combine(post.valid_until + timedelta(days=1), time(), tzinfo=ZONE)
        turn.do(Wake(after, Timer.ENDED, post.id))
    if request.alert:
        request = widened(turn, request)
        turn.put(request)
    if not request.practice:
        expect_opening(turn, request.post)
    cards.announce(turn, request)


def wait(turn: Turn, request: Request) -> None:
    """Whatever happens until the due time, the timer fires; one for all of its steps."""
    if request.due is not None:
        turn.do(Wake(next_step(request, turn.event.at), Timer.PROMISE, request.id))


def next_step(request: Request, at: datetime) -> datetime:
    """When this waiting request is looked at next: a reminder, or its due time."""
    due = request.due or at
    if request.overdue_since is not None:
        return due
    before = (due - ahead for stage, ahead in steps(request) if stage > told(request))
    return min((step for step in before if step > at), default=due)


def steps(request: Request) -> tuple[tuple[int, timedelta], ...]:
    """How long before the due time who is reminded."""
    whole = (WHOLE_POST, AHEAD[WHOLE_POST])
    return ((CLAIMER, AHEAD[CLAIMER]), whole) if request.claimed_by else (whole,)


def told(request: Request) -> int:
    """How far the reminders for this due time have come."""
    due, stage = request.reminded or (None, 0)
    return stage if due == request.due else 0


def reached(request: Request, at: datetime) -> int:
    """How far they should have come by now; 0: nobody is reminded yet, or all are too late."""
    if request.due is None or request.overdue_since is not None:
        return 0
    return max((s for s, ahead in steps(request) if at >= request.due - ahead), default=0)


def expected(turn: Turn, request: Request) -> datetime:
    """When somebody can be expected at the post that has it."""
    sight = sight_for(turn.k, turn.team, request, turn.event.at)
    rungs = sight.live(skip_school=request.skip_school, holder=request.post)
    promised = next((r.promise for r in rungs if r.post == request.post), None)
    return promised or turn.event.at + AGAIN


def add(turn: Turn, request: Request, texts: tuple[str, ...]) -> Request:
    """The visitor's further words; after an answer they begin a new promise.

    The desk is told when the visitor pauses; of danger at once.
    """
    now = turn.event.at
    via = turn.event.channel
    words = tuple(Word(Author.VISITOR, now, text, via) for text in texts)
    red = any(alarming(turn, text) for text in texts)
    if request.silenced_until is not None and not red:
        request = replace(request, words=kept((*request.words, *words)))
        turn.put(request)
        return request
    request = still_wanted(turn, request, acute=red)
    due = request.due or expected(turn, request)
    request = replace(
        request,
        words=kept((*request.words, *words)),
        alert=request.alert or red,
        due=due,
        undelivered=False,
    )
    holder = cards.holder(turn, request)
    gone = holder is not None and absent(holder, turn.event.at)
    if gone:  # whoever answered before is away: it is the whole post's again
        cards.empty(turn, request, request.claimed_by)
        request = replace(request, claimed_by=None)
    wait(turn, request)
    if red or gone:
        request = replace(widened(turn, request), untold=request.untold + len(texts))
        return gathering.told(turn, request, anew=True)
    gathering.gather(turn, request, len(texts))
    return request


def still_wanted(turn: Turn, request: Request, *, acute: bool) -> Request:
    """New words stop a closing that is not gone yet, and danger lifts a block."""
    pending = request.pending
    stopped = {Doing.CLOSE, Doing.BLOCK} if acute else {Doing.CLOSE}
    if pending is not None and pending.doing in stopped:
        request = replace(request, pending=None)
        turn.do(LetSleep(Timer.UNDO, request.id))
        holder = cards.holder(turn, request)
        if holder is not None:
            cards.note(turn, holder, request, turn.text("held_stopped", name=request.name))
    return replace(request, silenced_until=None)


def kept(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The last ones, and an answer that can still be taken back among them."""
    last = words[-MOST_WORDS:]
    return (*(w for w in words[:-MOST_WORDS] if w.by is Author.HELD), *last)


def alarming(turn: Turn, text: str) -> bool:
    return turn.heard(text).danger.level is Level.ACUTE


def fresh_name(turn: Turn) -> str:
    """Two friendly words, not in use among open requests; with a number when all else is."""
    adjectives, nouns = turn.k.names
    for attempt in range(100):
        chance = turn.event.draw(f"name/{attempt}")
        adjective = adjectives[int.from_bytes(chance[:4]) % len(adjectives)]
        noun = nouns[int.from_bytes(chance[4:8]) % len(nouns)]
        if f"{adjective} {noun}" not in turn.names:
            break
    else:
        noun = f"{noun} {int.from_bytes(chance[8:12])}"
    return f"{adjective} {noun}"


# ── What is said ────────────────────────────────────────────────────────────────────────────────


def tell(turn: Turn, request: Request, text: str, *more: Button, quotes: bool = False) -> None:
    """Say something about a request to its visitor, as ``telling`` does: the one place for it.

    ``quotes``: it is a member's answer, in a member's words.
    """
    telling.tell(turn, request, text, *more, answers=quotes)


def remind(turn: Turn, member: str, key: str, request: Request, **values: str) -> None:
    """A word about a request to one member; none of its own words are in it."""
    found = turn.team.member(member)
    if found is not None and not may_put(turn, found, request):
        hold_back(turn, found, request)
        return
    text = turn.text(key, None, name=request.name, **values)
    if found is not None:
        cards.show(turn, request, found, Screen(text))


# ── The desk's side ─────────────────────────────────────────────────────────────────────────────


def claim(turn: Turn, member: Member, request: Request) -> None:
    """Race-safe by order of turns: the first one has it, the others are told who."""
    first = request.read_at is None
    request = replace(request, claimed_by=member.id, overdue_since=None)
    request = taken_over(turn, request, member)
    request = replace(request, read_at=request.read_at or turn.event.at)
    request = gathering.settled(turn, request)  # the claimer reads all of it now
    wait(turn, request)
    cards.refresh(turn, request, request.post)
    cards.whole(turn, request, member)
    if first:
        promise = turn.when_for(request, request.due) if request.due else ""
        values = {"name": request.name, "post": post_name(turn, request.post), "promise": promise}
        tell(turn, request, turn.text_for(request, "read", **values))


def taken_over(turn: Turn, request: Request, member: Member) -> Request:
    """A red card that went further is at the post of whoever took it first."""
    own = [post for post in member.posts if post in request.also]
    if not own or request.post in posts_of(turn, member):
        return request
    return replace(request, post=own[0], tried=(*request.tried, request.post))


def reply(turn: Turn, request: Request, text: str) -> None:
    """The answer goes to the visitor; the promise is kept."""
    word = Word(Author.MEMBER, turn.event.at, text)
    words = kept((*request.words, word))
    request = replace(request, words=words, answered_at=turn.event.at, due=None)
    turn.put(request)
    turn.do(Wake(turn.event.at + QUIET, Timer.PROMISE, request.id))
    cards.refresh(turn, request, request.post)
    values = {"name": request.name, "post": post_name(turn, request.post), "text": text}
    tell(turn, request, turn.text_for(request, "answer", **values), quotes=True)


def give_back(turn: Turn, request: Request) -> None:
    """Back to the whole post, with the promise that was given, or a new one.

    Of what is blocked only the cards that are out say so; it is looked at when that is over.
    """
    silent = request.silenced_until is not None
    due = None if request.practice or silent else request.due or expected(turn, request)
    cards.empty(turn, request, request.claimed_by)
    request = replace(request, claimed_by=None, due=due)
    turn.put(request)
    wait(turn, request)
    if silent:
        cards.refresh(turn, request, request.post)
    else:
        cards.announce(turn, request)


def close(turn: Turn, request: Request, reason: Reason) -> Request:
    request = finish(turn, request, reason)
    key = "closed_answered" if request.answered_at else "closed"
    values = {"name": request.name, "post": post_name(turn, request.post)}
    values["kept"] = turn.kept(request)
    more = (following.offer(turn, request),) if reason is Reason.PASSED_ON else ()
    tell(turn, request, turn.text_for(request, key, **values), *more)
    return request


def finish(turn: Turn, request: Request, reason: Reason) -> Request:
    """No owner waits any more; the words are erased after the retention time."""
    words = tuple(word for word in request.words if word.by is not Author.HELD)
    request = replace(request, closed_at=turn.event.at, reason=reason, due=None, words=words)
    request = replace(
        request, pending=None, offered=None, consulted=(), silenced_until=None, glass=None
    )
    turn.put(request)
    turn.put(replace(turn.enclosure(request.id), number=""))
    cards.empty(turn, request)
    turn.do(
        LetSleep(Timer.PROMISE, request.id),
        LetSleep(Timer.GATHER, request.id),
        LetSleep(Timer.UNDO, request.id),
        LetSleep(Timer.GLASS, request.id),
        Wake(turn.event.at + turn.k.keep.words, Timer.RETENTION, request.id),
    )
    if not request.practice:
        turn.do(Count(f"closed/{reason.value}", request.district or ""))
    cards.refresh(turn, request, request.post, *request.tried)
    return request


def undelivered(turn: Turn, request: Request) -> None:
    """The visitor cannot be reached; the card says so."""
    request = replace(request, undelivered=True)
    turn.put(request)
    cards.refresh(turn, request, request.post)
