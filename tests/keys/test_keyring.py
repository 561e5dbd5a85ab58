"""Master keys wrap data keys for one owner, can be changed, and never show themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.keys.errors import CannotOpen, Tampered, WrongKey
from careplan.keys.keyring import Keyring
from tests.keys.seeded import seeded

OLD, NEW, PEPPER = b"o" * 32, b"n" * 32, b"p" * 32
BEFORE = Keyring({"2025": OLD}, "2025", PEPPER)
DURING = Keyring({"2025": OLD, "2026": NEW}, "2026", PEPPER)
AFTER = Keyring({"2026": NEW}, "2026", PEPPER)
KEY = BEFORE.new_data_key(seeded())


@given(st.text())
def test_a_wrapped_key_comes_back(owner: str) -> None:
    try:
        owner.encode()
    except UnicodeEncodeError:
        return
    assert BEFORE.unwrap(BEFORE.wrap(KEY, owner), owner) == KEY


@given(st.data())
def test_any_flipped_bit_fails(data: st.DataObject) -> None:
    wrapped = bytearray(BEFORE.wrap(KEY, "p1"))
    wrapped[data.draw(st.integers(0, len(wrapped) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CannotOpen):
        BEFORE.unwrap(bytes(wrapped), "p1")


def test_another_owner_cannot_open_it() -> None:
    with pytest.raises(WrongKey):
        BEFORE.unwrap(BEFORE.wrap(KEY, "p1"), "p2")


def test_a_master_key_that_is_gone_is_named() -> None:
    with pytest.raises(WrongKey, match="master key 2025, which is not in the keyring"):
        AFTER.unwrap(BEFORE.wrap(KEY, "p1"), "p1")


def test_another_master_under_the_same_name_cannot_open_it() -> None:
    impostor = Keyring({"2025": NEW}, "2025", PEPPER)
    with pytest.raises(WrongKey):
        impostor.unwrap(BEFORE.wrap(KEY, "p1"), "p1")


def test_changing_the_master_keeps_the_data_key() -> None:
    old = BEFORE.wrap(KEY, "p1")
    new = DURING.rewrap(old, "p1")
    assert (DURING.wrapped_with(old), DURING.wrapped_with(new)) == ("2025", "2026")
    assert DURING.unwrap(old, "p1") == AFTER.unwrap(new, "p1") == KEY
    assert DURING.rewrap(new, "p1") == new


@pytest.mark.parametrize("wrapped", [b"", b"CPW", b"CPW\x01", b"CPW\x02" + bytes(80), bytes(80)])
def test_what_was_never_wrapped_is_refused(wrapped: bytes) -> None:
    with pytest.raises(Tampered):
        BEFORE.unwrap(wrapped, "p1")


def test_data_keys_differ() -> None:
    entropy = seeded()
    assert BEFORE.new_data_key(entropy) != BEFORE.new_data_key(entropy)


def test_a_hash_needs_kind_value_and_pepper() -> None:
    same = BEFORE.keyed_hash("name", "ada")
    assert len(same) == 32
    others = {
        BEFORE.keyed_hash("name", "adae"),
        BEFORE.keyed_hash("link", "ada"),
        BEFORE.keyed_hash("namea", "da"),
        Keyring({"2025": OLD}, "2025", NEW).keyed_hash("name", "ada"),
    }
    assert len(others | {same}) == 5


def test_hashes_and_derived_keys_survive_a_change_of_master() -> None:
    assert BEFORE.keyed_hash("name", "ada") == AFTER.keyed_hash("name", "ada")
    assert BEFORE.derive("session") == AFTER.derive("session")
    assert BEFORE.service_key("audit") == AFTER.service_key("audit")


def test_each_purpose_has_its_own_key() -> None:
    keys = {BEFORE.derive(purpose) for purpose in ("session", "audit", "")}
    assert len(keys) == 3
    assert {len(key) for key in keys} == {32}
    assert BEFORE.service_key("audit").secret not in keys
    assert BEFORE.keyed_hash("", "") not in keys


def test_it_never_shows_a_key() -> None:
    shown = repr(DURING) + str(DURING)
    assert "2025" in shown
    for secret in (OLD, NEW, PEPPER):
        assert repr(secret)[2:-1] not in shown
        assert secret.hex() not in shown


def test_it_keeps_its_own_copy() -> None:
    masters = {"2025": OLD}
    keyring = Keyring(masters, "2025", PEPPER)
    masters.clear()
    assert keyring.unwrap(keyring.wrap(KEY, "p1"), "p1") == KEY


@pytest.mark.parametrize(
    ("masters", "current", "pepper", "says"),
    [
        ({}, "a", PEPPER, "'a' is not among"),
        ({"a": OLD}, "b", PEPPER, "'b' is not among"),
        ({"a": OLD[:31]}, "a", PEPPER, "master key a must have 32"),
        ({"a": OLD}, "a", PEPPER[:31], "pepper must have 32"),
        ({"a": OLD}, "a", OLD, "must not be one of the master"),
        ({"a b": OLD}, "a b", PEPPER, "1 to 64"),
        ({"": OLD}, "", PEPPER, "1 to 64"),
        ({"a" * 65: OLD}, "a" * 65, PEPPER, "1 to 64"),
    ],
)
def test_it_refuses_a_bad_keyring(
    masters: dict[str, bytes], current: str, pepper: bytes, says: str
) -> None:
    with pytest.raises(ValueError, match=says) as refusal:
        Keyring(masters, current, pepper)
    assert "ooo" not in str(refusal.value)
