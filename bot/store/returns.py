"""Ways back and ways in: code words, one-time links, a member's second factor.

Of words, links and recovery codes only keyed hashes are kept.
"""

import json
from datetime import datetime

from bot.ports import Address, Door, Factor
from bot.store.codec import micros, moment
from bot.store.people import People

CHANNEL = "web"


class Returns(People):
    # ── Visits ──────────────────────────────────────────────────────────────────────────────────

    def put_return(self, address: Address, words: str, at: datetime) -> None:
        """How this visit is found again; without words by the cookie of a device of one's own."""
        found = self._address_hash(address)
        sealed = self._close(address.id.encode(), "returns", found.hex(), "address")
        by = self._sealer.hash("return", words) if words else None
        self._do("put_return", address_hash=found, hash=by, sealed_address=sealed, at=micros(at))

    def has_return(self, address: Address) -> bool:
        """Whether it was said how this visit is found again."""
        return self._one("has_return", address_hash=self._address_hash(address)) is not None

    def at_words(self, words: str) -> Address | None:
        """Whose visit these words open."""
        row = self._one("return_by", hash=self._sealer.hash("return", words))
        if row is None:
            return None
        return Address(CHANNEL, self._open(row[1], "returns", row[0].hex(), "address").decode())

    def _forget_return(self, address_hash: bytes) -> None:
        self._do("drop_return", address_hash=address_hash)

    # ── Links ───────────────────────────────────────────────────────────────────────────────────

    def put_link(self, code: str, door: Door, target: str, expires: datetime) -> None:
        """Whoever brings this code before ``expires`` comes to this conversation or member."""
        found = self._sealer.hash(f"link {door}", code)
        sealed = self._close(target.encode(), "links", found.hex(), "target")
        known = {"hash": found, "kind": door, "sealed_target": sealed}
        self._do("put_link", expires=micros(expires), **known)

    def use_link(self, code: str, door: Door, at: datetime) -> str | None:
        """Where the link leads, once."""
        found = self._sealer.hash(f"link {door}", code)
        row = self._one("link", hash=found, kind=door)
        if row is None:
            return None
        self._do("drop_link", hash=found)
        if moment(row[1]) <= at:
            return None
        return self._open(row[0], "links", found.hex(), "target").decode()

    # ── Second factor ───────────────────────────────────────────────────────────────────────────

    def factor(self, member: str) -> Factor | None:
        row = self._one("factor", member=member)
        if row is None:
            return None
        secret = self._open(row[0], "factors", member, "secret").decode()
        return Factor(secret, row[2], bool(row[3]))

    def put_factor(self, member: str, factor: Factor, codes: tuple[str, ...] | None = None) -> None:
        """The member's factor from now on; with ``codes`` also new recovery codes."""
        hashes = self._codes(member) if codes is None else [self._code(code) for code in codes]
        self._do(
            "put_factor",
            member=member,
            sealed_secret=self._close(factor.secret.encode(), "factors", member, "secret"),
            sealed_codes=self._close(json.dumps(hashes).encode(), "factors", member, "codes"),
            step=factor.step,
            confirmed=int(factor.confirmed),
        )

    def use_code(self, member: str, code: str) -> bool:
        """Whether this was one of the member's recovery codes; it is none any more."""
        factor, codes, mine = self.factor(member), self._codes(member), self._code(code)
        if factor is None or mine not in codes:
            return False
        codes.remove(mine)
        sealed = self._close(json.dumps(codes).encode(), "factors", member, "codes")
        self._do("put_codes", member=member, sealed_codes=sealed)
        return True

    def drop_factor(self, member: str) -> None:
        self._do("drop_factor", member=member)

    def _codes(self, member: str) -> list[str]:
        row = self._one("factor", member=member)
        if row is None:
            return []
        found: list[str] = json.loads(self._open(row[1], "factors", member, "codes"))
        return found

    def _code(self, code: str) -> str:
        return self._sealer.hash("recovery", code).hex()
