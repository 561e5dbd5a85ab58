"""What is sealed opens whole, in its own place, with its own key, or not at all."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.keys.dictionaries import Shelf
from careplan.keys.envelope import DataKey, Where, key_id_of, seal, unseal
from careplan.keys.errors import CannotOpen, DictionaryMissing, Tampered, WrongKey
from tests.keys.seeded import seeded

KEY = DataKey(bytes(range(32)))
OTHER = DataKey(bytes(range(1, 33)))
HERE = Where(table="version", row="p1/3", column="record")
DOCUMENT = json.dumps(
    {"resourceType": "Bundle", "entry": [{"resource": {"id": str(n)}} for n in range(60)]}
).encode()


def sealed(plain: bytes, **changes) -> bytes:
    facts: dict[str, Any] = {"key": KEY, "where": HERE, "entropy": seeded()} | changes
    return seal(plain, **facts)


def dictionary_of(blob: bytes) -> int:
    return blob[4]


@given(st.binary(max_size=400) | st.binary(max_size=20).map(lambda b: b * 40), st.booleans())
def test_it_comes_back(plain: bytes, dictionary: bool) -> None:
    assert unseal(sealed(plain, dictionary=dictionary), key=KEY, where=HERE) == plain


@given(st.binary(max_size=60), st.data())
def test_any_flipped_bit_fails(plain: bytes, data: st.DataObject) -> None:
    blob = bytearray(sealed(plain))
    at = data.draw(st.integers(0, len(blob) - 1))
    blob[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CannotOpen):
        unseal(bytes(blob), key=KEY, where=HERE)


def test_every_byte_counts() -> None:
    blob = sealed(DOCUMENT)
    for at in range(len(blob)):
        harmed = blob[:at] + bytes((blob[at] ^ 0xFF,)) + blob[at + 1 :]
        with pytest.raises(CannotOpen):
            unseal(harmed, key=KEY, where=HERE)


@given(st.binary(max_size=60), st.integers(0, 200))
def test_a_cut_or_longer_blob_fails(plain: bytes, keep: int) -> None:
    blob = sealed(plain)
    for harmed in (blob[: min(keep, len(blob) - 1)], blob + bytes(1 + keep)):
        with pytest.raises(Tampered):
            unseal(harmed, key=KEY, where=HERE)


@given(st.tuples(st.text(max_size=5), st.text(max_size=5), st.text(max_size=5)))
def test_it_opens_in_its_own_place_only(names: tuple[str, str, str]) -> None:
    there = Where(*names)
    blob = sealed(b"10 mg", where=there)
    assert unseal(blob, key=KEY, where=there) == b"10 mg"
    with pytest.raises(Tampered):
        unseal(blob, key=KEY, where=HERE)


@pytest.mark.asvs("11.3.3")
def test_swapped_rows_fail() -> None:
    one, two = (Where("draft", row, "body") for row in ("p1/pain", "p2/pain"))
    mine, theirs = sealed(b"mine", where=one), sealed(b"theirs", where=two)
    with pytest.raises(Tampered):
        unseal(theirs, key=KEY, where=one)
    with pytest.raises(Tampered):
        unseal(mine, key=KEY, where=two)


@given(
    st.tuples(*[st.text(max_size=4)] * 3),
    st.tuples(*[st.text(max_size=4)] * 3),
)
def test_no_two_places_look_alike(one: tuple[str, str, str], two: tuple[str, str, str]) -> None:
    assert (Where(*one).to_bytes() == Where(*two).to_bytes()) == (one == two)


def test_a_neighbouring_split_is_another_place() -> None:
    blob = sealed(b"x", where=Where("ab", "c", "d"))
    with pytest.raises(Tampered):
        unseal(blob, key=KEY, where=Where("a", "bc", "d"))


def test_another_key_is_told_apart_from_harm() -> None:
    with pytest.raises(WrongKey, match=f"sealed with data key {KEY.id}, not with {OTHER.id}"):
        unseal(sealed(b"x"), key=OTHER, where=HERE)


def test_the_header_names_its_key() -> None:
    assert key_id_of(sealed(b"x")) == KEY.id


@pytest.mark.parametrize("blob", [b"", b"CPE", bytes(100), b"CPE\x02" + bytes(100)])
def test_what_was_never_sealed_is_refused(blob: bytes) -> None:
    with pytest.raises(Tampered):
        unseal(blob, key=KEY, where=HERE)


def test_the_same_text_is_never_sealed_alike() -> None:
    entropy = seeded()
    assert len({sealed(b"same", entropy=entropy) for _ in range(50)}) == 50


def test_it_squeezes_only_when_that_is_smaller() -> None:
    assert dictionary_of(sealed(b"short")) == 0
    long = sealed(DOCUMENT)
    assert dictionary_of(long) == 255
    assert len(long) < len(DOCUMENT) / 2


def test_nothing_of_the_text_shows() -> None:
    assert b"resourceType" not in sealed(DOCUMENT)
    assert b"Morphine" not in sealed(b"Morphine")


class TestWithADictionary:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "1.txt").write_bytes(DOCUMENT)
        return tmp_path

    def test_it_comes_back_and_is_smaller(self, folder: Path) -> None:
        shelf = Shelf(folder)
        with_it = sealed(DOCUMENT, dictionary=True, shelf=shelf)
        assert dictionary_of(with_it) == 1
        assert len(with_it) < len(sealed(DOCUMENT)) / 2
        assert unseal(with_it, key=KEY, where=HERE, shelf=shelf) == DOCUMENT

    def test_what_was_sealed_before_still_opens(self, folder: Path) -> None:
        old = sealed(DOCUMENT, dictionary=True, shelf=Shelf(folder))
        (folder / "2.txt").write_bytes(DOCUMENT[::-1])
        shelf = Shelf(folder)
        assert dictionary_of(sealed(DOCUMENT[::-1], dictionary=True, shelf=shelf)) == 2
        assert unseal(old, key=KEY, where=HERE, shelf=shelf) == DOCUMENT

    def test_a_missing_dictionary_is_named(self, folder: Path, tmp_path: Path) -> None:
        blob = sealed(DOCUMENT, dictionary=True, shelf=Shelf(folder))
        with pytest.raises(DictionaryMissing, match="dictionary 1"):
            unseal(blob, key=KEY, where=HERE, shelf=Shelf(tmp_path / "other"))

    def test_an_edited_dictionary_never_gives_other_words(self, folder: Path) -> None:
        text = DOCUMENT.replace(b'"id": "7"', b'"id": "10 mg"')
        (folder / "1.txt").write_bytes(text)
        blob = sealed(text, dictionary=True, shelf=Shelf(folder))
        (folder / "1.txt").write_bytes(text.replace(b"10 mg", b"99 mg"))
        with pytest.raises(Tampered):
            unseal(blob, key=KEY, where=HERE, shelf=Shelf(folder))


class TestDataKey:
    def test_it_never_shows_its_bytes(self) -> None:
        key = DataKey(b"secretsecretsecretsecretsecret!!")
        for text in (repr(key), str(key), f"{key}"):
            assert "secret" not in text.replace("secret=", "")
            assert key.id in text

    def test_its_id_follows_from_it(self) -> None:
        assert DataKey(KEY.secret).id == KEY.id != OTHER.id
        assert len(bytes.fromhex(KEY.id)) == 8
        assert KEY.id not in KEY.secret.hex()

    def test_it_cannot_be_changed(self) -> None:
        with pytest.raises(dataclasses.FrozenInstanceError):
            KEY.secret = bytes(32)  # type: ignore[misc]

    @pytest.mark.parametrize("size", [0, 16, 31, 33])
    def test_it_refuses_other_sizes(self, size: int) -> None:
        with pytest.raises(ValueError, match="32 bytes"):
            DataKey(bytes(size))
