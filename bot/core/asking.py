"""The visitor's side of a request: sending, adding to it, agreeing, withdrawing."""

from dataclasses import replace
from datetime import datetime

from bot.core import following, handover, measure, mine, outcome, overdue, silence, wrongs
from bot.core import request as requests
from bot.core.calendar import when
from bot.core.conditions import SENT
from bot.core.messages import Button, Screen
from bot.core.records import Answer, Author, Conversation, Enclosure, Ref, Request, Word
from bot.core.routing import Rung
from bot.core.screens import carrier_name, post_name
from bot.core.standing import joining, place_of, show, sight_of, stand, ways
from bot.core.tree import Reach
from bot.core.walk import Place, answered, last_stood, outside
from bot.core.world import Turn


def act(turn: Turn, conversation: Conversation, ref: Ref | None) -> None:
    """A button that acts: once, and only for whom it was made."""
    if ref is None or ref.owner != conversation.id:
        done(turn, conversation)
        return
    turn.use(ref)
    match ref.action:
        case "send":
            send(turn, conversation, ref)
        case "discard":
            discard(turn, conversation, ref)
        case "join":
            join(turn, conversation, ref.about, conversation.held)
        case "consent":
            consent(turn, conversation, ref)
        case "wrong" | "helped" | "not_helped":
            judged(turn, conversation, ref)
        case "hand_over_yes" | "hand_over_no":
            handed_over(turn, conversation, ref)
        case "ask_later":
            following.agreed(turn, conversation, ref)
        case "contact_yes" | "contact_no":
            following.answered(turn, conversation, ref)
        case _:
            take_back(turn, conversation, ref)


def judged(turn: Turn, conversation: Conversation, ref: Ref) -> None:
    """What a visitor thinks of a screen: counted, never by whom."""
    if ref.action == "wrong":
        wrongs.told(turn, conversation, ref)
    else:
        outcome.told(turn, conversation, ref)


def take_back(turn: Turn, conversation: Conversation, ref: Ref) -> None:
    """What erases or withdraws."""
    match ref.action:
        case "withdraw":
            withdraw(turn, conversation, ref.about)
        case "withdraw_all":
            mine.withdraw_all(turn, conversation)
        case "erase" if ref.about:
            mine.erase_sent(turn, conversation, turn.request(ref.about))
        case "erase":
            mine.erase(turn, conversation)
        case "erase_since":
            mine.erase_since(turn, conversation, datetime.fromisoformat(ref.extra))
        case _:  # of an older program
            done(turn, conversation)


def done(turn: Turn, conversation: Conversation) -> None:
    stand(turn, conversation, first=turn.text("already_done", conversation.audience))


def own(turn: Turn, conversation: Conversation, request_id: str) -> Request | None:
    """The request, if it is this visitor's and still open."""
    request = turn.request(request_id)
    mine = request is not None and request.conversation == conversation.id and request.open
    return request if mine else None


# ── Sending ─────────────────────────────────────────────────────────────────────────────────────


def send(turn: Turn, conversation: Conversation, ref: Ref) -> None:
    """A request begins, at the post that was shown; otherwise what is so today is shown first."""
    sight, place = sight_of(turn, conversation), place_of(turn, conversation)
    node = ref.extra.rpartition(".")[0]
    rungs = sight.live(skip_school=place.skip_school)
    later = measure.again_at(turn, conversation)
    if later is not None:
        values = {"until": turn.when(later)}
        stand(turn, conversation, first=turn.text("many_today", conversation.audience, **values))
    elif place.node.ref == node and rungs[0].post == ref.about:
        sent(turn, conversation, place, rungs[0])
    elif place.node.ref.startswith("kontakt.") and not rungs:
        conversation = replace(conversation, draft=())  # nobody can read it
        stand(turn, conversation, first=turn.text("nobody_now", conversation.audience))
    else:
        answers = last_stood(turn.k.tree, conversation.answers, node, sight)
        conversation = replace(conversation, answers=answers or conversation.answers)
        stand(turn, conversation, first=turn.text("changed", conversation.audience))


def sent(turn: Turn, conversation: Conversation, place: Place, rung: Rung) -> None:
    """The walk goes on behind the contact request: back to the topic, never to its last step."""
    sight = sight_of(turn, conversation)
    now = turn.event.at
    request = Request(
        id=turn.draw("request"),
        name=requests.fresh_name(turn),
        conversation=conversation.id,
        audience=sight.wish(skip_school=place.skip_school).audience,
        topic=place.topic or "",
        path=tuple(choice.label.original.of(conversation.audience) for choice in place.path),
        school=conversation.school,
        district=conversation.district or None,
        language=conversation.language,
        excluded=conversation.excluded,
        consent=bool(conversation.consent),
        skip_school=place.skip_school,
        sent_at=now,
        content=turn.k.version,
        post=rung.post,
        due=rung.promise,
        alert=any(requests.alarming(turn, text) for text in conversation.draft),
        words=tuple(
            Word(Author.VISITOR, now, text, turn.event.channel) for text in conversation.draft
        ),
        friend=conversation.friend,
        reach=conversation.reach,
        may_ask=conversation.may_ask and conversation.reach is not Reach.HERE,
    )
    called = conversation.number if conversation.reach is Reach.CALL else ""
    requests.begin(turn, request, Enclosure(request.id, called))
    answers = (*outside(turn.k.tree, conversation.answers, sight), Answer(SENT))
    conversation = replace(conversation, answers=answers, draft=(), consent=None, friend=False)
    conversation = replace(conversation, number="", reach=Reach.HERE, may_ask=False)
    following.later(turn, request)
    conversation = measure.begun(conversation, now)
    stand(turn, replace(conversation, writing_to=request.id))


def discard(turn: Turn, conversation: Conversation, ref: Ref) -> None:
    node, _, choice = ref.extra.rpartition(".")
    conversation = replace(conversation, draft=())
    sight = sight_of(turn, conversation)
    answers = answered(turn.k.tree, conversation.answers, node, choice, sight)
    stand(turn, replace(conversation, answers=answers))


# ── Adding to it ────────────────────────────────────────────────────────────────────────────────


def join(turn: Turn, conversation: Conversation, request_id: str, texts: tuple[str, ...]) -> None:
    """Later text joins the request; the claimer reads it at once. Without text, the next joins."""
    request = own(turn, conversation, request_id)
    conversation = replace(conversation, writing_to=None, held=())
    if request is None:
        stand(turn, conversation, first=turn.text("request_over", conversation.audience))
        return
    conversation = replace(conversation, writing_to=request.id)
    values = {"name": request.name}
    if measure.too_full(turn, request, texts):
        text = turn.text("request_full", conversation.audience, **values)
        show(turn, conversation, Screen(text, (), ways(turn, conversation.audience)))
        return
    key, buttons = "join_next", tuple[Button, ...]()
    if texts:
        request = requests.add(turn, request, texts)
        due = request.due
        key = "joined_promise" if due else "joined"
        buttons = (erasing(turn, conversation),)
        values |= {"promise": turn.when(due)} if due else {}
    text = turn.text(key, conversation.audience, **values)
    if request.silenced_until is not None:
        text = silence.said(turn, request, "joined_silenced")
    others = mine.switches(turn, conversation, turn.requests_of(conversation.id))
    screen = Screen(text, (*others, *buttons), ways(turn, conversation.audience))
    show(turn, conversation, screen)


def erasing(turn: Turn, conversation: Conversation) -> Button:
    """To delete what was typed just now from the chat."""
    label = turn.text("do_erase_text", conversation.audience)
    since = turn.event.at.isoformat()
    return turn.acting(label, conversation.id, "erase_since", extra=since, group="erase_since")


def thanked(turn: Turn, conversation: Conversation) -> None:
    """Thanks for an answer: nothing that anybody must read or answer again."""
    text = turn.text("thanked", conversation.audience)
    show(turn, conversation, Screen(text, (), ways(turn, conversation.audience)))


def join_buttons(turn: Turn, conversation: Conversation) -> tuple[Button, ...]:
    """One button for each open request that a text may belong to."""
    going = turn.requests_of(conversation.id)
    return tuple(joining(turn, conversation, request, "do_join") for request in going)


# ── Agreeing, withdrawing ───────────────────────────────────────────────────────────────────────


def consent(turn: Turn, conversation: Conversation, ref: Ref) -> None:
    """The visitor's yes: the next rung has it now."""
    request = own(turn, conversation, ref.about)
    rungs = overdue.rungs_of(turn, request) if request else ()
    rung = next((r for r in rungs if r.post == ref.extra), None)
    if request is None or rung is None or request.due is None or request.post == rung.post:
        done(turn, conversation)
        return
    turn.put(conversation)
    overdue.move(turn, replace(request, consent=True), rung)


def handed_over(turn: Turn, conversation: Conversation, ref: Ref) -> None:
    """The visitor's word on a hand-over: it moves, or it stays where it is."""
    request = own(turn, conversation, ref.about)
    if request is None or request.offered != ref.extra:
        done(turn, conversation)
        return
    turn.put(conversation)
    if ref.action == "hand_over_no" or not handover.agreed(turn, request, ref.extra):
        handover.declined(turn, request, ref.extra)


def withdraw(turn: Turn, conversation: Conversation, request_id: str) -> None:
    """Everything of it back."""
    request = own(turn, conversation, request_id)
    if request is None:
        done(turn, conversation)
    else:
        mine.withdraw(turn, conversation, request)


# ── Asked and told ──────────────────────────────────────────────────────────────────────────────


def outage(turn: Turn, conversation: Conversation, since: datetime, until: datetime) -> None:
    """Tell an open request which hours did not arrive."""
    now = turn.event.at
    values = {"since": when(since, now), "until": when(until, now)}
    for request in turn.requests_of(conversation.id)[-1:]:
        requests.tell(turn, request, turn.text("outage", conversation.audience, **values))


def privacy(turn: Turn, conversation: Conversation) -> str:
    """Who answers for the data: the operator, and the carrier of whoever would read it."""
    place = place_of(turn, conversation)
    rungs = sight_of(turn, conversation).live(skip_school=place.skip_school)
    open_requests = turn.requests_of(conversation.id)
    posts = tuple(dict.fromkeys([r.post for r in open_requests] + [r.post for r in rungs]))
    named = "; ".join(f"{post_name(turn, p)}: {carrier_name(turn, p)}" for p in posts)
    values = dict(turn.k.operator) | {"carriers": named or turn.text("privacy_no_carrier")}
    channel = "telegram" if turn.event.channel == "telegram" else "other"
    values["kept"] = turn.kept()
    values["channel"] = turn.text(f"channel_{channel}", conversation.audience)
    return turn.text("privacy", conversation.audience, **values)
