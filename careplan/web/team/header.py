"""Who a desk page is about: the same at the top of each, to check against the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import url_for

from careplan.acts.desk import Desk
from careplan.plan.lifecycle import in_words
from careplan.plan.safety import age_on
from careplan.plan.values import spaced
from careplan.store.patients import Face
from careplan.web.team.chips import Chip, chips_of
from careplan.web.words import _


@dataclass(frozen=True, slots=True)
class Header:
    patient_id: UUID
    name: str
    known_as: str
    born: str
    nhs_number: str
    has_nhs_number: bool
    plan_number: str
    chips: tuple[Chip, ...]
    published: bool

    @property
    def href(self) -> str:
        return url_for("team.overview", patient_id=self.patient_id)

    @property
    def called(self) -> str:
        """What to call the person in a sentence."""
        return self.known_as or self.name


def header_of(desk: Desk, today: date) -> Header:
    face = desk.face
    return Header(
        patient_id=desk.patient.patient_id,
        name=face.legal_name or _("No name recorded"),
        known_as=face.known_as or "",
        born=born_words(face, today),
        nhs_number=number_words(face),
        has_nhs_number=face.nhs_number is not None,
        plan_number=face.plan_number,
        chips=chips_of(desk.patient.standing, today),
        published=desk.current is not None,
    )


def born_words(face: Face, today: date) -> str:
    """ "14 March 1997 (29 years)", in months under two (domain 2.1)."""
    born = face.date_of_birth
    if born is None:
        return _("Date of birth not recorded")
    years = age_on(born, today) or 0
    if years >= 2:
        return _("%(day)s (%(years)s years)", day=in_words(born), years=years)
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    return _("%(day)s (%(months)s months)", day=in_words(born), months=months)


def number_words(face: Face) -> str:
    return spaced(face.nhs_number) if face.nhs_number else _("No NHS number")
