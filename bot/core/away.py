"""Who is not there and what is full: set by a member, or for her by who stands near her."""

from dataclasses import replace
from datetime import datetime

from bot.core import mailbox, reckoning
from bot.core.calendar import local, spoken_hours, when
from bot.core.cards import tell
from bot.core.hours import day_of
from bot.core.messages import Button, LetSleep, Screen, Staff, Timer, Wake
from bot.core.posts import other_carrier
from bot.core.presence import absent, full, plan_at, stand_in
from bot.core.reach import midnight
from bot.core.records import Member, Ref, Role
from bot.core.screens import post_name
from bot.core.steps import may_lead
from bot.core.world import Turn

FULL_FOR = 14  # days
LONGEST = 366  # days of one absence
MOST = 20  # colleagues on one screen


def shown(turn: Turn, actor: Member, whom: Member, *, first: str = "") -> None:
    """How it stands, and a button for each thing that the actor may change about it."""
    whose = "presence_own" if actor.id == whom.id else "presence_of"
    rows = [
        first,
        turn.text(whose, label=whom.label),
        present(turn, whom),
        *(of_post(turn, whom, post) for post in whom.posts),
    ]
    buttons = offered(turn, actor, whom)
    tell(turn, replace(actor, asked=None), "\n".join(row for row in rows if row), *buttons)


def present(turn: Turn, whom: Member) -> str:
    if whom.absent_until is not None and absent(whom, turn.event.at):
        return turn.text("presence_away", until=when(whom.absent_until, turn.event.at))
    return turn.text("presence_here")


def of_post(turn: Turn, whom: Member, post: str) -> str:
    plan = spoken_hours(plan_at(whom, post)) or turn.text("presence_no_plan")
    row = turn.text("presence_post", post=post_name(turn, post), plan=plan)
    until = turn.team.facts(post).full_until
    if until is None or not full(turn.team, post, turn.event.at):
        return row
    return f"{row} {turn.text('presence_full', until=when(until, turn.event.at))}"


def offered(turn: Turn, actor: Member, whom: Member) -> tuple[Button, ...]:
    """Away for today, this week, until a day; full or not; and what concerns the actor alone."""
    away = absent(whom, turn.event.at)
    buttons = [
        button(turn, actor, action, whom.id)
        for action in (("back",) if away else ("today", "week", "until"))
    ]
    for post in whom.posts:
        action = "free" if full(turn.team, post, turn.event.at) else "full"
        name = f" ({post_name(turn, post)})" if len(whom.posts) > 1 else ""
        buttons.append(button(turn, actor, action, f"{whom.id}:{post}", name))
    if actor.id == whom.id:
        buttons += [button(turn, actor, action, actor.id) for action in mine(turn, actor)]
    return tuple(buttons)


def mine(turn: Turn, actor: Member) -> tuple[str, ...]:
    found = ["quiet"] if actor.posts else []
    found += ["mail"] if mailbox.possible(turn) else []
    found += ["other"] if others(turn, actor) else []
    found += ["closed"] if actor.role is Role.COORDINATOR and actor.district else []
    return tuple(found)


def button(turn: Turn, actor: Member, action: str, extra: str, name: str = "") -> Button:
    label = turn.text(f"do_presence_{action}")
    return turn.acting(f"{label}{name}", actor.id, f"presence_{action}", extra=extra)


def others(turn: Turn, actor: Member) -> tuple[Member, ...]:
    found = (whom for whom in turn.team.members if whom.id != actor.id)
    return tuple(whom for whom in found if whom.posts and may_set(turn, actor, whom))


def may_set(turn: Turn, actor: Member, whom: Member) -> bool:
    """Herself, her post's deputy and its coordinator, and whoever works for the same carrier."""
    return actor.id == whom.id or any(
        turn.team.facts(post).deputy == actor.id
        or may_lead(turn, actor, post)
        or any(not other_carrier(turn.k.directory, post, own) for own in actor.posts)
        for post in whom.posts
    )


# ── What is tapped and typed ────────────────────────────────────────────────────────────────────


def tapped(turn: Turn, actor: Member, ref: Ref) -> None:
    """A tap on the screen above; rights are looked at again, for they may have changed."""
    whom_id, _, post = ref.extra.partition(":")
    whom = turn.team.member(whom_id)
    if whom is None or not may_set(turn, actor, whom) or (post and post not in whom.posts):
        tell(turn, actor, turn.text("presence_not_yours"))
        return
    match ref.action.removeprefix("presence_"):
        case "today":
            leave(turn, actor, whom, midnight(turn))
        case "week":
            leave(turn, actor, whom, midnight(turn, 7 - local(turn.event.at).weekday()))
        case "until":
            tell(turn, replace(actor, asked=f"absent:{whom.id}"), turn.text("presence_until_ask"))
        case "back":
            come_back(turn, actor, whom)
        case "full":
            fill(turn, actor, whom, post)
        case "free":
            empty(turn, actor, whom, post)
        case "other":
            whose(turn, actor)
        case _:  # "of": a colleague was chosen
            shown(turn, actor, whom)


def whose(turn: Turn, actor: Member) -> None:
    buttons = tuple(
        turn.acting(each.label, actor.id, "presence_of", extra=each.id)
        for each in others(turn, actor)[:MOST]
    )
    tell(turn, actor, turn.text("presence_whose"), *buttons)


def typed(turn: Turn, actor: Member, whom_id: str, text: str) -> None:
    """Until which day, that day included."""
    whom, today = turn.team.member(whom_id), local(turn.event.at).date()
    last = day_of(text, today)
    if whom is None or not may_set(turn, actor, whom):
        tell(turn, replace(actor, asked=None), turn.text("presence_not_yours"))
    elif last is None or not 0 <= (last - today).days <= LONGEST:
        tell(turn, actor, turn.text("presence_until_unclear"))
    else:
        leave(turn, actor, whom, midnight(turn, (last - today).days + 1))


# ── What it brings ──────────────────────────────────────────────────────────────────────────────


def leave(turn: Turn, actor: Member, whom: Member, until: datetime) -> None:
    """Away until then; what waits is reckoned anew, and who steps in learns it."""
    whom = replace(whom, absent_until=until, asked=None if actor.id == whom.id else whom.asked)
    turn.put(whom)
    turn.do(Wake(until, Timer.RETURN, whom.id))
    reckoning.soon(turn, *whom.posts)
    noted(turn, actor, whom, "absent", when(until, turn.event.at))
    for post in whom.posts:
        deputy = stand_in(turn.k.directory, turn.team, post, turn.event.at)
        if deputy is not None:
            said = turn.text("deputy_begins", post=post_name(turn, post))
            turn.say(Staff(deputy.id), Screen(said))
    again(turn, actor, whom, "presence_left")


def come_back(turn: Turn, actor: Member, whom: Member) -> None:
    whom = replace(whom, absent_until=None)
    turn.put(whom)
    turn.do(Wake(turn.event.at, Timer.RETURN, whom.id))  # what was held back meanwhile
    noted(turn, actor, whom, "present", "")
    again(turn, actor, whom, "presence_returned")


def fill(turn: Turn, actor: Member, whom: Member, post: str) -> None:
    """For two weeks the post takes nothing new; what it has stays, the ladder goes on above it."""
    until = midnight(turn, FULL_FOR)
    turn.put(replace(turn.team.facts(post), full_until=until))
    turn.do(Wake(until, Timer.RETURN, post))
    noted(turn, actor, whom, "full", when(until, turn.event.at))
    again(turn, actor, whom, "presence_filled")


def empty(turn: Turn, actor: Member, whom: Member, post: str) -> None:
    turn.put(replace(turn.team.facts(post), full_until=None))
    turn.do(LetSleep(Timer.RETURN, post))
    noted(turn, actor, whom, "not_full", "")
    again(turn, actor, whom, "presence_emptied")


def noted(turn: Turn, actor: Member, whom: Member, what: str, until: str) -> None:
    """What somebody sets for another is written down, and she is told by whom."""
    if actor.id == whom.id:
        return
    turn.audit(f"presence_{what}", whom.label)
    said = turn.text(f"presence_by_{what}", member=actor.label, until=until)
    turn.say(Staff(whom.id), Screen(said))


def again(turn: Turn, actor: Member, whom: Member, key: str) -> None:
    """The screen with what is true now."""
    actor = turn.team.member(actor.id) or actor
    shown(turn, actor, turn.team.member(whom.id) or whom, first=turn.text(key))


ACTIONS = frozenset(
    f"presence_{each}" for each in ("today", "week", "until", "back", "full", "free", "other", "of")
)
