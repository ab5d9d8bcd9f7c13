"""What stands on a page: for doors that keep no chat of their own, the screens shown so far.

A screen is kept in the transaction that owes it, under the number of its outbox row. So whoever
looks after the commit sees it, whether the channel was told yet or not.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.core.messages import Screen, Staff, Visitor
from bot.core.records import Conversation, Record
from bot.ports import Address, Outgoing, Owed, Receipt, Shown
from bot.store import codec
from bot.store.facts import Facts
from bot.store.letters import Letters
from bot.store.rounds import Rounds
from bot.store.sealing import REQUEST_KID, Place, Seal, kid_of

KEPT_FOR = frozenset({"web"})  # channels whose chat lives here and nowhere else
LAST = 2**62  # after every place


class History(Facts, Letters, Rounds):
    # ── Kept ────────────────────────────────────────────────────────────────────────────────────

    def owe(self, to: Address, owed: Owed) -> Outgoing:
        """As in ``Letters``; what has a screen also stands on the page from now on."""
        outgoing = super().owe(to, owed)
        if to.channel in KEPT_FOR and owed.screen is not None:
            self._put_page(outgoing.row, to, owed, owed.screen)
        return outgoing

    def _put_page(self, row: int, to: Address, owed: Owed, screen: Screen) -> None:
        found = self._address_hash(to)
        slot_hash = self._slot_hash(screen.slot) if screen.slot else None
        place = row
        if slot_hash is not None and screen.edit:
            place = self._replaced(found, slot_hash) or row
        seal = self._quoting_seal(owed.request) if owed.quotes and owed.request else None
        plain = codec.payload_bytes(codec.Payload(to.channel, "", screen))
        self._do(
            "put_page",
            id=row,
            place=place,
            address_hash=found,
            slot_hash=slot_hash,
            sealed_screen=(seal or self._sealer).close(plain, _page_place(row)),
            request=owed.request,
            quotes=int(owed.quotes),
        )

    def _replaced(self, found: bytes, slot_hash: bytes) -> int | None:
        """Take away what holds the slot; where it stood."""
        before = self._one("page_in_slot", address_hash=found, slot_hash=slot_hash)
        if before is None:
            return None
        self._do("drop_page", id=before[0])
        place: int = before[1]
        return place

    def sent(self, rows: Sequence[tuple[Outgoing, Receipt]], at: datetime) -> frozenset[int]:
        """As in ``Letters``; from now on the time counts after which a page forgets it."""
        escaped = super().sent(rows, at)
        for outgoing, _ in rows:
            if outgoing.address.channel in KEPT_FOR:
                self._do("stamp_page", id=outgoing.row, at=codec.micros(at))
        return escaped

    def give_up(self, row: int) -> tuple[Visitor | Staff | None, str | None]:
        """As in ``Letters``; it does not stand on the page either."""
        self._do("drop_page", id=row)
        return super().give_up(row)

    def empty_desk(self, request: str, member: str) -> tuple[tuple[Address, str], ...]:
        """As in ``Letters``; pages that live here are emptied at once."""
        self._do("drop_pages_desk", request=request, member=member)
        return super().empty_desk(request, member)

    # ── Read ────────────────────────────────────────────────────────────────────────────────────

    def pages(self, address: Address, before: int = LAST, limit: int = 30) -> tuple[Shown, ...]:
        """The newest that stand before a place, in their order on the page."""
        found = self._address_hash(address)
        rows = list(self._all("pages", address_hash=found, before=before, size=limit))
        shown = [self._shown(*row) for row in rows]
        return tuple([one for one in reversed(shown) if one is not None])

    def _shown(
        self, row: int, place: int, sealed: bytes, request: str | None, at: int | None
    ) -> Shown | None:
        opener: Seal | None = None
        if kid_of(sealed) == REQUEST_KID:
            opener = self._request_seal(request or "")
            if opener is None:
                return None  # its key is gone, after a restore: the words are noise
        payload = codec.payload_of((opener or self._sealer).open(sealed, _page_place(row)))
        if payload.screen is None:
            return None
        return Shown(row, place, payload.screen, None if at is None else codec.moment(at))

    def newest_page(self, address: Address) -> int:
        """The number of what was last put on the page; 0 for an empty one."""
        return self._one("newest_page", address_hash=self._address_hash(address)) or 0

    # ── Forgotten ───────────────────────────────────────────────────────────────────────────────

    def save(self, record: Record) -> None:
        """As in ``Facts``; a draft that was sent or thrown away leaves the page as well."""
        if isinstance(record, Conversation) and not record.draft:
            self._forget_draft(record.id)
        super().save(record)

    def _forget_draft(self, conversation: str) -> None:
        before = self.conversation(conversation)
        if before is None or not before.draft:
            return
        if self._one("page_of_conversation", conversation=conversation) is None:
            return
        for (found,) in list(self._all("hashes_of", conversation=conversation)):
            rows = list(self._all("pages", address_hash=found, before=LAST, size=LAST))
            for row in rows:
                shown = self._shown(*row)
                if shown is not None and any(text in shown.screen.text for text in before.draft):
                    self._do("drop_page", id=shown.row)
                    self.erased = True

    def erasable(self, address: Address, since: datetime) -> tuple[str, ...]:
        """As in ``Letters``; a page that lives here is emptied at once and whole."""
        self._do("drop_pages_of", address_hash=self._address_hash(address))
        return super().erasable(address, since)

    def erasable_since(self, address: Address, since: datetime) -> tuple[str, ...]:
        """As in ``Letters``; the page forgets what was shown since then."""
        found = self._address_hash(address)
        self._do("drop_pages_since", address_hash=found, since=codec.micros(since))
        return super().erasable_since(address, since)

    def forget_quotes(self, request: str) -> None:
        self._do("drop_page_quotes", request=request)

    def forget_pages(self, conversation: str) -> None:
        for (found,) in list(self._all("hashes_of", conversation=conversation)):
            self._do("drop_pages_of", address_hash=found)


def _page_place(row: int) -> Place:
    return Place("history", str(row), "screen")
