"""E-mail to members: that something lies on the desk, never what; and a link to log in with.

A notice follows what the core put on a desk by itself, so presence, quiet hours and the digest
hold for it as well. It waits some minutes: who looks at any door meanwhile gets none.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.core.messages import (
    Admit,
    Count,
    DropAddress,
    LetSleep,
    Reveal,
    Say,
    Screen,
    Staff,
    Timer,
    Tone,
    Wake,
)
from bot.core.records import Mail, Member
from bot.core.world import Turn

EMAIL: Final = "email"  # the channel's name
AFTER: Final = timedelta(minutes=5)  # until a desk that nobody looked at is told of by e-mail
AGAIN: Final = timedelta(hours=20)  # a desk that is still not looked at: the next day once more
RED_AGAIN: Final = timedelta(minutes=10)  # red cards wait for nothing, but are not told in a row
NOTICE_FOR: Final = timedelta(hours=24)  # a notice of the evening is read in the morning
LINK_FOR: Final = timedelta(minutes=15)


def order(turn: Turn) -> None:
    """Whoever this turn put something before, and who gave an address, is told by e-mail."""
    for effect in tuple(turn.effects):
        if not isinstance(effect, Say | Reveal) or not isinstance(effect.to, Staff):
            continue
        if effect.to == turn.event.who or effect.screen.edit:
            continue
        if isinstance(effect, Say) and effect.only:
            continue
        member = turn.team.member(effect.to.member)
        if member is not None and member.mail is not None and member.mail.confirmed:
            tell(turn, member, member.mail, red=alarming(turn, effect))


def alarming(turn: Turn, say: Say | Reveal) -> bool:
    if say.screen.tone is Tone.ALERT:  # danger to life: see ``glass``
        return True
    request = turn.request(say.request or "")
    return request is not None and request.alert and request.open


def tell(turn: Turn, member: Member, mail: Mail, *, red: bool) -> None:
    """Order a notice, unless one was ordered already that nobody has followed yet."""
    at = turn.event.at
    if mail.told_at is not None and at - mail.told_at < (RED_AGAIN if red else AGAIN):
        return
    turn.put(replace(member, mail=replace(mail, told_at=at)))
    turn.do(Wake(at if red else at + AFTER, Timer.MAIL, member.id))


def read(turn: Turn, member: Member) -> Member:
    """The member is at the desk: a notice that waits is not needed any more."""
    if member.mail is None or member.mail.told_at is None:
        return member
    turn.do(LetSleep(Timer.MAIL, member.id))
    member = replace(member, mail=replace(member.mail, told_at=None))
    turn.put(member)
    return member


def due(turn: Turn, member_id: str) -> None:
    member = turn.team.member(member_id)
    if member is not None and member.mail is not None and member.mail.told_at is not None:
        turn.do(Count("mailed"))
        send(turn, member, "mail_notice", NOTICE_FOR)


def link(turn: Turn, member: Member) -> None:
    """The link that somebody asked for who knows the address; it goes there and nowhere else."""
    if member.mail is not None and member.mail.confirmed:
        turn.audit("mail_link")
        send(turn, member, "mail_link", LINK_FOR)


def send(turn: Turn, member: Member, key: str, lasts: timedelta) -> None:
    """A one-time link into the desk; nothing of a visitor or a request is in it."""
    code = turn.draw("mail", 32)
    web = turn.k.operator.get("web", "")
    turn.do(Admit(code, Staff(member.id), turn.event.at + lasts))
    screen = Screen(turn.text(key, link=f"{web}/desk/mail/{code}"))
    turn.do(Say(Staff(member.id), screen, only=EMAIL))


def bounced(turn: Turn, member_id: str) -> None:
    """The address takes nothing: it is forgotten, and the desk says so."""
    turn.do(Count("mail_undelivered"))
    member = turn.team.member(member_id)
    if member is not None:
        turn.put(replace(member, mail=None))
        turn.do(DropAddress(member.id), LetSleep(Timer.MAIL, member.id))
        turn.say(Staff(member.id), Screen(turn.text("mail_bounced")))
