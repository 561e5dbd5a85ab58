"""The hospital that a plan names as the person's own, by the list's name where it is on it."""

from __future__ import annotations

from collections.abc import Iterable

from careplan.plan.care_plan import Version
from careplan.store.hospitals import Hospital
from careplan.visits.visit import LONGEST_WORDS, Where


def own_hospital(version: Version, listed: Iterable[Hospital]) -> Where | None:
    team = version.plan.care_team
    name = (team.hospital_name or "").casefold()
    for one in listed:
        if one.code == team.hospital_ods or (name and one.name.casefold() == name):
            return Where(hospital=one.code, listed_as=one.words)
    fits = team.hospital_name and len(team.hospital_name) <= LONGEST_WORDS
    return Where(words=team.hospital_name) if fits else None
