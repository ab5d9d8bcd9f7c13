"""Quiet hours: outside of a member's times no card comes by itself, one digest names them all."""

from dataclasses import replace

from bot.core.calendar import clock, spoken_hours
from bot.core.cards import tell
from bot.core.hours import clock_in, spans_of
from bot.core.listing import laid, rows
from bot.core.messages import Screen, Staff, Timer, Wake
from bot.core.presence import absent
from bot.core.reach import belongs, next_digest
from bot.core.records import Member, Ref, Request
from bot.core.screens import post_name
from bot.core.world import Turn

MOST = 20  # requests in one digest; the list has the others


def tapped(turn: Turn, member: Member, ref: Ref) -> None:
    match ref.action:
        case "presence_quiet_off":
            waking(turn, replace(member, waking=(), digest=None))
        case "presence_quiet_plan":
            spans = {*member.plan, *(span for _, plan in member.plans for span in plan)}
            waking(turn, replace(member, waking=tuple(sorted(spans))))
        case _:
            ask(turn, member)


def ask(turn: Turn, member: Member, key: str = "quiet_ask") -> None:
    """How it is now; typing or one of two buttons changes it."""
    actions = ["quiet_off"] if member.waking else []
    actions += ["quiet_plan"] if member.plan or member.plans else []
    buttons = tuple(
        turn.acting(turn.text(f"do_presence_{each}"), member.id, f"presence_{each}")
        for each in actions
    )
    text = f"{how(turn, member)}\n\n{turn.text(key)}"
    tell(turn, replace(member, asked="quiet:"), text, *buttons)


def how(turn: Turn, member: Member) -> str:
    if not member.waking:
        return turn.text("quiet_none")
    at = clock(member.digest) if member.digest else ""
    hours = turn.text("quiet_hours", hours=spoken_hours(member.waking))
    return f"{hours} {turn.text('quiet_digest_at', at=at) if at else turn.text('quiet_digest')}"


def typed(turn: Turn, member: Member, text: str) -> None:
    """„Mo-Fr 8-16, Überblick 7:30“: when cards may come, and when the digest does."""
    hours, at = clock_in(text)
    spans = spans_of(hours) if hours else member.waking
    if not spans or (at is None and hours != text):
        ask(turn, member, "quiet_unclear")
    else:
        waking(turn, replace(member, waking=spans, digest=at))


def waking(turn: Turn, member: Member) -> None:
    member = replace(member, asked=None)
    if member.held_back:  # at the new time, or at once when cards may come at any time
        at = next_digest(turn, member) if member.waking else turn.event.at
        turn.do(Wake(at, Timer.DIGEST, member.id))
    tell(turn, member, how(turn, member))


# ── The digest ──────────────────────────────────────────────────────────────────────────────────


def digest(turn: Turn, member_id: str) -> None:
    """Everything that was held back and still waits, in one message; nothing comes twice."""
    member = turn.team.member(member_id)
    if member is not None and not absent(member, turn.event.at):
        summed_up(turn, member, "digest_head")


def returned(turn: Turn, ref: str) -> None:
    """An absence is over, or a post takes new requests again; a timer that came early waits."""
    member, facts = turn.team.member(ref), turn.team.facts(ref)
    if member is None:
        if facts.full_until is not None and facts.full_until <= turn.event.at:
            turn.put(replace(facts, full_until=None))
            said = turn.text("full_over", post=post_name(turn, ref))
            for each in turn.team.of(ref):
                turn.say(Staff(each.id), Screen(said))
        elif facts.full_until is not None:
            turn.do(Wake(facts.full_until, Timer.RETURN, ref))
    elif member.absent_until is not None and absent(member, turn.event.at):
        turn.do(Wake(member.absent_until, Timer.RETURN, ref))
    else:
        summed_up(turn, replace(member, absent_until=None), "return_head")


def summed_up(turn: Turn, member: Member, key: str) -> None:
    found = [turn.request(each) for each in member.held_back]
    waiting = [each for each in found if each is not None and lies_here(turn, each, member)]
    waiting.sort(key=lambda each: (not each.alert, each.due is None, each.due or each.sent_at))
    member = replace(member, held_back=())
    turn.put(member)
    if waiting:
        first = tuple(waiting[:MOST])
        screen = Screen(turn.text(key, count=str(len(waiting))), rows(turn, member, first))
        laid(turn, member, screen, first)
    elif key == "return_head":
        tell(turn, member, turn.text("return_nothing"))


def lies_here(turn: Turn, request: Request, member: Member) -> bool:
    """Whether it still waits for this member: free at her desk, or her own."""
    if not request.open or request.claimed_by not in {None, member.id}:
        return False
    return request.claimed_by == member.id or belongs(turn, request, member)


ACTIONS = frozenset({"presence_quiet", "presence_quiet_off", "presence_quiet_plan"})
