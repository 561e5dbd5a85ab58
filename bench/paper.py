"""P6: paper that exists beside the same bytes from memory, and a warm render beside a plain one."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import weasyprint
from weasyprint.text.fonts import FontConfiguration

from bench.measure import Line, side_by_side
from bench.place import Site, folder, site
from careplan.acts.papers import Paper, paper
from careplan.acts.publishing import current_of
from careplan.acts.seeding import DEMO_PATIENT
from careplan.acts.sheets import page_sheet
from careplan.acts.signing_in import who_is
from careplan.acts.world import actor
from careplan.audit.events import AuditEvent
from careplan.audit.events import Kind as Deed
from careplan.clock import now
from careplan.render import paper as paper_room
from careplan.render import press
from careplan.render.paper import page_pdf
from careplan.sharing.links import Kind
from careplan.store.trail import append
from careplan.summary.narrative import narrative


def measure() -> Iterator[Line]:
    with folder() as place:
        here = site(f"sqlite:///{place}/careplan.sqlite3")
        press.warm()
        yield _fetching(here)
        yield _rendering(here)


def _fetching(here: Site) -> Line:
    by, at = who_is(here.world, email=DEMO_PATIENT), now()
    kept = paper(here.world, by=by, patient_id=here.patient_id, kind=Paper.PAGE, at=at)
    link = here.link(Kind.FULL_PRINT).link.id

    def ours() -> bytes:
        return paper(here.world, by=by, patient_id=here.patient_id, kind=Paper.PAGE, at=at)

    def from_memory() -> bytes:
        what = {"version": "3", "link": link}
        with here.world.store.begin() as tx:
            event = AuditEvent(Deed.PDF_MADE, at, actor(by), str(UUID(str(here.patient_id))), what)
            append(tx, event)
        return kept

    took, floor = side_by_side(ours, from_memory, rounds=60)
    return Line(
        "P6",
        f"paper that exists ({len(kept) / 1024:.0f} kB), in the act",
        f"{took * 1000:.1f} ms",
        f"from memory, same audit event {floor * 1000:.1f} ms",
        f"{took / floor:.2f}",
        "≤ 1.5",
        took / floor <= 1.5,
    )


def _rendering(here: Site) -> Line:
    with here.world.store.read() as tx:
        version = current_of(tx, here.patient_id)
    if version is None:
        raise LookupError("nothing is published")
    shown = narrative(version, here.world.words)
    link = here.link(Kind.FULL_PRINT)
    sheet = page_sheet(here.world, version, narrative=shown, at=now(), link=link)
    html = _html_of(sheet)
    style = (press.TEMPLATES / "print.css").read_text("utf-8").replace("fixed", "auto")

    def plain() -> bytes:
        fonts = FontConfiguration()
        sheets = [weasyprint.CSS(string=style, font_config=fonts)]
        page = weasyprint.HTML(string=html)
        return bytes(page.write_pdf(stylesheets=sheets, font_config=fonts, pdf_variant="pdf/ua-1"))

    took, floor = side_by_side(lambda: page_pdf(sheet), plain, rounds=7)
    return Line(
        "P6",
        "warm render of the A4 page",
        f"{took * 1000:.0f} ms",
        f"plain WeasyPrint, automatic tables, fresh fonts {floor * 1000:.0f} ms",
        f"{took / floor:.2f}",
        "≤ 0.5",
        took / floor <= 0.5,
    )


def _html_of(sheet: paper_room.Sheet) -> str:
    """The very page that our own press is handed."""
    seen: list[str] = []
    usual = press.lay_out

    def noting(html: str, *, style: str) -> press.Laid:
        seen.append(html)
        return usual(html, style=style)

    vars(paper_room)["lay_out"] = noting
    try:
        page_pdf(sheet)
    finally:
        vars(paper_room)["lay_out"] = usual
    return seen[0]
