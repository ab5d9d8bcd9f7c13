"""Wrong invitation codes: when they came, and from which address, as a keyed hash.

Rows, so that a restart does not reset them. "" counts for the whole house.
"""

from datetime import timedelta

from bot.core.records import Guesses
from bot.store.codec import micros, moment
from bot.store.unit import Unit

GUESSES_FOR = timedelta(days=1)  # longer than any lock of ``bot.core.guesses``


class GuessesKept(Unit):
    def guesses(self, of: str) -> Guesses:
        """Those of all addresses of a conversation, or of everybody."""
        hashes = self._guessing(of)
        rows = [row for found in hashes for row in self._all("guesses", hash=found)]
        return Guesses(of, tuple([moment(at) for at in sorted({at for (at,) in rows})]))

    def save_guesses(self, record: Guesses) -> None:
        for found in self._guessing(record.of):
            self._do("drop_guesses", hash=found)
            for at in record.at:
                self._do("put_guess", hash=found, at=micros(at))

    def _guessing(self, of: str) -> list[bytes]:
        if not of:
            return [self._sealer.hash("guesses", "all")]
        return [found for (found,) in list(self._all("hashes_of", conversation=of))]
