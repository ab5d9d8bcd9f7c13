"""One turn of a member of staff."""

from dataclasses import replace
from datetime import timedelta
from typing import assert_never

from bot.core import (
    answering,
    attendance,
    cards,
    counsel,
    doing,
    editing,
    entries,
    glass,
    guard,
    joining,
    listing,
    notices,
    steps,
    team,
    tour,
    undo,
    webward,
)
from bot.core import request as requests
from bot.core.answering import without_draft
from bot.core.cards import tell
from bot.core.fitting import fitting
from bot.core.messages import (
    Audit,
    Commanded,
    Due,
    FactorLost,
    Invited,
    LinkAsked,
    NotDelivered,
    Outage,
    Received,
    Restored,
    Settled,
    Started,
    Tapped,
    Typed,
)
from bot.core.records import Doing, Member, Reason, Ref, Request
from bot.core.rights import ACTIONS
from bot.core.taps import Act, Tap
from bot.core.understand.text import normalise
from bot.core.world import Turn

SEEN_FOR = timedelta(minutes=10)  # how exactly it is known when a desk was last used
GLASS = frozenset({"glass_join", "glass_send", "glass_drop", "glass_show"})
COUNSEL = frozenset({"ask_whom", "counsel_answer", "counsel_send", "counsel_drop"})
LEAVING = frozenset({"verwerfen", "abbrechen", "liste"})  # words that end what is being written


def desk(turn: Turn, member: Member) -> None:
    """Answer one event of a member; nothing typed reaches anybody without a preview."""
    if not member.admitted:
        joining.waiting(turn, member)
        return
    if not_their_doing(turn, member):
        return
    member = seen(turn, notices.read(turn, member))
    match turn.event.body:
        case Started(payload):
            started(turn, member, payload)
        case Typed(text):
            typed(turn, member, text.strip())
        case Tapped(tap):
            tapped(turn, member, tap)
        case Commanded(command) if not guard.may_command(member, command):
            guard.refuse_command(turn, member, command)
        case Commanded(command):
            listing.commanded(turn, member, command)
        case Received():
            tell(turn, member, turn.text("desk_foreign"))
        case (
            NotDelivered()
            | Due()
            | Invited()
            | Outage()
            | Settled()
            | FactorLost()
            | LinkAsked()
            | Restored()
        ):
            pass  # the house's own events: see turn.py
        case _:
            assert_never(turn.event.body)


def not_their_doing(turn: Turn, member: Member) -> bool:
    """What happens to a member who is not at the desk for it."""
    match turn.event.body:
        case LinkAsked():
            notices.link(turn, member)
        case Restored():
            tell(turn, member, turn.text("restored"))
        case _:
            return False
    return True


def seen(turn: Turn, member: Member) -> Member:
    """The desk was opened: said once in a while, since it is written down each time."""
    if member.here_at is not None and turn.event.at - member.here_at < SEEN_FOR:
        return member
    member = replace(member, here_at=turn.event.at)
    turn.put(member)
    return member


def started(turn: Turn, member: Member, payload: str) -> None:
    member = replace(member, asked=None)
    if not payload.startswith(joining.INVITATION):
        listing.listed(turn, member)
        return
    joining.joined_again(turn, member, payload.removeprefix(joining.INVITATION))


# ── Typing ──────────────────────────────────────────────────────────────────────────────────────


def typed(turn: Turn, member: Member, text: str) -> None:
    """A word that leaves, a button by its words, what was asked for, or chatter."""
    if member.asked and normalise(text) in LEAVING:
        leave(turn, member, normalise(text))
        return
    match fitting(turn, member, text):
        case () if webward.kept_out(turn):
            tell(turn, member, webward.desk(turn))
        case ():
            answered(turn, member, text)
        case (button,):
            tapped(turn, member, button.tap)
        case several:
            listing.which(turn, member, *several)


def leave(turn: Turn, member: Member, word: str) -> None:
    """Nothing is being written any more; „liste“ keeps the draft, as a command does."""
    asked, _, post = (member.asked or "").partition(":")
    request = turn.request(member.writing_to or "")
    if asked in {counsel.ASKED, glass.ASKED}:
        counsel.drop(turn, member)
    elif asked in {editing.ASKED, "passed_to"} | attendance.ASKED:
        tell(turn, replace(member, asked=None), turn.text("desk_left"))
    elif asked in team.ASKED:
        team.listed(turn, replace(member, asked=None))
    elif asked != "answer":
        steps.checklist(turn, member, post)
    elif word == "liste":
        tell(turn, replace(member, asked=None), turn.text("desk_left"))
    elif not cards.mine(request, member):
        tell(turn, without_draft(member), turn.text("desk_left"))
    else:
        answering.discard(turn, member, request)


def answered(  # noqa: C901  (each question has its line)
    turn: Turn, member: Member, text: str
) -> None:
    """What was asked for, or chatter."""
    asked, _, post = (member.asked or "").partition(":")
    match asked:
        case "permission":
            steps.permission_typed(turn, member, post, text)
        case "plan":
            steps.plan_typed(turn, member, post, text)
        case editing.ASKED:
            editing.typed(turn, member, text)
        case _ if asked in team.ASKED:
            team.typed(turn, member, asked, post, text)
        case _ if asked in attendance.ASKED:
            attendance.typed(turn, member, asked, post, text)
        case "answer" if text:
            answering.written(turn, member, text)
        case counsel.ASKED if text:
            counsel.typed(turn, member, post, text)
        case glass.ASKED if text:
            glass.typed(turn, member, post, text)
        case "passed_to" if text:
            doing.passed_to_typed(turn, member, post, text)
        case "entry_phone" | "entry_email" | "entry_hours" | "entry_room":
            entries.typed(turn, member, asked.removeprefix("entry_"), post, text)
        case _ if not attendance.spoken(turn, member, text):
            tell(turn, member, turn.text("desk_chatter"))


# ── Tapping ─────────────────────────────────────────────────────────────────────────────────────


def tapped(turn: Turn, member: Member, tap: Tap) -> None:
    if not isinstance(tap, Act):
        tell(turn, member, turn.text("desk_no_tree"))
        return
    ref = turn.ref(tap.ref)
    if ref is None or ref.owner != member.id:
        tell(turn, member, turn.text("desk_already_done"))
        return
    turn.use(ref)
    request = turn.request(ref.about) if ref.about else None
    if ref.action not in ACTIONS or (ref.about and request is None):
        tell(turn, member, turn.text("desk_already_done"))  # of an older program, or forgotten
    elif not guard.may(turn, member, ref, request):
        guard.refuse(turn, member, ref, request)
    else:
        done(turn, member, ref, request)


def done(turn: Turn, member: Member, ref: Ref, request: Request | None) -> None:
    """It may be done; who did it is written down, unless it has been said more exactly."""
    before = len(turn.effects)
    if request is not None:
        on_request(turn, member, ref, request)
    elif ref.action == "list_page":
        listing.turned(turn, member, ref)
    elif ref.action == editing.ASKED:
        editing.tapped(turn, member, ref)
    elif ref.action in entries.ACTIONS:
        entries.tapped(turn, member, ref)
    elif ref.action in tour.ACTIONS:
        tour.tapped(turn, member, ref)
    elif ref.action in team.ACTIONS:
        team.on_team(turn, member, ref)
    elif not attendance.tapped(turn, member, ref):
        steps.on_post(turn, member, ref)
    if ACTIONS[ref.action].kept and not any(
        isinstance(effect, Audit) for effect in turn.effects[before:]
    ):
        turn.audit(ref.action, request.name if request else ref.extra)


def on_request(turn: Turn, member: Member, ref: Ref, request: Request) -> None:
    if ref.action == "claim":
        claim(turn, member, request)
    elif ref.action == "show":
        show(turn, member, request)
    elif ref.action in COUNSEL:
        counselled(turn, member, ref, request)
    elif ref.action in GLASS:
        break_glass(turn, member, ref, request)
    elif ref.action == "undo":
        undo.undo(turn, member, request)
    else:
        on_mine(turn, member, ref, request)


def counselled(turn: Turn, member: Member, ref: Ref, request: Request) -> None:
    """Between two colleagues; nothing of it reaches the visitor."""
    match ref.action:
        case "counsel_send":
            counsel.send(turn, member, ref, request)
        case "counsel_drop":
            counsel.drop(turn, member)
        case _:
            counsel.ask(turn, member, request, ref.extra)


def break_glass(turn: Turn, member: Member, ref: Ref, request: Request) -> None:
    """Between two members in danger to life; nothing of it reaches the visitor."""
    match ref.action:
        case "glass_join":
            glass.join(turn, member, request)
        case "glass_send":
            glass.send(turn, member, ref, request)
        case "glass_show":
            glass.show(turn, member, request)
        case _:
            counsel.drop(turn, member)


def claim(turn: Turn, member: Member, request: Request) -> None:
    """The first has it; the others are told who."""
    holder = cards.holder(turn, request)
    if not request.open or holder is not None:
        turn.audit("refused:claim", request.name)
    if not request.open:
        cards.told(turn, request, member, cards.state_of(turn, request, member))
    elif holder is not None:
        text = turn.text("claimed_by_other", name=request.name, member=holder.label)
        cards.told(turn, request, member, text)
    else:
        requests.claim(turn, member, request)


def show(turn: Turn, member: Member, request: Request) -> None:
    """The card again, below."""
    cards.put_down(turn, request, member, edit=False)
    if request.claimed_by == member.id and request.open:
        cards.whole(turn, request, member)


def on_mine(turn: Turn, member: Member, ref: Ref, request: Request) -> None:
    """What is done next takes an answer that is held for granted, and waits for all else."""
    if request.pending is not None and request.pending.doing is Doing.REPLY:
        request = undo.release(turn, request)
        member = turn.team.member(member.id) or member
    if request.pending is not None:
        cards.put_down(turn, request, member, edit=True)
        cards.told(turn, request, member, turn.text("held_first", name=request.name))
    else:
        act(turn, member, ref, request)


def act(turn: Turn, member: Member, ref: Ref, request: Request) -> None:
    done = without_draft(member) if member.writing_to == request.id else member
    match ref.action:
        case "answer":
            answering.answer(turn, member, request)
        case "reply_send":
            doing.reply(turn, member, ref, request)
        case "reply_discard":
            answering.discard(turn, member, request)
        case "ask_colleague":
            counsel.whom(turn, done, request)
        case "glass":
            glass.begin(turn, member, request)
        case "snippets":
            answering.choose(turn, member, request)
        case "snippet":
            answering.prepared(turn, member, request, ref.extra)
        case "give_back":
            cards.told(turn, request, done, turn.text("given_back", name=request.name))
            requests.give_back(turn, request)
        case _:
            let_go(turn, done, ref, request)


def let_go(turn: Turn, member: Member, ref: Ref, request: Request) -> None:
    """What takes it off this member's hands; each can be taken back for some seconds."""
    match ref.action:
        case "hand_over":
            doing.where_to(turn, member, request)
        case "hand_over_to":
            doing.hand_over(turn, member, request, ref.extra)
        case "close":
            doing.why_close(turn, member, request)
        case "close_as":
            doing.close_as(turn, member, request, Reason(ref.extra))
        case "passed_to":
            doing.passed_to(turn, member, request, ref.extra)
        case "block":
            doing.block(turn, member, request)
        case _:  # "unblock"; what nobody knows was refused before
            doing.unblock(turn, member, request)
