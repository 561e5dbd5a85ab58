"""The compression dictionaries: found, read once, refused when missing, never changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from careplan.keys import dictionaries
from careplan.keys.dictionaries import SHELF, Shelf, squeeze, unsqueeze
from careplan.keys.errors import DictionaryMissing, Tampered, TooLarge

# One line for each file of careplan/keys/dictionaries, for ever: what was sealed with it could
# not be read again if it changed by one byte.
PINNED: dict[int, str] = {
    1: "87fbef76fa6632533c3fe17d80ce963569d13c12180137b250a61f3be4225309",
}


def test_no_dictionary_has_ever_changed() -> None:
    there = {n: hashlib.sha256(_file(n).read_bytes()).hexdigest() for n in SHELF.numbers()}
    assert there == PINNED


def test_every_dictionary_can_be_used() -> None:
    text = b'{"resourceType":"Bundle"}' * 3
    for number in SHELF.numbers():
        dictionary = SHELF.get(number)
        assert unsqueeze(squeeze(text, dictionary=dictionary), dictionary=dictionary) == text


def test_it_works_with_none_and_with_no_folder(tmp_path: Path) -> None:
    for shelf in (Shelf(tmp_path), Shelf(tmp_path / "nowhere")):
        assert shelf.numbers() == ()
        assert shelf.newest() is None


def test_the_newest_is_the_highest_number(tmp_path: Path) -> None:
    for number in (2, 10, 9):
        (tmp_path / f"{number}.txt").write_text(f"words of dictionary number {number}")
    newest = Shelf(tmp_path).newest()
    assert newest is not None
    assert newest.number == 10


@pytest.mark.parametrize("name", ["0.txt", "255.txt", "256.txt", "01.txt", "1.TXT", "README.md"])
def test_other_files_are_not_dictionaries(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("some words that are long enough")
    assert Shelf(tmp_path).numbers() == ()


def test_an_unknown_number_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DictionaryMissing, match="dictionary 7 is not in"):
        Shelf(tmp_path).get(7)


def test_a_dictionary_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "1.txt").write_text("words of the first dictionary")
    shelf = Shelf(tmp_path)
    first = shelf.get(1)
    (tmp_path / "1.txt").unlink()
    assert shelf.get(1) is first


def test_too_much_is_refused_on_the_way_in_and_out(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = squeeze(bytes(1001), dictionary=None)
    monkeypatch.setattr(dictionaries, "MOST_BYTES", 1000)
    with pytest.raises(TooLarge, match="1001 bytes"):
        squeeze(bytes(1001), dictionary=None)
    with pytest.raises(TooLarge, match="more than 1000"):
        unsqueeze(packed, dictionary=None)
    assert unsqueeze(squeeze(bytes(1000), dictionary=None), dictionary=None) == bytes(1000)


@pytest.mark.parametrize("harm", [lambda b: b[:-1], lambda b: b + b"x", lambda _: b"not zstd"])
def test_broken_frames_are_refused(harm) -> None:
    with pytest.raises(Tampered):
        unsqueeze(harm(squeeze(b"abc" * 50, dictionary=None)), dictionary=None)


def _file(number: int) -> Path:
    return Path(dictionaries.__file__).parent / "dictionaries" / f"{number}.txt"
