"""How long the long numbers are: whole in ``make soak``, a share of them to try whether they run.

``SOAK_SHARE=0.01 make soak`` takes a hundredth of each.
"""

import os

SHARE = float(os.environ.get("SOAK_SHARE", "1"))


def soak(number: int, least: int = 1) -> int:
    """The number, or its share; never fewer than ``least``."""
    return max(least, int(number * SHARE))
