"""Searching plans, and going through the past of one: pages, and the way to the next."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flask import Response, request

from careplan.acts.partner_reading import MOST, read_past
from careplan.acts.partner_searching import NotACursor, read_cursor, search_plans
from careplan.fhir.outcome import IssueType
from careplan.fhir.rest_bundle import Links, address, history, searchset
from careplan.fhir.rest_dates import BadDate, read_date
from careplan.fhir.rest_search import (
    USUAL_PAGE,
    AboutOne,
    BadSearch,
    Search,
    read_about_one,
    read_search,
)
from careplan.web.access import Reader, open_to
from careplan.web.fhir_api.answering import not_there, wants_json
from careplan.web.fhir_api.asking import need
from careplan.web.fhir_api.door import Refused, fhir_api, fhir_response
from careplan.web.here import here

CURSOR = "_page"
_HANDLING = re.compile(r"(?:^|[,;\s])handling=(strict|lenient)(?:$|[,;\s])", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,9}", re.ASCII)


def base() -> str:
    return f"{here().settings.base_url}/fhir"


@fhir_api.get("/CarePlan")
@open_to(Reader.PARTNER)
def search() -> Response:
    return _search(request.args.items(multi=True))


@fhir_api.post("/CarePlan/_search")
@open_to(Reader.PARTNER)
def search_in_a_form() -> Response:
    """The same, where an address would put an NHS number into somebody's log."""
    both = [*request.args.items(multi=True), *request.form.items(multi=True)]
    return _search(both)


def _search(said: Iterable[tuple[str, str]]) -> Response:
    wants_json()
    partner = need("CarePlan", "s")
    given = list(said)
    cursor = next((value for name, value in given if name == CURSOR), None)
    try:
        kept = read_cursor(here().world, partner=partner, text=cursor) if cursor else None
    except NotACursor:
        raise _refused(f"{CURSOR} is not a page of a search of yours") from None
    asked = _read(kept.asked if kept else given)
    found = search_plans(
        here().world,
        partner=partner,
        asked=asked,
        after=kept.after if kept else None,
        at=here().now(),
    )
    own = [(CURSOR, cursor)] if cursor else asked.used
    links = Links(
        address(base(), "CarePlan", own),
        address(base(), "CarePlan", [(CURSOR, found.following)]) if found.following else None,
    )
    return fhir_response(
        searchset(base(), links=links, found=found.matches, beside=found.beside, total=found.total)
    )


def _read(said: Iterable[tuple[str, str]]) -> Search:
    try:
        return read_search(said, base=base(), strict=_strictly())
    except BadSearch as problem:
        raise _refused(problem.says, problem.kind) from None


def about_one(kind: str) -> AboutOne:
    """A search of what belongs to one person, who must be named."""
    said = request.args.items(multi=True)
    try:
        return read_about_one(said, kind=kind, base=base(), strict=_strictly())
    except BadSearch as problem:
        raise _refused(problem.says, problem.kind) from None


def _strictly() -> bool:
    match = _HANDLING.search(request.headers.get("Prefer", ""))
    return match is not None and match[1] == "strict"


def _refused(says: str, kind: IssueType = IssueType.VALUE) -> Refused:
    return Refused(400, kind, says)


@fhir_api.get("/CarePlan/<identity>/_history")
@open_to(Reader.PARTNER)
def plan_history(identity: str) -> Response:
    """The published versions, newest first. `_page` is the number before which to go on."""
    wants_json()
    partner = need("CarePlan", "r")
    most, before = _number("_count", USUAL_PAGE), _number(CURSOR, 0)
    since = request.args.get("_since")
    try:
        moment = read_date(since).low if since else None
    except BadDate as problem:
        raise _refused(f"_since: {problem}") from None
    found = read_past(
        here().world,
        partner=partner,
        plan=identity,
        before=before or None,
        since=moment,
        most=max(1, min(most, MOST)),
        at=here().now(),
    )
    if found is None:
        raise not_there()
    path = f"CarePlan/{identity}/_history"
    asked = [(name, value) for name in ("_count", "_since") if (value := request.args.get(name))]
    own = [*asked, (CURSOR, str(before))] if before else asked
    following = [*asked, (CURSOR, str(found.before))] if found.before else None
    links = Links(
        address(base(), path, own), address(base(), path, following) if following else None
    )
    return fhir_response(history(base(), links=links, versions=found.versions))


def _number(name: str, usual: int) -> int:
    said = request.args.get(name)
    if said is None:
        return usual
    if not _COUNT.fullmatch(said):
        raise _refused(f"{name} is a number from 0")
    return int(said)
