"""Sealing: what is closed opens in its own place only, and says nothing by its length."""

import base64
import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from bot.store.errors import Tampered, WeakKey, WrongKey
from bot.store.sealing import (
    BUCKET,
    NONCE_BYTES,
    Keys,
    Place,
    Seal,
    Sealer,
    kid_of,
    new_key,
    padded,
    unpadded,
)

PLACE = Place("words", "r1/0", "text")
KEY = os.urandom(32)


def nonce_of(envelope: bytes) -> bytes:
    start = 2 + envelope[1]
    return envelope[start : start + NONCE_BYTES]


def repeats(seal: Seal, times: int) -> int:
    """How many nonces came twice."""
    return times - len({nonce_of(seal.close(b"x", PLACE)) for _ in range(times)})


class StuckSeal(Seal):
    """A planted fault: the nonce counts to 1,000 and starts again."""

    def __init__(self) -> None:
        super().__init__("k1", KEY)
        self._turn = 0

    def close(self, plain: bytes, place: Place) -> bytes:
        self._turn = (self._turn + 1) % 1000
        nonce = self._turn.to_bytes(NONCE_BYTES, "big")
        closed = AESGCM(KEY).encrypt(nonce, padded(plain), place.bound(self._header))
        return self._header + nonce + closed


class CarelessSeal(Seal):
    """A planted fault: the place is not bound."""

    def close(self, plain: bytes, place: Place) -> bytes:
        return super().close(plain, Place("", "", ""))

    def open(self, envelope: bytes, place: Place) -> bytes:
        return super().open(envelope, Place("", "", ""))


def refusals(seal: Seal, places: list[Place]) -> int:
    """In how many of these places a value of ``PLACE`` does not open."""
    closed, refused = seal.close(b"geheim", PLACE), 0
    for place in places:
        try:
            seal.open(closed, place)
        except Tampered:
            refused += 1
    return refused


ELSEWHERE = [
    Place("words", "r2/0", "text"),
    Place("words", "r1/1", "text"),
    Place("words", "r1/0", "name"),
    Place("requests", "r1/0", "text"),
]


@given(st.binary(max_size=1000))
def test_what_is_closed_opens_again_in_its_place(plain):
    seal = Seal("k1", KEY)
    assert seal.open(seal.close(plain, PLACE), PLACE) == plain


def test_a_hundred_thousand_nonces_do_not_repeat():
    assert repeats(Seal("k1", KEY), 100_000) == 0


def test_a_nonce_that_repeats_is_noticed():
    assert repeats(StuckSeal(), 2000) > 0


def test_a_value_moved_to_another_row_column_or_table_is_refused():
    assert refusals(Seal("k1", KEY), ELSEWHERE) == len(ELSEWHERE)


def test_a_seal_that_forgets_the_place_is_noticed():
    assert refusals(CarelessSeal("k1", KEY), ELSEWHERE) < len(ELSEWHERE)


def test_every_single_flipped_bit_is_refused():
    seal = Seal("k1", KEY)
    closed = seal.close(b"geheim", PLACE)
    for bit in range(len(closed) * 8):
        changed = bytearray(closed)
        changed[bit // 8] ^= 1 << (bit % 8)
        with pytest.raises(Tampered):
            seal.open(bytes(changed), PLACE)


def test_every_truncation_is_refused():
    seal = Seal("k1", KEY)
    closed = seal.close(b"geheim", PLACE)
    for length in range(len(closed)):
        with pytest.raises(Tampered):
            seal.open(closed[:length], PLACE)


def test_a_value_closed_with_another_key_of_the_same_name_is_refused():
    with pytest.raises(Tampered):
        Seal("k1", KEY).open(Seal("k1", os.urandom(32)).close(b"x", PLACE), PLACE)


@pytest.mark.parametrize("length", [0, 1, 254, 255, 256, 257, 5000])
def test_lengths_come_in_buckets_of_256(length):
    seal = Seal("k1", KEY)
    bare = len(seal.close(b"", PLACE)) - BUCKET
    closed = seal.close(b"a" * length, PLACE)
    assert (len(closed) - bare) % BUCKET == 0
    assert len(closed) - bare - length <= BUCKET


def test_two_short_answers_have_the_same_length():
    seal = Seal("k1", KEY)
    lengths = {len(seal.close(text.encode(), PLACE)) for text in ("ja", "nein, nie und nimmer")}
    assert len(lengths) == 1


@pytest.mark.parametrize("filled", [b"", b"\0" * 256, b"abc"])
def test_padding_without_its_end_is_refused(filled):
    with pytest.raises(ValueError, match="no end"):
        unpadded(filled)


@pytest.mark.parametrize("envelope", [b"", b"\x01", b"\x07\x02k1"])
def test_what_is_no_envelope_has_no_key(envelope):
    assert kid_of(envelope) == ""


# ── Keys ────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_key_is_accepted_and_never_the_same():
    first, second = new_key(), new_key()
    assert first != second
    keys = Keys.parse(f"{first},{second}")
    assert keys.newest == first.partition(":")[0]
    assert len(keys.masters) == 2


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "erwartet wird name:base64"),
        ("geheim", "„geheim“ muss 32 Bytes"),
        (f"K1:{encoded(KEY)}", "erwartet wird name:base64"),
        ("k1:geheim", "„k1“ muss 32 Bytes in Base64 sein, es sind 0"),
        (f"k1:{encoded(KEY[:16])}", "es sind 16"),
        (f"k1:{encoded(bytes(32))}", "„k1“ ist nicht zufällig"),
        (f"k1:{encoded(b'passwort' * 4)}", "„k1“ ist nicht zufällig"),
        (f"k1:{encoded(KEY)},k1:{encoded(os.urandom(32))}", "„k1“ steht zweimal da"),
        (f"k1:{encoded(KEY)},k2:{encoded(KEY)}", "derselbe Schlüssel"),
    ],
)
def test_a_weak_or_broken_key_is_refused_with_the_fix(text, told):
    with pytest.raises(WeakKey) as refused:
        Keys.parse(text)
    assert told in str(refused.value)
    assert "lotse key new" in str(refused.value)


def test_all_faults_of_a_key_are_told_at_once():
    with pytest.raises(WeakKey) as refused:
        Keys.parse("a:x,b:y")
    assert "„a“" in str(refused.value)
    assert "„b“" in str(refused.value)


def test_a_key_is_never_shown():
    secret = encoded(KEY)
    assert secret not in repr(Keys.parse(f"k1:{secret}"))
    assert repr(KEY)[2:-1] not in repr(Keys.parse(f"k1:{secret}"))
    with pytest.raises(WeakKey) as refused:
        Keys.parse(f"k1:{secret},k1:{secret}")
    assert secret not in str(refused.value)


def test_the_newest_key_closes_and_the_older_one_still_opens():
    old, new = new_key(), new_key()
    before = Sealer(Keys.parse(old), b"h" * 32).close(b"x", PLACE)
    both = Sealer(Keys.parse(f"{new},{old}"), b"h" * 32)
    assert both.open(before, PLACE) == b"x"
    assert kid_of(both.close(b"x", PLACE)) == new.partition(":")[0] == both.newest
    with pytest.raises(WrongKey):
        Sealer(Keys.parse(new), b"h" * 32).open(before, PLACE)


def test_hashes_differ_by_key_and_by_purpose():
    one, other = Sealer(Keys.parse(new_key()), b"a" * 32), Sealer(Keys.parse(new_key()), b"b" * 32)
    assert one.hash("address", "telegram", "1") != other.hash("address", "telegram", "1")
    assert one.hash("address", "telegram", "1") != one.hash("seen", "telegram", "1")
    assert one.hash("address", "ab", "c") != one.hash("address", "a", "bc")
