"""Who stands behind an address, and where somebody is reached."""

from datetime import datetime
from typing import assert_never

from bot.core.messages import Staff, Visitor
from bot.ports import Address
from bot.store.codec import micros
from bot.store.unit import Unit


class People(Unit):
    def who(self, address: Address) -> Visitor | Staff | None:
        found = self._address_hash(address)
        known = self._memory.people.get(found)
        if known is None and (known := person(self._one("who", hash=found))) is not None:
            self._memory.people.put(found, known)
        return known

    def bind(self, address: Address, who: Visitor | Staff, at: datetime) -> None:
        """The address is this person's from now on, and the one last used."""
        found, (kind, person_id) = self._address_hash(address), named(who)
        if self._memory.newest.get(who) == found:
            return  # it is already, and only which one is the newest counts
        self._memory.newest.put(who, found)
        self._memory.people.put(found, who)
        known = {"hash": found, "who_kind": kind, "who_id": person_id, "last_used": micros(at)}
        if self._do("use_address", **known):
            return
        sealed = self._close(address.id.encode(), "addresses", found.hex(), "address")
        self._do("put_address", channel=address.channel, sealed_address=sealed, **known)

    def address_of(self, who: Visitor | Staff) -> Address | None:
        """The address last used; a reply goes there."""
        kind, person_id = named(who)
        row = self._one("address_of", who_kind=kind, who_id=person_id)
        if row is None:
            return None
        found, channel, sealed = row
        return Address(channel, self._open(sealed, "addresses", found.hex(), "address").decode())

    def address_in(self, who: Visitor | Staff, channel: str) -> Address | None:
        """The address last used in one channel."""
        kind, person_id = named(who)
        row = self._one("address_in", who_kind=kind, who_id=person_id, channel=channel)
        if row is None:
            return None
        found, sealed = row
        return Address(channel, self._open(sealed, "addresses", found.hex(), "address").decode())

    def rebind(self, conversation: str, member: str) -> None:
        """``BecomeMember``: the conversation's addresses are the member's."""
        self._do("rebind", conversation=conversation, member=member)
        self._memory.forget_people()


def named(who: Visitor | Staff) -> tuple[str, str]:
    match who:
        case Visitor(conversation):
            return "visitor", conversation
        case Staff(member):
            return "member", member
        case _:
            assert_never(who)


def person(row: tuple[str, str] | None) -> Visitor | Staff | None:
    match row:
        case ("visitor", conversation):
            return Visitor(conversation)
        case ("member", member):
            return Staff(member)
        case _:
            return None
