"""One turn of a member of staff."""

from dataclasses import replace
from typing import assert_never

from bot.core import cards, joining
from bot.core import request as requests
from bot.core.calendar import when
from bot.core.messages import (
    Act,
    Button,
    Command,
    Commanded,
    Due,
    EraseChat,
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
from bot.core.records import Member, Reason, Ref, RefKey, Request
from bot.core.understand.text import choose
from bot.core.world import Turn

LIST = 20  # cards on one page of the list
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
            commanded(turn, member, command)
        case Received():
            tell(turn, member, turn.text("desk_foreign"))
        case NotDelivered() | Due() | Invited() | Outage():
            pass  # the house's own events: see turn.py
        case _:
            assert_never(turn.event.body)


def tell(turn: Turn, member: Member, text: str, *buttons: Button) -> None:
    """Say something to a member; the buttons may be typed."""
    turn.put(replace(member, shown=buttons))
    turn.say(Staff(member.id), Screen(text, buttons))


def started(turn: Turn, member: Member, payload: str) -> None:
    if payload.startswith(joining.INVITATION):
        again = joining.joined_again(turn, member, payload.removeprefix(joining.INVITATION))
        if again is None:
            tell(turn, member, turn.text("invitation_bad"))
            return
        turn.put(again)
        joining.welcome(turn, again)
        return
    listed(turn, member)


# ── Typing ──────────────────────────────────────────────────────────────────────────────────────


def typed(turn: Turn, member: Member, text: str) -> None:
    """A button by its words, an answer that was asked for, or chatter, which goes nowhere."""
    index = choose(text, [button.label for button in member.shown])
    if index is not None:
        tapped(turn, member, member.shown[index].tap)
        return
    asked, _, post = (member.asked or "").partition(":")
    match asked:
        case "permission":
            joining.permission_typed(turn, member, post, text)
        case "plan":
            joining.plan_typed(turn, member, post, text)
        case "answer" if text:
            preview(turn, member, text)
        case _:
            tell(turn, member, turn.text("desk_chatter"))


def preview(turn: Turn, member: Member, text: str) -> None:
    """What the visitor would read, before it goes."""
    request = turn.request(member.writing_to or "")
    if request is None or not request.open or request.claimed_by != member.id:
        tell(turn, replace(member, asked=None, writing_to=None), turn.text("desk_not_yours"))
        return
    group = f"reply:{request.id}"
    send, discard = (
        turn.acting(turn.text(f"do_{action}"), member.id, action, request.id, group=group)
        for action in ("reply_send", "reply_discard")
    )
    member = replace(member, draft=text, shown=(send, discard))
    turn.put(member)
    screen = Screen(turn.text("reply_preview", name=request.name, text=text), (send, discard))
    turn.say(Staff(member.id), screen, request.id, quotes=True)


# ── Tapping ─────────────────────────────────────────────────────────────────────────────────────


def tapped(turn: Turn, member: Member, tap: Tap) -> None:
    if not isinstance(tap, Act):
        tell(turn, member, turn.text("desk_no_tree"))
        return
    ref = turn.ref(tap.ref)
    if ref is None or ref.owner != member.id:
        tell(turn, member, turn.text("desk_already_done"))
        return
    turn.drop(RefKey(ref.ref))
    request = turn.request(ref.about) if ref.about else None
    if ref.about and request is None:
        tell(turn, member, turn.text("desk_already_done"))
    elif request is not None:
        on_request(turn, member, ref, request)
    else:
        on_post(turn, member, ref)


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
    if not request.open or request.post not in member.posts:
        tell(turn, member, cards.state_of(turn, request, member))
    elif request.claimed_by is not None:
        holder = turn.team.member(request.claimed_by)
        name = holder.label if holder else ""
        tell(turn, member, turn.text("claimed_by_other", name=request.name, member=name))
    else:
        requests.claim(turn, member, request)


def show(turn: Turn, member: Member, request: Request) -> None:
    """The card again, below."""
    if request.post in member.posts:
        screen = cards.card_screen(turn, request, member, edit=False)
        turn.put(replace(member, shown=screen.choices))
        quotes = request.claimed_by == member.id
        turn.say(Staff(member.id), screen, request.id, quotes=quotes)
    else:
        tell(turn, member, turn.text("desk_not_yours"))


def on_mine(turn: Turn, member: Member, ref: Ref, request: Request) -> None:
    match ref.action:
        case "answer":
            member = replace(member, asked="answer", writing_to=request.id, draft="")
            tell(turn, member, turn.text("reply_write", name=request.name))
        case "reply_send" if member.draft:
            text = member.draft
            member = replace(member, draft="", asked=None, writing_to=None)
            tell(turn, member, turn.text("reply_sent", name=request.name))
            requests.reply(turn, request, text)
        case "reply_discard":
            member = replace(member, draft="", asked=None, writing_to=None)
            tell(turn, member, turn.text("reply_discarded", name=request.name))
        case "give_back":
            tell(turn, member, turn.text("given_back", name=request.name))
            requests.give_back(turn, request)
        case "close":
            tell(
                turn,
                member,
                turn.text("close_why", name=request.name),
                *reasons(turn, member, request),
            )
        case "close_as":
            close(turn, member, request, Reason(ref.extra))
        case _:
            tell(turn, member, turn.text("desk_already_done"))


def reasons(turn: Turn, member: Member, request: Request) -> tuple[Button, ...]:
    return tuple(
        turn.acting(
            turn.text(f"reason_{reason.name.lower()}"),
            member.id,
            "close_as",
            request.id,
            extra=reason.value,
            group=f"close:{request.id}:{member.id}",
        )
        for reason in REASONS
    )


def close(turn: Turn, member: Member, request: Request, reason: Reason) -> None:
    tell(turn, replace(member, asked=None), turn.text("closed_desk", name=request.name))
    closed = requests.close(turn, request, reason)
    joining.practised(turn, closed)


def on_post(turn: Turn, member: Member, ref: Ref) -> None:
    post = ref.extra
    match ref.action:
        case "permission":
            tell(turn, replace(member, asked=f"permission:{post}"), turn.text("permission_ask"))
        case "plan":
            tell(turn, replace(member, asked=f"plan:{post}"), turn.text("plan_ask"))
        case "practice":
            joining.practice(turn, member, post)
        case "accept":
            joining.accept(turn, member, post)
        case "pause":
            joining.pause(turn, member, post)
        case _:
            tell(turn, member, turn.text("desk_already_done"))


# ── Commands ────────────────────────────────────────────────────────────────────────────────────


def commanded(turn: Turn, member: Member, command: Command) -> None:
    match command:
        case Command.DESK | Command.NEW | Command.BACK:
            listed(turn, member)
        case Command.POST | Command.PLAN:
            led = member.posts or led_posts(turn, member)
            if not led:
                tell(turn, member, turn.text("no_post"))
            for post in led:
                joining.checklist(turn, turn.team.member(member.id) or member, post)
        case Command.HELP | Command.LANGUAGE | Command.EMERGENCY:
            tell(turn, member, turn.text("desk_help"))
        case Command.PRIVACY:
            tell(turn, member, turn.text("desk_privacy", None, **turn.k.operator))
        case Command.ERASE:
            turn.do(EraseChat(Staff(member.id)))
            tell(turn, member, turn.text("desk_erased"))
        case Command.END:
            tell(turn, member, turn.text("desk_end"))
        case _:
            assert_never(command)


def led_posts(turn: Turn, member: Member) -> tuple[str, ...]:
    """Posts on which somebody sits and that this member may switch on."""
    seated = dict.fromkeys(post for each in turn.team.members for post in each.posts)
    return tuple(post for post in seated if joining.may_lead(turn, member, post))


def listed(turn: Turn, member: Member) -> None:
    """Open requests of my posts, red first, then by due time; each opens its card."""
    found = [request for post in member.posts for request in turn.requests_at(post)]
    found.sort(key=lambda r: (not r.alert, r.due is None, r.due or r.sent_at))
    if not found:
        tell(turn, member, turn.text("list_empty"))
        return
    buttons = tuple(
        turn.acting(row(turn, member, request), member.id, "show", request.id)
        for request in found[:LIST]
    )
    tell(turn, member, turn.text("list_head", count=str(len(found))), *buttons)


def row(turn: Turn, member: Member, request: Request) -> str:
    topic = turn.k.tree.topics.get(request.topic)
    due = when(request.due, turn.event.at) if request.due else cards.state_of(turn, request, member)
    title = topic.title if topic else ""
    return turn.text("list_row", name=request.name, topic=title, due=due)
