"""The invented child's parents and grandmother, let in by his doctor; the parents answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from careplan.accounts.grants import Basis
from careplan.acts.accounts import make_helper_account
from careplan.acts.beside import answer_beside
from careplan.acts.carers import Asked, here_for, make_code_for, take_up_code
from careplan.acts.demo_people import PASSWORD, DemoPerson, as_if_signed_in, moment
from careplan.acts.reading import history
from careplan.acts.signing_in import who_is
from careplan.acts.world import World
from careplan.plan.care_plan import AnswerKind

CHILD = "kofi@example.org"
FAMILY = (
    ("Abena Mensah", "abena@example.org", Asked("mother", Basis.PARENTAL, writes=True)),
    ("Samuel Mensah", "samuel@example.org", Asked("father", Basis.PARENTAL, writes=True)),
    ("Grace Owusu", "grace@example.org", Asked("grandmother", Basis.FAMILY, writes=False)),
)


def add_family(world: World, child: DemoPerson) -> None:
    """On the day he was signed for: each with a code from the clinic, the parents answer."""
    patient_id = UUID(who_is(world, email=child.email).patient_id)
    doctor, at = as_if_signed_in(world, child.signer.email), moment(child.answered, 19)
    for name, email, asked in FAMILY:
        make_helper_account(world, name=name, email=email, password=PASSWORD, at=at)
        helper = who_is(world, email=email)
        mine: dict[str, Any] = {"patient_id": patient_id, "at": at}
        code = make_code_for(world, by=doctor, **mine, asked=asked)
        take_up_code(world, by=helper, typed=code, at=at)
        acting = here_for(world, by=helper, **mine)
        if asked.writes:
            newest = history(world, by=acting, patient_id=patient_id)[0]
            answer_beside(
                world,
                by=acting,
                patient_id=patient_id,
                version_seen=newest.number,
                kind=AnswerKind.AGREE,
                words=None,
                at=at + timedelta(minutes=5),
            )
