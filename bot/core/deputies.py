"""Naming who steps in for a post: a member who sits elsewhere."""

from dataclasses import replace

from bot.core import reckoning, steps
from bot.core.cards import tell
from bot.core.messages import Screen, Staff
from bot.core.presence import may_stand_in
from bot.core.records import Member, Ref
from bot.core.screens import post_name
from bot.core.world import Turn

MOST = 20  # members on one screen


def may_name(turn: Turn, member: Member, post: str) -> bool:
    """The post's own members, and who leads it."""
    return post in member.posts or steps.may_lead(turn, member, post)


def candidates(turn: Turn, post: str) -> list[Member]:
    """Who sits elsewhere: who may read in the post's stead, then who hears only that it waits."""
    found = [m for m in turn.team.members if m.posts and post not in m.posts]
    return sorted(found, key=lambda m: (not may_stand_in(turn.k.directory, post, m), m.label))


def tapped(turn: Turn, member: Member, ref: Ref) -> None:
    post, _, deputy_id = ref.extra.partition(":")
    deputy = turn.team.member(deputy_id)
    if not may_name(turn, member, post):
        tell(turn, member, turn.text("presence_not_yours"))
    elif ref.action == "deputy":
        ask(turn, member, post)
    elif deputy_id and (deputy is None or post in deputy.posts):
        tell(turn, member, turn.text("desk_already_done"))
    else:
        name(turn, member, post, deputy)


def ask(turn: Turn, member: Member, post: str) -> None:
    buttons = [
        turn.acting(label(turn, each), member.id, "deputy_is", extra=f"{post}:{each.id}")
        for each in candidates(turn, post)[:MOST]
    ]
    if turn.team.facts(post).deputy:
        nobody = turn.text("do_deputy_nobody")
        buttons.append(turn.acting(nobody, member.id, "deputy_is", extra=f"{post}:"))
    key = "deputy_ask" if buttons else "deputy_none_there"
    tell(turn, member, turn.text(key, post=post_name(turn, post)), *buttons)


def label(turn: Turn, member: Member) -> str:
    return f"{member.label} ({post_name(turn, member.posts[0])})"[:60]


def name(turn: Turn, member: Member, post: str, deputy: Member | None) -> None:
    """She is told, and so is whoever was named before; a post without a crew pauses by itself."""
    facts = turn.team.facts(post)
    before = turn.team.member(facts.deputy or "")
    turn.put(replace(facts, deputy=deputy.id if deputy else None))
    turn.audit("deputy", post)
    said = {"post": post_name(turn, post), "member": member.label}
    if deputy is not None:
        reads = may_stand_in(turn.k.directory, post, deputy)
        key = "deputy_you" if reads else "deputy_you_notice"
        turn.say(Staff(deputy.id), Screen(turn.text(key, None, **said)))
    if before is not None and before != deputy:
        turn.say(Staff(before.id), Screen(turn.text("deputy_no_longer", None, **said)))
    steps.checked(turn, post)
    reckoning.soon(turn, post)
    steps.checklist(turn, member, post, first=turn.text("deputy_recorded"))


ACTIONS = frozenset({"deputy", "deputy_is"})
