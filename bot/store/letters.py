"""What is owed to people, what was sent, and what of it can still be deleted or edited."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.core.messages import Staff, Visitor
from bot.ports import Address, Outgoing, Owed, Receipt
from bot.store import codec
from bot.store.codec import micros
from bot.store.database import last_row
from bot.store.matters import Matters
from bot.store.people import person
from bot.store.sealing import REQUEST_KID, Place, Seal, kid_of

EDITED = frozenset({"telegram"})  # channels whose messages can be edited later
MOST_EMPTIED = 300  # calls of the Bot API, one for each message; older ones stay


class Letters(Matters):
    # ── Owed ────────────────────────────────────────────────────────────────────────────────────

    def owe(self, to: Address, owed: Owed) -> Outgoing:
        """Put it into the outbox; what the channel will be given, with its row's number."""
        row, found = self._next_row(), self._address_hash(to)
        payload = codec.Payload(
            to.channel,
            to.id,
            owed.screen,
            owed.origin,
            owed.erase,
            owed.quiet,
            owed.edits,
            owed.empty,
            owed.emptied,
        )
        seal = self._quoting_seal(owed.request) if owed.quotes and owed.request else None
        place, plain = _payload_place(row), codec.payload_bytes(payload)
        self._do(
            "put_outbox",
            id=row,
            address_hash=found,
            sealed_payload=(seal or self._sealer).close(plain, place),
            request=owed.request,
            quotes=int(owed.quotes),
        )
        return self._outgoing(row, found, payload, 0, owed.request if owed.quotes else None)

    def _next_row(self) -> int:
        last = self._memory.next_row or last_row(self.connection)
        self._memory.next_row = last + 1
        return last + 1

    def _quoting_seal(self, request: str) -> Seal | None:
        """Words that wait to be sent are sealed with the request's key: erased, they are noise."""
        seal = self._request_seal(request)
        if seal is None and self._one("request", id=request) is not None:
            return self._new_request_seal(request)
        return seal

    def _outgoing(
        self, row: int, found: bytes, payload: codec.Payload, tries: int, quotes: str | None
    ) -> Outgoing:
        screen = payload.screen
        edits = screen is not None and screen.edit and screen.slot
        return Outgoing(
            row,
            payload.address,
            screen,
            payload.origin,
            payload.erase,
            payload.edits or (self._slot_message(found, edits) if edits else ""),
            payload.quiet,
            tries,
            quotes or "",
            bool(payload.edits),
            payload.empty,
            payload.emptied,
        )

    def _slot_message(self, found: bytes, slot: str) -> str:
        slot_hash = self._slot_hash(slot)
        sealed = self._one("slot", address_hash=found, slot_hash=slot_hash)
        if sealed is None:
            return ""
        return self._open(sealed, "slots", f"{found.hex()}/{slot_hash.hex()}", "message").decode()

    def _slot_hash(self, slot: str) -> bytes:
        return self._sealer.hash("slot", slot)

    def owed(self, after_row: int = 0, limit: int = 1000) -> tuple[Outgoing, ...]:
        """A page of the outbox in order, for the start; go on after the last row of it."""
        return tuple(
            [
                self._outgoing(
                    row,
                    found,
                    self._payload(row, sealed, request),
                    tries,
                    request if quotes else None,
                )
                for row, found, sealed, request, tries, quotes in list(
                    self._all("owed", after_row=after_row, size=limit),
                )
            ],
        )

    def rows(self) -> frozenset[int]:
        """The numbers of all rows that are still owed, without opening them."""
        return frozenset([row for (row,) in self._all("outbox_rows")])

    def _payload(self, row: int, sealed: bytes, request: str | None) -> codec.Payload:
        opener: Seal | None = None
        if request and kid_of(sealed) == REQUEST_KID:
            opener = self._request_seal(request)
        return codec.payload_of((opener or self._sealer).open(sealed, _payload_place(row)))

    def tried(self, row: int) -> None:
        """A send of this row may have arrived."""
        self._do("try_outbox", id=row)

    def give_up(self, row: int) -> tuple[Visitor | Staff | None, str | None]:
        """Delete the row: whom it did not reach, and the request it was about."""
        found = self.owed_to(row)
        self._do("drop_outbox", id=row)
        return found

    def owed_to(self, row: int) -> tuple[Visitor | Staff | None, str | None]:
        """Whom the row is for, and the request it is about."""
        found = self._one("outbox_row", id=row)
        if found is None:
            return None, None
        return person(self._one("who", hash=found[0])), found[1]

    def request_of(self, row: int) -> str | None:
        found = self._one("outbox_row", id=row)
        return None if found is None else found[1]

    # ── Sent, heard ─────────────────────────────────────────────────────────────────────────────

    def sent(self, rows: Sequence[tuple[Outgoing, Receipt]], at: datetime) -> frozenset[int]:
        """Done with these rows. A row that was forgotten meanwhile leaves no trace.

        Those of them are given back whose words stand in a chat now and are to be emptied there.
        """
        escaped = set()
        for outgoing, receipt in rows:
            kept = self._do("drop_outbox", id=outgoing.row)
            if not kept and outgoing.quotes and outgoing.address.channel in EDITED:
                escaped.add(outgoing.row)
            if not kept or not receipt.messages:
                continue
            found, when = self._address_hash(outgoing.address), micros(at)
            for message in receipt.messages:
                self._put_message(found, message, mine=1, when=when)
            if outgoing.address.channel in EDITED and (outgoing.quotes or outgoing.slot_message):
                self._note_quoted(outgoing, found, receipt.messages, when)
            if outgoing.screen is not None and outgoing.screen.slot:
                self._put_slot(found, outgoing.screen.slot, receipt.messages[-1], when)
        return frozenset(escaped)

    def _note_quoted(
        self, outgoing: Outgoing, found: bytes, messages: Sequence[str], when: int
    ) -> None:
        """These messages carry words of a request now, or do no more."""
        for message in messages:
            own = self._sealer.hash("quoted", found.hex(), message)
            if not outgoing.quotes:
                self._do("drop_quoted", address_hash=found, hash=own)
                continue
            row = f"{found.hex()}/{own.hex()}"
            self._do(
                "put_quoted",
                address_hash=found,
                hash=own,
                request=outgoing.quotes,
                sealed_message=self._close(message.encode(), "quoted", row, "message"),
                at=when,
            )

    def empty_desk(self, request: str, member: str) -> tuple[tuple[Address, str], ...]:
        """What members were shown of words, and is to be edited; what waits for them goes."""
        self.erased = True
        self._do("drop_outbox_desk", request=request, member=member)
        rows = list(self._all("quoted", request=request, member=member))
        found = []
        for address_hash, own, message, channel, address in rows:
            row = f"{address_hash.hex()}/{own.hex()}"
            chat = self._open(address, "addresses", address_hash.hex(), "address").decode()
            text = self._open(message, "quoted", row, "message").decode()
            found.append((Address(channel, chat), text))
            self._do("drop_quoted", address_hash=address_hash, hash=own)
        return tuple(found)

    def heard(self, address: Address, message: str, at: datetime) -> None:
        """The person's own message stands in the chat, so that it can be deleted."""
        if message:
            when = micros(at)
            self._put_message(self._address_hash(address), message, mine=0, when=when)

    def _put_message(self, found: bytes, message: str, *, mine: int, when: int) -> None:
        own = self._sealer.hash("message", found.hex(), message)
        row = f"{found.hex()}/{own.hex()}"
        sealed = self._close(message.encode(), "messages", row, "message")
        self._do(
            "put_message",
            address_hash=found,
            hash=own,
            sealed_message=sealed,
            mine=mine,
            at=when,
        )

    def _put_slot(self, found: bytes, slot: str, message: str, when: int) -> None:
        slot_hash = self._slot_hash(slot)
        row = f"{found.hex()}/{slot_hash.hex()}"
        sealed = self._close(message.encode(), "slots", row, "message")
        self._do(
            "put_slot",
            address_hash=found,
            slot_hash=slot_hash,
            sealed_message=sealed,
            at=when,
        )

    def erasable(self, address: Address, since: datetime) -> tuple[str, ...]:
        """The channel's ids of what stands in this chat since then; they are forgotten here."""
        found = self._address_hash(address)
        ids = self._opened(found, self._all("messages", address_hash=found, since=micros(since)))
        self._do("drop_messages", address_hash=found)
        # What is deleted in the chat cannot be edited there: the next card is a new message.
        self._do("drop_slots", address_hash=found)
        self.erased = True
        return ids

    def erasable_since(self, address: Address, since: datetime) -> tuple[str, ...]:
        """As ``erasable``, but what stands there longer is neither given nor forgotten."""
        found, when = self._address_hash(address), micros(since)
        ids = self._opened(found, self._all("messages", address_hash=found, since=when))
        self._do("drop_messages_since", address_hash=found, since=when)
        self._do("drop_slots_since", address_hash=found, since=when)
        self.erased = True
        return ids

    def too_old(self, address: Address, before: datetime) -> tuple[str, ...]:
        """Our own messages that stand there longer, the newest ``MOST_EMPTIED``."""
        found = self._address_hash(address)
        rows = self._all(
            "own_messages", address_hash=found, before=micros(before), size=MOST_EMPTIED
        )
        return self._opened(found, rows)

    def _opened(self, found: bytes, rows: Iterable[tuple[bytes, bytes]]) -> tuple[str, ...]:
        return tuple(
            [
                self._open(sealed, "messages", f"{found.hex()}/{own.hex()}", "message").decode()
                for own, sealed in list(rows)
            ],
        )


def _payload_place(row: int) -> Place:
    return Place("outbox", str(row), "payload")
