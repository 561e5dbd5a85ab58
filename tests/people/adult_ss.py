"""Ada: the ordinary case, built in `tests.make`."""

from __future__ import annotations

from datetime import date

from careplan.plan.care_plan import AnswerKind
from tests import make
from tests.people.case import Case, Signer

SIGNER = Signer(
    name="Dr Helena Marsden",
    role="Consultant haematologist",
    registration="GMC 7012345",
    team="St Anselm's sickle cell team",
    organisation="St Anselm's Hospital",
    ods="R9X01",
    phone="020 7946 0100",
)


def ada() -> Case:
    return Case(
        key="ada",
        file="adult-ss.yaml",
        plan=make.ada(),
        signer=SIGNER,
        signed_on=date(2026, 9, 8),
        valid_to=date(2027, 9, 8),
        answer=AnswerKind.AGREE,
        answered_on=date(2026, 9, 10),
    )
