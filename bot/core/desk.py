"""One turn of a member of staff."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import assert_never

from bot.core import attendance, cards, editing, entries, joining, listing, steps
from bot.core import request as requests
from bot.core.cards import tell
from bot.core.fitting import fitting
from bot.core.messages import (
    Audit,
    Button,
    Commanded,
    Due,
    Invited,
    NotDelivered,
    Outage,
    Received,
    Screen,
    Settled,
    Staff,
    Started,
    Tapped,
    Typed,
)
from bot.core.reach import belongs
from bot.core.records import Member, Reason, Ref, Request
from bot.core.taps import Act, Tap
from bot.core.understand.text import normalise
from bot.core.world import Turn

LONGEST = 4096  # characters of an answer; what is longer is cut, and the preview shows it
SEEN_FOR = timedelta(minutes=10)  # how exactly it is known when a desk was last used
LEAVING = frozenset({"verwerfen", "abbrechen", "liste"})  # words that end what is being written
REASONS = (Reason.ANSWERED, Reason.PASSED_ON, Reason.PRANK, Reason.WRONG_PLACE, Reason.NO_REPLY)


def desk(turn: Turn, member: Member) -> None:
    """Answer one event of a member; nothing typed reaches anybody without a preview."""
    member = seen(turn, member)
    match turn.event.body:
        case Started(payload):
            started(turn, member, payload)
        case Typed(text):
            typed(turn, member, text.strip())
        case Tapped(tap):
            tapped(turn, member, tap)
        case Commanded(command):
            listing.commanded(turn, member, command)
        case Received():
            tell(turn, member, turn.text("desk_foreign"))
        case NotDelivered() | Due() | Invited() | Outage() | Settled():
            pass  # the house's own events: see turn.py
        case _:
            assert_never(turn.event.body)


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
    again = joining.joined_again(turn, member, payload.removeprefix(joining.INVITATION))
    if again is None:
        tell(turn, member, turn.text("invitation_bad"))
    else:
        turn.put(again)
        joining.welcome(turn, again)


# ── Typing ──────────────────────────────────────────────────────────────────────────────────────


def typed(turn: Turn, member: Member, text: str) -> None:
    """A word that leaves, a button by its words, what was asked for, or chatter."""
    if member.asked and normalise(text) in LEAVING:
        leave(turn, member, normalise(text))
        return
    match fitting(turn, member, text):
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
    if asked == editing.ASKED:
        tell(turn, replace(member, asked=None), turn.text("desk_left"))
    elif asked != "answer":
        steps.checklist(turn, member, post)
    elif word == "liste":
        tell(turn, replace(member, asked=None), turn.text("desk_left"))
    elif not cards.mine(request, member):
        tell(turn, without_draft(member), turn.text("desk_left"))
    else:
        discard(turn, member, request)


def answered(turn: Turn, member: Member, text: str) -> None:
    """What was asked for, or chatter."""
    asked, _, post = (member.asked or "").partition(":")
    match asked:
        case "permission":
            steps.permission_typed(turn, member, post, text)
        case "plan":
            steps.plan_typed(turn, member, post, text)
        case editing.ASKED:
            editing.typed(turn, member, text)
        case _ if asked in attendance.ASKED:
            attendance.typed(turn, member, asked, post, text)
        case "answer" if text:
            draft = f"{member.draft}\n\n{text}" if member.draft else text
            preview(turn, member, draft[:LONGEST])
        case "entry_phone" | "entry_email" | "entry_hours" | "entry_room":
            entries.typed(turn, member, asked.removeprefix("entry_"), post, text)
        case _ if not attendance.spoken(turn, member, text):
            tell(turn, member, turn.text("desk_chatter"))


def preview(turn: Turn, member: Member, draft: str) -> None:
    """What the visitor would read, the whole of it, before it goes."""
    request = turn.request(member.writing_to or "")
    if not cards.mine(request, member):
        tell(turn, without_draft(member), turn.text("desk_not_yours"))
        return
    group, extra = f"reply:{request.id}", fingerprint(draft)
    send, drop = (
        turn.acting(
            turn.text(f"do_{action}"), member.id, action, request.id, extra=extra, group=group
        )
        for action in ("reply_send", "reply_discard")
    )
    cards.offer(turn, replace(member, asked="answer", draft=draft), (send, drop))
    screen = Screen(turn.text("reply_preview", name=request.name, text=draft), (send, drop))
    turn.say(Staff(member.id), screen, request.id, quotes=True)


def without_draft(member: Member) -> Member:
    """Nobody is being answered."""
    return replace(member, draft="", asked=None, writing_to=None)


def fingerprint(text: str) -> str:
    """Tells whether the draft is still the one that the preview showed."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


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
    if ref.action == editing.ASKED:  # looks at words of the house only: nothing to write down
        editing.tapped(turn, member, ref)
        return
    request = turn.request(ref.about) if ref.about else None
    about = request.name if request else ref.extra
    before = len(turn.effects)
    if request is not None:
        on_request(turn, member, ref, request)
    elif ref.about:
        tell(turn, member, turn.text("desk_already_done"))
    elif ref.action in entries.ACTIONS:
        entries.tapped(turn, member, ref)
    elif not attendance.tapped(turn, member, ref):
        steps.on_post(turn, member, ref)
    if not any(isinstance(effect, Audit) for effect in turn.effects[before:]):
        turn.audit(ref.action, about)  # unless what it does has said so more exactly


def on_request(turn: Turn, member: Member, ref: Ref, request: Request) -> None:
    if ref.action == "claim":
        claim(turn, member, request)
    elif ref.action == "show":
        show(turn, member, request)
    elif not cards.mine(request, member):
        tell(turn, member, turn.text("desk_not_yours"))
    else:
        on_mine(turn, member, ref, request)


def claim(turn: Turn, member: Member, request: Request) -> None:
    """The first has it; the others are told who."""
    holder = cards.holder(turn, request)
    if not request.open or not belongs(turn, request, member):
        tell(turn, member, cards.state_of(turn, request, member))
    elif holder is not None:
        told = turn.text("claimed_by_other", name=request.name, member=holder.label)
        tell(turn, member, told)
    else:
        requests.claim(turn, member, request)


def show(turn: Turn, member: Member, request: Request) -> None:
    """The card again, below."""
    if not belongs(turn, request, member):
        tell(turn, member, turn.text("desk_not_yours"))
        return
    cards.put_down(turn, request, member, edit=False)
    if request.claimed_by == member.id and request.open:
        cards.whole(turn, request, member)


def on_mine(turn: Turn, member: Member, ref: Ref, request: Request) -> None:
    name = request.name
    done = without_draft(member) if member.writing_to == request.id else member
    match ref.action:
        case "answer":
            answer(turn, member, request)
        case "reply_send":
            reply(turn, member, ref, request)
        case "reply_discard":
            discard(turn, member, request)
        case "give_back":
            tell(turn, done, turn.text("given_back", name=name))
            requests.give_back(turn, request)
        case "close":
            cards.put_down(turn, request, member, edit=True)
            tell(turn, done, turn.text("close_why", name=name), *reasons(turn, member, request))
        case "close_as":
            tell(turn, done, turn.text("closed_desk", name=name))
            steps.practised(turn, done, requests.close(turn, request, Reason(ref.extra)))
        case _:  # of an older program
            tell(turn, member, turn.text("desk_already_done"))


def answer(turn: Turn, member: Member, request: Request) -> None:
    """What is typed next is the answer; a draft that is there goes on."""
    cards.put_down(turn, request, member, edit=True)  # its other buttons stay good
    if member.writing_to == request.id and member.draft:
        preview(turn, member, member.draft)
        return
    label, group = turn.text("do_cancel"), f"reply:{request.id}"
    cancel = turn.acting(label, member.id, "reply_discard", request.id, group=group)
    member = replace(member, draft="", asked="answer", writing_to=request.id)
    tell(turn, member, turn.text("reply_write", name=request.name), cancel)


def discard(turn: Turn, member: Member, request: Request) -> None:
    """Nothing goes out; the card's own buttons may be typed again."""
    member = without_draft(member) if member.writing_to == request.id else member
    cards.put_down(turn, request, member, edit=True)
    tell(turn, member, turn.text("reply_discarded", name=request.name))


def reply(turn: Turn, member: Member, ref: Ref, request: Request) -> None:
    """Out goes what the preview above the button showed, and nothing else."""
    if member.writing_to != request.id or not member.draft:
        tell(turn, member, turn.text("desk_already_done"))
    elif ref.extra != fingerprint(member.draft):
        preview(turn, member, member.draft)
    else:
        tell(turn, without_draft(member), turn.text("reply_sent", name=request.name))
        requests.reply(turn, request, member.draft)


def reasons(turn: Turn, member: Member, request: Request) -> tuple[Button, ...]:
    return tuple(
        turn.acting(
            turn.text(f"reason_{reason.name.lower()}"),
            member.id,
            "close_as",
            request.id,
            extra=reason.value,
            group=f"close:{request.id}",
        )
        for reason in REASONS
    )
