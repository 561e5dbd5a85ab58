"""The person's own page says what is due in plain words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from careplan.acts.seeding import DEMO_CLINICIAN, DEMO_PATIENT
from careplan.acts.signing import sign_plan, signing_page
from careplan.acts.signing_in import who_is
from tests.stores import NOW, TODAY
from tests.web.test_conversation import come_as


@pytest.fixture
def store_url(lived_in_url):
    """Ada's plan is there, signed and answered."""
    return lived_in_url


def test_the_home_page_lists_what_is_due(app, world):
    page = come_as(app, world, DEMO_PATIENT).get("/plan").get_data(as_text=True)
    assert "What is due" in page
    assert "Your eye check is not on record here." in page
    assert "Ask your team about anything on this list." in page


def test_signing_anew_asks_nothing_where_nothing_new_was_found(app, world):
    """A colleague who opens the page and changes nothing has no box to fill in."""
    doctor = replace(who_is(world, email=DEMO_CLINICIAN), second_factor=True)
    patient_id = UUID(who_is(world, email=DEMO_PATIENT).patient_id)
    mine: dict[str, Any] = {"by": doctor, "patient_id": patient_id, "at": NOW, "today": TODAY}
    page = signing_page(world, **mine)
    version = sign_plan(
        world, **mine, fingerprint=page.fingerprint, expires_on=page.longest, reasons={}
    )
    assert version.signature is not None
