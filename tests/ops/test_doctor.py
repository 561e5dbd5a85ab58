"""The doctor finds what is wrong with a database and its keys, and says what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from careplan.acts.card_keys import rotate
from careplan.acts.witnessing import export_heads
from careplan.store.fences import EVERYBODY, within
from careplan.web.doctor.findings import Finding, State
from careplan.web.doctor.of_store import of_store
from tests.backup.conftest import InMemory
from tests.stores import a_keyring
from tests.visitors import sign_up


def asked(app, **changes):
    """What the checks of the database say of this application."""
    place = app.extensions["careplan"]
    with app.app_context(), within(EVERYBODY):
        return list(of_store(replace(place, **changes), workers=2))


def of(found, check) -> list[Finding]:
    return [one for one in found if one.check == check]


def test_all_is_well_with_the_database_of_a_test(app, world):
    found = asked(app)
    states = {one.check: one.state for one in found if one.check != "role"}
    assert states["migrations"] is states["keys"] is states["outbox"] is State.OK
    said = " ".join(one.said for one in of(found, "database"))
    if world.store.dialect == "sqlite":
        assert states["database"] is State.OK
    else:  # a database for tests may lose what it acknowledged, and that is seen
        assert "fsync is off and must be on" in said


def test_it_knows_keys_that_are_old_or_lost(make_app, app):
    sign_up(app.test_client())
    ring = a_keyring()
    (old,) = {ring.current}
    fresh = {"k9": bytes(range(100, 132))}

    turned = make_app(master_keys=dict(ring.masters) | fresh, master_key_current="k9")
    (finding,) = of(asked(turned), "keys")
    assert finding.state is State.LOOK
    assert f"under {old}; k9 is in use" in finding.said
    assert "rekey" in finding.do

    lost = make_app(master_keys=fresh, master_key_current="k9")
    (finding,) = of(asked(lost), "keys")
    assert finding.state is State.WRONG
    assert "cannot be opened" in finding.said


def test_it_knows_another_pepper(make_app, app, world, clock):
    rotate(world, at=clock.now)  # a deed of the service itself
    other = make_app(pepper=bytes(range(200, 232)))
    assert not of(asked(app), "pepper")
    (finding,) = of(asked(other), "pepper")
    assert finding.state is State.WRONG


def test_a_database_that_is_away_or_empty_is_one_finding(make_app, tmp_path):
    for url in (f"sqlite:///{tmp_path}/no/where.db", f"sqlite:///{tmp_path}/empty.db"):
        (finding,) = asked(make_app(database_url=url))
        assert (finding.check, finding.state) == ("database", State.WRONG)


def test_a_clock_that_is_off_shows(app, clock, world):
    if world.store.dialect == "sqlite":
        assert of(asked(app), "clock") == []  # the same machine's clock
        return
    clock.now = datetime.now(UTC)
    (finding,) = of(asked(app), "clock")
    assert finding.state is State.OK
    clock.go_on(minutes=2)
    (finding,) = of(asked(app), "clock")
    assert finding.state is State.WRONG


def test_it_asks_for_ends_of_the_trail_that_lie_elsewhere(app, clock, world):
    (never,) = of(asked(app), "audit heads")
    assert never.state is State.LOOK
    assert "export-audit-heads" in never.do
    export_heads(world, InMemory(), at=clock.now)
    (fresh,) = of(asked(app), "audit heads")
    assert fresh.state is State.OK
    clock.now += timedelta(days=9)
    (old,) = of(asked(app), "audit heads")
    assert (old.state, "9 days" in old.said) == (State.LOOK, True)
