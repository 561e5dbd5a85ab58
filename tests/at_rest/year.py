"""A short year in one plan: everything that people do over and over, once a month."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from careplan.acts.exporting import Form, export
from careplan.acts.opening import Opened, Shown, open_by_code, open_link
from careplan.acts.opening import Reader as Stranger
from careplan.acts.private_words import write_note
from careplan.acts.sharing import Shared
from careplan.acts.signing_in import sign_in
from careplan.plan.codec import to_plain
from careplan.sharing.links import Kind, Opening
from careplan.store.accounts import account_of
from careplan.store.patients import face_of
from tests.acts.worlds import ADA, Clinic, token_of
from tests.stores import NOW
from tests.visitors import PASSWORD

PASSCODE = "blue heron 7"
_FREE = 3
"""Wrong answers after which nobody has to wait."""
WORDS = "Please dim the lights and ring my aunt Chidinma on 07700 900461"
WARD = "Night nurse Oyelaran, ward seven"


def live_a_year(clinic: Clinic, *, months: int = 12, password: str = PASSWORD) -> set[str]:
    """What was said in it that no plan holds: for whoever looks for it afterwards."""
    link = clinic.share(
        Kind.MESSAGE, opening=Opening.PASSCODE, passcode=PASSCODE, label="For cousin Ifeoma Anozie"
    )
    card = clinic.share()
    for month in range(months):
        at = NOW + timedelta(days=30 * month)
        _write(clinic, at, month)
        _open(clinic, link, card, at, slips=month < _FREE)
        _look(clinic, at, password)
    return {WORDS, WARD, PASSCODE, "For cousin Ifeoma Anozie"}


def _write(clinic: Clinic, at: datetime, month: int) -> None:
    plain: Any = to_plain(ADA.about_me)
    clinic.save("about_me", plain | {"known_as": f"Adaeze of month {month}"}, at=at)
    clinic.publish(at=at)
    mine: Any = {"by": clinic.ada, "patient_id": clinic.patient_id}
    write_note(clinic.world, **mine, text=f"{WORDS}, in month {month}", at=at)


def _open(clinic: Clinic, link: Shared, card: Shared, at: datetime, *, slips: bool) -> None:
    world = clinic.world

    def knock(shared: Shared, answer: str | None) -> Any:
        who = Stranger(answer, WARD, at, at.date())
        return open_link(world, who, token=token_of(shared), again=None, zipped=False)

    assert isinstance(knock(card, None), Opened)
    if slips:
        knock(link, f"wrong on {at:%d %B}")
    assert isinstance(knock(link, PASSCODE), Opened)
    who = Stranger("14 March 1997", WARD, at, at.date())
    assert isinstance(open_by_code(world, who, code=link.code, passcode=PASSCODE), Shown)


def _look(clinic: Clinic, at: datetime, password: str) -> None:
    world = clinic.world
    with world.store.read() as tx:
        face = face_of(tx, clinic.patient_id)
        kept = account_of(tx, UUID(clinic.ada.account_id))
    assert face is not None
    assert kept is not None
    export(world, person=face.nhs_number or "", form=Form.TEXT, at=at)
    assert sign_in(world, email=kept.email, password=password, at=at)
