"""What a member may ask for at any time: the list of open requests, the posts, help."""

from typing import assert_never

from bot.core import cards, steps
from bot.core.calendar import when
from bot.core.cards import tell
from bot.core.messages import Command, EraseChat, Staff
from bot.core.records import Member, Request
from bot.core.world import Turn

LIST = 20  # cards on one page of the list


def commanded(turn: Turn, member: Member, command: Command) -> None:
    match command:
        case Command.DESK | Command.NEW | Command.BACK:
            listed(turn, member)
        case Command.POST | Command.PLAN:
            posts(turn, member)
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
    title = topic.title if topic else turn.text("card_no_topic")
    return turn.text("list_row", name=request.name, topic=title, due=due)
