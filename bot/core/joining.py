"""How somebody joins: an invitation, redeemed once, and a code that the inviter hears by phone.

A link that the operator made at the shell admits at once: it is handed over in person. One made
in a chat passes through somebody else's messages, so its inviter confirms who opened it.
"""

import hashlib
from dataclasses import replace
from datetime import timedelta

from bot.core import entries, tour
from bot.core.calendar import when
from bot.core.cards import offer, tell
from bot.core.guesses import EVERYBODY, MOST_OF_ALL, guessed, locked_until
from bot.core.messages import (
    Audit,
    BecomeMember,
    Count,
    EndAccess,
    ForgetConversation,
    Invited,
    LetSleep,
    Screen,
    Staff,
    Timer,
    Wake,
)
from bot.core.records import Admission, Conversation, Invitation, Member, Role
from bot.core.rights import WORK
from bot.core.screens import post_name
from bot.core.standing import stand
from bot.core.steps import checklist
from bot.core.world import Turn

INVITATION = "i_"  # a start link that carries an invitation code
CONFIRMED_WITHIN = timedelta(hours=72)
DIGITS = 4  # of the code that is read out; three tries of 10,000
TRIES = 3


def code_hash(code: str) -> str:
    """Only this is stored of an invitation; the code has 256 bits, so a plain hash is enough."""
    return hashlib.sha256(code.encode()).hexdigest()


def invited(turn: Turn, body: Invited) -> None:
    """The operator's invitation is good until it is used or too old."""
    role = Role(body.role)
    invitation = Invitation(body.hash, role, body.expires, body.label, body.post, body.district)
    turn.put(replace(invitation, made_at=turn.event.at))
    turn.audit("invite", body.post or body.district or body.role)


# ── Redeeming ───────────────────────────────────────────────────────────────────────────────────


def redeemed(turn: Turn, conversation: Conversation, code: str) -> None:
    """A visitor's address becomes a member's, once, and only with a good invitation."""
    until = locked_until(turn, conversation.id)
    if until is not None:
        stand(turn, conversation, first=turn.text("guess_wait", until=when(until, turn.event.at)))
        return
    invitation = good_invitation(turn, code)
    if invitation is None:
        guessed(turn, conversation.id)
        stand(turn, conversation, first=turn.text("invitation_bad"))
        return
    if turn.requests_of(conversation.id):
        stand(turn, conversation, first=turn.text("invitation_open_requests"))
        return
    label = invitation.label or turn.text(f"role_{invitation.role.value}")
    member = Member(turn.draw("member"), Role.WORKER, label, turn.event.at, admitted=False)
    turn.put(replace(invitation, used=True))
    turn.do(
        Audit(member.id, "join", member.label),
        BecomeMember(conversation.id, member.id),
        ForgetConversation(conversation.id),
    )
    accepted(turn, member, invitation)


def joined_again(turn: Turn, member: Member, code: str) -> None:
    """A member redeems one more invitation, for one more post."""
    invitation = good_invitation(turn, code)
    if invitation is None:
        guessed(turn, EVERYBODY, MOST_OF_ALL)
        tell(turn, member, turn.text("invitation_bad"))
    elif member.role not in WORK or invitation.role not in WORK:
        tell(turn, member, turn.text("invitation_other_role"))
    else:
        turn.put(replace(invitation, used=True))
        turn.audit("join", invitation.post or invitation.district or "")
        accepted(turn, member, invitation)


def accepted(turn: Turn, member: Member, invitation: Invitation) -> None:
    """Whom the operator invited is in; whom a member invited waits for the inviter's yes."""
    admission = Admission(
        inviter=invitation.inviter,
        code=str(int.from_bytes(turn.event.draw("admission")) % 10**DIGITS).zfill(DIGITS),
        role=invitation.role,
        until=turn.event.at + CONFIRMED_WITHIN,
        posts=seats(turn, invitation),
        district=invitation.district,
    )
    member = replace(member, admission=admission)
    turn.put(member)
    if not invitation.inviter:
        admitted(turn, member, admission)
        return
    turn.do(Wake(admission.until, Timer.ADMISSION, member.id))
    waiting(turn, member)
    inviter = turn.team.member(invitation.inviter)
    if inviter is not None:
        ask_inviter(turn, inviter, member)


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


# ── Confirming ──────────────────────────────────────────────────────────────────────────────────


def waiting(turn: Turn, member: Member) -> None:
    """What a member reads who is not confirmed yet: the code to read out, and nothing else."""
    code = member.admission.code if member.admission else ""
    turn.say(Staff(member.id), Screen(turn.text("admission_code", code=code)))


def ask_inviter(turn: Turn, inviter: Member, member: Member) -> None:
    """The inviter learns that the link was opened; nothing that is being written is disturbed."""
    buttons = tuple(
        turn.acting(
            turn.text(f"do_{action}", label=member.label), inviter.id, action, extra=member.id
        )
        for action in ("admit", "reject")
    )
    offer(turn, inviter, buttons, ahead=False, instead=False)
    text = turn.text("admission_asked", label=member.label)
    turn.say(Staff(inviter.id), Screen(text, buttons))


def confirmed(
    turn: Turn, member: Member, newcomer: Member, admission: Admission, typed: str
) -> None:
    """The code as it was heard; three wrong ones end the invitation."""
    if "".join(typed.split()) == admission.code:
        turn.audit("admit", newcomer.id)
        tell(turn, replace(member, asked=None), turn.text("admitted", label=newcomer.label))
        admitted(turn, newcomer, admission)
    elif admission.tries + 1 < TRIES:
        turn.audit("refused:admit", newcomer.id)
        turn.put(replace(newcomer, admission=replace(admission, tries=admission.tries + 1)))
        left = str(TRIES - admission.tries - 1)
        tell(turn, member, turn.text("admission_wrong", label=newcomer.label, left=left))
    else:
        tell(turn, replace(member, asked=None), turn.text("admission_ended", label=newcomer.label))
        rejected(turn, newcomer)


def admitted(turn: Turn, member: Member, admission: Admission) -> None:
    """In: role, posts and district are theirs; what is still missing is shown at once."""
    fresh = not member.admitted
    rises = fresh or admission.role is Role.COORDINATOR
    member = replace(
        member,
        role=admission.role if rises else member.role,
        posts=tuple(dict.fromkeys((*member.posts, *admission.posts))),
        district=member.district or admission.district,
        admission=None,
        admitted=True,
    )
    turn.put(member)
    turn.do(LetSleep(Timer.ADMISSION, member.id))
    if fresh:
        turn.do(Count("joined", admission.district or ""))
    welcome(turn, member)


def rejected(turn: Turn, member: Member) -> None:
    """Nobody confirmed it: a newcomer's access ends, a member's new post does not come."""
    turn.audit("reject", member.id)
    turn.do(LetSleep(Timer.ADMISSION, member.id))
    turn.say(Staff(member.id), Screen(turn.text("admission_rejected")))
    if member.admitted:
        turn.put(replace(member, admission=None))
    else:
        turn.dismiss(member.id)
        turn.do(EndAccess(member.id))


def unanswered(turn: Turn, member_id: str) -> None:
    """Three days and no yes."""
    member = turn.team.member(member_id)
    if member and member.admission and member.admission.until <= turn.event.at:
        rejected(turn, member)


def welcome(turn: Turn, member: Member) -> None:
    named = ", ".join(post_name(turn, post) for post in member.posts)
    text = turn.text("welcome_member", label=member.label, posts=named or turn.text("no_post"))
    tell(turn, member, text, tour.button(turn, member))
    for post in member.posts:
        entries.watch(turn, post)
        checklist(turn, member, post)
