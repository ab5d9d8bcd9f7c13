"""How and when a visitor wants to be reached: what was typed, and what is shown of it."""

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from bot.core.calendar import spoken_hours
from bot.core.directory import Span
from bot.core.hours import spans_of
from bot.core.records import Conversation
from bot.core.tree import Audience, Reach, Sets
from bot.core.values import replace
from bot.core.world import Turn

HOME = "DE"  # where a number is at home that carries no country
NO_CALL = frozenset(
    {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.UAN}
)  # what would cost whoever calls back


def number_of(text: str) -> str | None:
    """A telephone number as it is dialled from here; None for what nobody could or should call."""
    try:
        number = phonenumbers.parse(text, HOME)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) in NO_CALL:
        return None
    own = number.country_code == phonenumbers.country_code_for_region(HOME)
    form = PhoneNumberFormat.NATIONAL if own else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def window_of(text: str) -> tuple[Span, ...] | None:
    """The hours of a week in which a message is safe; None when they are not clear."""
    return spans_of(text) or None


def chosen(conversation: Conversation, sets: Sets) -> Conversation:
    """With what a choice says about being reached."""
    return replace(
        conversation,
        friend=conversation.friend if sets.friend is None else sets.friend,
        reach=sets.reach or conversation.reach,
        may_ask=conversation.may_ask if sets.may_ask is None else sets.may_ask,
        window=conversation.window if sets.window is None else spans_of(sets.window) or (),
        neutral=conversation.neutral if sets.neutral is None else sets.neutral,
    )


def unchosen(conversation: Conversation, sets: Sets) -> Conversation:
    """As if that had never been said: then the defaults hold."""
    return replace(
        conversation,
        friend=conversation.friend and sets.friend is None,
        reach=conversation.reach if sets.reach is None else Reach.HERE,
        may_ask=conversation.may_ask and sets.may_ask is None,
        window=conversation.window if sets.window is None else (),
        neutral=conversation.neutral if sets.neutral is None else None,
    )


def summary(turn: Turn, conversation: Conversation, audience: Audience | None) -> str:
    """What was chosen, for the visitor to see before it is sent; a line each."""
    reach, number = conversation.reach, conversation.number
    rows = [
        turn.text("wish_friend") if conversation.friend else "",
        turn.text(f"wish_{reach.value}", audience),
        turn.text("wish_number", number=number) if reach is Reach.CALL and number else "",
        turn.text("wish_window", hours=spoken_hours(conversation.window))
        if conversation.window
        else "",
    ]
    return "\n".join(row for row in rows if row)
