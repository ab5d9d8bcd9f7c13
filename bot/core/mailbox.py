"""A member's own e-mail address: said at the desk, confirmed by a code that is sent there.

The address passes through here once and is kept by the store alone. The public mailbox of a post
or a school is refused: who reads it must not become staff.
"""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.core.cards import tell
from bot.core.messages import AskAddress, Button, DropAddress, LetSleep, Screen, TakeAddress, Timer
from bot.core.records import Mail, Member, ProposedKey, Ref
from bot.core.world import Turn

CODE_FOR: Final = timedelta(minutes=30)
DIGITS: Final = 6
TRIES: Final = 5
MOST: Final = 5  # codes in a day: nobody's mailbox is filled from here
DAY: Final = timedelta(days=1)
LONGEST: Final = 254  # characters, RFC 5321
ACTIONS: Final = frozenset({"presence_mail", "presence_mail_off"})
_ADDRESS: Final = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
)


def address_of(text: str) -> str | None:
    """The address as it is kept and looked up, small letters only; None for anything else."""
    found = text.strip().removeprefix("mailto:").lower()
    return found if len(found) <= LONGEST and _ADDRESS.fullmatch(found) else None


def possible(turn: Turn) -> bool:
    """Whether this house sends e-mail at all."""
    return bool(turn.k.operator.get("mail"))


def public(turn: Turn, address: str) -> bool:
    """Whether it stands in the directory: others read it too."""
    directory = turn.k.directory
    posts = (post.email for post in directory.posts.values())
    schools = (school.email for school in directory.schools.values())
    return any(address == known.strip().lower() for known in (*posts, *schools))


def tapped(turn: Turn, member: Member, ref: Ref) -> None:
    if ref.action == "presence_mail_off":
        turn.do(DropAddress(member.id), LetSleep(Timer.MAIL, member.id))
        tell(turn, replace(member, mail=None, asked=None), turn.text("mail_off"))
    else:
        shown(turn, member)


def shown(turn: Turn, member: Member, key: str = "mail_ask") -> None:
    """How it is now; typing an address changes it, a button ends it."""
    if not possible(turn):
        tell(turn, member, turn.text("mail_none"))
        return
    on = member.mail is not None and member.mail.confirmed
    text = f"{turn.text('mail_is_on' if on else 'mail_is_off')}\n\n{turn.text(key)}"
    tell(turn, replace(member, asked="mail:"), text, *(off(turn, member) if on else ()))


def off(turn: Turn, member: Member) -> tuple[Button, ...]:
    return (turn.acting(turn.text("do_presence_mail_off"), member.id, "presence_mail_off"),)


def typed(turn: Turn, member: Member, text: str) -> None:
    """An address: a code goes there, and the address is used once the code is said here."""
    address, mail = address_of(text), member.mail or Mail()
    lately = tuple(at for at in mail.asked if turn.event.at - at < DAY)
    if address is None:
        shown(turn, member, "mail_unclear")
    elif public(turn, address):
        shown(turn, member, "mail_public")
    elif len(lately) >= MOST:
        tell(turn, replace(member, asked=None), turn.text("mail_enough"))
    else:
        code = str(int.from_bytes(turn.event.draw("mail")) % 10**DIGITS).zfill(DIGITS)
        until = turn.event.at + CODE_FOR
        mail = replace(mail, code=code, until=until, tries=0, asked=(*lately, turn.event.at))
        screen = Screen(turn.text("mail_code", code=code))
        turn.do(AskAddress(member.id, address, screen))
        tell(turn, replace(member, asked="mail_code:", mail=mail), turn.text("mail_code_sent"))


def code_typed(turn: Turn, member: Member, text: str) -> None:
    """The code as it stood in the mail; wrong ones end it soon."""
    mail = member.mail or Mail()
    if not mail.code or mail.until is None or mail.until <= turn.event.at or mail.tries >= TRIES:
        shown(turn, replace(member, mail=replace(mail, code="")), "mail_code_over")
    elif "".join(text.split()) != mail.code:
        wrong = replace(member, mail=replace(mail, tries=mail.tries + 1))
        tell(turn, wrong, turn.text("mail_code_wrong"))
    elif not turn.known.get(ProposedKey(member.id)):
        shown(turn, replace(member, mail=replace(mail, code="")), "mail_taken")
    else:
        mail = replace(mail, confirmed=True, code="", until=None, told_at=None)
        turn.do(TakeAddress(member.id))
        turn.audit("mail_on")
        tell(turn, replace(member, asked=None, mail=mail), turn.text("mail_on"))
