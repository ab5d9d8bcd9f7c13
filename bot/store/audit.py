"""The audit: who did what about which matter, and when; a chain in which nothing can be changed.

Each row's hash covers the row and the hash before it, with the database's own key: whoever has
the file without ``LOTSE_KEY`` cannot make a chain that holds. Both ends of the chain are sealed,
so rows missing at an end are noticed, too. Against whoever has the key it proves nothing.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from bot.store.codec import micros, moment
from bot.store.errors import Tampered, WrongKey
from bot.store.facts import Facts
from bot.store.rounds import Rounds

NO_HASH = bytes(32)  # before the first row
AT_ONCE = 500  # rows read in one go


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the audit. ``member`` "" is the operator or the house itself.

    ``about``: a request's spoken name, a post, a member. ``why``: a reason that somebody had to
    write, for nothing but a look at an address.
    """

    number: int
    at: datetime
    member: str
    action: str
    about: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many lines hold, and what is wrong, a German sentence; "" when nothing is."""

    rows: int
    fault: str = ""


class Audits(Facts, Rounds):
    def audit(self, at: datetime, member: str, action: str, about: str = "", why: str = "") -> None:
        """One more line, sealed and chained."""
        last, before = self._end("last")
        number, when = last + 1, micros(at)
        plain = json.dumps([member, action, about, why], ensure_ascii=False).encode()
        found = self._chained(before, number, when, plain)
        sealed = self._close(plain, "audit", str(number), "entry")
        self._do("put_audit", number=number, at=when, sealed_entry=sealed, hash=found)
        self._put_end("last", number, found)

    def audited(self, after: int = 0, limit: int = 1000) -> tuple[Entry, ...]:
        """The lines after this number, in their order."""
        rows = list(self._all("audit_after", number=after, size=limit))
        return tuple(
            [
                Entry(number, moment(at), *json.loads(self._entry(number, sealed)))
                for number, at, sealed, _ in rows
            ],
        )

    def last_audited(self) -> int:
        """The number of the newest line; 0 when there never was one."""
        return self._end("last")[0]

    def cut_audit(self, before: datetime) -> int:
        """Erase the oldest lines up to ``before``; the chain goes on holding. How many went."""
        row = self._one("audit_to_cut", before=micros(before))
        if row is None:
            return 0
        self._put_end("first", *row)
        self.erased = True
        return self._do("drop_audit", number=row[0])

    def audit_to_go(self, before: datetime) -> int:
        """How many lines are older than that, and may go without a hole in the chain."""
        row = self._one("audit_to_cut", before=micros(before))
        return 0 if row is None else int(self._one("audit_up_to", number=row[0]))

    # ── The chain ───────────────────────────────────────────────────────────────────────────────

    def verify_audit(self) -> Verdict:
        """Walks the whole chain; the first thing that does not hold is said."""
        try:
            (number, found), last = self._end("first"), self._end("last")
        except (Tampered, WrongKey):
            return Verdict(0, "Ein Ende der Kette wurde verändert.")
        if last == (0, NO_HASH) and self.team().members:
            return Verdict(0, "Es gibt Mitglieder, aber keine einzige Zeile.")
        rows = 0
        while page := list(self._all("audit_after", number=number, size=AT_ONCE)):
            for row in page:
                fault = self._fault(number, found, row)
                if fault:
                    return Verdict(rows, fault)
                number, found, rows = row[0], row[3], rows + 1
        return Verdict(rows, "" if (number, found) == last else f"Nach Zeile {number} fehlt etwas.")

    def _fault(self, before: int, chain: bytes, row: tuple[int, int, bytes, bytes]) -> str:
        number, at, sealed, found = row
        if number != before + 1:
            return f"Zeile {before + 1} fehlt."
        try:
            holds = self._chained(chain, number, at, self._entry(number, sealed)) == found
        except (Tampered, WrongKey):
            holds = False
        return "" if holds else f"Zeile {number} wurde verändert."

    def _chained(self, before: bytes, number: int, at: int, plain: bytes) -> bytes:
        return self._sealer.hash("audit", before.hex(), str(number), str(at), plain.hex())

    def _entry(self, number: int, sealed: bytes) -> bytes:
        return self._open(sealed, "audit", str(number), "entry")

    def _end(self, name: str) -> tuple[int, bytes]:
        sealed = self._one("audit_end", name=name)
        if sealed is None:
            return 0, NO_HASH
        number, found = json.loads(self._open(sealed, "audit_ends", name, "end"))
        return number, bytes.fromhex(found)

    def _put_end(self, name: str, number: int, found: bytes) -> None:
        plain = json.dumps([number, found.hex()]).encode()
        sealed = self._close(plain, "audit_ends", name, "end")
        self._do("put_audit_end", name=name, number=number, sealed_end=sealed)
