"""What a member may ask for at any time: the list of open requests, the posts, help."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from bot.core import away, cards, editing, situation, steps, team, tour, webward
from bot.core.calendar import clock, local
from bot.core.cards import tell
from bot.core.messages import Button, Command, EraseChat, Staff
from bot.core.reach import posts_of
from bot.core.records import Member, Request
from bot.core.screens import post_name
from bot.core.taps import Act
from bot.core.world import Turn

LIST = 20  # cards on one page of the list
WIDEST = 60  # characters of a row: what a button on a phone still shows
DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")


def commanded(  # noqa: C901, PLR0912  (each command has its line)
    turn: Turn, member: Member, command: Command
) -> None:
    """Every command ends what was being written; a draft and its buttons stay good."""
    member = replace(member, asked=None)
    match command:
        case Command.DESK | Command.NEW | Command.BACK:
            listed(turn, member)
        case Command.POST:
            posts(turn, member)
        case Command.PLAN:
            steps.plans(turn, member)
        case Command.ABSENT:
            away.shown(turn, member, member)
        case Command.PREVIEW:
            editing.ask(turn, member)
        case Command.INVITE:
            team.listed(turn, member)
        case Command.SITUATION:
            situation.shown(turn, member)
        case Command.HELP | Command.LANGUAGE | Command.EMERGENCY:
            tell(turn, member, turn.text("desk_help"), tour.button(turn, member))
        case Command.WEB:
            tell(turn, member, webward.desk(turn))
        case Command.PRIVACY:
            tell(turn, member, turn.text("desk_privacy", None, **turn.k.operator))
        case Command.ERASE:
            turn.do(EraseChat(Staff(member.id)))
            tell(turn, member, turn.text("desk_erased"))
        case Command.END:
            tell(turn, member, turn.text("desk_end"))
        case _:
            assert_never(command)


def posts(turn: Turn, member: Member) -> None:
    """How far each post has come that is mine or that I may switch on."""
    seated = dict.fromkeys(post for each in turn.team.members for post in each.posts)
    led = (post for post in seated if steps.may_lead(turn, member, post))
    found = tuple(dict.fromkeys((*member.posts, *led)))
    if not found:
        tell(turn, member, turn.text("no_post"))
    for post in found:
        steps.checklist(turn, member, post)


def listed(turn: Turn, member: Member) -> None:
    """Open requests of my posts, overdue first, red first, then by due time."""
    found = [request for post in posts_of(turn, member) for request in turn.requests_at(post)]
    found.sort(
        key=lambda r: (r.overdue_since is None, not r.alert, r.due is None, r.due or r.sent_at)
    )
    if not found:
        tell(turn, member, turn.text("list_empty"))
        return
    buttons = tuple(
        turn.acting(row(turn, member, request), member.id, "show", request.id)
        for request in found[:LIST]
    )
    tell(turn, member, turn.text("list_head", count=str(len(found))), *buttons)


def which(turn: Turn, member: Member, *found: Button) -> None:
    """A word that fits several cards or posts: they are listed, and the choice does it."""
    rows = tuple(Button(about(turn, member, each), each.tap) for each in found)
    tell(turn, member, turn.text("list_which", word=found[0].label), *rows)


def about(turn: Turn, member: Member, button: Button) -> str:
    """The request or the post that a button is about."""
    ref = turn.ref(button.tap.ref) if isinstance(button.tap, Act) else None
    request = turn.request(ref.about) if ref else None
    if request is not None:
        return row(turn, member, request)
    return post_name(turn, ref.extra if ref else "")


def row(turn: Turn, member: Member, request: Request) -> str:
    """Name, topic and how urgent it is, on one row; what is too wide is taken from the topic."""
    topic, due = cards.subject(turn, request), urgency(turn, member, request)
    whole = turn.text("list_row", name=request.name, topic=topic, due=due)
    if len(whole) > WIDEST:
        room = max(0, len(topic) - (len(whole) - WIDEST) - 1)
        cut = f"{topic[:room].rstrip()}…"
        whole = turn.text("list_row", name=request.name, topic=cut, due=due)
    return whole[:WIDEST]


def urgency(turn: Turn, member: Member, request: Request) -> str:
    if request.overdue_since is not None:
        said = turn.text("list_overdue")
    elif request.due is not None:
        said = by(request.due, turn.event.at)
    else:
        said = cards.state_of(turn, request, member)
    return f"{turn.text('list_red')}, {said}" if request.alert else said


def by(at: datetime, now: datetime) -> str:
    """An instant in few letters: „heute 15 Uhr“, „Do 26.11. 14:30 Uhr“."""
    then = local(at)
    day = f"{DAYS[then.weekday()]} {then.day}.{then.month}."
    return f"{'heute' if then.date() == local(now).date() else day} {clock(then.time())} Uhr"
