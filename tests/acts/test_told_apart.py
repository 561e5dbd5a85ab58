"""What somebody tells of a visit, and of themself for fairness, is nowhere but where they let it
be: on no emergency surface, in no document, copy, export, list, search, rule or log."""

from __future__ import annotations

import ast
import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from careplan.acts.break_glass import Asked, look_up
from careplan.acts.consents import give_consent
from careplan.acts.desk import desk_findings, open_desk
from careplan.acts.equality import tell_equality
from careplan.acts.exporting import Form, export
from careplan.acts.listing import team_page
from careplan.acts.opening import Reader as Stranger
from careplan.acts.opening import open_by_code
from careplan.acts.own_told import own_told
from careplan.acts.phones import keep_on_phone
from careplan.acts.reading import who_looked
from careplan.acts.renditions import Copy, ambulance_narrative, copy_of, held_out
from careplan.acts.reporting import answer_report, begin_report
from careplan.acts.sharing import printed_link
from careplan.acts.world import NotThere, World
from careplan.sharing.consents import Consent
from careplan.sharing.links import Kind
from careplan.sharing.staff_door import Cause
from careplan.summary.narrative import narrative
from careplan.visits.equality import Equality
from careplan.visits.report import Audience, Followed, Unfair, YesNo
from tests.acts.worlds import Clinic, decrypted
from tests.stores import NOW, TODAY
from tests.visitors import an_emergency_nurse

ROOT = Path(__file__).resolve().parents[2] / "careplan"
REPORT = UUID(int=0xA1)
CANARIES = ("wombat-waited", "wombat-infirmary", "wombat-nation", "would_not_look", "visit-report")
LATER = NOW + timedelta(hours=1)
ONLY_FOR = {
    "careplan.store.reports": {
        "acts/reporting.py", "acts/reports_read.py", "acts/own_told.py", "acts/counting.py",
        "acts/simulating.py", "web/reporting.py",
    },
    "careplan.store.equality": {
        "acts/equality.py", "acts/own_told.py", "acts/counting.py", "acts/simulating.py",
    },
}  # fmt: skip
"""Who may read them at all: what people open for themselves, and what counts."""


@pytest.fixture
def world(world: World) -> World:
    return replace(world, break_glass=True)


def tell(clinic: Clinic) -> None:
    """A report for everybody it could be for, and every answer about fairness."""
    mine: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id}
    begin_report(clinic.world, **mine, report_id=REPORT, at=NOW)
    answers = {
        "hospital_words": "wombat-infirmary",
        "words": "wombat-waited",
        "followed": Followed.WOULD_NOT_LOOK,
        "treated_unfairly": YesNo.YES,
        "unfair": (Unfair.RACE,),
        "audience": tuple(Audience),
    }
    told: dict[str, Any] = {"report_id": REPORT, "answers": answers, "based_on": 1, "at": NOW}
    answer_report(clinic.world, **mine, **told)
    equality = Equality(
        patient_id=clinic.patient_id,
        ethnic_category="R",
        described="wombat-nation",
        smartphone=False,
        count_postcode=True,
    )
    tell_equality(clinic.world, by=clinic.ada, told=equality, at=NOW)


def pdf(data: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def surfaces(clinic: Clinic, tom: Any) -> Iterator[tuple[str, str]]:
    """Everything that anybody else may open, by name."""
    world = clinic.world
    mine: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id, "at": LATER}
    links = [clinic.share(kind, at=LATER) for kind in (Kind.PRIVATE_PRINT, Kind.MESSAGE)]
    links.append(printed_link(world, **mine, kind=Kind.FULL_PRINT))
    for link in links:
        for number, file in enumerate(decrypted(world, link)):
            yield f"link {link.link.kind} {number}", file.decode()
        reader = Stranger("14/3/1997", "", LATER, TODAY)
        yield (
            f"code {link.link.kind}",
            str(open_by_code(world, reader, code=link.code, passcode="")),
        )
    for form in Form:  # the paper and the card are laid out here
        made = export(world, person="9990110212", form=form, at=LATER)
        yield f"export {form}", pdf(made) if made.startswith(b"%PDF") else made.decode()
    for copy in (Copy.TEXT, Copy.GP, Copy.SCHOOL):
        made = copy_of(world, **mine, kind=copy)
        yield f"copy {copy}", pdf(made) if made.startswith(b"%PDF") else made.decode()
    for kind in (None, Copy.AMBULANCE):
        shown = held_out(world, **mine, kind=kind)
        yield f"held out {kind}", narrative(shown, world.words_of(shown))
        yield f"crew {kind}", ambulance_narrative(world, shown)
    yield "phone", keep_on_phone(world, **mine, name="Blue").narrative
    asked = Asked("9990110212", "14 March 1997", Cause.CANNOT_SPEAK, "cannot talk")
    yield "staff door", str(look_up(world, by=tom.who, asked=asked, at=LATER, today=TODAY))
    yield from _desk(clinic)


def _desk(clinic: Clinic) -> Iterator[tuple[str, str]]:
    world = clinic.world
    times: dict[str, Any] = {"at": LATER, "today": TODAY}
    yield "desk", str(open_desk(world, by=clinic.doctor, patient_id=clinic.patient_id, at=LATER))
    yield "list", str(team_page(world, by=clinic.doctor, **times))
    for word in ("wombat", "wombat-nation", "infirmary"):
        assert team_page(world, by=clinic.doctor, text=word, **times).lines == ()
    yield "record", clinic.current.record.decode()
    yield "emergency", clinic.current.emergency.decode()
    looks = who_looked(world, by=clinic.ada, patient_id=clinic.patient_id)
    yield "who looked", " ".join(one.text for one in looks)
    yield "trail", " ".join(str(event.what) for event in clinic.events())


@pytest.mark.slow
def test_it_is_on_no_surface_but_their_own(
    clinic: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    if clinic.world.store.dialect != "sqlite":
        pytest.skip("the same documents from either database, and each is laid out")
    for consent in Consent:
        give_consent(
            clinic.world, by=clinic.ada, patient_id=clinic.patient_id, consent=consent, at=NOW
        )
    tom = an_emergency_nurse(clinic.world)
    with caplog.at_level(logging.DEBUG, logger="careplan"):
        tell(clinic)
        clinic.publish(at=LATER)
        found = dict(surfaces(clinic, tom))
    found["log"] = caplog.text
    found["rows"] = str(clinic.everything())
    assert len(found) > 20
    for name, text in found.items():
        assert len(text) or name == "log", name
        assert [word for word in (*CANARIES, "Chinese") if word in text] == [], name
    mine = own_told(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, at=LATER)
    told = json.loads(mine)
    assert all(word in mine.decode() for word in CANARIES), "the test knows where they are"
    assert told["fairness"]["ethnic_category"] == "R"
    for other in (clinic.doctor, clinic.elsewhere, tom.who):
        with pytest.raises(NotThere):
            own_told(clinic.world, by=other, patient_id=clinic.patient_id, at=LATER)


def found_by_rules(clinic: Clinic) -> str:
    desk = open_desk(clinic.world, by=clinic.doctor, patient_id=clinic.patient_id, at=LATER)
    return str(desk_findings(clinic.world, desk, today=TODAY))


def test_a_plan_is_the_same_to_the_byte_whatever_was_told(clinic: Clinic) -> None:
    """Stronger than looking for words: no document can know that there is any. Nor can a rule."""
    before = clinic.publish(at=LATER)
    rules = found_by_rules(clinic)
    tell(clinic)
    assert found_by_rules(clinic) == rules
    after = clinic.publish(at=LATER)
    assert after.plan == before.plan
    words = clinic.world.words_of(after)
    assert narrative(replace(after, number=before.number), words) == narrative(before, words)


def imported(path: Path, *, of: tuple[str, ...]) -> set[str]:
    text = path.read_text("utf-8")
    if not any(name.rpartition(".")[2] in text for name in of):
        return set()  # not even the word stands there
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
        elif isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
    return found & set(of)


@pytest.mark.parametrize("room", ONLY_FOR)
def test_only_these_files_read_them_at_all(room: str) -> None:
    readers = {
        str(path.relative_to(ROOT)) for path in ROOT.rglob("*.py") if imported(path, of=(room,))
    }
    assert readers
    assert readers <= ONLY_FOR[room]


def test_what_treats_somebody_never_hears_of_visits_told() -> None:
    """The plan, its rules and its surfaces import nothing of reports and fairness."""
    told = ("careplan.visits.report", "careplan.visits.equality", "careplan.visits.questions")
    rooms = [ROOT / name for name in ("plan", "summary", "sharing", "render", "web/scan")]
    for path in (file for room in rooms for file in room.rglob("*.py")):
        assert not imported(path, of=told), path
