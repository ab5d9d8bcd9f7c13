"""What a member taps and types about being there: each goes to its own part."""

from bot.core import away, closed_days, deputies, mailbox, quiet
from bot.core.records import Member, Ref
from bot.core.understand.text import normalise
from bot.core.world import Turn

ASKED = frozenset({"absent", "quiet", "closed", "mail", "mail_code"})  # what typed text may answer


def tapped(turn: Turn, member: Member, ref: Ref) -> bool:
    """Whether the button was one of these."""
    for part in (away, quiet, closed_days, deputies, mailbox):
        if ref.action in part.ACTIONS:
            part.tapped(turn, member, ref)
            return True
    return False


def typed(turn: Turn, member: Member, asked: str, whom: str, text: str) -> None:
    match asked:
        case "absent":
            away.typed(turn, member, whom, text)
        case "quiet":
            quiet.typed(turn, member, text)
        case "mail":
            mailbox.typed(turn, member, text)
        case "mail_code":
            mailbox.code_typed(turn, member, text)
        case _:
            closed_days.typed(turn, member, text)


def spoken(turn: Turn, member: Member, text: str) -> bool:
    """„heute nicht da“, „krank“, „voll“ lead to the screen; nothing happens by words alone."""
    words = {normalise(word) for word in turn.text("words_away").split(",")}
    if normalise(text) not in words:
        return False
    away.shown(turn, member, member)
    return True
