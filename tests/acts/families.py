"""Kofi, nine, with his two parents and his grandmother: put in through the acts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from careplan.accounts.clinic_codes import shown
from careplan.accounts.grants import Basis
from careplan.accounts.people import Who
from careplan.acts.accounts import make_helper_account
from careplan.acts.carers import Asked, here_for, make_code_for, take_up_code
from careplan.acts.drafting import save_section, section_draft
from careplan.acts.linking import link_in_clinic, show_code
from careplan.acts.publishing import publish_words
from careplan.acts.signing import sign_plan, signing_page
from careplan.acts.signing_in import who_is
from careplan.acts.world import World
from careplan.plan.care_plan import CLINICAL, Version
from careplan.plan.codec import to_plain
from careplan.plan.people import Review
from careplan.plan.person import Identity, Sex
from tests import make
from tests.acts.worlds import reasons_for
from tests.stores import NOW, TODAY
from tests.visitors import PASSWORD, Staff, a_clinician, a_hospital, a_person

UNTIL = date(2027, 4, 6)
BORN = date(2017, 5, 22)
LEGAL = "Kofi Emmanuel Mensah"


@dataclass(frozen=True)
class Family:
    """`accounts` are the helpers as they are before they say whom they came for."""

    world: World
    kofi: Who
    doctor: Staff
    adults: Staff
    accounts: dict[str, Who]

    @property
    def patient_id(self) -> UUID:
        return UUID(self.kofi.patient_id)

    def here(self, name: str, *, at: datetime = NOW) -> Who:
        """Somebody as they act for Kofi."""
        by = self.accounts[name]
        return here_for(self.world, by=by, patient_id=self.patient_id, at=at)

    def save(self, section: str, plain: Any, *, by: Who, at: datetime = NOW) -> int:
        kept = section_draft(self.world, by=by, patient_id=self.patient_id, section=section)
        body = {"plain": plain, "typed": {}, "done": []}
        based_on = kept.revision if kept else 0
        return save_section(
            self.world,
            by=by,
            patient_id=self.patient_id,
            section=section,
            body=body,
            based_on=based_on,
            at=at,
        )

    def publish(self, *, by: Who, at: datetime = NOW) -> Version:
        return publish_words(self.world, by=by, patient_id=self.patient_id, at=at)

    def sign(self, *, at: datetime = NOW, today: date = TODAY) -> Version:
        plan = make.ada().with_section("review", Review(UNTIL))
        for name in CLINICAL:
            self.save(name, to_plain(plan.section(name)), by=self.doctor.who, at=at)
        mine: dict[str, Any] = {
            "by": self.doctor.who,
            "patient_id": self.patient_id,
            "at": at,
            "today": today,
        }
        page = signing_page(self.world, **mine)
        return sign_plan(
            self.world,
            **mine,
            fingerprint=page.fingerprint,
            expires_on=UNTIL,
            reasons=reasons_for(page),
        )

    def lets_in(
        self,
        account: Who,
        relation: str,
        basis: Basis,
        *,
        by: Who | None = None,
        writes: bool = True,
        at: datetime = NOW,
        **more: Any,
    ) -> None:
        asked = Asked(relation, basis, writes, **more)
        code = make_code_for(
            self.world, by=by or self.doctor.who, patient_id=self.patient_id, asked=asked, at=at
        )
        take_up_code(self.world, by=account, typed=shown(code), at=at)


def a_helper(world: World, name: str, *, at: datetime = NOW) -> Who:
    email = f"{name.split(maxsplit=1)[0].lower()}@example.org"
    make_helper_account(world, name=name, email=email, password=PASSWORD, at=at)
    return who_is(world, email=email)


def a_family(world: World, *, born: date = BORN) -> Family:
    doctor = a_clinician(world, team_id=a_hospital(world, "Northgate Children’s Hospital"))
    adults = a_clinician(
        world, team_id=a_hospital(world, "Rivelin General"), email="owen@example.org"
    )
    kofi = a_person(world, legal_name=LEGAL, date_of_birth=born, email="kofi@example.org")
    code = show_code(world, by=kofi, patient_id=UUID(kofi.patient_id), at=NOW)
    link_in_clinic(
        world,
        by=doctor.who,
        typed=shown(code),
        identity=Identity(LEGAL, born, "9990210225", Sex.MALE),
        method="known_to_team",
        at=NOW,
        today=TODAY,
    )
    names = ("Abena Mensah", "Samuel Mensah", "Grace Owusu")
    accounts = {name.split()[0]: a_helper(world, name) for name in names}
    family = Family(world, replace(kofi), doctor, adults, accounts)
    family.lets_in(accounts["Abena"], "mother", Basis.PARENTAL)
    family.lets_in(accounts["Samuel"], "father", Basis.PARENTAL)
    family.lets_in(accounts["Grace"], "grandmother", Basis.FAMILY, writes=False)
    return family
