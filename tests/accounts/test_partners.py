"""What a client asks to do is read strictly: a scope never means more than it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.accounts.partners import (
    NEVER_BY_STAR,
    PURPOSES,
    READABLE,
    WRITABLE,
    BadScope,
    Purpose,
    read_scopes,
)


def test_version_two_is_read_letter_by_letter():
    scopes = read_scopes("system/CarePlan.rs system/Patient.r")
    assert scopes.allow("CarePlan", "r")
    assert scopes.allow("CarePlan", "s")
    assert not scopes.allow("CarePlan", "c")
    assert not scopes.allow("Patient", "s")
    assert not scopes.allow("Condition", "r")


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("system/CarePlan.read", "system/CarePlan.rs"),
        ("system/CarePlan.write", "system/CarePlan.c"),
        ("system/Patient.*", "system/Patient.rs"),
    ],
)
def test_version_one_means_the_same(older, newer):
    assert read_scopes(older) == read_scopes(newer)


def test_a_star_is_everything_but_who_looked():
    scopes = read_scopes("system/*.crs")
    assert scopes.may.keys() == READABLE - NEVER_BY_STAR
    assert {kind for kind in scopes.may if scopes.allow(kind, "c")} == WRITABLE
    assert not scopes.allow("AuditEvent", "r")


@pytest.mark.parametrize(
    "text",
    [
        *("patient/CarePlan.rs", "system/CarePlan", "system/CarePlan.", "system/CarePlan.x"),
        *("openid", "system/Patient.c", "system/Account.r", "system/CarePlan.rs?status=active"),
        *("system/CarePlan.d", "system/CarePlan.readwrite", "SYSTEM/CarePlan.r"),
    ],
)
def test_what_is_not_known_is_refused(text):
    with pytest.raises(BadScope):
        read_scopes(text)


_SOME = st.dictionaries(
    st.sampled_from(sorted(READABLE)), st.sampled_from(["r", "s", "rs"]), max_size=6
)


@given(_SOME, _SOME)
def test_a_token_never_allows_more_than_both(granted, asked):
    def scopes(of):
        return read_scopes(" ".join(f"system/{kind}.{may}" for kind, may in of.items()))

    both = scopes(asked).within(scopes(granted))
    for kind in READABLE:
        for deed in "crs":
            wanted = scopes(asked).allow(kind, deed) and scopes(granted).allow(kind, deed)
            assert both.allow(kind, deed) is wanted
    assert read_scopes(str(both)) == both


def test_every_purpose_has_its_words():
    assert set(PURPOSES) == set(Purpose)
