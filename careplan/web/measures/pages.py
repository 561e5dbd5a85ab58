"""The public page of the measures and its downloads: no sign-in, no cookie, kept by any cache."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for
from markupsafe import Markup

from careplan.accounts.people import Who
from careplan.acts.measuring import Published, published
from careplan.acts.promising import promises
from careplan.fhir.measure_report import to_measure_report
from careplan.measures.measures import Measure
from careplan.measures.words import MEASURES, SPLITS
from careplan.summary.wording import day
from careplan.web.access import Reader, open_to
from careplan.web.here import here
from careplan.web.measures.asked import Asked, NothingLikeIt, read_asked
from careplan.web.measures.promised import told
from careplan.web.measures.shown import Shown, show
from careplan.web.words import _, gettext

measures = Blueprint("measures", __name__)

_KEPT = "public, max-age=3600"
FHIR = "application/fhir+json"


@dataclass(frozen=True, slots=True)
class Choice:
    words: str
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What both pages show, the public one and a team's. `shown` is None before the first sheet."""

    asked: Asked
    shown: Shown | None
    title: str
    measures: tuple[Choice, ...]
    firsts: tuple[Choice, ...]
    seconds: tuple[Choice, ...]
    times: tuple[Choice, ...]
    csv: str
    fhir: str

    @property
    def split_names(self) -> list[str]:
        return [gettext(SPLITS[one]) for one in self.asked.by]

    @property
    def drawing(self) -> Markup | None:
        drawn = self.shown.chart() if self.shown else ""
        return Markup(drawn) if drawn else None  # noqa: S704 (made by our chart room, escaped there)


@measures.get("/measures")
@open_to(Reader.ANYONE)
def page() -> Response:
    asked = asked_here()
    made = page_of(asked, published(here().world, about=asked.about, until=asked.until), "measures")
    body = render_template(
        "measures/public.html",
        page=made,
        promises=told(promises(here().world), about=asked, today=here().today()),
        who=Who.nobody(),  # the same page for everybody, or no cache could keep it
    )
    return kept(Response(body, mimetype="text/html"))


@measures.get("/measures.csv")
@open_to(Reader.ANYONE)
def csv_file() -> Response:
    return kept(csv_of(_found()))


@measures.get("/measures.json")
@open_to(Reader.ANYONE)
def fhir_file() -> Response:
    return kept(fhir_of(_found(), _("Everyone in this service")))


def _found() -> Shown:
    asked = asked_here()
    return shown_or_404(asked, published(here().world, about=asked.about, until=asked.until))


# --- for the team's page as well ---------------------------------------------------------------


def asked_here() -> Asked:
    try:
        return read_asked(request.args)
    except NothingLikeIt:
        abort(404)


def shown_or_404(asked: Asked, found: Published) -> Shown:
    if found.sheet is None:
        abort(404)
    return show(found.sheet, asked)


def page_of(asked: Asked, found: Published, door: str) -> Page:
    """`door`: the name that the addresses of this page and its downloads begin with."""
    if asked.until is not None and found.sheet is None:
        abort(404)

    def to(other: Asked, end: str = "page") -> str:
        return url_for(f"{door}.{end}", **dict[str, Any](other.query()))

    by = asked.by[:1]
    none = Choice(_("No split"), to(replace(asked, by=())), not by)
    alone = Choice(_("No second split"), to(replace(asked, by=by)), len(asked.by) == 1)
    return Page(
        asked=asked,
        shown=show(found.sheet, asked) if found.sheet else None,
        title=gettext(MEASURES[asked.measure]),
        measures=tuple(
            Choice(gettext(MEASURES[one]), to(asked.at(one)), one is asked.measure)
            for one in Measure
        ),
        firsts=(
            none,
            *(
                Choice(gettext(SPLITS[one]), to(replace(asked, by=(one,))), by == (one,))
                for one in asked.splits()
            ),
        ),
        seconds=(
            alone,
            *(
                Choice(
                    gettext(SPLITS[one]), to(replace(asked, by=(*by, one))), asked.by[1:] == (one,)
                )
                for one in asked.seconds()
            ),
        )
        if asked.seconds()
        else (),
        times=_times(asked, found, to) if len(found.days) > 1 else (),
        csv=to(asked, "csv_file"),
        fhir=to(asked, "fhir_file"),
    )


def _times(asked: Asked, found: Published, to: Any) -> tuple[Choice, ...]:
    newest = found.days[0]
    wanted = asked.until or newest
    return tuple(
        Choice(
            _("Until %(last)s", last=day(one - timedelta(days=1))),
            to(replace(asked, until=None if one == newest else one)),
            one == wanted,
        )
        for one in found.days
    )


def csv_of(shown: Shown) -> Response:
    name = f"{shown.asked.measure}-{shown.sheet.period.until.isoformat()}.csv"
    saved_as = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(shown.csv(), mimetype="text/csv", headers=saved_as)


def fhir_of(shown: Shown, whose: str) -> Response:
    on = shown.sheet.period.until
    body = to_measure_report(shown.view, shown.sheet, whose=whose, on=on)
    name = f"{shown.asked.measure}-{on.isoformat()}.json"
    saved_as = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, mimetype=FHIR, headers=saved_as)


def kept(answer: Response) -> Response:
    answer.headers["Cache-Control"] = _KEPT
    answer.set_etag(sha256(answer.get_data()).hexdigest()[:32])
    answer.make_conditional(request)
    return answer
