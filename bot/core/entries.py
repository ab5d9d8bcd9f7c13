"""A post's entry in the directory: its members are asked whether it is still true.

What they would change is a proposal. It is stored, a person looks at it (``lotse proposals``),
and only then it stands in the directory: nothing is edited silently.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from typing import Final

from bot.core.calendar import local, next_opening
from bot.core.cards import offer, tell
from bot.core.directory import Post, Span
from bot.core.hours import cell_of, spans_of
from bot.core.messages import Button, Count, Screen, Settled, Staff, Timer, Wake
from bot.core.phones import dialable
from bot.core.records import Member, Proposal, Ref
from bot.core.world import Turn

EVERY: Final = timedelta(days=90)  # the issue on the desk
ASKED_AT: Final = tuple(Span(day, time(9), time(16)) for day in range(5))  # within office hours
LONGEST: Final = 80  # characters of a room
FORMULA: Final = "=+-@"  # with these a spreadsheet begins to reckon
NOTHING: Final = "-"  # typed: there is none any more
ACTIONS: Final = frozenset({"entry", "entry_yes", "entry_change", "entry_field"})
_MAIL: Final = re.compile(r"[^@\s;,]+@[^@\s;,]+\.[a-zA-Z]{2,}")


# ── Every ninety days ───────────────────────────────────────────────────────────────────────────


def watch(turn: Turn, post: str) -> None:
    """Somebody sits on this post: from now on the days are counted, unless they already are."""
    turn.do(Wake(turn.event.at, Timer.ENTRY, post))


def due(turn: Turn, post: str) -> None:
    """Ask when ninety days have passed and it is a time for asking; else look again then."""
    facts, at = turn.team.facts(post), turn.event.at
    if not turn.team.of(post):
        turn.put(replace(facts, asked_at=None))  # counted anew when somebody joins
        return
    if facts.asked_at is None:
        facts = replace(facts, asked_at=at)
        turn.put(facts)
    ripe = max(min(facts.asked_at or at, at) + EVERY, at)
    moment = asking_time(turn, ripe)
    if moment > at:
        turn.do(Wake(moment, Timer.ENTRY, post))
        return
    turn.put(replace(facts, asked_at=at))
    turn.do(Wake(asking_time(turn, at + EVERY), Timer.ENTRY, post))
    entry = turn.k.directory.posts.get(post)
    for member in turn.team.of(post) if entry else ():
        ask(turn, member, post, itself=True)


def asking_time(turn: Turn, at: datetime) -> datetime:
    """The first moment from ``at`` on within office hours on a school day, in UTC."""
    here, days = local(at), turn.k.calendar.school_day
    if days(here.date()) and here.weekday() < 5 and time(9) <= here.time() < time(16):
        return at
    opening = next_opening(ASKED_AT, at, days)
    return opening.astimezone(UTC) if opening else at


def ask(turn: Turn, member: Member, post: str, *, itself: bool) -> None:
    """Is this still true? ``itself``: nobody asked for it, so it settles nothing they write."""
    yes = turn.acting(turn.text("do_entry_yes"), member.id, "entry_yes", extra=post)
    change = turn.acting(turn.text("do_entry_change"), member.id, "entry_change", extra=post)
    offer(turn, member, (yes, change), ahead=not itself, instead=not itself)
    turn.say(
        Staff(member.id), Screen(turn.text("entry_ask", entry=spoken(turn, post)), (yes, change))
    )


def spoken(turn: Turn, post: str) -> str:
    """The entry as it stands in the directory, and what is already proposed for it."""
    entry = turn.k.directory.posts[post]
    rows = [entry.name]
    rows += [f"{name_of(turn, f)}: {known(entry) or unknown(turn)}" for f, known in FIELDS.items()]
    for each in turn.team.facts(post).proposals:
        value = each.value or unknown(turn)
        rows.append(turn.text("entry_pending", field=name_of(turn, each.field), value=value))
    return "\n".join(rows)


def unknown(turn: Turn) -> str:
    return turn.text("entry_unknown")


def name_of(turn: Turn, field: str) -> str:
    return turn.text(f"entry_{field}")


# ── Answering ───────────────────────────────────────────────────────────────────────────────────


def tapped(turn: Turn, member: Member, ref: Ref) -> None:
    """Yes, or which line; that only members of the post get here, ``rights`` says."""
    post, _, field = ref.extra.partition("/")
    if post not in turn.k.directory.posts:  # its row was taken out meanwhile
        tell(turn, member, turn.text("desk_already_done"))
        return
    match ref.action:
        case "entry_yes":
            turn.put(replace(turn.team.facts(post), confirmed_on=local(turn.event.at).date()))
            turn.do(Count("entry_confirmed", member.district or ""))
            tell(turn, member, turn.text("entry_thanks"))
        case "entry_field":
            asked = replace(member, asked=f"entry_{field}:{post}")
            tell(turn, asked, turn.text(f"entry_{field}_ask"), cancel(turn, member, post))
        case "entry":
            ask(turn, replace(member, asked=None), post, itself=False)
        case _:
            which(turn, member, post)


def which(turn: Turn, member: Member, post: str) -> None:
    """Asks which line of the entry is to change."""
    buttons = [
        turn.acting(name_of(turn, field), member.id, "entry_field", extra=f"{post}/{field}")
        for field in FIELDS
    ]
    tell(turn, replace(member, asked=None), turn.text("entry_which"), *buttons)


def cancel(turn: Turn, member: Member, post: str) -> Button:
    return turn.acting(turn.text("do_cancel"), member.id, "cancel", extra=post)


def typed(turn: Turn, member: Member, field: str, post: str, text: str) -> None:
    """The new words for one line: kept as a proposal, or asked again when they cannot be."""
    value = "" if text == NOTHING else SOUND[field](text)
    if value is None:
        tell(turn, member, turn.text(f"entry_{field}_unclear"))
        return
    member, facts = replace(member, asked=None), turn.team.facts(post)
    others = tuple(p for p in facts.proposals if p.field != field)
    made = Proposal(turn.draw("proposal", 4), field, value, member.id, turn.event.at)
    turn.put(replace(facts, proposals=(*others, made)))
    turn.do(Count("entry_proposed", member.district or ""))
    said = turn.text("entry_proposed", field=name_of(turn, field), value=value or unknown(turn))
    more = turn.acting(turn.text("do_entry_more"), member.id, "entry_change", extra=post)
    tell(turn, member, said, more)


def settled(turn: Turn, body: Settled) -> None:
    """A person took the proposal into the directory, or did not; its member hears which."""
    facts = turn.team.facts(body.post)
    made = next((p for p in facts.proposals if p.id == body.proposal), None)
    if made is None:
        return
    rest = tuple(p for p in facts.proposals if p is not made)
    on = local(turn.event.at).date() if body.accepted else facts.confirmed_on
    turn.put(replace(facts, proposals=rest, confirmed_on=on))
    member = turn.team.member(made.member)
    if member is not None:
        key = "entry_applied" if body.accepted else "entry_rejected"
        value = made.value or unknown(turn)
        tell(turn, member, turn.text(key, field=name_of(turn, made.field), value=value))


# ── The lines of an entry ───────────────────────────────────────────────────────────────────────


def _phones(text: str) -> str | None:
    numbers = [part.strip() for part in re.split(r"[;,\n]", text) if part.strip()]
    return "; ".join(numbers) if numbers and all(map(dialable, numbers)) else None


def _mail(text: str) -> str | None:
    return text if _MAIL.fullmatch(text) and text[0] not in FORMULA else None


def _hours(text: str) -> str | None:
    spans = spans_of(text)
    return cell_of(spans) if spans else None


def _room(text: str) -> str | None:
    """One short line that no spreadsheet takes for a formula."""
    line = " ".join(text.split())
    return line if line and len(line) <= LONGEST and line[0] not in FORMULA else None


# Column of posts.csv → what stands there now, and what a member typed as it would stand there.
FIELDS: Mapping[str, Callable[[Post], str]] = MappingProxyType(
    {
        "phone": lambda post: "; ".join(post.phones),
        "email": lambda post: post.email,
        "hours": lambda post: cell_of(post.hours),
        "room": lambda post: post.room,
    }
)
SOUND: Mapping[str, Callable[[str], str | None]] = MappingProxyType(
    {"phone": _phones, "email": _mail, "hours": _hours, "room": _room}
)
