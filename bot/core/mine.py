"""The visitor's requests: how each stands, writing to it, taking back what can be taken back."""

from dataclasses import replace
from datetime import datetime

from bot.core import request as requests
from bot.core.cards import holder
from bot.core.messages import Button, EraseChat, ForgetWords, Screen, Visitor
from bot.core.records import Answer, Conversation, Reason, Request
from bot.core.screens import post_name
from bot.core.standing import joining, show, sight_of, stand, ways
from bot.core.taps import Move
from bot.core.walk import outside
from bot.core.world import Turn

WITHDRAWN = "kontakt.zurueckgezogen"


def listed(turn: Turn, conversation: Conversation, key: str = "requests_head") -> None:
    """The open requests, how each stands, and what can be done with it by one tap."""
    audience = conversation.audience
    going = turn.requests_of(conversation.id)
    rows = (row(turn, request) for request in going)
    text = "\n\n".join((turn.text(key, audience), *rows))
    buttons = (*switches(turn, conversation, going), *withdrawals(turn, conversation, going))
    buttons = (*buttons, *both(turn, conversation))
    back = turn.way(Move.STAY, "way_back")
    show(turn, conversation, Screen(text, buttons, (back, *ways(turn, audience))))


def row(turn: Turn, request: Request) -> str:
    """What a parcel tells: arrived, read, answered; who has it, and by when an answer comes."""
    values = {"name": request.name, "post": post_name(turn, request.post)}
    if request.silenced_until is not None:
        until = turn.when(request.silenced_until)
        return turn.text_for(request, "request_row_silenced", until=until, **values)
    if request.due is None:
        return turn.text_for(request, "request_row_answered", **values)
    values["sent"] = turn.when(request.sent_at)
    if request.overdue_since:
        return turn.text_for(request, "request_row_overdue", **values)
    values["promise"] = turn.when(request.due)
    if request.read_at is None:
        return turn.text_for(request, "request_row", **values)
    return turn.text_for(request, "request_row_read", read=turn.when(request.read_at), **values)


def switches(
    turn: Turn, conversation: Conversation, going: tuple[Request, ...]
) -> tuple[Button, ...]:
    """One tap to write to each that is not being written to."""
    others = (request for request in going if request.id != conversation.writing_to)
    return tuple(joining(turn, conversation, request, "do_write") for request in others)


def withdrawals(
    turn: Turn, conversation: Conversation, going: tuple[Request, ...]
) -> tuple[Button, ...]:
    return tuple(
        turn.acting(
            turn.text("do_withdraw", conversation.audience, name=request.name),
            conversation.id,
            "withdraw",
            request.id,
        )
        for request in going
    )


def both(turn: Turn, conversation: Conversation) -> tuple[Button, ...]:
    """The two buttons: only the chat, or everything."""
    return tuple(
        turn.acting(turn.text(f"do_{action}", conversation.audience), conversation.id, action)
        for action in ("erase", "withdraw_all")
    )


# ── Erasing ─────────────────────────────────────────────────────────────────────────────────────


def erase(turn: Turn, conversation: Conversation) -> None:
    """Delete from the chat what the channel allows, empty older ones; open requests go on."""
    empty(turn, conversation)
    going = turn.requests_of(conversation.id)
    key = "erased_requests_go_on" if going else "erased"
    stand(turn, conversation, first=turn.text(key, conversation.audience))


def empty(turn: Turn, conversation: Conversation) -> None:
    emptied = turn.german.said("emptied", None)
    turn.do(EraseChat(Visitor(conversation.id), emptied=emptied))


def erase_sent(turn: Turn, conversation: Conversation, request: Request | None) -> None:
    """The text just sent, with everything that quoted it, goes from the chat; the post keeps it."""
    since = conversation.written or (request.sent_at if request else turn.event.at)
    erase_since(turn, conversation, since)


def erase_since(turn: Turn, conversation: Conversation, since: datetime) -> None:
    turn.do(EraseChat(Visitor(conversation.id), since=since))
    stand(turn, conversation, first=turn.text("erased_text", conversation.audience))


# ── Withdrawing ─────────────────────────────────────────────────────────────────────────────────


def withdraw(turn: Turn, conversation: Conversation, *taken: Request) -> None:
    """Words erased, the desk is told without a reason."""
    for request in taken:
        claimer = holder(turn, request)
        blank = replace(request, words=(), path=(), school=None)
        requests.finish(turn, blank, Reason.WITHDRAWN)
        turn.do(ForgetWords(request.id))
        if claimer is not None:
            requests.remind(turn, claimer.id, "withdrawn_desk", request)
    gone = {request.id for request in taken}
    unread = tuple(i for i in conversation.unread if i not in gone)
    sight = sight_of(turn, conversation)
    answers = (*outside(turn.k.tree, conversation.answers, sight), Answer(WITHDRAWN))
    conversation = replace(conversation, answers=answers, unread=unread)
    stand(turn, replace(conversation, writing_to=None, held=()))


def withdraw_all(turn: Turn, conversation: Conversation) -> None:
    """Every open request, and the chat with it."""
    empty(turn, conversation)
    withdraw(turn, conversation, *turn.requests_of(conversation.id))
