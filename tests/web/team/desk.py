"""A desk to test at: Ada, in the team's care, and her facts as a browser would send them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from careplan.accounts.people import Who
from careplan.acts.drafting import EMPTY, all_drafts, save_section
from careplan.acts.signing import sign_plan, signing_page
from careplan.acts.world import World
from careplan.plan.care_plan import CLINICAL, CarePlan, Version
from careplan.plan.codec import to_plain
from careplan.web.forms.pages import section_pages
from careplan.web.forms.raw import raw_of
from tests import make
from tests.stores import NOW, TODAY
from tests.visitors import Staff, linked_patient, signed_in_team
from tests.web.reader import Page, Reader


@dataclass(frozen=True)
class Desk:
    """A clinician signed in at their desk, and a person of their team's."""

    client: Reader
    world: World
    staff: Staff
    person: Who

    @property
    def patient_id(self) -> UUID:
        return UUID(self.person.patient_id)

    def at(self, rest: str = "") -> str:
        return f"/team/{self.patient_id}" + (f"/{rest}" if rest else "")

    def page(self, rest: str = "") -> Page:
        answer = self.client.get(self.at(rest))
        assert answer.status_code == 200, answer.status
        return self.client.page(answer)

    def write(self, section: str, plan: CarePlan, **changes: Any) -> Any:
        """Type a section and press Save."""
        return self.client.submit(
            self.at(section.replace("_", "-")), self.form_of(section, plan) | changes
        )

    def form_of(self, section: str, plan: CarePlan) -> dict[str, Any]:
        page = section_pages(section).pages[0]
        form: dict[str, Any] = dict(raw_of(page, {"plain": to_plain(plan.section(section))}))
        return form | {"action": "continue", "revision": str(self.revision(section))}

    def revision(self, section: str) -> int:
        draft = self.drafts().get(section)
        return draft.revision if draft else 0

    def drafts(self) -> Any:
        return all_drafts(self.world, by=self.staff.who, patient_id=self.patient_id)

    def plain(self, section: str) -> Any:
        return self.drafts()[section].body["plain"]

    def draft(self, section: str, plan: CarePlan) -> None:
        """As if somebody of the team had typed it before."""
        body = {**EMPTY, "plain": to_plain(plan.section(section))}
        save_section(
            self.world,
            by=self.staff.who,
            patient_id=self.patient_id,
            section=section,
            body=body,
            based_on=self.revision(section),
            at=NOW,
        )

    def draft_all(self, plan: CarePlan | None = None) -> None:
        for name in CLINICAL:
            self.draft(name, plan or make.ada_clinical())

    def sign_behind(self) -> Version:
        """As if the clinician had signed what is drafted, elsewhere."""
        asked: dict[str, Any] = {
            "by": self.staff.who,
            "patient_id": self.patient_id,
            "at": NOW,
            "today": TODAY,
        }
        page = signing_page(self.world, **asked)
        return sign_plan(
            self.world,
            **asked,
            fingerprint=page.fingerprint,
            expires_on=page.longest,
            reasons={one.key: "talked through in clinic" for one in page.findings},
        )

    def signing(self, **changes: Any) -> dict[str, Any]:
        """What the signing page sends when nothing is touched, with these changes."""
        page = self.page("sign")
        names = ("fingerprint", "expires-day", "expires-month", "expires-year")
        return {name: page.value_of(name) for name in names} | changes

    def sign(self, **changes: Any) -> Any:
        return self.client.submit(self.at("sign"), self.signing(**changes))


def a_desk(client: Reader, world: World, staff: Staff | None = None) -> Desk:
    staff = signed_in_team(client, world, staff)
    return Desk(client, world, staff, linked_patient(world, staff))


def with_step(plan: CarePlan, number: int, **changes: Any) -> CarePlan:
    """The same plan with one step of the pain plan changed."""
    steps = list(plan.pain_plan.steps)
    steps[number] = replace(steps[number], **changes)
    return plan.with_section("pain_plan", replace(plan.pain_plan, steps=tuple(steps)))
