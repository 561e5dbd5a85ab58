"""Old versions stay readable: who published each and why, and what changed, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for

from careplan.acts.desk import open_desk
from careplan.acts.reading import compare_versions, history, read_version
from careplan.store.versions import VersionHead
from careplan.web.access import Reader, open_to
from careplan.web.comparing import changes_by_section, two_of
from careplan.web.here import here
from careplan.web.narratives import emergency_page, record_page
from careplan.web.session import who
from careplan.web.team.header import header_of


@dataclass(frozen=True, slots=True)
class Published:
    """One version, as the list of versions shows it."""

    number: int
    href: str
    at: datetime
    reason: str
    by: str
    newest: bool


@open_to(Reader.TEAM)
def versions(patient_id: UUID) -> Any:
    desk = open_desk(here().world, by=who(), patient_id=patient_id, at=here().now())
    heads = history(here().world, by=who(), patient_id=patient_id)
    return render_template(
        "team/versions.html",
        header=header_of(desk, here().today()),
        versions=[_published(head, newest=index == 0) for index, head in enumerate(heads)],
    )


def _published(head: VersionHead, *, newest: bool) -> Published:
    return Published(
        number=head.number,
        href=url_for("team.version", patient_id=head.patient_id, number=head.number),
        at=head.published_at,
        reason=str(head.head.get("reason", "")),
        by=str(head.head.get("by", "")),
        newest=newest,
    )


@open_to(Reader.TEAM)
def side_by_side(patient_id: UUID) -> Any:
    """Any two versions in words; which of them stands in the address."""
    world, now = here().world, here().now()
    heads = history(world, by=who(), patient_id=patient_id)
    numbers = two_of(heads, request.args)
    compared = compare_versions(world, by=who(), patient_id=patient_id, numbers=numbers, at=now)
    desk = open_desk(world, by=who(), patient_id=patient_id, at=now)
    return render_template(
        "team/side_by_side.html",
        header=header_of(desk, here().today()),
        heads=heads,
        older=compared.older,
        newer=compared.newer,
        groups=changes_by_section(compared.changes, compared.newer.condition),
    )


@open_to(Reader.TEAM)
def version(patient_id: UUID, number: int) -> Any:
    world, now = here().world, here().now()
    old = read_version(world, by=who(), patient_id=patient_id, number=number, at=now)
    desk = open_desk(world, by=who(), patient_id=patient_id, at=now)
    return render_template(
        "team/version.html",
        header=header_of(desk, here().today()),
        version=old.version,
        newest=desk.current.number if desk.current else number,
        changes=changes_by_section(old.changes, old.version.condition),
        reasons=old.reasons,
        emergency=emergency_page(old.version),
        record=record_page(old.version),
    )
