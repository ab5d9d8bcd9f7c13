"""What has had its time: the words of closed requests, and conversations that fell silent."""

from dataclasses import replace

from bot.core.ahead import ahead
from bot.core.messages import ForgetConversation, ForgetWords, Timer, Wake
from bot.core.records import Conversation, Request
from bot.core.world import Turn


def watch(turn: Turn, conversation: str) -> None:
    """A new conversation is looked at again when it may have fallen silent."""
    turn.do(Wake(turn.event.at + turn.k.keep.conversations, Timer.RETENTION, conversation))


def silent(turn: Turn, conversation: Conversation) -> None:
    """Forgotten, unless somebody spoke since or still waits for an answer."""
    if ahead(conversation.touched, turn.event.at):  # by a clock that was ahead: just now
        conversation = replace(conversation, touched=turn.event.at)
        turn.put(conversation)
    until = conversation.touched + turn.k.keep.conversations
    if turn.requests_of(conversation.id):
        watch(turn, conversation.id)
    elif turn.event.at < until:
        turn.do(Wake(until, Timer.RETENTION, conversation.id))
    else:
        turn.do(ForgetConversation(conversation.id))


def closed(turn: Turn, request: Request) -> None:
    """Of a request closed long ago stays what may be counted: no words, no way to a visitor."""
    if request.closed_at is None:
        return  # open again is nothing we know; an open one keeps its words
    if ahead(request.closed_at, turn.event.at):  # by a clock that was ahead: closed just now
        request = replace(request, closed_at=turn.event.at)
        turn.put(request)
    until = (request.closed_at or turn.event.at) + turn.k.keep.words
    if turn.event.at < until:
        turn.do(Wake(until, Timer.RETENTION, request.id))
        return
    turn.put(replace(request, conversation="", path=(), school=None, words=(), passed_to=""))
    turn.do(ForgetWords(request.id))
