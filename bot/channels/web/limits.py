"""How much may come in, so that one cannot shut out the others. Lives in memory only.

A school shares one network address: the bucket of an address is wide, the one of a single visit
narrow. Who writes of danger is never held up.
"""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

MOST = 20_000  # buckets kept; the longest unused goes first


@dataclass(frozen=True, slots=True, eq=False)  # each its own, whatever its numbers
class Rate:
    """So many at once, and so many more each second."""

    burst: float
    per_second: float


ADDRESS = Rate(burst=600, per_second=20)  # a whole school behind one address
BEGINNING = Rate(burst=300, per_second=5)  # new visits from one address
VISIT = Rate(burst=30, per_second=1)  # one person
JOINING = Rate(burst=10, per_second=1 / 60)  # codes tried from one address
RETURNING = Rate(burst=6, per_second=1 / 120)  # code words tried from one address
FACTOR = Rate(burst=10, per_second=1 / 60)  # codes tried for one member, from anywhere
MAILING = Rate(burst=3, per_second=1 / 600)  # links asked for one e-mail address
ALL = Rate(burst=3000, per_second=300)  # everybody together


@dataclass
class Limits:
    """``steady`` is a clock that nobody can set, in seconds."""

    steady: Callable[[], float]
    _buckets: "OrderedDict[tuple[Rate, str], tuple[float, float]]" = field(
        default_factory=OrderedDict, init=False, repr=False
    )

    def wait(self, rate: Rate, who: str) -> float:
        """0.0: go on, one is used up; else so many seconds until the next may come."""
        now = self.steady()
        left, since = self._buckets.pop((rate, who), (rate.burst, now))
        left = min(rate.burst, left + (now - since) * rate.per_second)
        seconds = 0.0 if left >= 1 else (1 - left) / rate.per_second
        self._buckets[rate, who] = (left - 1 if left >= 1 else left, now)
        while len(self._buckets) > MOST:
            self._buckets.popitem(last=False)
        return seconds

    def give_back(self, rate: Rate, who: str) -> None:
        """What was used up did no harm: it does not count."""
        left, since = self._buckets.get((rate, who), (rate.burst, self.steady()))
        self._buckets[rate, who] = (min(rate.burst, left + 1), since)

    def longest(self, *asked: tuple[Rate, str]) -> float:
        """The longest wait among these; each uses one up."""
        return max(self.wait(rate, who) for rate, who in asked)


def network(host: str) -> str:
    """An address as it is counted: of IPv6 the /64, which one household has to itself."""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return "?"
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False))
