"""What a member did at the desk waits some seconds, so that it can be taken back.

It is a fact of the request, released by ``Due``: nothing of it is in the outbox before.
"""

from dataclasses import replace
from datetime import timedelta
from typing import assert_never

from bot.core import cards, handover, silence, steps
from bot.core import request as requests
from bot.core.answering import back_in_preview, marked
from bot.core.messages import LetSleep, Timer, Wake
from bot.core.records import Author, Doing, Member, Pending, Reason, Request, Word
from bot.core.world import Turn

GRACE = timedelta(seconds=10)


def hold(  # noqa: PLR0913  (what is held has these parts)
    turn: Turn,
    member: Member,
    request: Request,
    doing: Doing,
    *,
    to: str = "",
    note: str = "",
    text: str = "",
) -> None:
    """Done, but not gone: „Rückgängig“ takes it back until the time is over."""
    until = turn.event.at + GRACE
    held = (Word(Author.HELD, turn.event.at, text),) if text else ()
    pending = Pending(doing, member.id, until, to, note)
    request = replace(request, pending=pending, words=requests.kept((*request.words, *held)))
    turn.put(request)
    turn.do(Wake(until, Timer.UNDO, request.id))
    cards.put_down(turn, request, member, edit=True)
    back = turn.acting(turn.text("do_undo"), member.id, "undo", request.id)
    cards.note(turn, member, request, turn.text(f"held_{doing.value}", name=request.name), back)


def undo(turn: Turn, member: Member, request: Request) -> None:
    """Nothing went out; an answer is in preview again."""
    pending = request.pending
    if pending is None or pending.by != member.id:
        cards.tell(turn, member, turn.text("undo_too_late"))
        return
    text = held_text(request)
    request = let_go(turn, request)
    turn.do(Wake(turn.event.at, Timer.RECKON, f"{request.post}/0"))
    cards.put_down(turn, request, member, edit=True)
    cards.note(turn, member, request, turn.text("undone", name=request.name), edit=True)
    if pending.doing is Doing.REPLY:
        back_in_preview(turn, member, request, text, own=bool(pending.note))


def let_go(turn: Turn, request: Request) -> Request:
    """Nothing is held any more."""
    words = tuple(word for word in request.words if word.by is not Author.HELD)
    request = replace(request, pending=None, words=words)
    turn.put(request)
    turn.do(LetSleep(Timer.UNDO, request.id))
    return request


def held_text(request: Request) -> str:
    return next((word.text for word in request.words if word.by is Author.HELD), "")


def due(turn: Turn, request: Request) -> None:
    """The time is over, or nearly; a clock that was set back cannot make it longer."""
    if request.pending is None:
        return
    left = request.pending.until - turn.event.at
    if timedelta() < left <= GRACE:
        turn.do(Wake(request.pending.until, Timer.UNDO, request.id))
    else:
        release(turn, request)


def release(turn: Turn, request: Request) -> Request:
    """It happens now; also sooner, when the next thing that happens takes it for granted."""
    pending = request.pending
    if pending is None:
        return request
    text = held_text(request)
    request = let_go(turn, request)
    said = {"name": request.name}
    match pending.doing:
        case Doing.REPLY:
            requests.reply(turn, request, marked(turn, request, text, own=bool(pending.note)))
            key = "reply_sent"
        case Doing.CLOSE:
            request = replace(request, passed_to=pending.note)
            requests.close(turn, request, Reason(pending.to))
            key, said = "closed_desk", {**said, "kept": turn.kept()}
        case Doing.HAND_OVER:
            key, said = handover.hand_over(turn, request, pending.to)
        case Doing.BLOCK:
            silence.block(turn, request)
            key = "blocked_desk"
        case _:
            assert_never(pending.doing)
    member = turn.team.member(pending.by)
    if member is not None:
        cards.note(turn, member, request, turn.text(key, None, **said), edit=True)
        steps.practised(turn, member, turn.request(request.id) or request)
    return turn.request(request.id) or request
