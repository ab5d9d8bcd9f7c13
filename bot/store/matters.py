"""Requests, and their words under a key of their own."""

import os
from collections.abc import Sequence
from dataclasses import replace

from bot.core.records import PAGE, Enclosure, Request, Word
from bot.store import codec
from bot.store.memory import Names
from bot.store.sealing import KEY_BYTES, REQUEST_KID, Place, Seal
from bot.store.unit import Unit

BESIDE = -1  # the place of what lies beside the words; those count from 0


class Matters(Unit):
    _forgotten: frozenset[str] = frozenset()  # requests whose words were erased in this unit

    def _request(self, request_id: str) -> Request | None:
        sealed = self._one("request", id=request_id)
        if sealed is None:
            return None
        facts = codec.request_of(self._open(sealed, "requests", request_id, "state"))
        words = self._words(request_id)
        return replace(facts, words=words) if words else facts

    def _words(self, request_id: str) -> tuple[Word, ...]:
        seal = self._request_seal(request_id)
        if seal is None:
            return ()
        return tuple(
            [
                codec.word_of(seal.open(sealed, _word_place(request_id, seq)))
                for seq, sealed in self._all("words", request=request_id)
            ],
        )

    def _request_seal(self, request_id: str) -> Seal | None:
        sealed = self._one("request_key", request=request_id)
        if sealed is None:
            return None
        return Seal(REQUEST_KID, self._open(sealed, "request_keys", request_id, "key"))

    def _new_request_seal(self, request_id: str) -> Seal:
        key = os.urandom(KEY_BYTES)
        sealed = self._close(key, "request_keys", request_id, "key")
        self._do("put_request_key", request=request_id, sealed_key=sealed)
        return Seal(REQUEST_KID, key)

    def _save_request(self, request: Request) -> None:
        rank, due, _ = request.order
        self._do(
            "put_request",
            id=request.id,
            conversation=request.conversation,
            post=request.post,
            sealed_name=self._close(request.name.encode(), "requests", request.id, "name"),
            sealed_state=self._close(codec.request_bytes(request), "requests", request.id, "state"),
            rank=rank,
            due=codec.micros(due),
            open=int(request.open),
            sent_at=codec.micros(request.sent_at),
            closed_at=request.closed_at and codec.micros(request.closed_at),
        )
        if request.id not in self._forgotten:
            self._save_words(request.id, request.words)
        self._memory.asked.clear()
        if self._memory.names is not None:
            self._memory.names.put(request.id, request.name if request.open else None)

    def _save_words(self, request_id: str, words: Sequence[Word]) -> None:
        """Only what is new is sealed; words that changed or went are erased."""
        seal = self._request_seal(request_id)
        if seal is None and not words:
            return
        known = self._words(request_id)
        if known != tuple(words[: len(known)]):
            self.erased = True
            self._do("drop_said", request=request_id)
            known = ()
        seal = seal or self._new_request_seal(request_id)
        for seq in range(len(known), len(words)):
            sealed = seal.close(codec.word_bytes(words[seq]), _word_place(request_id, seq))
            self._do("put_word", request=request_id, seq=seq, sealed_text=sealed)

    # ── Beside the words ────────────────────────────────────────────────────────────────────────

    def _enclosure(self, request_id: str) -> Enclosure | None:
        seal = self._request_seal(request_id)
        sealed = self._one("word", request=request_id, seq=BESIDE) if seal else None
        if seal is None or sealed is None:
            return None
        return codec.enclosure_of(seal.open(sealed, _word_place(request_id, BESIDE)))

    def _save_enclosure(self, enclosure: Enclosure) -> None:
        """Under the key of the request; what held nothing and holds nothing leaves no row."""
        request_id = enclosure.request
        if request_id in self._forgotten:
            return
        if self._do("drop_word", request=request_id, seq=BESIDE):
            self.erased = True
        if enclosure == Enclosure(request_id):
            return
        seal = self._request_seal(request_id) or self._new_request_seal(request_id)
        sealed = seal.close(codec.enclosure_bytes(enclosure), _word_place(request_id, BESIDE))
        self._do("put_word", request=request_id, seq=BESIDE, sealed_text=sealed)

    def _requests_of(self, conversation: str) -> tuple[str, ...]:
        known = self._memory.asked.get(conversation)
        if known is None:
            rows = self._all("requests_of", conversation=conversation)
            known = tuple([row[0] for row in rows])
            self._memory.asked.put(conversation, known)
        return known

    def _open_requests(self, post: str, page: int) -> tuple[str, ...]:
        rows = self._all("open_requests", post=post, size=PAGE, skip=PAGE * page)
        return tuple([row[0] for row in rows])

    def _names(self) -> frozenset[str]:
        if self._memory.names is None:
            rows = self._all("open_names")
            self._memory.names = Names({row[0]: self._name(row[0], row[1]) for row in rows})
        return self._memory.names.as_set()

    def _name(self, request_id: str, sealed: bytes) -> str:
        return self._open(sealed, "requests", request_id, "name").decode()


def _word_place(request_id: str, seq: int) -> Place:
    return Place("words", f"{request_id}/{seq}", "text")
