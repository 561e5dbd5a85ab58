"""What lists and doors need to know of a person without opening their plan."""

from __future__ import annotations

from careplan.plan.care_plan import CarePlan
from careplan.plan.content import FIRST
from careplan.store.patients import Face


def face_from(plan: CarePlan, plan_number: str, condition: str = FIRST) -> Face:
    """Name, birth date, numbers to find the person by, and whom to ring when a link is dead."""
    return Face(
        legal_name=plan.identity.legal_name or "",
        known_as=plan.about_me.known_as,
        date_of_birth=plan.identity.date_of_birth,
        nhs_number=plan.identity.nhs_number,
        plan_number=plan_number,
        phone_24h=plan.care_team.phone_24h,
        condition=condition,
    )
