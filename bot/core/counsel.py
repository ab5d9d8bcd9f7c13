"""Asking a colleague: the words under another name; the answer goes to whoever asked.

Nothing of it reaches the visitor, and no colleague at a post that the visitor excluded.
"""

from dataclasses import replace

from bot.core import cards, visible
from bot.core.answering import LONGEST, fingerprint
from bot.core.cards import tell
from bot.core.messages import Screen
from bot.core.posts import other_carrier
from bot.core.records import Author, Consulted, Member, Ref, Request
from bot.core.request import fresh_name
from bot.core.routing import rung_for
from bot.core.view import sight_for
from bot.core.world import Turn

ASKED = "counsel"  # what the last screen asked for, followed by the request and to whom it goes
MOST = 12  # colleagues on one screen


def colleagues(turn: Turn, member: Member, request: Request) -> tuple[Member, ...]:
    """Members of the same post or carrier; none who sits where the visitor wants nobody."""
    found = (m for m in turn.team.members if m.id != member.id and near(turn, request, m))
    return tuple(found)[:MOST]


def near(turn: Turn, request: Request, other: Member) -> bool:
    sight = sight_for(turn.k, turn.team, request, turn.event.at)
    wish = sight.wish(skip_school=request.skip_school)
    place = (turn.k.directory, turn.k.calendar, turn.team, wish)
    same = any(not other_carrier(turn.k.directory, request.post, post) for post in other.posts)
    return same and all(rung_for(*place, post, turn.event.at) for post in other.posts)


def whom(turn: Turn, member: Member, request: Request) -> None:
    cards.put_down(turn, request, member, edit=True)
    group = f"counsel:{request.id}"
    buttons = tuple(
        turn.acting(m.label, member.id, "ask_whom", request.id, extra=m.id, group=group)
        for m in colleagues(turn, member, request)
    )
    key = "counsel_whom" if buttons else "counsel_nobody"
    cards.told(turn, request, member, turn.text(key, name=request.name), *buttons)


def ask(turn: Turn, member: Member, request: Request, to: str) -> None:
    """What is typed next is a question to this colleague, or the answer to whoever asked."""
    other = turn.team.member(to)
    if other is None or not between(turn, member, request, to):
        tell(turn, member, turn.text("desk_not_yours"))
    elif (member.draft and member.writing_to) or visible.hidden_here(turn, request, member):
        tell(turn, member, turn.text("counsel_not_now"))
    else:
        asked = replace(member, draft="", asked=f"{ASKED}:{request.id}:{to}")
        drop = turn.acting(turn.text("do_cancel"), member.id, "counsel_drop", request.id)
        tell(turn, asked, turn.text("counsel_write", member=other.label), drop)


def between(turn: Turn, member: Member, request: Request, to: str) -> bool:
    """Whether the claimer asks a colleague who may be asked, or one who was asked answers."""
    if not request.open:
        return False
    other = turn.team.member(to)
    if request.claimed_by == member.id:
        return other is not None and other in colleagues(turn, member, request)
    return request.claimed_by == to and any(c.member == member.id for c in request.consulted)


def typed(turn: Turn, member: Member, where: str, text: str) -> None:
    """Seen before it goes, as everything that is written here."""
    request_id, _, to = where.partition(":")
    request, other = turn.request(request_id), turn.team.member(to)
    if request is None or other is None or not between(turn, member, request, to):
        tell(turn, replace(member, asked=None, draft=""), turn.text("desk_not_yours"))
        return
    draft = (f"{member.draft}\n\n{text}" if member.draft else text)[:LONGEST]
    extra, group = f"{to}:{fingerprint(draft)}", f"counsel:{request.id}"
    send, drop = (
        turn.acting(turn.text(key), member.id, action, request.id, extra=extra, group=group)
        for key, action in (("do_reply_send", "counsel_send"), ("do_cancel", "counsel_drop"))
    )
    cards.offer(turn, replace(member, draft=draft), (send, drop))
    screen = Screen(turn.text("counsel_preview", member=other.label, text=draft), (send, drop))
    cards.show(turn, request, member, screen, quotes=True)


def drop(turn: Turn, member: Member) -> None:
    tell(turn, replace(member, asked=None, draft=""), turn.text("counsel_dropped"))


def send(turn: Turn, member: Member, ref: Ref, request: Request) -> None:
    """To the one colleague, or back to the one who asked; to nobody else."""
    to, _, seen = ref.extra.partition(":")
    other = turn.team.member(to)
    writing = member.asked == f"{ASKED}:{request.id}:{to}" and fingerprint(member.draft) == seen
    if other is None or not writing or not between(turn, member, request, to):
        tell(turn, member, turn.text("desk_already_done"))
        return
    text = member.draft
    tell(turn, replace(member, asked=None, draft=""), turn.text("counsel_sent", member=other.label))
    if request.claimed_by == member.id:
        question(turn, member, other, request, text)
    else:
        said = turn.text("counsel_answered", name=request.name, member=member.label, text=text)
        cards.show(turn, request, other, Screen(said), quotes=True)


def question(turn: Turn, member: Member, other: Member, request: Request, text: str) -> None:
    """The words, under a name that this colleague has not seen on any card."""
    known = next((c.name for c in request.consulted if c.member == other.id), None)
    name = known or fresh_name(turn)
    if known is None:
        consulted = (*request.consulted, Consulted(other.id, name))
        turn.put(replace(request, consulted=consulted))
    words = tuple(word for word in request.words if word.by is not Author.HELD)
    answer = turn.acting(
        turn.text("do_counsel_answer"), other.id, "counsel_answer", request.id, extra=member.id
    )
    values = {"name": name, "member": member.label, "text": text}
    said = turn.text("counsel_asked", None, words=cards.said(turn, words), **values)
    bare = Screen(turn.text("words_in_web_of", name=name))
    cards.offer(turn, other, (answer,), ahead=other.asked is None, instead=False)
    cards.show(turn, request, other, Screen(said, (answer,)), quotes=True, bare=bare)
