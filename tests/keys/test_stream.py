"""A sealed stream: whole or nothing, in bounded memory, and it says what is wrong with it."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable, Iterator
from io import BytesIO

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from careplan.keys import stream
from careplan.keys.envelope import DataKey
from careplan.keys.errors import CannotOpen, CutShort, RunsOn, Tampered, TooLarge, WrongKey
from careplan.keys.stream import open_stream, read_preface, seal_stream
from tests.keys.seeded import seeded

KEY, OTHER = DataKey(bytes(range(32))), DataKey(bytes(range(1, 33)))
PIECE = stream._PIECE
FIXED = stream._FIXED


def noise(size: int, seed: str = "noise") -> bytes:
    """Bytes that do not squeeze, so that a stream has as many pieces as it should."""
    return seeded(seed)(size)


def sealed(*plain: bytes, head: bytes = b"{}", seed: str = "") -> bytes:
    return b"".join(seal_stream(plain, key=KEY, head=head, entropy=seeded(seed)))


def opened(whole: bytes, *, key: DataKey = KEY) -> tuple[bytes, bytes]:
    file = BytesIO(whole)
    preface = read_preface(file)
    return preface.head, b"".join(open_stream(file, key=key, preface=preface))


def pieces_of(whole: bytes) -> list[bytes]:
    """The preface, and each piece with its mark and length."""
    file = BytesIO(whole)
    found = [read_preface(file).whole]
    while start := file.read(5):
        found.append(start + file.read(int.from_bytes(start[1:], "big")))
    return found


THREE = sealed(noise(2 * PIECE + 999), head=b'{"made":"today"}')


@given(st.lists(st.binary(max_size=400), max_size=8), st.binary(max_size=50))
def test_it_comes_back(plain: list[bytes], head: bytes) -> None:
    assert opened(sealed(*plain, head=head)) == (head, b"".join(plain))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
@pytest.mark.parametrize("made", [noise, bytes], ids=["noise", "nought"])
def test_every_size_comes_back(size: int, made) -> None:
    assert opened(sealed(made(size)))[1] == made(size)


def test_the_same_key_never_seals_twice_alike() -> None:
    assert sealed(b"words") != sealed(b"words", seed="again")
    assert pieces_of(sealed(b"words"))[1] != pieces_of(sealed(b"words", seed="again"))[1]


def test_nothing_of_it_is_in_clear_but_the_head() -> None:
    whole = sealed(b"Adaeze Okonkwo-Bright " * 9, head=b"made today")
    assert b"made today" in whole
    assert b"Adaeze" not in whole
    assert KEY.secret not in whole


def test_three_pieces_of_one_size() -> None:
    lengths = [len(one) - 5 for one in pieces_of(THREE)[1:]]
    assert lengths[:2] == [PIECE + 16, PIECE + 16]
    assert 16 < lengths[2] < PIECE


@given(st.data())
def test_a_changed_bit_anywhere_opens_nothing(data: st.DataObject) -> None:
    bit = data.draw(st.integers(0, 8 * len(THREE) - 1))
    changed = bytearray(THREE)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CannotOpen):
        opened(bytes(changed))


@pytest.mark.parametrize("place", range(FIXED + 16 + 21))
def test_a_changed_byte_in_every_place_of_the_beginning(place: int) -> None:
    whole = sealed(b"words", head=b'{"made":"today"}')
    changed = bytearray(whole)
    changed[place] ^= 0xFF
    with pytest.raises(CannotOpen):
        opened(bytes(changed))


@given(st.integers(0, len(THREE) - 1))
def test_cut_anywhere_it_says_so(length: int) -> None:
    with pytest.raises(Tampered) as problem:
        opened(THREE[:length])
    assert isinstance(problem.value, CutShort) or length < 3


def test_pieces_may_not_be_left_out_swapped_or_sent_twice() -> None:
    preface, one, two, last = pieces_of(THREE)
    for order in (
        [one, last],
        [two, one, last],
        [one, one, two, last],
        [one, two, two, last],
        [two, last],
        [last],
    ):
        with pytest.raises(Tampered, match="is not the one that was written"):
            opened(preface + b"".join(order))
    with pytest.raises(CutShort, match="it ends after piece 2, which was not the last"):
        opened(preface + one + two)


def test_the_mark_of_the_last_piece_is_proven() -> None:
    preface, one, two, last = pieces_of(THREE)
    with pytest.raises(Tampered):
        opened(preface + one + b"." + two[1:])
    with pytest.raises(Tampered):
        opened(preface + one + two + b"+" + last[1:])


def test_two_joined_are_not_one() -> None:
    with pytest.raises(RunsOn, match="something stands after piece 3, which was the last"):
        opened(THREE + sealed(b"more"))
    with pytest.raises(RunsOn):
        opened(THREE + b"\n")


def test_a_piece_of_another_stream_of_the_same_key_does_not_fit() -> None:
    preface, one, two, last = pieces_of(THREE)
    other = pieces_of(sealed(noise(2 * PIECE + 999), head=b'{"made":"today"}', seed="other"))
    with pytest.raises(Tampered):
        opened(preface + other[1] + two + last)
    with pytest.raises(Tampered):
        opened(other[0] + one + two + last)


def test_another_head_opens_nothing() -> None:
    changed = THREE.replace(b"today", b"never", 1)
    assert read_preface(BytesIO(changed)).head == b'{"made":"never"}'
    with pytest.raises(Tampered, match="piece 1"):
        opened(changed)


def test_another_key_is_told_from_changed_bytes() -> None:
    with pytest.raises(WrongKey, match=f"sealed with key {KEY.id}, not with {OTHER.id}"):
        opened(THREE, key=OTHER)
    told_so = THREE[:4] + bytes.fromhex(OTHER.id) + THREE[12:]
    with pytest.raises(Tampered):
        opened(told_so, key=OTHER)


def test_a_file_of_something_else_is_told_so() -> None:
    for other in (b"", b"SQLite format 3\x00", b"PK\x03\x04" * 40):
        with pytest.raises(Tampered, match="not written by this program"):
            read_preface(BytesIO(other))
    newer = THREE[:3] + b"\x02" + THREE[4:]
    with pytest.raises(Tampered, match="format 2, which is not known here"):
        read_preface(BytesIO(newer))


def test_a_head_is_short() -> None:
    with pytest.raises(TooLarge):
        sealed(b"", head=bytes(64 * 1024 + 1))
    endless = THREE[: FIXED - 4] + b"\xff\xff\xff\xff" + THREE[FIXED:]
    with pytest.raises(Tampered):
        read_preface(BytesIO(endless))


def test_what_was_squeezed_must_end_with_the_last_piece() -> None:
    """Only somebody who holds the key could write these; they are refused even so."""

    def made(squeezed: bytes) -> bytes:
        preface = sealed(b"")[: FIXED + 2]
        nonce, bound = stream._bound_to(0, b".")
        secret: AESGCM = stream._cipher(KEY, preface)
        body = secret.encrypt(nonce, squeezed, bound)
        return preface + b"." + len(body).to_bytes(4, "big") + body

    whole = b"".join(stream._squeezed([b"words" * 99]))
    assert opened(made(whole))[1] == b"words" * 99
    for bad in (whole[:-2], whole + b"more", b"not squeezed at all", b""):
        with pytest.raises(Tampered, match="what was squeezed"):
            opened(made(bad))


def test_memory_does_not_grow_with_the_length() -> None:
    """64 MB through it, both ways: what is held at once is a few pieces."""

    def much() -> Iterator[bytes]:
        yield from (noise(PIECE, str(at % 7)) for at in range(256))

    def length(pieces: Iterable[bytes]) -> int:
        return sum(len(one) for one in pieces)

    class Endless(BytesIO):
        """Reads what is sealed as it is made, and keeps none of it."""

        def __init__(self) -> None:
            super().__init__()
            self.made = seal_stream(much(), key=KEY, head=b"", entropy=seeded())
            self.waiting = bytearray()

        def read(self, size: int | None = -1) -> bytes:
            while len(self.waiting) < (size or 0) and (more := next(self.made, b"")):
                self.waiting += more
            given = bytes(self.waiting[:size])
            del self.waiting[:size]
            return given

    tracemalloc.start()
    try:
        file = Endless()
        assert length(open_stream(file, key=KEY, preface=read_preface(file))) == 256 * PIECE
        assert tracemalloc.get_traced_memory()[1] < 24 * PIECE
    finally:
        tracemalloc.stop()
