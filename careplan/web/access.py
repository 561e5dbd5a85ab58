"""Every route says who it is for; one that does not is refused at start (and by a test).

By that it is also said, once for each request, whose records its transactions may see at all
(`store/fences.py`): until a door is known, nobody's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from flask import Flask, abort, g, redirect, request, url_for

from careplan.accounts.people import CARE_TEAM, Role, Who
from careplan.accounts.permissions import may_break_glass
from careplan.acts.carers import here_for
from careplan.acts.signing_in import needs_second_factor
from careplan.acts.standing import AccessEnded, was_in_the_team
from careplan.acts.together import HANDED
from careplan.store.fences import NOBODY, Door, Fence, declare, declared
from careplan.web.fhir_api.asking import asked_by
from careplan.web.here import here
from careplan.web.session import act_as, signed_in, who

View = TypeVar("View", bound=Callable[..., Any])


class Reader(StrEnum):
    """Who may come through a door. Which plan they may see is asked again inside, of the act."""

    ANYONE = "anyone"
    SIGNED_IN = "anyone signed in"
    PATIENT = "the patient"
    CARER = "whoever was let in to help this person"
    TEAM = "the care team, second factor given"
    TEAM_ADMIN = "the team’s administrator, second factor given"
    EMERGENCY = "staff of an emergency department, second factor given, where this is switched on"
    PARTNER = "another organisation’s system, with a token"
    DEMO = "anyone, in the demonstration only"


_STAFF = {
    Reader.TEAM: CARE_TEAM,
    Reader.TEAM_ADMIN: frozenset({Role.TEAM_ADMIN}),
    Reader.EMERGENCY: frozenset({Role.EMERGENCY_STAFF}),
}
_EVERYBODY = frozenset({Reader.ANYONE, Reader.DEMO})
_TO_THE_SECOND_STEP = frozenset(
    {"account.home", "account.arrive", "account.second_step", "account.set_up_second_step"}
)
"""Open with a password alone to those who owe a second step: they lead to it."""
_MAKES_THE_FIRST = frozenset({"again.ask", "passkeys.make", "passkeys.keep"})
"""Open to staff who have no second step yet: a passkey may be their first."""
_OPEN_WHILE_HANDED = _TO_THE_SECOND_STEP | {"handed.screen"}
"""The screen itself, and the way back to the desk, which asks for the second step. Whom the
clinician helps elsewhere is not for the person who holds it."""


def install(app: Flask) -> None:
    """Before anything else of a request: nobody's records are open, whatever came before it."""

    @app.before_request
    def _nobody_yet() -> None:
        g.fence_before = declared()
        declare(NOBODY)

    @app.teardown_request
    def _as_it_was(_problem: BaseException | None) -> None:
        if "fence_before" in g:
            declare(g.pop("fence_before"))


def open_to(reader: Reader) -> Callable[[View], View]:
    """Declare and enforce a route's reader. Strangers sign in; others get 403 in words."""

    def guard(view: View) -> View:
        in_act = getattr(view, "recognised_in_its_act", False)

        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            declare(NOBODY)  # a view may be asked again, when the database undid the first time
            if reader in _EVERYBODY:  # then who it is need not be looked up
                return view(*args, **kwargs)
            if reader is Reader.EMERGENCY and not here().settings.break_glass:
                abort(404)  # to everybody: such a door does not exist here
            if reader is Reader.PARTNER:
                if not in_act:
                    asked_by()  # which refuses in its own way: a program wants no page
                return view(*args, **kwargs)
            refusal = _refusal(reader, who())
            if refusal is not None:
                return refusal
            declare(_fence(reader, who()))
            return view(*args, **kwargs)

        guarded.reader = reader  # type: ignore[attr-defined]
        return cast("View", guarded)

    return guard


def _refusal(reader: Reader, visitor: Who) -> Any:
    if not visitor.known:
        return redirect(url_for("account.sign_in", next=_here()))
    if handed_over() and request.endpoint not in _OPEN_WHILE_HANDED:
        return redirect(url_for("handed.screen"))
    if reader is Reader.PATIENT and (Role.PATIENT not in visitor.roles or not visitor.patient_id):
        abort(403)
    if reader in _STAFF and not _works_here(reader, visitor):
        return turned_away(visitor)
    if _must_give_code(reader, visitor):
        return redirect(url_for("account.second_step", next=_here()))
    if reader is Reader.CARER:
        act_as(_come_for(visitor))
    return None


def _must_give_code(reader: Reader, visitor: Who) -> bool:
    if reader in _STAFF:
        return not visitor.second_factor
    if handed_over() or request.endpoint in _TO_THE_SECOND_STEP:
        return False
    first = request.endpoint in _MAKES_THE_FIRST and not visitor.owes_second_step
    return needs_second_factor(visitor) and not first


def _fence(reader: Reader, visitor: Who) -> Fence:
    """Whose records the transactions of this request may see, whatever a query of theirs forgets.
    Somebody else's that a code or a grant opens is let in when that has led to them."""
    staff = reader in _STAFF or reader is Reader.SIGNED_IN
    team = UUID(visitor.team_id) if staff and visitor.team_id else None
    own = UUID(visitor.patient_id) if visitor.patient_id and reader not in _STAFF else None
    if reader is Reader.EMERGENCY or not (team or own):
        return NOBODY
    return Fence(Door.INSIDE, team=team, people=frozenset({own} if own else ()))


def _only_of_this_address() -> None:
    """While it is asked whether they may come in to the person whom the address names."""
    named = (request.view_args or {}).get("patient_id")
    declare(NOBODY if named is None else Fence(Door.INSIDE, people=frozenset({named})))


def _works_here(reader: Reader, visitor: Who) -> bool:
    """The second factor apart, which is asked for next."""
    if reader is Reader.EMERGENCY:  # a team's own people go by the team's own way
        return may_break_glass(replace(visitor, second_factor=True))
    return bool(visitor.roles & _STAFF[reader])


def _come_for(visitor: Who) -> Who:
    """The helper as they act for the person of this address, if they still may: raises NotThere,
    AccessEnded. Two children in two tabs are two addresses, so nothing can be mixed up."""
    _only_of_this_address()
    patient_id = (request.view_args or {})["patient_id"]
    return here_for(here().world, by=visitor, patient_id=patient_id, at=here().now())


def handed_over() -> bool:
    """Whether this screen is in the hands of the person a plan is about: it opens nothing else."""
    visitor = signed_in()
    return visitor is not None and HANDED in visitor.session.data


def turned_away(visitor: Who) -> Any:
    """403 in words. Whoever had a place in this team until it ended is told so, and a try of
    theirs to change somebody's plan is written down."""
    patient_id = (request.view_args or {}).get("patient_id")
    if request.method == "POST" and patient_id is not None:
        world, now = here().world, here().now()
        _only_of_this_address()
        if was_in_the_team(world, by=visitor, patient_id=patient_id, at=now):
            raise AccessEnded
    abort(403)


def _here() -> str | None:
    return request.path if request.method == "GET" else None


def own_patient() -> UUID:
    """The plan of the patient signed in."""
    return UUID(who().patient_id)


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Address, methods and reader of every route; a route without a reader raises."""
    found = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        view = app.view_functions[rule.endpoint]
        reader = "anyone" if rule.endpoint == "static" else getattr(view, "reader", None)
        if reader is None:
            raise LookupError(f"{rule.rule} ({rule.endpoint}) does not say who it is for")
        methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        found.append((rule.rule, methods, str(reader)))
    return found
