"""What a member may not do is refused kindly, and written down."""

from dataclasses import replace
from typing import assert_never

from bot.core.cards import mine, state_of, tell
from bot.core.messages import Command
from bot.core.reach import belongs
from bot.core.records import Member, Ref, Request
from bot.core.rights import ACTIONS, COMMANDS, Where
from bot.core.steps import may_lead
from bot.core.world import Turn


def may_command(member: Member, command: Command) -> bool:
    return member.role in COMMANDS[command]


def may(turn: Turn, member: Member, ref: Ref, request: Request | None) -> bool:
    """Whether the role may do it, and at this post; what it then finds may still stop it."""
    right = ACTIONS[ref.action]
    if member.role not in right.roles:
        return False
    post = request.post if request else ref.extra.partition("/")[0]
    match right.where:
        case Where.ANY:
            return True
        case Where.OWN:
            return belongs(turn, request, member) if request else post in member.posts
        case Where.MINE:
            return mine(request, member) and request.post not in member.left
        case Where.LED:
            return may_lead(turn, member, post)
        case Where.NEAR:
            return post in member.posts or may_lead(turn, member, post)
        case _:
            assert_never(right.where)


def refuse(turn: Turn, member: Member, ref: Ref, request: Request | None) -> None:
    """A kind sentence, and a line of the audit."""
    turn.audit(f"refused:{ref.action}", request.name if request else ref.extra)
    if member.role not in ACTIONS[ref.action].roles:
        tell(turn, member, not_your_role(turn, member))
    elif request is not None and ref.action == "claim":
        tell(turn, member, state_of(turn, request, member))
    else:
        tell(turn, member, turn.text("desk_not_yours" if request else "post_not_yours"))


def refuse_command(turn: Turn, member: Member, command: Command) -> None:
    turn.audit(f"refused:/{command.value}")
    tell(turn, replace(member, asked=None), not_your_role(turn, member))


def not_your_role(turn: Turn, member: Member) -> str:
    return turn.text("not_your_role", role=turn.text(f"role_{member.role.value}"))
