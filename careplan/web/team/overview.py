"""One person at the desk: what an emergency department sees, what is written, what rules say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import render_template

from careplan.acts.annotating import called_wrong
from careplan.acts.arrivals import told_to_team
from careplan.acts.break_glass import staff_looks
from careplan.acts.desk import Desk, desk_due, desk_findings, open_desk
from careplan.acts.drafting import Unfinished
from careplan.acts.quietly import notes_for_team
from careplan.acts.received import came_for
from careplan.acts.replying import reply_news
from careplan.acts.talks import counts, standing_lines
from careplan.plan.care_plan import CLINICAL
from careplan.plan.lifecycle import State, in_words, state_of
from careplan.store.received import Settled
from careplan.web.access import Reader, open_to
from careplan.web.forms.tasks import Task, team_task_list
from careplan.web.here import here
from careplan.web.narratives import emergency_page
from careplan.web.session import who
from careplan.web.team.banners import signer_gone
from careplan.web.team.checks import Check, address, checks_of
from careplan.web.team.erasing import waiting
from careplan.web.team.header import header_of
from careplan.web.team.links import asked_for, warned
from careplan.web.team.refusals import Refusal, refusal_of
from careplan.web.team.words import desk_title, last_written, own_words, wrote
from careplan.web.words import _

_LATELY = timedelta(days=30)


@open_to(Reader.TEAM)
def overview(patient_id: UUID) -> Any:
    today = here().today()
    desk = open_desk(here().world, by=who(), patient_id=patient_id, at=here().now())
    checks, refusal = _checks(desk)
    header = header_of(desk, today)
    return render_template(
        "team/overview.html",
        header=header,
        gone=signer_gone(desk),
        dues=desk_due(here().world, desk, today=today),
        current=desk.current,
        emergency=emergency_page(desk.current) if desk.current else None,
        tasks=tasks_of(desk, patient_id),
        checks=checks,
        refusal=refusal,
        identity=_identity(desk),
        own_words=own_words(desk, called=header.called),
        private=any(
            one.open for one in notes_for_team(here().world, by=who(), patient_id=patient_id)
        ),
        may_sign=desk.may_sign,
        may_stop=state_of(desk.current) in (State.NOT_SEEN, State.ANSWERED) and _has_doses(desk),
        changed=changed_since_signed(desk),
        talk=counts(here().world, by=who(), patient_id=patient_id),
        asked=asked_for(patient_id) if desk.patient.standing.waiting_for_team else (),
        erasure=waiting(patient_id) if desk.patient.standing.waiting_for_team else None,
        alerts=warned(patient_id),
        standing=standing_lines(here().world, by=who(), patient_id=patient_id),
        annotations=called_wrong(here().world, by=who(), patient_id=patient_id),
        titles=here().world.words_for(desk.condition).sections,
        received=_received(patient_id),
        replies=reply_news(here().world, by=who(), patient_id=patient_id),
        going_in=told_to_team(here().world, by=who(), patient_id=patient_id, at=here().now()),
        looks=staff_looks(
            here().world, by=who(), patient_id=patient_id, since=here().now() - _LATELY
        ),
    )


def _received(patient_id: UUID) -> Mapping[str, int]:
    """How much came from other systems, and how much of it waits."""
    found = came_for(here().world, by=who(), patient_id=patient_id)
    waiting = sum(one.state is Settled.WAITING for one in found)
    return {"all": len(found), "waiting": waiting}


def _has_doses(desk: Desk) -> bool:
    return "pain_plan" not in here().world.words_for(desk.condition).left_out


def _checks(desk: Desk) -> tuple[tuple[Check, ...], Refusal | None]:
    """The rules need a plan that reads; until then the page says which section does not."""
    patient_id = desk.patient.patient_id
    try:
        found = desk_findings(here().world, desk, today=here().today())
    except Unfinished as problem:
        return (), refusal_of(problem, patient_id)
    return checks_of(found, patient_id), None


def _identity(desk: Desk) -> str:
    """Who checked who this is, and when; nobody, until somebody has in clinic."""
    draft = desk.drafts.get("identity")
    plain = draft.body.get("plain", {}) if draft else {}
    if not plain.get("checked_on"):
        return _("Not checked in clinic yet")
    on = in_words(date.fromisoformat(plain["checked_on"]))
    return _("Checked by %(name)s, %(day)s", name=plain.get("checked_by", ""), day=on)


def tasks_of(desk: Desk, patient_id: UUID) -> tuple[Task, ...]:
    """The sections a signature is put to, each with who wrote it last."""
    bodies: Mapping[str, Any] = {name: draft.body for name, draft in desk.drafts.items()}

    def href(section: str, _page: str) -> str:
        return address(patient_id, section) if section in CLINICAL else ""

    tasks = (
        task
        for group in team_task_list(bodies, href=href, condition=desk.condition)
        for task in group.tasks
    )
    return tuple(
        replace(
            task,
            title=desk_title(task.section, desk.condition),
            hint=wrote(desk.drafts.get(task.section), who().account_id),
        )
        for task in tasks
        if task.section in CLINICAL
    )


def changed_since_signed(desk: Desk) -> bool:
    """Whether the team has written since the newest signature: a draft is on nobody's page."""
    signature = desk.current.signature if desk.current else None
    written = last_written(desk, CLINICAL)
    return signature is not None and written is not None and written > signature.signed_at
