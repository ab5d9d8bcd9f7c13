"""What a batch writes: the changed records, and the effects in their order.

Lives inside one transaction; thrown away with it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never

from bot.core.messages import (
    ADDRESS,
    Admit,
    AskAddress,
    Audit,
    BecomeMember,
    Count,
    DropAddress,
    DropFactor,
    Due,
    Effect,
    EmptyDesk,
    EndAccess,
    EraseChat,
    Event,
    Foreign,
    ForgetConversation,
    ForgetWords,
    LetSleep,
    Received,
    Reveal,
    Say,
    Screen,
    Staff,
    TakeAddress,
    Tapped,
    Timer,
    Visitor,
    Wake,
    Who,
)
from bot.core.records import (
    Conversation,
    Enclosure,
    Guesses,
    Invitation,
    Member,
    PostFacts,
    Record,
    Ref,
    Request,
)
from bot.core.world import Outcome
from bot.ports import Address, Outgoing, Owed, Work

TELEGRAM, WEB, EMAIL = "telegram", "web", "email"  # the channels' names
ERASABLE_FOR = timedelta(hours=48)  # Bot API, deleteMessage: older ones stay
DUE_AT_ONCE = 1000
PAGE = 1000


@dataclass
class Orders:
    """Carries out what the turns of one batch decided."""

    work: Work
    now: datetime
    chance: Callable[[], bytes]
    owed: list[Outgoing] = field(default_factory=list)
    addresses: dict[str, Address] = field(default_factory=dict)  # event id → where it came from
    forgot: bool = False
    hide: Callable[[Say, str], Screen] = lambda say, _channel: say.screen
    _unsaved: dict[tuple[type, str], Record] = field(default_factory=dict)
    _persons: dict[Address, Visitor | Staff] = field(default_factory=dict)
    _due: set[Due] | None = None

    def person(self, address: Address) -> Visitor | Staff:
        """Who stands behind it, a new visitor if nobody; the address is the one last used."""
        found = self._persons.get(address)
        if found is None:
            found = self.work.who(address) or Visitor(self.chance()[:16].hex())
            self.work.bind(address, found, self.now)
            self._persons[address] = found
        return found

    def is_due(self, due: Due) -> bool:
        """A timer is due only while its row says so: it may have been put off meanwhile."""
        if self._due is None:
            self._due = set(self.work.due(self.now, DUE_AT_ONCE))
        return due in self._due

    def keep(self, outcome: Outcome) -> None:
        """Records are written once, in their last version; what is used up goes now."""
        if outcome.drops:
            self.save()  # a button used up must not be written back afterwards
            for key in outcome.drops:
                self.work.drop(key)
        for record in outcome.records:
            self._unsaved[type(record), _id_of(record)] = record

    def save(self) -> None:
        """Write what is not written yet; then the store answers with today's world."""
        for record in self._unsaved.values():
            self.work.save(record)
        self._unsaved.clear()

    def carry_out(self, event: Event, effects: Sequence[Effect]) -> bool:
        """An outcome forgets first and speaks then: its own last words are not forgotten.

        True when something was forgotten.
        """
        forgetting = False
        erasing = {
            effect.to: self._erasing(effect, event)
            for effect in effects
            if isinstance(effect, EraseChat)
        }
        persons: set[Who] = {event.who}
        for effect in effects:
            match effect:
                case ForgetWords() | ForgetConversation():
                    self._forget(effect)
                    forgetting = True
                case EndAccess(member):
                    self.save()
                    self.work.drop_owed_to(member)
                    forgetting = True
                case BecomeMember(conversation, member):
                    self.work.rebind(conversation, member)
                    self._persons.clear()
                    persons.add(Staff(member))
        self._speak(event, effects, frozenset(persons), erasing)
        self.forgot = self.forgot or forgetting
        return forgetting

    def _speak(  # noqa: C901  (each effect has its line)
        self,
        event: Event,
        effects: Sequence[Effect],
        persons: frozenset[Who],
        erasing: dict[Visitor | Staff, tuple[Address | None, Owed]],
    ) -> None:
        origin, here = event.origin, self.addresses.get(event.id)
        for effect in map(self._filled, effects):
            match effect:
                case Say(to) if to in persons and not effect.only:
                    self._say(effect, here, origin)
                    origin = ""
                case Say():
                    self._say(effect, None, "")
                case EraseChat(to):
                    self._owe(*erasing[to])
                case EndAccess(member):  # after their last words, which edit what they saw
                    self.work.end_access(member)
                    self._persons.clear()
                case Wake() | LetSleep() | Count() | Audit() | Admit():
                    self._note(effect)
                case AskAddress() | TakeAddress() | DropAddress():
                    self._mail(effect)
                case DropFactor(member):
                    self.work.drop_logins(member)
                case EmptyDesk():
                    self._empty(effect)
                    self.forgot = True
                case ForgetWords() | ForgetConversation() | BecomeMember() | Reveal():
                    pass  # done before
                case _:
                    assert_never(effect)
        if origin and _was_tap(event):
            self._owe(here, Owed(origin=origin))  # nothing to show, but the tap awaits its answer

    def _note(self, effect: Wake | LetSleep | Count | Audit | Admit) -> None:
        match effect:
            case Wake(at, kind, ref):
                self.let_sleep(kind, ref)
                self.work.wake(at, kind, ref)
            case LetSleep(kind, ref):
                self.let_sleep(kind, ref)
            case Admit(code, to, until):
                visit = isinstance(to, Visitor)
                target = to.conversation if isinstance(to, Visitor) else to.member
                self.work.put_link(code, "chat" if visit else "mail", target, until)
            case Count(what, district):
                self.count(what, district)
            case Audit(member, action, about, why):
                self.work.audit(self.now, member, action, about, why)
            case _:
                assert_never(effect)

    def _mail(self, effect: AskAddress | TakeAddress | DropAddress) -> None:
        match effect:
            case AskAddress(member, text, screen):
                address = Address(EMAIL, text)
                self.work.propose(member, address, self.now)
                self._owe(address, Owed(screen))
            case TakeAddress(member):
                self.work.take_proposed(member, self.now)
                self._persons.clear()
            case DropAddress(member):
                self.work.drop_mail(member)
                self._persons.clear()
            case _:
                assert_never(effect)

    def let_sleep(self, kind: Timer, ref: str) -> None:
        self.work.let_sleep(kind, ref)
        if self._due is not None:
            self._due.discard(Due(kind, ref))

    def note(self, what: str, event: str) -> None:
        """Into the audit, by the event's id: for ``lotse status``."""
        self.work.audit(self.now, "", what, event)

    def count(self, what: str, district: str = "") -> None:
        self.work.count(what, district, f"{self.now:%Y-%m}")

    def _say(self, say: Say, here: Address | None, origin: str) -> None:
        if say.quotes:
            self.save()  # what is quoted is sealed with its request's own key
        if say.only:
            self._owe(self.work.address_in(say.to, say.only), Owed(say.screen))
            return
        address = here or self.work.address_of(say.to)
        screen = self.hide(say, address.channel) if address else say.screen
        owed = Owed(screen, origin, (), say.request, say.quotes, say.quiet)
        if say.telegram is not None and address is not None and address.channel == TELEGRAM:
            whole = replace(owed, screen=say.screen, origin="")
            self._owe(self.work.address_in(say.to, WEB), whole, optional=True)
            owed = Owed(say.telegram, origin, (), say.request, quiet=say.quiet)
        self._owe(address, owed)

    def _filled(self, effect: Effect) -> Effect:
        """The one place where a visitor's address is written for somebody else to read."""
        if not isinstance(effect, Reveal):
            return effect
        found = self.work.address_in(Visitor(effect.conversation), TELEGRAM)
        screen = effect.none
        if found is not None:
            screen = replace(effect.screen, text=effect.screen.text.replace(ADDRESS, found.id))
        return Say(effect.to, screen, effect.request, quotes=True, telegram=effect.telegram)

    def _empty(self, effect: EmptyDesk) -> None:
        """Edited, not deleted: that has no limit in time."""
        for address, message in self.work.empty_desk(effect.request, effect.member):
            self._owe(address, Owed(effect.screen, edits=message))

    def _owe(self, address: Address | None, owed: Owed, *, optional: bool = False) -> None:
        if address is None:
            if not optional:
                self.count("no_address")
        elif owed != Owed():
            self.owed.append(self.work.owe(address, owed))

    def _erasing(self, effect: EraseChat, event: Event) -> tuple[Address | None, Owed]:
        """What can still be deleted, and what of ours can only be emptied."""
        to, work, since = effect.to, self.work, self.now - ERASABLE_FOR
        here = self.addresses.get(event.id) if to == event.who else None
        address = here or work.address_of(to)
        if address is None:
            return None, Owed()
        if effect.since is not None:
            return address, Owed(erase=work.erasable_since(address, max(since, effect.since)))
        empty = work.too_old(address, since) if effect.emptied else ()
        erase = work.erasable(address, since)
        return address, Owed(erase=erase, empty=empty, emptied=effect.emptied if empty else "")

    def _forget(self, effect: ForgetWords | ForgetConversation) -> None:
        self.save()  # else what is to be forgotten would be written afterwards
        match effect:
            case ForgetWords(request):
                self.work.forget_words(request)
            case ForgetConversation(conversation):
                self.work.forget_conversation(conversation)
                self._persons.clear()
            case _:
                assert_never(effect)

    def rows(self) -> Iterator[int]:
        """The numbers of all rows that are still owed."""
        after = 0
        while page := self.work.owed(after, PAGE):
            yield from (outgoing.row for outgoing in page)
            after = page[-1].row


def _id_of(record: Record) -> str:
    match record:
        case Conversation() | Request() | Member() | PostFacts():
            return record.id
        case Enclosure():
            return record.request
        case Ref():
            return record.ref
        case Invitation():
            return record.hash
        case Guesses():
            return record.of
        case _:
            assert_never(record)


def _was_tap(event: Event) -> bool:
    return isinstance(event.body, Tapped) or event.body == Received(Foreign.BUTTON)
