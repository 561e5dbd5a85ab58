"""Every fact that a surface must carry is on it, and none that it must never hold (design 1.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings

from careplan.plan.ahead import AdvanceDecisions
from careplan.plan.care_plan import CarePlan, Version
from careplan.plan.dictionary import dictionary
from careplan.plan.surfaces import emergency
from careplan.summary.allergies import unchecked
from careplan.summary.blood import is_made
from careplan.summary.emergency import summarise
from careplan.summary.narrative import narrative, record_narrative
from careplan.summary.plain import plain_text
from tests import make
from tests.people.everybody import PEOPLE
from tests.strategies import versions
from tests.summary import others, walk

WORDS = dictionary()
# When a report was made matters until the team has checked it; that there were once none, only
# while there are none.
SETTLED = "my_allergies.entries.reported_on"
ONCE = "allergies.confirmed_on"
EVERYONE = {
    "ada": make.a_version(),
    "unsigned": make.an_unsigned_version(),
    "stopped": others.a_stopped_version(),
    "everything": others.everything_at_once(),
    **{key: case.version() for key, case in PEOPLE.items() if key != "ada"},
}


@pytest.fixture(params=EVERYONE)
def version(request: pytest.FixtureRequest) -> Version:
    return EVERYONE[request.param]


def without_decisions_never_made(plan: CarePlan) -> CarePlan:
    """Nobody is prompted about one (domain 2.16)."""
    made = tuple(one for one in plan.advance_decisions.entries if is_made(one))
    return plan.with_section("advance_decisions", AdvanceDecisions(made))


def shows_every_must(version: Version) -> None:
    text = walk.folded(plain_text(narrative(version, WORDS)))
    shown = set(summarise(version, WORDS).paths())
    seen = without_decisions_never_made(emergency(version, WORDS).plan)
    for path, value in walk.must(seen, "page", WORDS):
        if (path == SETTLED and not unchecked(seen)) or (path == ONCE and ONCE not in shown):
            continue
        assert path in shown, path
        words = walk.expected(path, value, WORDS)
        assert words is None or walk.folded(words) in text, (path, words)


def test_the_narrative_shows_every_must_in_words(version):
    shows_every_must(version)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(versions(words=WORDS))
def test_whatever_a_plan_holds_is_shown_where_it_must_be(version):
    shows_every_must(version)


def test_the_narrative_holds_nothing_that_is_never(version):
    text = plain_text(narrative(version, WORDS))
    shown = set(summarise(version, WORDS).paths())
    carried = {walk.expected(p, v, WORDS) for p, v in walk.must(version.plan, "page", WORDS)}
    for path, value in walk.never(version.plan, "page", WORDS):
        assert path not in shown
        if isinstance(value, date):  # a day says nothing by itself, and the signature's is shown
            continue
        words = walk.expected(path, value, WORDS)
        # A hidden word may equal a shown one ("HbSS" in both); only one that stands alone tells.
        if words and len(words) > 4 and not any(words in (one or "") for one in carried):
            if version.signature and words in (
                version.signature.name,
                version.signature.registration,
            ):
                continue
            assert words not in text, (path, words)


def test_the_record_shows_everything(version):
    text = walk.folded(plain_text(record_narrative(version, WORDS)))
    for path, value in walk.leaves(version.plan, WORDS):
        words = walk.recorded(path, value, WORDS)
        assert words is None or walk.folded(words) in text, (path, words)


def test_no_dose_without_a_live_signature():
    for version in (make.an_unsigned_version(), others.a_stopped_version()):
        signed_but_hidden = make.ada()
        hidden = replace(version, plan=signed_but_hidden)
        text = plain_text(narrative(hidden, WORDS))
        for secret in ("10 mg", "20 mg", "30 mg in first 2 hours", "morphine PCA"):
            assert secret not in text
