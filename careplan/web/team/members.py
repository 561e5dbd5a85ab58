"""Who is in the team, for its administrator: registrations checked, places suspended and ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from careplan.accounts.people import CARE_TEAM, Role, Standing
from careplan.accounts.registration import Registration
from careplan.acts.inviting_staff import invitations
from careplan.acts.members import (
    Change,
    NotAlone,
    NotYourself,
    change_member,
    changes_open_to,
)
from careplan.acts.members import member as one_member
from careplan.acts.members import members as all_members
from careplan.store.teams import Membership
from careplan.summary.wording import day
from careplan.web.access import Reader, open_to
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.team.chips import Chip
from careplan.web.words import _, ngettext


@dataclass(frozen=True, slots=True)
class Person:
    """A member as the pages show them, all their roles together."""

    account_id: UUID
    name: str
    roles: str
    registration: str
    checked: str
    chip: Chip
    since: str
    me: bool
    href: str


@dataclass(frozen=True, slots=True)
class Press:
    """A button, and what pressing it does."""

    change: Change
    words: str
    means: str
    warns: bool


@open_to(Reader.TEAM_ADMIN)
def members() -> str:
    people = [_person(one) for one in all_members(here().world, by=who())]
    return render_template(
        "team/members.html",
        people=people,
        team=who().organisation or "",
        works_here=bool(who().roles & CARE_TEAM),
        invited=invitations(here().world, by=who(), at=here().now()),
        roles=role_words(),
    )


@open_to(Reader.TEAM_ADMIN)
def member(account_id: UUID) -> Any:
    if request.method == "GET":
        return _show(account_id)
    try:
        change = Change(request.form.get("change", ""))
        left = change_member(
            here().world, by=who(), account_id=account_id, change=change, at=here().now()
        )
    except ValueError as problem:
        return _show(account_id, error=_sentence(problem)), 409
    flash(_done(change, _show_person(account_id).name, left))
    return redirect(url_for("team.members"), 303)


def _sentence(problem: Exception) -> str:
    if isinstance(problem, NotYourself):
        return _("You cannot do this for yourself. Ask another administrator.")
    if isinstance(problem, NotAlone):
        return not_alone()
    return _("Somebody else changed this first. Nothing was done; look again.")


def not_alone() -> str:
    return _(
        "You had a part in letting this person in, so somebody else must check their "
        "registration: an administrator whom you did not let in, or the people who run this "
        "service."
    )


def _done(change: Change, name: str, left: int) -> str:
    said = {
        Change.VERIFY: _("%(name)s’s registration is checked. They can sign now.", name=name),
        Change.SUSPEND: _("%(name)s is suspended and can open nothing any more.", name=name),
        Change.LEFT: _("%(name)s has left the team and can open nothing any more.", name=name),
        Change.REINSTATE: _("%(name)s is back in the team.", name=name),
    }[change]
    if change in (Change.SUSPEND, Change.LEFT) and left:
        said += " " + ngettext(
            "%(num)s plan they signed stays valid and waits for a colleague’s signature.",
            "%(num)s plans they signed stay valid and wait for a colleague’s signature.",
            left,
        ) % {"num": left}
    return said


def _show_person(account_id: UUID) -> Person:
    return _person(one_member(here().world, by=who(), account_id=account_id).places)


def _show(account_id: UUID, *, error: str = "") -> str:
    found = one_member(here().world, by=who(), account_id=account_id)
    person = _person(found.places)
    changes = () if person.me else changes_open_to(found.places)
    shut = Change.VERIFY in changes and not found.mine_to_check
    presses = [one for one in changes if not (shut and one is Change.VERIFY)]
    return render_template(
        "team/member.html",
        person=person,
        presses=[_press(one, found.signed) for one in presses],
        another=not_alone() if shut else "",
        lost_way_in=not person.me,
        signed=found.signed,
        error=error,
    )


def _press(change: Change, signed: int) -> Press:
    stays = (
        ngettext(
            "%(num)s plan they signed stays valid; a colleague is asked to sign it again.",
            "%(num)s plans they signed stay valid; colleagues are asked to sign them again.",
            signed,
        )
        % {"num": signed}
        if signed
        else _("They have signed no plan that is in use.")
    )
    words = {
        Change.VERIFY: (
            _("I have checked this registration"),
            _("Look the number up in the public register first. They can sign from then on."),
        ),
        Change.SUSPEND: (
            _("Suspend"),
            _("From their next press of a button they can open nothing. You can undo this.")
            + " "
            + stays,
        ),
        Change.LEFT: (_("Has left the team"), _("The same.") + " " + stays),
        Change.REINSTATE: (
            _("Take back into the team"),
            _("They can do again what they could before. Plans they signed need nobody else."),
        ),
    }[change]
    return Press(change, *words, change in (Change.SUSPEND, Change.LEFT))


def _person(places: Sequence[Membership]) -> Person:
    first = places[0]
    registration = next((one.registration for one in places if one.registration), None)
    roles = role_words()
    return Person(
        account_id=first.account_id,
        name=first.name,
        roles=", ".join(roles.get(one.role, one.role.value) for one in places),
        registration=str(registration) if registration else _("None given"),
        checked=_checked(registration),
        chip=_chip(places),
        since=day(first.since),
        me=str(first.account_id) == who().account_id,
        href=url_for("team.member", account_id=first.account_id),
    )


def role_words() -> dict[Role, str]:
    return {
        Role.CLINICIAN: _("Clinician"),
        Role.NURSE: _("Nurse"),
        Role.TEAM_ADMIN: _("Administrator"),
        Role.EMERGENCY_STAFF: _("Emergency department"),
    }


def _checked(registration: Registration | None) -> str:
    if registration is None:
        return ""
    if registration.verified_at is None:
        return _("Not checked: cannot sign")
    return _("Checked %(day)s", day=day(registration.verified_at))


def _chip(places: Sequence[Membership]) -> Chip:
    states = {one.state for one in places}
    if Standing.ACTIVE in states:
        return Chip(_("In the team"), "green")
    if Standing.LEFT in states:
        return Chip(_("Has left"), "grey")
    return Chip(_("Suspended"), "red")
