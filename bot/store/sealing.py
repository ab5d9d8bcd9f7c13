"""Sealing: AES-256-GCM around everything that could say who somebody is or what they wrote.

Envelope: version (1 byte) | length of the key id (1) | key id | nonce (12) | ciphertext and tag.
The header and ``table|row|column`` are associated data, so a sealed value opens only where it
was put. Plain text is padded to 256-byte buckets: a length says little about what was written.
"""

import base64
import binascii
import hmac
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.store.errors import Tampered, WeakKey, WrongKey

VERSION = 1
KEY_BYTES = 32
NONCE_BYTES = 12  # 96 bits, random: TR-02102-1 allows it far beyond what one school year writes
BUCKET = 256
REQUEST_KID = "="  # sealed under the key of a request; no master key can be called so
_KID = re.compile(r"[a-z0-9][a-z0-9-]{0,15}")
_FIX = "Einen guten Schlüssel macht: lotse key new"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands."""

    table: str
    row: str
    column: str

    def bound(self, header: bytes) -> bytes:
        return header + f"{self.table}|{self.row}|{self.column}".encode()


class Seal:
    """One key's lock: closes and opens values for a place."""

    def __init__(self, kid: str, key: bytes) -> None:
        self.kid = kid
        self._cipher = AESGCM(key)
        self._header = header_of(kid)

    def close(self, plain: bytes, place: Place) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        closed = self._cipher.encrypt(nonce, padded(plain), place.bound(self._header))
        return self._header + nonce + closed

    def open(self, envelope: bytes, place: Place) -> bytes:
        """The plain text; raises ``Tampered`` when one bit of value, place or key differs."""
        start = len(self._header)
        if envelope[:start] != self._header:
            raise Tampered(_TAMPERED.format(place.table, place.column))
        nonce, closed = envelope[start : start + NONCE_BYTES], envelope[start + NONCE_BYTES :]
        try:
            return unpadded(self._cipher.decrypt(nonce, closed, place.bound(self._header)))
        except (InvalidTag, ValueError) as error:
            raise Tampered(_TAMPERED.format(place.table, place.column)) from error


_TAMPERED = (
    "Ein verschlossener Wert in {}.{} passt nicht an seine Stelle: "
    "Die Datenbank wurde verändert oder ist beschädigt. Bitte eine Sicherung einspielen."
)


def padded(plain: bytes) -> bytes:
    """Filled up to whole buckets; the 0x80 marks the end, as in ISO/IEC 7816-4."""
    return plain + b"\x80" + bytes(-(len(plain) + 1) % BUCKET)


def unpadded(filled: bytes) -> bytes:
    plain = filled.rstrip(b"\0")
    if plain[-1:] != b"\x80":
        raise ValueError("no end of text")
    return plain[:-1]


def header_of(kid: str) -> bytes:
    """How every envelope of this key begins."""
    return bytes((VERSION, len(kid))) + kid.encode()


def kid_of(envelope: bytes) -> str:
    """The id of the key that closed it; "" for something that is no envelope."""
    if len(envelope) < 2 or envelope[0] != VERSION:
        return ""
    return envelope[2 : 2 + envelope[1]].decode("ascii", "replace")


@dataclass(frozen=True)
class Keys:
    """The operator's master keys: the first closes, every one opens."""

    newest: str
    masters: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """From ``kid:base64[,older…]``; raises ``WeakKey`` with every fault and the fix."""
        masters: dict[str, bytes] = {}
        faults: list[str] = []
        for part in text.strip().split(","):
            kid, _, encoded = part.strip().partition(":")
            key = _decoded(encoded)
            fault = _fault(kid, key, masters)
            if fault:
                faults.append(fault)
            masters[kid] = key
        if faults:
            raise WeakKey(f"LOTSE_KEY: {'; '.join(faults)}. {_FIX}")
        return cls(next(iter(masters)), masters)

    def seals(self) -> dict[str, Seal]:
        """A lock for each key; the master itself never touches data."""
        return {kid: Seal(kid, _derived(master)) for kid, master in self.masters.items()}


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _fault(kid: str, key: bytes, others: Mapping[str, bytes]) -> str:
    if not _KID.fullmatch(kid):
        return "erwartet wird name:base64 mit einem Namen aus a-z, 0-9 und - (höchstens 16 Zeichen)"
    if kid in others:
        return f"„{kid}“ steht zweimal da"
    if len(key) != KEY_BYTES:
        return f"„{kid}“ muss 32 Bytes in Base64 sein, es sind {len(key)}"
    if len(set(key)) < 16:  # 32 random bytes: fewer than 16 different ones has odds below 1e-16
        return f"„{kid}“ ist nicht zufällig"
    if key in others.values():
        return f"„{kid}“ ist derselbe Schlüssel unter anderem Namen"
    return ""


def _derived(master: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"lotse seal v1").derive(
        master,
    )


def new_key() -> str:
    """A fresh ``LOTSE_KEY``, with an id of its own so that it can stand before older ones."""
    kid = "k" + os.urandom(3).hex()
    return f"{kid}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"


class Sealer:
    """All keys of an open database: seals with the newest, opens with any, hashes with its own.

    The hash key is random, made with the database and kept sealed in it: changing ``LOTSE_KEY``
    changes no hash.
    """

    def __init__(self, keys: Keys, hash_key: bytes) -> None:
        self._seals = keys.seals()
        self._newest = self._seals[keys.newest]
        self._hash_key = hash_key

    @property
    def newest(self) -> str:
        return self._newest.kid

    def close(self, plain: bytes, place: Place) -> bytes:
        return self._newest.close(plain, place)

    def open(self, envelope: bytes, place: Place) -> bytes:
        seal = self._seals.get(kid_of(envelope))
        if seal is None:
            raise WrongKey(f"LOTSE_KEY fehlt der Schlüssel „{kid_of(envelope)}“. Bitte ergänzen.")
        return seal.open(envelope, place)

    def hash(self, purpose: str, *parts: str) -> bytes:
        """HMAC-SHA256: without the key nobody can try out guessed ids; one purpose, one space."""
        return hmac.digest(self._hash_key, "\0".join((purpose, *parts)).encode(), "sha256")
