"""What a member does with a request that is theirs: send, pass on, close, block."""

from dataclasses import replace

from bot.core import cards, handover, silence, undo
from bot.core import request as requests
from bot.core.answering import fingerprint, preview, without_draft
from bot.core.cards import tell
from bot.core.facts import about
from bot.core.records import Doing, Member, Reason, Ref, Request
from bot.core.routing import contacts
from bot.core.screens import carrier_name, post_name
from bot.core.view import sight_for
from bot.core.world import Turn

REASONS = (Reason.ANSWERED, Reason.PASSED_ON, Reason.PRANK, Reason.WRONG_PLACE, Reason.NO_REPLY)
LONGEST_NOTE = 60  # characters of a name to which somebody was passed on
MOST_NAMES = 6


def reply(turn: Turn, member: Member, ref: Ref, request: Request) -> None:
    """Out goes what the preview above the button showed, and nothing else."""
    if member.writing_to != request.id or not member.draft:
        tell(turn, member, turn.text("desk_already_done"))
    elif ref.extra != fingerprint(member.draft):
        preview(turn, member, member.draft)
    else:
        own, text = "own" if member.own_words else "", member.draft
        member = without_draft(member)
        undo.hold(turn, member, request, Doing.REPLY, note=own, text=text)


# ── Passing on ──────────────────────────────────────────────────────────────────────────────────


def where_to(turn: Turn, member: Member, request: Request) -> None:
    """The posts that may have it; of another carrier only with the visitor's yes."""
    cards.put_down(turn, request, member, edit=True)
    group = f"hand_over:{request.id}"
    buttons = tuple(
        turn.acting(
            target(turn, request, rung.post),
            member.id,
            "hand_over_to",
            request.id,
            extra=rung.post,
            group=group,
        )
        for rung in handover.targets(turn, request)
    )
    key = "hand_over_where" if buttons else "hand_over_nobody"
    cards.told(turn, request, member, turn.text(key, name=request.name), *buttons)


def target(turn: Turn, request: Request, post: str) -> str:
    """A post on a button, and whether the visitor is asked before."""
    key = "hand_over_free" if handover.free(turn, request, post) else "hand_over_asks"
    return turn.text(key, post=post_name(turn, post), carrier=carrier_name(turn, post))


def hand_over(turn: Turn, member: Member, request: Request, post: str) -> None:
    undo.hold(turn, member, request, Doing.HAND_OVER, to=post)


# ── Closing, blocking ───────────────────────────────────────────────────────────────────────────


def why_close(turn: Turn, member: Member, request: Request) -> None:
    cards.put_down(turn, request, member, edit=True)
    buttons = tuple(
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
    cards.told(turn, request, member, turn.text("close_why", name=request.name), *buttons)


def close_as(turn: Turn, member: Member, request: Request, reason: Reason) -> None:
    if reason is Reason.PASSED_ON and not request.practice:
        whom(turn, member, request)
    else:
        undo.hold(turn, member, request, Doing.CLOSE, to=reason.value)


def whom(turn: Turn, member: Member, request: Request) -> None:
    """To whom it was passed on: a known contact, a few words, or nothing said."""
    group = f"close:{request.id}"
    names = [(name, name) for name in known_names(turn, request)]
    buttons = tuple(
        turn.acting(label, member.id, "passed_to", request.id, extra=name, group=group)
        for label, name in (*names, (turn.text("do_nobody_named"), ""))
    )
    asked = replace(member, asked=f"passed_to:{request.id}")
    cards.told(turn, request, asked, turn.text("passed_to_whom", name=request.name), *buttons)


def passed_to_typed(turn: Turn, member: Member, request_id: str, text: str) -> None:
    """A few words of one's own; they stay at the desk and go with the text."""
    request = turn.request(request_id)
    if not cards.mine(request, member) or request.pending is not None:
        tell(turn, replace(member, asked=None), turn.text("desk_not_yours"))
    else:
        passed_to(turn, member, request, text)


def passed_to(turn: Turn, member: Member, request: Request, name: str) -> None:
    member, note = replace(member, asked=None), name[:LONGEST_NOTE]
    undo.hold(turn, member, request, Doing.CLOSE, to=Reason.PASSED_ON.value, note=note)


def known_names(turn: Turn, request: Request) -> tuple[str, ...]:
    """Contacts near the visitor and lines for the worry, by their names."""
    sight = sight_for(turn.k, turn.team, request, turn.event.at)
    wish = sight.wish(skip_school=request.skip_school)
    known = contacts(turn.k.directory, turn.k.calendar, turn.team, wish, turn.event.at)
    names = (*(c.name for c in known), *(line.name for line in about(sight, request.topic)))
    return tuple(dict.fromkeys(name[:LONGEST_NOTE] for name in names))[:MOST_NAMES]


def block(turn: Turn, member: Member, request: Request) -> None:
    undo.hold(turn, member, request, Doing.BLOCK)


def unblock(turn: Turn, member: Member, request: Request) -> None:
    """On the desk again, before its time."""
    request = silence.unblock(turn, request)
    cards.refresh(turn, request, request.post)
    cards.told(turn, request, member, turn.text("unblocked_desk", name=request.name))
    requests.tell(turn, request, turn.text_for(request, "silence_over", name=request.name))
