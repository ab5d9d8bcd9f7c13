"""Everything else the core knows by key: conversations, the team, refs, invitations."""

from typing import assert_never

from bot.core.records import (
    Conversation,
    ConversationKey,
    CountersKey,
    Enclosure,
    EnclosureKey,
    Guesses,
    GuessesKey,
    Invitation,
    InvitationKey,
    Key,
    Member,
    MemberKey,
    NamesInUse,
    OpenRequests,
    PostFacts,
    ProposedKey,
    Record,
    Ref,
    RefKey,
    Request,
    RequestKey,
    RequestsOf,
    Team,
    TeamKey,
)
from bot.store import codec
from bot.store.guesses import GuessesKept
from bot.store.mailboxes import Mailboxes
from bot.store.matters import Matters
from bot.store.memory import Roster


class Facts(Mailboxes, Matters, GuessesKept):
    def load(self, key: Key) -> object | None:  # noqa: C901, PLR0911, PLR0912  (one line for each key)
        """What stands under a key; its type is named at the key in ``bot.core.records``."""
        match key:
            case ConversationKey(conversation):
                return self.conversation(conversation)
            case RequestKey(request):
                return self._request(request)
            case EnclosureKey(request):
                return self._enclosure(request)
            case RequestsOf(conversation):
                return self._requests_of(conversation)
            case OpenRequests(post, page):
                return self._open_requests(post, page)
            case NamesInUse():
                return self._names()
            case TeamKey():
                return self.team()
            case RefKey(ref):
                return self._ref(ref)
            case InvitationKey(code):
                return self._invitation(code)
            case GuessesKey(of):
                return self.guesses(of)
            case CountersKey():
                return tuple(self._all("counters"))
            case ProposedKey(member):
                return self.can_take(member)
            case MemberKey(member):
                return self.team().member(member)
            case _:
                assert_never(key)

    def save(self, record: Record) -> None:
        """Insert or replace."""
        match record:
            case Conversation():
                self._save_conversation(record)
            case Request():
                self._save_request(record)
            case Enclosure():
                self._save_enclosure(record)
            case Member():
                self._save_member(record)
            case PostFacts():
                self._save_post(record)
            case Ref():
                self._save_ref(record)
            case Invitation():
                self._save_invitation(record)
            case Guesses():
                self.save_guesses(record)
            case _:
                assert_never(record)

    def drop(self, key: Key) -> None:
        """Use up a ref, with all of its ``gives`` group, or an invitation."""
        match key:
            case RefKey(ref):
                found = self._sealer.hash("ref", ref)
                gives = self._one("gives_of", hash=found)
                self._do("drop_ref", hash=found)
                if gives is not None:
                    self._do("drop_given", gives_hash=gives)
            case InvitationKey(code):
                self._do("drop_invitation", hash=code)
                if self._memory.roster is not None:
                    self._memory.roster.invitations.pop(code, None)
                    self._memory.roster.team = None
            case MemberKey(member):
                self._do("drop_member", id=member)
                self._roster().members.pop(member, None)
                self._roster().team = None
                self.erased = True
            case _:
                raise TypeError(f"{type(key).__name__} is forgotten, not dropped")

    # ── Conversations ───────────────────────────────────────────────────────────────────────────

    def conversation(self, conversation: str) -> Conversation | None:
        known = self._memory.conversations.get(conversation)
        if known is not None:
            return known
        sealed = self._one("conversation", id=conversation)
        if sealed is None:
            return None
        found = codec.conversation_of(self._open(sealed, "conversations", conversation, "state"))
        self._memory.conversations.put(conversation, found)
        return found

    def _save_conversation(self, record: Conversation) -> None:
        plain = codec.conversation_bytes(record)
        sealed = self._close(plain, "conversations", record.id, "state")
        touched = codec.micros(record.touched)
        self._do("put_conversation", id=record.id, sealed_state=sealed, touched=touched)
        self._memory.conversations.put(record.id, record)

    # ── The team ────────────────────────────────────────────────────────────────────────────────

    def team(self) -> Team:
        return self._roster().as_team()

    def _roster(self) -> Roster:
        if self._memory.roster is None:
            self._memory.roster = Roster(
                {
                    i: codec.member_of(self._open(s, "members", i, "state"))
                    for i, s in self._all("members")
                },
                {
                    i: codec.post_of(self._open(s, "posts", i, "state"))
                    for i, s in self._all("posts")
                },
                {h: self._opened_invitation(h, s) for h, s in self._all("unused_invitations")},
            )
        return self._memory.roster

    def _save_member(self, member: Member) -> None:
        sealed = self._close(codec.member_bytes(member), "members", member.id, "state")
        self._do("put_member", id=member.id, sealed_state=sealed)
        self._roster().members[member.id] = member
        self._roster().team = None

    def _save_post(self, post: PostFacts) -> None:
        sealed = self._close(codec.post_bytes(post), "posts", post.id, "state")
        self._do("put_post", id=post.id, sealed_state=sealed)
        self._roster().posts[post.id] = post
        self._roster().team = None

    # ── Refs and invitations ────────────────────────────────────────────────────────────────────

    def _ref(self, ref: str) -> Ref | None:
        found = self._sealer.hash("ref", ref)
        sealed = self._one("ref", hash=found)
        if sealed is None:
            return None
        return codec.ref_of(self._open(sealed, "refs", found.hex(), "action"))

    def _save_ref(self, ref: Ref) -> None:
        found = self._sealer.hash("ref", ref.ref)
        self._do(
            "put_ref",
            hash=found,
            owner=ref.owner,
            gives_hash=self._sealer.hash("gives", ref.owner, ref.gives) if ref.gives else None,
            sealed_action=self._close(codec.ref_bytes(ref), "refs", found.hex(), "action"),
            expires=ref.expires and codec.micros(ref.expires),
        )

    def _invitation(self, code: str) -> Invitation | None:
        sealed = self._one("invitation", hash=code)
        return None if sealed is None else self._opened_invitation(code, sealed)

    def _opened_invitation(self, code: str, sealed: bytes) -> Invitation:
        return codec.invitation_of(self._open(sealed, "invitations", code, "state"))

    def _save_invitation(self, invitation: Invitation) -> None:
        plain = codec.invitation_bytes(invitation)
        self._do(
            "put_invitation",
            hash=invitation.hash,
            sealed_state=self._close(plain, "invitations", invitation.hash, "state"),
            expires=codec.micros(invitation.expires),
            used=int(invitation.used),
        )
        roster = self._roster()
        roster.invitations.pop(invitation.hash, None)
        if not invitation.used:
            roster.invitations[invitation.hash] = invitation
        roster.team = None
