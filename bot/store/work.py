"""The unit of work: everything that may be done to the store inside one transaction."""

from dataclasses import replace

from bot.ports import Owed
from bot.store.retention import Retention
from bot.store.rounds import Overdue, Stats

__all__ = ["Overdue", "Owed", "Stats", "Work"]


class Work(Retention):
    """All of it or nothing. Runs in the store's thread: waits for nobody, keeps nothing."""

    def forget_words(self, request: str) -> None:
        """Erase the words of a request: their key, the words, what quotes them, the drafts."""
        self.erased = True
        self._forgotten |= {request}
        self._do("drop_words", request=request)
        self._do("drop_request_key", request=request)
        self._do("drop_outbox_quotes", request=request)
        self.forget_quotes(request)
        self._forget_drafts(request)

    def _forget_drafts(self, request: str) -> None:
        for member in list(self._roster().members.values()):
            if member.writing_to == request and member.draft:
                self._save_member(replace(member, draft=""))
        facts = self._request(request)
        writer = self.conversation(facts.conversation) if facts else None
        if writer and writer.writing_to == request and writer.draft:
            self._save_conversation(replace(writer, draft=()))

    def forget_conversation(self, conversation: str) -> None:
        """Erase a conversation, its addresses, and what waits for them.

        Ask ``erasable`` before and ``owe`` a last word after it. Words of requests go by
        ``forget_words``.
        """
        self.erased = True
        self.forget_pages(conversation)
        for (found,) in list(self._all("hashes_of", conversation=conversation)):
            self._do("drop_outbox_to", address_hash=found)
            self._do("drop_messages", address_hash=found)
            self._do("drop_slots", address_hash=found)
            self._forget_return(found)
            self._do("drop_address", hash=found)
        self._memory.forget_people()
        self._memory.conversations.pop(conversation, None)
        self._do("drop_refs_of", owner=conversation)
        self._do("drop_timers_of", ref=conversation)
        self._do("drop_conversation", id=conversation)

    # ── Access ──────────────────────────────────────────────────────────────────────────────────

    def drop_owed_to(self, member: str) -> None:
        """Nothing that waits for this member is sent any more."""
        self.erased = True
        for (found,) in list(self._all("hashes_of_member", member=member)):
            self._do("drop_outbox_to", address_hash=found)

    def drop_logins(self, member: str) -> None:
        """No second factor any more, and nobody logged in; key and addresses stay."""
        self._do("drop_factor", member=member)
        for (found,) in list(self._all("hashes_of_member", member=member)):
            self._do("drop_sessions_of", address_hash=found, kind="session")

    def end_access(self, member: str) -> None:
        """Their addresses, log-ins, buttons and what stood on their pages are forgotten."""
        self.erased = True
        for (found,) in list(self._all("hashes_of_member", member=member)):
            for kind in ("session", "key"):
                self._do("drop_sessions_of", address_hash=found, kind=kind)
            self._do("drop_pages_of", address_hash=found)
            self._do("drop_messages", address_hash=found)
            self._do("drop_slots", address_hash=found)
            self._do("drop_address", hash=found)
        self.drop_mail(member)
        self._do("drop_factor", member=member)
        self._memory.forget_people()
        self._do("drop_refs_of", owner=member)
