"""What is said in clear of everybody's plan is what their consents and their versions say."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from careplan.accounts.partners import Purpose
from careplan.acts.partner_reading import may_see, person_of
from careplan.fhir.rest import plan_id
from careplan.sharing.consents import standings
from careplan.store.consents import OPENS, consents_of
from careplan.store.tables import patient
from careplan.store.versions import current_head
from tests.partners import a_partner


@pytest.fixture
def store_url(lived_in_url):
    return lived_in_url


def test_of_all_the_people_of_the_demonstration(world):
    """Who wrote, signed, answered, stopped, agreed and withdrew through every act there is."""
    with world.store.read() as tx:
        rows = tx.run(select(patient)).all()
        for row in rows:
            head = current_head(tx, row.patient_id)
            assert row.published_at == (head.published_at if head else None)
            stands = {one.consent: one.on for one in standings(consents_of(tx, row.patient_id))}
            if head is not None:
                said = {consent: getattr(row, column) for consent, column in OPENS.items()}
                assert said == {consent: stands[consent] for consent in OPENS}
    assert any(row.published_at for row in rows)


def test_one_of_ours_is_somebody_whom_the_partner_may_see(world):
    with world.store.read() as tx:
        row = tx.run(select(patient).where(patient.c.published_at.is_not(None))).first()
    own = a_partner(world, team_id=row.team_id).partner
    gp = a_partner(world, team_id=row.team_id, purpose=Purpose.GP, name="GP").partner
    who, nobody = row.patient_id, UUID(int=404)
    with world.store.read() as tx:
        assert may_see(world, tx, own, who)
        assert person_of(world, tx, own, plan_id(who)) == who
        assert not may_see(world, tx, own, nobody)
        assert may_see(world, tx, gp, who) is row.open_to_gp
