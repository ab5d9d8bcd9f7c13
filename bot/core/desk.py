"""One turn of a member of staff."""

import hashlib
from dataclasses import replace
from typing import assert_never

from bot.core import cards, joining, listing, steps
from bot.core import request as requests
from bot.core.cards import tell
from bot.core.messages import (
    Act,
    Button,
    Commanded,
    Due,
    Invited,
    NotDelivered,
    Outage,
    Received,
    Screen,
    Staff,
    Started,
    Tap,
    Tapped,
    Typed,
)
from bot.core.records import Member, Reason, Ref, Request
from bot.core.understand.text import choose, normalise
from bot.core.world import Turn

LONGEST = 4096  # characters of an answer; what is longer is cut, and the preview shows it
REASONS = (Reason.ANSWERED, Reason.PASSED_ON, Reason.PRANK, Reason.WRONG_PLACE, Reason.NO_REPLY)


def desk(turn: Turn, member: Member) -> None:
    """Answer one event of a member; nothing typed reaches anybody without a preview."""
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
        case NotDelivered() | Due() | Invited() | Outage():
            pass  # the house's own events: see turn.py
        case _:
            assert_never(turn.event.body)


def started(turn: Turn, member: Member, payload: str) -> None:
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
    """A button by its words, an answer that was asked for, or chatter, which goes nowhere."""
    tap = named(member, text)
    if tap is not None:
        tapped(turn, member, tap)
        return
    asked, _, post = (member.asked or "").partition(":")
    match asked:
        case "permission":
            steps.permission_typed(turn, member, post, text)
        case "plan":
            steps.plan_typed(turn, member, post, text)
        case "answer" if text:
            preview(turn, member, text[:LONGEST])
        case _:
            tell(turn, member, turn.text("desk_chatter"))


def named(member: Member, text: str) -> Tap | None:
    """The button that the text names; while an answer is written, by digits or whole label only."""
    labels = [button.label for button in member.shown]
    index = choose(text, labels)
    if index is None:
        return None
    said = normalise(text)
    if member.asked and not said.isdecimal() and said != normalise(labels[index]):
        return None
    return member.shown[index].tap


def preview(turn: Turn, member: Member, text: str) -> None:
    """What the visitor would read, before it goes."""
    request = turn.request(member.writing_to or "")
    if request is None or not request.open or request.claimed_by != member.id:
        tell(turn, replace(member, asked=None, writing_to=None), turn.text("desk_not_yours"))
        return
    group, extra = f"reply:{request.id}", fingerprint(text)
    send, discard = (
        turn.acting(
            turn.text(f"do_{action}"), member.id, action, request.id, extra=extra, group=group
        )
        for action in ("reply_send", "reply_discard")
    )
    turn.put(replace(member, draft=text, shown=(send, discard)))
    screen = Screen(turn.text("reply_preview", name=request.name, text=text), (send, discard))
    turn.say(Staff(member.id), screen, request.id, quotes=True)


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
    request = turn.request(ref.about) if ref.about else None
    if request is not None:
        on_request(turn, member, ref, request)
    elif ref.about:
        tell(turn, member, turn.text("desk_already_done"))
    else:
        steps.on_post(turn, member, ref)


def on_request(turn: Turn, member: Member, ref: Ref, request: Request) -> None:
    if ref.action == "claim":
        claim(turn, member, request)
    elif ref.action == "show":
        show(turn, member, request)
    elif not request.open or request.claimed_by != member.id:
        tell(turn, member, turn.text("desk_not_yours"))
    else:
        on_mine(turn, member, ref, request)


def claim(turn: Turn, member: Member, request: Request) -> None:
    """The first has it; the others are told who."""
    holder = cards.holder(turn, request)
    if not request.open or request.post not in member.posts:
        tell(turn, member, cards.state_of(turn, request, member))
    elif holder is not None:
        told = turn.text("claimed_by_other", name=request.name, member=holder.label)
        tell(turn, member, told)
    else:
        requests.claim(turn, member, request)


def show(turn: Turn, member: Member, request: Request) -> None:
    """The card again, below."""
    if request.post not in member.posts:
        tell(turn, member, turn.text("desk_not_yours"))
        return
    cards.put_down(turn, request, member, edit=False)
    if request.claimed_by == member.id and request.open:
        cards.whole(turn, request, member)


def on_mine(turn: Turn, member: Member, ref: Ref, request: Request) -> None:
    name = request.name
    done = replace(member, draft="", asked=None, writing_to=None)
    match ref.action:
        case "answer":
            cards.put_down(turn, request, member, edit=True)  # its other buttons stay good
            member = replace(done, asked="answer", writing_to=request.id)
            tell(turn, member, turn.text("reply_write", name=name))
        case "reply_send":
            reply(turn, member, ref, request)
        case "reply_discard":
            tell(turn, done, turn.text("reply_discarded", name=name))
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


def reply(turn: Turn, member: Member, ref: Ref, request: Request) -> None:
    """Out goes what the preview above the button showed, and nothing else."""
    if member.writing_to != request.id or not member.draft:
        tell(turn, member, turn.text("desk_already_done"))
    elif ref.extra != fingerprint(member.draft):
        preview(turn, member, member.draft)
    else:
        done = replace(member, draft="", asked=None, writing_to=None)
        tell(turn, done, turn.text("reply_sent", name=request.name))
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
