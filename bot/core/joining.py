"""How somebody joins: an invitation, redeemed once."""

import hashlib
from dataclasses import replace

from bot.core import entries, tour
from bot.core.cards import tell
from bot.core.messages import Audit, BecomeMember, Count, ForgetConversation, Invited
from bot.core.records import Conversation, Invitation, Member, Role
from bot.core.screens import post_name
from bot.core.standing import stand
from bot.core.steps import checklist
from bot.core.world import Turn

INVITATION = "i_"  # a start link that carries an invitation code


def code_hash(code: str) -> str:
    """Only this is stored of an invitation; the code has 256 bits, so a plain hash is enough."""
    return hashlib.sha256(code.encode()).hexdigest()


def invited(turn: Turn, body: Invited) -> None:
    """The operator's invitation is good until it is used or too old."""
    role = Role(body.role)
    turn.put(Invitation(body.hash, role, body.expires, body.label, body.post, body.district))
    turn.audit("invite", body.post or body.district or body.role)


# ── Redeeming ───────────────────────────────────────────────────────────────────────────────────


def redeemed(turn: Turn, conversation: Conversation, code: str) -> None:
    """A visitor's address becomes a member's, once, and only with a good invitation."""
    invitation = good_invitation(turn, code)
    if invitation is None:
        stand(turn, conversation, first=turn.text("invitation_bad"))
        return
    if turn.requests_of(conversation.id):
        stand(turn, conversation, first=turn.text("invitation_open_requests"))
        return
    member = Member(
        id=turn.draw("member"),
        role=invitation.role,
        label=invitation.label or turn.text(f"role_{invitation.role.value}"),
        joined_at=turn.event.at,
        posts=seats(turn, invitation),
        district=invitation.district,
    )
    turn.put(replace(invitation, used=True))
    turn.put(member)
    turn.do(
        Audit(member.id, "join", member.label),
        BecomeMember(conversation.id, member.id),
        ForgetConversation(conversation.id),
        Count("joined", invitation.district or ""),
    )
    welcome(turn, member)


def joined_again(turn: Turn, member: Member, code: str) -> Member | None:
    """A member redeems one more invitation and sits on one more post."""
    invitation = good_invitation(turn, code)
    if invitation is None:
        return None
    turn.put(replace(invitation, used=True))
    turn.audit("join", invitation.post or "")
    posts = tuple(dict.fromkeys((*member.posts, *seats(turn, invitation))))
    return replace(member, posts=posts, district=member.district or invitation.district)


def good_invitation(turn: Turn, code: str) -> Invitation | None:
    invitation = turn.invitation(code_hash(code))
    if invitation is None or invitation.used or invitation.expires <= turn.event.at:
        return None
    return invitation


def seats(turn: Turn, invitation: Invitation) -> tuple[str, ...]:
    """The posts that an invitation brings: its own, or the office of a coordinator's district."""
    if invitation.post:
        return (invitation.post,)
    office = turn.k.directory.office(invitation.district or "")
    return (office.id,) if office and invitation.role is Role.COORDINATOR else ()


def welcome(turn: Turn, member: Member) -> None:
    named = ", ".join(post_name(turn, post) for post in member.posts)
    text = turn.text("welcome_member", label=member.label, posts=named or turn.text("no_post"))
    tell(turn, member, text, tour.button(turn, member))
    for post in member.posts:
        entries.watch(turn, post)
        checklist(turn, member, post)
