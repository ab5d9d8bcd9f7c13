"""What is remembered between transactions, so that it need not be opened again each time.

Changed together with the rows; forgotten whole when a transaction is rolled back, since then
nobody knows which of it is still true.
"""

from dataclasses import dataclass, field
from typing import TypeVar

from bot.core.messages import Staff, Visitor
from bot.core.records import Conversation, Invitation, Member, PostFacts, Team
from bot.ports import Address

K = TypeVar("K")
V = TypeVar("V")

RECENT = 2000  # entries; who spoke just now will speak again in a moment


@dataclass(slots=True)
class Roster:
    """The team as it stands in the tables."""

    members: dict[str, Member]
    posts: dict[str, PostFacts]
    invitations: dict[str, Invitation]  # by hash, unused ones
    team: Team | None = None

    def as_team(self) -> Team:
        if self.team is None:
            self.team = Team(
                tuple(self.members.values()),
                tuple(self.posts.values()),
                frozenset(i.post for i in self.invitations.values() if i.post),
                tuple(self.invitations.values()),
            )
        return self.team


@dataclass(slots=True)
class Names:
    """The spoken names of the open requests, by request."""

    by_request: dict[str, str]
    in_use: frozenset[str] | None = None

    def put(self, request: str, name: str | None) -> None:
        """``None``: the request is no longer open."""
        if self.by_request.get(request) == name:
            return
        if name is None:
            del self.by_request[request]
        else:
            self.by_request[request] = name
        self.in_use = None

    def as_set(self) -> frozenset[str]:
        if self.in_use is None:
            self.in_use = frozenset(self.by_request.values())
        return self.in_use


class Recent(dict[K, V]):
    """What was put last; beyond ``RECENT`` entries the one put first goes."""

    def put(self, key: K, value: V) -> None:
        self.pop(key, None)
        self[key] = value
        if len(self) > RECENT:
            del self[next(iter(self))]


@dataclass(slots=True)
class Memory:
    roster: Roster | None = None
    names: Names | None = None
    next_row: int = 0  # the outbox's next number; 0 = not looked up yet
    hashes: Recent[Address, bytes] = field(default_factory=Recent)
    people: Recent[bytes, Visitor | Staff] = field(default_factory=Recent)  # by address hash
    newest: Recent[Visitor | Staff, bytes] = field(default_factory=Recent)  # address last used
    conversations: Recent[str, Conversation] = field(default_factory=Recent)
    asked: Recent[str, tuple[str, ...]] = field(default_factory=Recent)  # open requests of one
    # Erasure is complete when the write-ahead log is emptied; kept here until that went well.
    unswept: bool = field(default=False)

    def forget(self) -> None:
        self.roster = None
        self.names = None
        self.next_row = 0
        self.forget_people()
        self.conversations.clear()
        self.asked.clear()

    def forget_people(self) -> None:
        """Somebody's addresses have changed hands."""
        self.hashes.clear()
        self.people.clear()
        self.newest.clear()
