"""What somebody is doing when the machine stops: one act after another, told of once it is kept.

Every deed says what must be there from now on. Hours pass between one deed and the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from careplan.acts.notifying import send_due
from careplan.acts.opening import Dead, Opened, Reader, open_link
from careplan.acts.publishing import answer_plan
from careplan.acts.signing_in import who_is
from careplan.acts.world import World
from careplan.notify.smtp import SmtpPost
from careplan.plan.care_plan import AnswerKind
from careplan.plan.codec import to_plain
from careplan.store.outbox import add_message
from tests.acts.worlds import ADA, Clinic
from tests.stores import NOW, TODAY

Facts = dict[str, Any]
SECTION = "what_matters"


@dataclass(frozen=True)
class Place:
    """Where it happens: two links of Ada's plan by their tokens, and a mail server."""

    card: str
    asks: str
    mail: str

    @classmethod
    def read(cls, said: Mapping[str, str]) -> Place:
        return cls(**said)


def clinic_in(world: World) -> Clinic:
    """The people of `tests.acts.worlds`, as another process finds them in the database."""
    ada = who_is(world, email="ada@example.org")
    doctor, nurse, other = (
        replace(who_is(world, email=f"{name}@example.org"), second_factor=True)
        for name in ("helena", "bola", "elsewhere")
    )
    return Clinic(world, ada, doctor, nurse, other)


def save(clinic: Clinic, _place: Place, number: int, at: datetime) -> Facts:
    words = f"words of deed {number}"
    plain = to_plain(replace(ADA.what_matters, what_matters=words))
    return {"revision": clinic.save(SECTION, plain, at=at), "words": words}


def sign(clinic: Clinic, _place: Place, number: int, at: datetime) -> Facts:
    return {"version": clinic.sign(at=at).number}


def publish(clinic: Clinic, _place: Place, number: int, at: datetime) -> Facts:
    clinic.save(SECTION, to_plain(replace(ADA.what_matters, what_matters=f"said {number}")), at=at)
    return {"version": clinic.publish(at=at).number}


def answer(clinic: Clinic, _place: Place, number: int, at: datetime) -> Facts:
    answered = answer_plan(
        clinic.world,
        by=clinic.ada,
        patient_id=clinic.patient_id,
        version_seen=clinic.current.head.number,
        kind=AnswerKind.AGREE_EXCEPT,
        words=f"but not {number}",
        at=at,
    )
    return {"version": answered.number}


def opening(clinic: Clinic, place: Place, number: int, at: datetime) -> Facts:
    reader = Reader(None, f"Ward {number}", at, TODAY)
    found = open_link(clinic.world, reader, token=place.card, again=None, zipped=False)
    assert isinstance(found, Opened), found
    return {"opened": f"Ward {number}"}


def wrong(clinic: Clinic, place: Place, number: int, at: datetime) -> Facts:
    day = date(1930, 1, 1) + timedelta(days=number % 20_000)
    reader = Reader(day.isoformat(), "Ward", at, TODAY)
    found = open_link(clinic.world, reader, token=place.asks, again=None, zipped=False)
    return {} if isinstance(found, Dead) else {"wrong": day.isoformat()}


def send(clinic: Clinic, place: Place, number: int, at: datetime) -> Facts:
    """Something is to be told, and the postman comes round."""
    with clinic.world.store.begin() as tx:
        message = add_message(
            tx, "link-opened", {"by": "nobody"}, patient_id=UUID(clinic.ada.patient_id), at=at
        )
    send_due(clinic.world, SmtpPost(place.mail, "plan@example.org"), at=at)
    return {"message": str(message)}


Deed = Callable[[Clinic, Place, int, datetime], Facts]
DEEDS: dict[str, tuple[Deed, int]] = {
    "save": (save, 12),
    "sign": (sign, 2),
    "publish": (publish, 2),
    "answer": (answer, 2),
    "open": (opening, 12),
    "wrong": (wrong, 12),
    "send": (send, 6),
}
"""Each with how many of them are done, at the most, before the machine stops in the next."""


def moment(number: int) -> datetime:
    """Hours apart: nobody has to wait their turn, and each piece of news is a letter of its own."""
    return NOW + timedelta(hours=2 * number)
