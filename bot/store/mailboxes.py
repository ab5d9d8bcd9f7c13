"""Where members get e-mail: asked apart, then an address like any other, that nothing else uses."""

from datetime import datetime

from bot.core.messages import Staff
from bot.ports import Address
from bot.store.codec import micros
from bot.store.people import People

CHANNEL = "email"


class Mailboxes(People):
    def propose(self, member: str, address: Address, at: datetime) -> None:
        """The member gave this address; nothing goes there by itself until it is taken."""
        self._do(
            "put_proposed",
            member=member,
            hash=self._address_hash(address),
            sealed_address=self._close(address.id.encode(), "proposed", member, "address"),
            at=micros(at),
        )

    def can_take(self, member: str) -> bool:
        """Whether there is an address to be taken, and nobody else has it."""
        row = self._one("proposed", member=member)
        if row is None:
            return False
        who = self.who(Address(CHANNEL, self._proposed(member, row[1])))
        return who is None or who == Staff(member)

    def take_proposed(self, member: str, at: datetime) -> None:
        """It is the member's one address for e-mail; an earlier one is forgotten."""
        row = self._one("proposed", member=member)
        if row is None or not self.can_take(member):
            return
        address = Address(CHANNEL, self._proposed(member, row[1]))
        self.drop_mail(member)
        found = self._address_hash(address)
        self._do(
            "put_address",
            hash=found,
            channel=CHANNEL,
            sealed_address=self._close(address.id.encode(), "addresses", found.hex(), "address"),
            who_kind="member",
            who_id=member,
            last_used=micros(at),
        )
        self._memory.forget_people()

    def drop_mail(self, member: str) -> None:
        """Neither an asked nor a taken address; what waits for them is not sent."""
        row = self._one("proposed", member=member)
        if row is not None:
            self._do("drop_outbox_to", address_hash=row[0])
            self._do("drop_proposed", member=member)
        for (found,) in list(self._all("mail_hashes", member=member)):
            self._do("drop_outbox_to", address_hash=found)
            self._do("drop_messages", address_hash=found)
            self._do("drop_address", hash=found)
        self.erased = True
        self._memory.forget_people()

    def sent_there(self, address: Address, message: str) -> bool:
        """Whether this message of ours went to this address lately."""
        found = self._address_hash(address)
        own = self._sealer.hash("message", found.hex(), message)
        return self._one("sent_there", address_hash=found, hash=own) is not None

    def _proposed(self, member: str, sealed: bytes) -> str:
        return self._open(sealed, "proposed", member, "address").decode()
