"""How a post comes from known to live: a guided screen."""

from dataclasses import replace
from datetime import date

from bot.core import request as requests
from bot.core import visible
from bot.core.calendar import local, spoken_hours
from bot.core.cards import offer, tell
from bot.core.directory import Span
from bot.core.hours import days_in, spans_of
from bot.core.messages import Button, Count, Screen, Staff, Timer, Wake
from bot.core.posts import PostState, Step, carrier_of, missing, post_of, post_state
from bot.core.presence import plan_at
from bot.core.records import Member, Permission, Reason, Ref, Request, Role
from bot.core.screens import carrier_name, post_name
from bot.core.tree import Audience
from bot.core.world import Turn


def may_lead(turn: Turn, member: Member, post: str) -> bool:
    """Who records the permission and switches a post on: coordinators of its district, admins."""
    if member.role is Role.COORDINATOR:
        found = post_of(post, turn.k.directory, turn.team)
        districts = found.districts if found else ()
        schools = [turn.k.directory.schools.get(s) for s in (found.schools if found else ())]
        return member.district in {*districts, *(s.district for s in schools if s is not None)}
    return member.role is Role.ADMIN


def checklist(turn: Turn, member: Member, post: str, *, first: str = "") -> None:
    """What is done, what is missing, and buttons for what this member can do about it."""
    open_steps = missing(post, turn.k.directory, turn.team)
    state = post_state(post, turn.k.directory, turn.team, local(turn.event.at).date())
    rows = [
        first,
        turn.text("post_head", post=post_name(turn, post), carrier=carrier_name(turn, post)),
        *(step_row(turn, step, done=step not in open_steps) for step in Step),
        turn.text(f"telegram_{visible.scope(turn, post)}"),
        turn.text(f"post_{state.value}"),
    ]
    buttons = steps(turn, member, post, open_steps, state)
    offer(turn, replace(member, asked=None), buttons, instead=False)
    screen = Screen("\n".join(row for row in rows if row), buttons)
    turn.say(Staff(member.id), screen)


def step_row(turn: Turn, step: Step, *, done: bool) -> str:
    mark = turn.text("step_done" if done else "step_missing")
    return f"{mark} {turn.text(f'step_{step.value}')}"


def steps(
    turn: Turn, member: Member, post: str, open_steps: tuple[Step, ...], state: PostState
) -> tuple[Button, ...]:
    """One button for each step that this member may take now."""
    leads = may_lead(turn, member, post)
    offers = [
        ("permission", leads and Step.PERMISSION in open_steps),
        ("telegram", leads and may_set_telegram(turn, post)),
        ("plan", True),
        ("deputy", leads or post in member.posts),
        ("practice", Step.PRACTICE in open_steps and post in member.posts),
        ("accept", leads and state in {PostState.READY, PostState.PAUSED} and not open_steps),
        ("pause", leads and state is PostState.LIVE),
        ("entry", post in member.posts and post in turn.k.directory.posts),
    ]
    return tuple(
        turn.acting(turn.text(f"do_{action}"), member.id, action, extra=post)
        for action, offered in offers
        if offered
    )


def may_set_telegram(turn: Turn, post: str) -> bool:
    """Where the permission was recorded here; one of the directory says so itself."""
    carrier = carrier_of(post, turn.k.directory)
    approved = carrier is not None and carrier.approved_on is not None
    return turn.team.facts(post).permission is not None and not approved


def telegram(turn: Turn, member: Member, post: str, scope: str) -> None:
    """What the carrier allows in Telegram: asked, and recorded with the permission."""
    facts = turn.team.facts(post)
    if facts.permission is None or not may_lead(turn, member, post):
        checklist(turn, member, post)
    elif scope not in visible.SCOPES:
        buttons = tuple(
            turn.acting(turn.text(f"do_telegram_{each}"), member.id, f"telegram:{each}", extra=post)
            for each in visible.SCOPES
        )
        tell(turn, member, turn.text("telegram_ask"), *buttons)
    else:
        turn.put(replace(facts, permission=replace(facts.permission, telegram=scope)))
        checklist(turn, member, post)


def on_post(turn: Turn, member: Member, ref: Ref) -> None:
    post = ref.extra
    match ref.action:
        case "permission":
            asked = replace(member, asked=f"permission:{post}")
            tell(turn, asked, turn.text("permission_ask"), cancel(turn, member, post))
        case "plan":
            ask_plan(turn, member, post)
        case "cancel":
            checklist(turn, member, post)
        case "practice":
            practice(turn, member, post)
        case "accept":
            accept(turn, member, post)
        case "pause":
            pause(turn, member, post)
        case _:  # "telegram:…"; what it does not know, the desk has refused before
            telegram(turn, member, post, ref.action.partition(":")[2])


def cancel(turn: Turn, member: Member, post: str) -> Button:
    """The way out of a question at the desk."""
    return turn.acting(turn.text("do_cancel"), member.id, "cancel", extra=post)


def ask_plan(turn: Turn, member: Member, post: str) -> None:
    """The present weekly hours at this post, and what is typed next are the new ones."""
    plan = spoken_hours(plan_at(member, post))
    now = turn.text("plan_now", plan=plan) if plan else turn.text("plan_none")
    asked = replace(member, asked=f"plan:{post}")
    tell(turn, asked, f"{now}\n\n{turn.text('plan_ask')}", cancel(turn, member, post))


def plans(turn: Turn, member: Member) -> None:
    """The weekly hours; with several posts, of which one is asked first."""
    match member.posts:
        case ():
            tell(turn, member, turn.text("no_post"))
        case (post,):
            ask_plan(turn, member, post)
        case posts:
            buttons = (turn.acting(post_name(turn, p), member.id, "plan", extra=p) for p in posts)
            tell(turn, member, turn.text("plan_which"), *buttons)


def permission_typed(turn: Turn, member: Member, post: str, text: str) -> None:
    """The carrier's yes, with date and name: "20.11.2026 Petra Beispiel"."""
    day, _, name = text.strip().partition(" ")
    on = german_date(day)
    if on is None or not name.strip() or on > local(turn.event.at).date():
        tell(turn, member, turn.text("permission_unclear"))
        return
    facts = replace(turn.team.facts(post), permission=Permission(on, name.strip()[:200]))
    turn.put(facts)
    turn.audit("permission", post)
    checklist(turn, member, post, first=turn.text("permission_recorded"))


def german_date(text: str) -> date | None:
    """A day as people write it: 20.11.2026, 20.11.26 or 2026-11-20."""
    try:
        if "-" in text:
            return date.fromisoformat(text)
        day, month, year = (int(part) for part in text.strip(".").split("."))
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def plan_typed(turn: Turn, member: Member, post: str, text: str) -> None:
    """The weekly hours: "Mo-Do 8-15, Fr 8-12", or "Mo, Mi" of the hours that are known.

    With several posts they are those of this one; the promises that were given are looked at.
    """
    days = days_in(text)
    spans = spans_of(text) or tuple(s for s in plan_at(member, post) if s.weekday in days)
    if not spans:
        tell(turn, member, turn.text("plan_unclear"))
        return
    member = planned(member, post, spans)
    turn.put(member)
    turn.audit("plan", post)
    checked(turn, *member.posts)
    turn.do(*(Wake(turn.event.at, Timer.RECKON, f"{each}/0") for each in member.posts))
    first = turn.text("plan_recorded", plan=spoken_hours(spans))
    checklist(turn, member, post, first=first)


def planned(member: Member, post: str, spans: tuple[Span, ...]) -> Member:
    """With one post the plan is the member's; with several, each post has its own."""
    if len(member.posts) == 1:
        return replace(member, plan=spans, plans=())
    return replace(member, plans=tuple((dict(member.plans) | {post: spans}).items()))


def practice(turn: Turn, member: Member, post: str) -> None:
    """A request that nobody sent, to be claimed, answered and closed like a real one."""
    request = Request(
        id=turn.draw("practice"),
        name=requests.fresh_name(turn),
        conversation="",
        audience=Audience.PUPIL,
        topic="mobbing",
        path=(),
        school=None,
        district=None,
        language="de",
        excluded=frozenset(),
        consent=False,
        skip_school=False,
        sent_at=turn.event.at,
        post=post,
        due=None,
        practice=True,
    )
    tell(turn, member, turn.text("practice_begins"))
    requests.begin(turn, request)


def practised(turn: Turn, member: Member, request: Request) -> None:
    """The practice request was answered and closed: the member sees what is still missing."""
    if request.practice and request.answered_at and request.reason is Reason.ANSWERED:
        turn.put(replace(turn.team.facts(request.post), practised=True))
        checklist(turn, member, request.post)


def accept(turn: Turn, member: Member, post: str) -> None:
    """From now on requests arrive: only at a ready post; the desk saw that its leader says so."""
    if not missing(post, turn.k.directory, turn.team):
        turn.put(replace(turn.team.facts(post), accepting=True, paused=False))
        turn.do(Count("live", member.district or ""))
    checklist(turn, member, post)


def pause(turn: Turn, member: Member, post: str) -> None:
    turn.put(replace(turn.team.facts(post), paused=True))
    checked(turn, post)
    checklist(turn, member, post)


def checked(turn: Turn, *posts: str) -> None:
    """A post that fell below ready moves its requests on, at once and as a turn of its own."""
    for post in posts:
        if stopped(turn, post):
            turn.do(Wake(turn.event.at, Timer.ENDED, post))


def stopped(turn: Turn, post: str) -> bool:
    """Whether a post that may have open requests takes none any more."""
    day = local(turn.event.at).date()
    state = post_state(post, turn.k.directory, turn.team, day)
    return state in {PostState.PAUSED, PostState.ENDED}
