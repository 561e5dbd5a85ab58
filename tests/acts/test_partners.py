"""An administrator of a team lets a system in, changes its keys and shuts it out; nobody else."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from careplan.accounts.partners import PartnerState, Purpose, Scopes, read_scopes
from careplan.accounts.people import Role
from careplan.acts.partners import (
    BadPartner,
    Blank,
    NewPartner,
    NotNowForIt,
    Published,
    change_partner_keys,
    one_partner,
    partners,
    register_partner,
    set_partner_standing,
)
from careplan.acts.standing import AccessEnded
from careplan.acts.world import NotAllowed, NotThere
from careplan.audit.chain import service_chain
from careplan.audit.events import Kind, sentence
from careplan.keys.partner_keys import Fault, NotKeys
from careplan.partners.jwks import CannotFetch
from careplan.store.partners import every_partner
from careplan.store.teams import set_member_state
from careplan.store.trail import service_events_of
from tests.partners import a_client, a_key, an_administrator, no_fetch
from tests.stores import NOW
from tests.visitors import a_clinician, a_hospital

URL = "https://trust.example.org/jwks.json"
ASKED = NewPartner(
    name="Ambulance record",
    organisation="London Ambulance",
    ods="rru",
    purpose=Purpose.AMBULANCE,
    scopes=read_scopes("system/*.rs"),
    keys=Published(pasted=a_key().jwks),
)


@pytest.fixture
def admin(world):
    return an_administrator(world, team_id=a_hospital(world))


def register(world, admin, fetch=no_fetch, **changes):
    asked = replace(ASKED, **changes)
    return register_partner(world, by=admin, asked=asked, fetch=fetch, at=NOW)


def kept_of(world):
    with world.store.read() as tx:
        return every_partner(tx)


def test_a_system_is_let_in_for_one_purpose_and_it_is_written_down(world, admin):
    made = register(world, admin, name="  Ambulance record ")
    (kept,) = partners(world, by=admin)
    assert kept == one_partner(world, by=admin, partner_id=made.partner_id)
    assert (kept.partner, kept.jwks_url, kept.last_used_at) == (made, None, None)
    assert (made.name, made.ods, made.active) == ("Ambulance record", "RRU", True)
    assert str(made.team_id) == admin.team_id
    change_partner_keys(
        world,
        by=admin,
        partner_id=made.partner_id,
        keys=Published(url=URL),
        fetch=lambda _url: a_key("new").jwks.encode(),
        at=NOW,
    )
    for state in (PartnerState.SUSPENDED, PartnerState.ACTIVE):
        set_partner_standing(world, by=admin, partner_id=made.partner_id, state=state, at=NOW)
    (kept,) = partners(world, by=admin)
    assert (kept.jwks_url, kept.fetched_at) == (URL, NOW)
    with world.store.read() as tx:
        told = [one.event for one in service_events_of(tx, service_chain(NOW))]
    assert [one.kind for one in told][-4:] == [
        Kind.PARTNER_REGISTERED,
        Kind.PARTNER_KEYS_CHANGED,
        Kind.PARTNER_SUSPENDED,
        Kind.PARTNER_RESTORED,
    ]
    assert sentence(told[-4]).endswith(
        " let another organisation’s system in: Ambulance record (London Ambulance)."
    )


def test_what_cannot_be_is_refused_and_nothing_is_kept(world, admin):
    for part, changes in (
        (Blank.NAME, {"name": " "}),
        (Blank.NAME, {"name": "x" * 81}),
        (Blank.NAME, {"name": "a\nb"}),
        (Blank.ORGANISATION, {"organisation": ""}),
        (Blank.ODS, {"ods": "R 1"}),
        (Blank.ODS, {"ods": "x" * 11}),
        (Blank.SCOPES, {"scopes": Scopes({})}),
        (Blank.TRAIL, {"scopes": read_scopes("system/AuditEvent.rs")}),
        (Blank.KEYS, {"keys": Published()}),
        (Blank.KEYS, {"keys": Published(url=URL, pasted=a_key().jwks)}),
    ):
        with pytest.raises(BadPartner) as problem:
            register(world, admin, **changes)
        assert problem.value.parts == (part,)
    assert kept_of(world) == ()


def test_keys_are_read_before_anything_is_kept(world, admin):
    private = '{"keys":[{"kty":"EC","kid":"a","d":"AA"}]}'
    with pytest.raises(NotKeys) as problem:
        register(world, admin, keys=Published(pasted=private))
    assert problem.value.fault is Fault.PRIVATE

    def down(url):
        assert url == URL
        raise CannotFetch("down")

    with pytest.raises(CannotFetch):
        register(world, admin, keys=Published(url=URL), fetch=down)
    assert kept_of(world) == ()


def test_it_is_for_the_administrator_of_its_own_team(world, admin):
    made = register(world, admin)
    elsewhere = an_administrator(world, team_id=a_hospital(world, "Royal Elsewhere"))
    team = made.team_id
    doctor = a_clinician(world, team_id=team, with_phone=False).who
    nurse = a_clinician(world, team_id=team, email="n@example.org", role=Role.NURSE).who
    suspend = {"partner_id": made.partner_id, "state": PartnerState.SUSPENDED, "at": NOW}
    assert partners(world, by=elsewhere) == ()
    for by, refusal in ((elsewhere, NotThere), (doctor, NotAllowed), (nurse, NotAllowed)):
        with pytest.raises(refusal):
            one_partner(world, by=by, partner_id=made.partner_id)
        with pytest.raises(refusal):
            set_partner_standing(world, by=by, **suspend)
        with pytest.raises(refusal):
            change_partner_keys(
                world,
                by=by,
                partner_id=made.partner_id,
                keys=Published(url=URL),
                fetch=no_fetch,
                at=NOW,
            )
    for by in (doctor, nurse):
        with pytest.raises(NotAllowed):
            register(world, by)
    with pytest.raises(NotThere):
        one_partner(world, by=admin, partner_id=uuid4())
    assert kept_of(world)[0].partner == made


def test_whoever_was_suspended_meanwhile_lets_nobody_in(world, admin):
    made = register(world, admin)
    with world.store.begin() as tx:
        set_member_state(tx, UUID(admin.account_id), made.team_id, "suspended")
    with pytest.raises((AccessEnded, NotAllowed)):
        a_client(world, by=admin)
    with pytest.raises((AccessEnded, NotAllowed)):
        set_partner_standing(
            world, by=admin, partner_id=made.partner_id, state=PartnerState.SUSPENDED, at=NOW
        )
    assert [one.partner for one in kept_of(world)] == [made]


def test_what_stands_so_already_is_said_to(world, admin):
    made = register(world, admin)
    with pytest.raises(NotNowForIt):
        set_partner_standing(
            world, by=admin, partner_id=made.partner_id, state=PartnerState.ACTIVE, at=NOW
        )
