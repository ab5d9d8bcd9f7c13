"""Who is logged in at the desk. Of a session and of a key only a keyed hash is kept."""

from datetime import datetime, timedelta

from bot.core.messages import Staff
from bot.ports import Address
from bot.store.codec import micros, moment
from bot.store.people import People
from bot.store.rounds import Rounds

IDLE = timedelta(minutes=30)  # security.md, bar 32
ABSOLUTE = timedelta(hours=12)  # bar 32
TOUCH = timedelta(minutes=1)  # what was used so recently need not be written again
CHANNEL = "web"


class Sessions(People, Rounds):
    def begin_session(self, token: str, address: Address, at: datetime) -> None:
        """From now on who brings this token is logged in at this address."""
        self._put_session("session", token, address, at)

    def session(self, token: str, at: datetime, *, touch: bool = True) -> Address | None:
        """Whose session it is, while it lasts and while a member stands behind the address.

        ``touch=False`` only looks: what a page does by itself keeps nobody logged in.
        """
        found = self._sealer.hash("session", token)
        row = self._one("session", hash=found, kind="session")
        if row is None:
            return None
        sealed, began, used = row
        if moment(used) + IDLE <= at or moment(began) + ABSOLUTE <= at:
            self._do("drop_session", hash=found)
            return None
        if touch and at - moment(used) >= TOUCH:
            self._do("use_session", hash=found, at=micros(at))
        return self._staffed(found, sealed)

    def _staffed(self, found: bytes, sealed: bytes) -> Address | None:
        plain = self._open(sealed, "sessions", found.hex(), "address").decode()
        address = Address(CHANNEL, plain)
        return address if isinstance(self.who(address), Staff) else None

    def end_session(self, token: str) -> None:
        self._do("drop_session", hash=self._sealer.hash("session", token))

    def end_sessions(self, address: Address) -> None:
        """Log out everywhere."""
        found = self._address_hash(address)
        self._do("drop_sessions_of", address_hash=found, kind="session")

    def put_key(self, key: str, address: Address, at: datetime) -> None:
        """The one key with which the member at this address logs in; an older one is void."""
        self._do("drop_sessions_of", address_hash=self._address_hash(address), kind="key")
        self._put_session("key", key, address, at)

    def at_key(self, key: str) -> Address | None:
        """At which address this key logs in."""
        found = self._sealer.hash("key", key)
        row = self._one("session", hash=found, kind="key")
        return None if row is None else self._staffed(found, row[0])

    def desk_of(self, member: str) -> Address | None:
        """The member's address at the web desk, if there is one."""
        row = self._one("member_address", member=member, channel=CHANNEL)
        if row is None:
            return None
        return Address(CHANNEL, self._open(row[1], "addresses", row[0].hex(), "address").decode())

    def _put_session(self, kind: str, token: str, address: Address, at: datetime) -> None:
        found = self._sealer.hash(kind, token)
        self._do(
            "put_session",
            hash=found,
            kind=kind,
            address_hash=self._address_hash(address),
            sealed_address=self._close(address.id.encode(), "sessions", found.hex(), "address"),
            at=micros(at),
        )
