"""What has had its time: counted and deleted by one and the same condition.

What lasts for a while only goes here; the words of requests and whole conversations go by a turn
of the core each (``ripe`` names them), since those also concern what waits to be sent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.retention import Keep
from bot.store.audit import Audits
from bot.store.codec import micros
from bot.store.guesses import GUESSES_FOR
from bot.store.history import History
from bot.store.returns import Returns
from bot.store.sessions import ABSOLUTE, IDLE, Sessions

MESSAGES_FOR = timedelta(hours=48)  # older ones cannot be deleted (Bot API, deleteMessage)
PROPOSED_FOR = timedelta(hours=1)  # twice as long as its code is good
SLOTS_FOR = timedelta(days=60)  # a card may wait through the summer holidays
WORDS, TALKS, AUDIT = "Texte abgeschlossener Anfragen", "stille Gespräche", "Zeilen im Protokoll"
DEFAULT = Keep()


@dataclass(frozen=True, slots=True)
class Lasting:
    """Rows of one kind, and which of them are older than ``:before``."""

    kind: str
    table: str
    old: str
    lasts: Callable[[Keep], timedelta]


RIPE = (
    Lasting(
        WORDS,
        "requests",
        "open = 0 AND closed_at <= :before"
        " AND (conversation <> '' OR id IN (SELECT request FROM request_keys))",
        lambda keep: keep.words,
    ),
    Lasting(
        TALKS,
        "conversations",
        "touched <= :before AND id NOT IN (SELECT conversation FROM requests WHERE open = 1)",
        lambda keep: keep.conversations,
    ),
)
LASTING = (
    Lasting("Kennungen gesehener Nachrichten", "seen", "at < :before", lambda keep: keep.seen),
    Lasting(
        "Kennungen fremder Chat-Nachrichten",
        "messages",
        "mine = 0 AND at < :before",
        lambda _: MESSAGES_FOR,
    ),
    Lasting(
        "Kennungen eigener Chat-Nachrichten",  # they can still be emptied
        "messages",
        "mine = 1 AND at < :before",
        lambda keep: keep.conversations,
    ),
    Lasting("Plätze von Karten in Chats", "slots", "at < :before", lambda _: SLOTS_FOR),
    Lasting("Seiten im Web-Chat", "history", "at < :before", lambda keep: keep.conversations),
    Lasting("abgelaufene Knöpfe", "refs", "expires < :before", lambda _: timedelta()),
    Lasting("falsche Einladungen", "guesses", "at < :before", lambda _: GUESSES_FOR),
    Lasting("abgelaufene Einladungen", "invitations", "expires < :before", lambda _: timedelta()),
    Lasting("unbestätigte E-Mail-Adressen", "proposed", "at < :before", lambda _: PROPOSED_FOR),
    Lasting("abgelaufene Links", "links", "expires < :before", lambda _: timedelta()),
    Lasting(
        "beendete Anmeldungen",
        "sessions",
        f"kind = 'session' AND (used < :before OR began < :before - {(ABSOLUTE - IDLE).seconds}e6)",
        lambda _: IDLE,
    ),
    Lasting(
        "abgeschlossene Anfragen ohne Text",
        "requests",
        "open = 0 AND closed_at < :before AND id NOT IN (SELECT request FROM request_keys)"
        " AND id NOT IN (SELECT request FROM words)",
        lambda keep: keep.audit,
    ),
)


class Retention(Sessions, Returns, History, Audits):
    def due_to_go(self, now: datetime, keep: Keep = DEFAULT) -> Mapping[str, int]:
        """Kind → how many have had their time; every kind is there, also with 0."""
        counts = {one.kind: self._count(one, now, keep) for one in (*RIPE, *LASTING)}
        return counts | {AUDIT: self.audit_to_go(now - keep.audit)}

    def ripe(self, now: datetime, keep: Keep = DEFAULT) -> tuple[str, ...]:
        """The requests and conversations that a turn of the core has to forget."""
        return tuple(
            [
                row
                for one in RIPE
                for (row,) in self.connection.execute(
                    f"SELECT id FROM {one.table} WHERE {one.old}",  # noqa: S608  (our own words)
                    {"before": micros(now - one.lasts(keep))},
                ).fetchall()
            ],
        )

    def sweep(self, now: datetime, keep: Keep = DEFAULT) -> None:
        """Delete what is kept for a while only; harmless as often as one likes."""
        gone = {one.table: self._delete(one, now, keep) for one in LASTING}
        if gone["invitations"]:
            self._memory.roster = None
        seen = gone.pop("seen")  # a hash, and of those there are many: no need to empty the log
        del seen
        self.erased = self.erased or any(gone.values())
        self.cut_audit(now - keep.audit)

    def _count(self, one: Lasting, now: datetime, keep: Keep) -> int:
        sql = f"SELECT count(*) FROM {one.table} WHERE {one.old}"  # noqa: S608  (our own words)
        before = {"before": micros(now - one.lasts(keep))}
        found: int = self.connection.execute(sql, before).fetchone()[0]
        return found

    def _delete(self, one: Lasting, now: datetime, keep: Keep) -> int:
        sql = f"DELETE FROM {one.table} WHERE {one.old}"  # noqa: S608  (our own words)
        return self.connection.execute(sql, {"before": micros(now - one.lasts(keep))}).rowcount
