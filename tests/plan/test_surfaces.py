"""What goes where: hidden things hidden, and nothing else touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from careplan.plan.care_plan import CarePlan, DoseStop
from careplan.plan.codec import canonical, to_plain
from careplan.plan.dictionary import SURFACES, Carry, dictionary
from careplan.plan.pain import Adjunct
from careplan.plan.surfaces import emergency, seen_on, without_doses
from tests.make import NOW, a_version, ada, an_id, an_unsigned_version, hours, mg
from tests.strategies import plans

WORDS = dictionary()


def leaves(plain: Any, path: str = "") -> list[tuple[str, Any]]:
    """Each value of a plan in plain form, with the dictionary's path of its field."""
    if path in WORDS.fields and not WORDS.field(path).children:
        return [(path, plain)]
    if isinstance(plain, list):
        return [found for item in plain for found in leaves(item, path)]
    inner = ((f"{path}.{key}".lstrip("."), value) for key, value in plain.items())
    return [found for where, value in inner if where in WORDS.fields or "." not in where
            for found in leaves(value, where)]  # fmt: skip


def shown(plan: CarePlan, surface: str) -> list[tuple[str, Any]]:
    return leaves(to_plain(seen_on(plan, surface, WORDS)))


def may_show(path: str, surface: str) -> bool:
    return WORDS.carries(path, surface) is not Carry.NEVER


# What a hidden field goes back to when its class has a word for "nothing said".
DEFAULTS = [("allergies.state", "not asked")]


@pytest.mark.parametrize("surface", SURFACES)
def test_ada_hidden_is_hidden_and_the_rest_unchanged(surface):
    everything = leaves(to_plain(ada()))
    assert len(everything) > 200
    seen = [one for one in shown(ada(), surface) if one not in DEFAULTS]
    assert seen == [one for one in everything if may_show(one[0], surface)]


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans())
def test_no_plan_shows_what_an_emergency_may_not_see(plan):
    assert all(may_show(path, "emergency") for path, _ in shown(plan, "emergency"))


def test_the_record_and_the_export_hold_everything():
    assert seen_on(ada(), "record", WORDS) == seen_on(ada(), "export", WORDS) == ada()


@pytest.mark.parametrize("surface", ["emergency", "page", "a4", "card", "private"])
def test_ethnicity_leaves_the_record_never(surface):
    text = canonical(to_plain(seen_on(ada(), surface, WORDS))).decode()
    assert "Igbo" not in text
    assert "ethnicity" not in text


def test_a_private_print_holds_no_fact_of_the_person():
    plain = to_plain(seen_on(ada(), "private", WORDS))
    said = {path for path, _ in leaves(plain)} - {"allergies.state"}
    assert said == {"about_me.known_as", "care_team.phone_24h"}


def test_being_unsure_is_hidden_with_its_question():
    plan = ada()
    plan = plan.with_section(
        "my_sickle", replace(plan.my_sickle, unsure=("triggers", "daily_pain", "moon_sign"))
    )
    assert seen_on(plan, "emergency", WORDS).my_sickle.unsure == ("daily_pain",)
    assert seen_on(plan, "record", WORDS).my_sickle.unsure == (
        "triggers",
        "daily_pain",
        "moon_sign",
    )


def test_a_signed_version_shows_its_doses():
    version = emergency(a_version(), WORDS)
    assert version.plan.pain_plan.steps == ada().pain_plan.steps


def test_who_wrote_a_hidden_section_is_hidden():
    sections = {one.section for one in emergency(a_version(), WORDS).contributions}
    assert sections == {"about_me", "pain_plan"}
    hidden = replace(a_version().contributions[0], section="background")
    version = a_version(contributions=(hidden,))
    assert emergency(version, WORDS).contributions == ()


NO_NSAID = Adjunct(an_id("no-nsaid"), "ibuprofen", given=False, reason="kidney disease",
                   dose=mg("400"), every=hours(8))  # fmt: skip


def with_refusal() -> CarePlan:
    pain = ada().pain_plan
    return ada().with_section("pain_plan", replace(pain, adjuncts=(*pain.adjuncts, NO_NSAID)))


@pytest.mark.parametrize("why", ["unsigned", "stopped"])
def test_no_dose_without_a_live_signature(why):
    stop = DoseStop("Dr Helena Marsden", "Consultant", "St Anselm's Hospital", NOW, "020 7946 0100")
    changes = {"signature": None} if why == "unsigned" else {"stop": stop}
    version = emergency(a_version(with_refusal(), **changes), WORDS)
    pain = version.plan.pain_plan
    assert pain.steps == ()
    assert pain.previous_response == ()
    assert pain.escalation_action is None
    assert pain.adjuncts == (replace(NO_NSAID, dose=None, every=None),)
    assert " mg" not in canonical(to_plain(pain)).decode()


def test_without_doses_every_other_fact_stays():
    plan, bare = with_refusal(), without_doses(with_refusal())
    assert bare.with_section("pain_plan", plan.pain_plan) == plan
    for name in (
        "monitoring",
        "escalation_trigger",
        "escalation_phone",
        "oxygen_low",
        "did_not_work",
    ):
        assert getattr(bare.pain_plan, name) == getattr(plan.pain_plan, name)


def test_own_words_are_shown_before_anybody_signs():
    version = emergency(an_unsigned_version(), WORDS)
    assert version.plan.what_helps == ada().what_helps
    assert version.plan.my_allergies.entries[0].reported_on == date(2026, 8, 30)
