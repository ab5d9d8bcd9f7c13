"""How long what is kept: on by default, with an upper bound that no setting lifts."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Keep:
    """The defaults are the longest times there are; an operator may only shorten them."""

    words: timedelta = timedelta(days=30)  # of a closed request
    conversations: timedelta = timedelta(days=90)  # without a word and without an open request
    seen: timedelta = timedelta(days=3)  # Telegram repeats an update for 24 hours at most
    audit: timedelta = timedelta(days=365)  # also what stays of a closed request without words
