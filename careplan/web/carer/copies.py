"""A helper's doors to copies: of what they may see, and with the leave of who answers for it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, url_for

from careplan.acts.reading import overview
from careplan.acts.renditions import Copy
from careplan.web import copying
from careplan.web.access import Reader, open_to
from careplan.web.carer.acting import speaks_for_child, whom
from careplan.web.copying import Doors
from careplan.web.here import here
from careplan.web.session import who

carer_copies = Blueprint("carer_copies", __name__, url_prefix="/for/<uuid:patient_id>")


def _doors(patient_id: UUID) -> Doors:
    def address(name: str, **more: Any) -> str:
        return url_for(f"carer_copies.{name}", patient_id=patient_id, **more)

    seen = overview(here().world, by=who(), patient_id=patient_id, at=here().now())
    back = url_for("carer.home", patient_id=patient_id)
    return Doors(
        patient_id=patient_id,
        frame="carer/shell.html",
        address=address,
        unpublished=back,
        may_agree=speaks_for_child(patient_id),
        top={**whom(seen.face), "back_to": back},
    )


@carer_copies.get("/copies")
@open_to(Reader.CARER)
def home(patient_id: UUID) -> str:
    return copying.home(_doors(patient_id))


@carer_copies.post("/copies/<any(ambulance, gp, school):consent>/agree")
@open_to(Reader.CARER)
def agree(patient_id: UUID, consent: str) -> Any:
    return copying.agree(_doors(patient_id), consent)


@carer_copies.post("/copies/<any(ambulance, gp, school):consent>/stop")
@open_to(Reader.CARER)
def stop(patient_id: UUID, consent: str) -> Any:
    return copying.stop(_doors(patient_id), consent)


@carer_copies.post("/copies/make/<any(large, text, ambulance, school, gp):copy>")
@open_to(Reader.CARER)
def make(patient_id: UUID, copy: str) -> Any:
    return copying.make(_doors(patient_id), copy)


@carer_copies.get("/show")
@open_to(Reader.CARER)
def show(patient_id: UUID) -> Any:
    return copying.show(_doors(patient_id))


@carer_copies.get("/show/ambulance")
@open_to(Reader.CARER)
def show_ambulance(patient_id: UUID) -> Any:
    return copying.show(_doors(patient_id), Copy.AMBULANCE)
