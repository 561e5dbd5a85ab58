"""Each consent stands alone, off until given, and as it was last said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from careplan.sharing.consents import ON_UNTIL_WITHDRAWN, Consent, Said, standings

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_nothing_said_is_no_but_for_direct_care():
    found = standings(())
    assert [one.consent for one in found] == list(Consent)
    assert {one.consent for one in found if one.on} == ON_UNTIL_WITHDRAWN
    assert {Consent.AMBULANCE, Consent.EMERGENCY_STAFF} == ON_UNTIL_WITHDRAWN
    assert not any(one.asked for one in found)


@given(st.lists(st.tuples(st.sampled_from(Consent), st.booleans()), max_size=12))
def test_the_last_word_counts_and_every_word_is_kept(words):
    said = [
        Said(consent, given, NOW + timedelta(minutes=at), "Ada")
        for at, (consent, given) in enumerate(words)
    ]
    for one in standings(reversed(said)):
        own = [word for word in said if word.consent is one.consent]
        assert list(one.history) == own[::-1]
        assert one.on is (own[-1].given if own else one.consent in ON_UNTIL_WITHDRAWN)
