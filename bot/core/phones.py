"""Telephone numbers as people write them."""

import re
from typing import Final

import phonenumbers

# Numbers without area code that phonenumbers does not count as ordinary ones (Bundesnetzagentur:
# emergency, medical on-call, harmonised European social services).
SHORT_NUMBERS: Final = frozenset(
    {"110", "112", "116000", "116006", "116016", "116111", "116116", "116117", "116123"}
)
_NUMBER: Final = re.compile(r"[0+][\d ()/-]*")


def dialable(number: str) -> bool:
    """Whether this can be dialled in Germany."""
    if re.sub(r"\s", "", number) in SHORT_NUMBERS:
        return True
    if not _NUMBER.fullmatch(number):
        return False
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, "DE"))
    except phonenumbers.NumberParseException:
        return False
