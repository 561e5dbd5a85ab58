"""After a visit: the pages on which somebody says how it was, and the team's for the telephone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from careplan.acts.equality import told_equality
from careplan.acts.hospitals import load_hospitals
from careplan.acts.reporting import reports
from careplan.acts.signing_in import who_is
from careplan.store.reports import KeptReport
from careplan.visits.questions import asked
from careplan.visits.report import (
    Audience,
    Followed,
    Remembered,
    Source,
    Sureness,
    Unfair,
    VisitReport,
    YesNo,
)
from tests.acts.families import a_family
from tests.stores import NOW, TODAY
from tests.visitors import ADA, come_in, linked_patient, sign_up, signed_in_team, sure
from tests.web.team.desk import Desk

NIGHT = datetime(2026, 11, 22, 3, 40, tzinfo=UTC)
YESTERDAY = (TODAY - timedelta(days=1)).isoformat()
HOSPITALS = "code,name,town\nR9X01,St Anselm's Hospital,\nR9X03,Avon Cross Infirmary,Avon Cross\n"


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    """The acts behind these pages are tried on both databases; the pages themselves on one."""
    return sqlite_url


@pytest.fixture
def person(client, world):
    load_hospitals(world, HOSPITALS, at=NOW, today=TODAY)
    return sign_up(client)


def begun(person) -> str:
    """The address of a report just begun."""
    answer = person.submit("/plan/report", {})
    assert answer.status_code == 303
    return str(answer.headers["Location"]).rsplit("/", 1)[0]


def send(client, path: str, typed: dict[str, Any], **more: Any) -> Any:
    """Press the button of a page just loaded, with what it holds unseen."""
    page = client.page(client.get(path))
    hidden = {one.get("name"): one.get("value") for one in page.find("input", type="hidden")}
    return client.post(path, data=hidden | typed, **more)


def kept(world) -> tuple[KeptReport, ...]:
    me = who_is(world, email=ADA.email)
    return reports(world, by=me, patient_id=UUID(me.patient_id))


def told(world) -> VisitReport:
    (one,) = kept(world)
    return sure(one.report)


PAGES: dict[str, dict[str, Any]] = {
    "where": {
        "hospital": "R9X01",
        "arrived-day": YESTERDAY,
        "arrived-time": "03:40",
        "arrived-sure": "exact",
    },
    "relief": {"relief-day": YESTERDAY, "relief-time": "5.10am", "relief-sure": ""},
    "plan": {"plan_shown": "yes", "followed": "would_not_look", "checked_within_30": "dont_know"},
    "you": {"eased": "a_little", "believed": "2", "respected": "no"},
    "fair": {"treated_unfairly": "yes", "unfair": ["race", "drugs"], "would_go_back": "no"},
    "words": {"words": "I waited.\nNobody came."},
    "who": {"audience": ["team", "measures"]},
}


def test_a_report_is_told_page_by_page_and_read_back(person, world):
    at = begun(person)
    for page in asked().pages:
        answer = send(person, f"{at}/{page.id}", PAGES[page.id])
        assert answer.status_code == 303, page.id
    end = person.page(person.get(answer.headers["Location"]))
    assert end.heading == "Thank you. It is kept"
    for said in ("St Anselm", "My race or skin colour; They thought", "Nobody came", "PALS", "999"):
        assert said in end.text
    found = told(world)
    assert found.arrived == Remembered(sureness=Sureness.EXACT, at=NIGHT)
    assert found.relief == Remembered(sureness=Sureness.ESTIMATE, at=NIGHT + timedelta(minutes=90))
    assert (found.hospital, found.followed) == ("R9X01", Followed.WOULD_NOT_LOOK)
    assert (found.believed, found.unfair) == (2, (Unfair.RACE, Unfair.DRUGS))
    assert found.audience == (Audience.TEAM, Audience.MEASURES)
    assert (found.source, found.words) == (Source.PERSON, "I waited.\nNobody came.")


def test_every_question_may_be_skipped_and_an_answer_made_blank(person, world):
    at = begun(person)
    send(person, f"{at}/plan", PAGES["plan"])
    assert told(world).plan_shown is YesNo.YES
    for page in asked().pages:
        assert send(person, f"{at}/{page.id}", {}).status_code == 303
    found = told(world)
    assert (found.plan_shown, found.audience, found.on_day) == (None, (), None)
    assert "Only you" in person.page(person.get(at)).text


def test_nothing_is_ticked_for_anybody(person):
    at = begun(person)
    assert " checked" not in person.get(f"{at}/who").get_data(as_text=True)


NOT_CLEAR: list[tuple[str, dict[str, Any], str, str]] = [
    ("where", {"arrived-time": "25:10", "arrived-day": YESTERDAY}, "arrived-time", "14:05"),
    ("where", {"arrived-time": "03:40"}, "arrived-day", "Choose the day"),
    ("where", {"arrived-sure": "exact", "arrived-day": YESTERDAY}, "arrived-time", "Write the"),
    (
        "where",
        {"arrived-sure": "dont_know", "arrived-day": YESTERDAY, "arrived-time": "03:40"},
        "arrived-time",
        "Which is right?",
    ),
    (
        "where",
        {"arrived-day": YESTERDAY, "arrived-date": "2026-01-05"},
        "arrived-day",
        "two days",
    ),
    ("where", {"arrived-date": "5 Jan"}, "arrived-date", "2026-11-23"),
    ("where", {"arrived-date": "2026-12-24"}, "arrived-day", "not come yet"),
    ("where", {"hospital": "R9X01", "hospital_words": "Mill"}, "hospital", "Take one"),
    ("where", {"hospital": "R9X99"}, "hospital", "Choose one"),
    ("where", {"arrived-date": "2026-03-29", "arrived-time": "01:30"}, "arrived-time", "never"),
    ("plan", {"followed": "perhaps"}, "followed", "Choose one"),
    ("words", {"words": "x" * 2001}, "words", "shorten"),
]


def test_what_is_not_clear_is_asked_about_and_stays_typed(person, world):
    at = begun(person)
    before = told(world)
    for page, typed, box, says in NOT_CLEAR:
        answer = send(person, f"{at}/{page}", typed)
        assert answer.status_code == 422, typed
        assert says in person.page(answer).errors[box]
        body = answer.get_data(as_text=True)
        assert says == "Choose one" or all(value[:40] in body for value in typed.values())
    assert told(world) == before


@pytest.mark.parametrize("many", [False, True])
def test_a_hospital_that_has_closed_since_stays_told(person, world, *, many):
    if many:
        rows = "".join(f"R8X{number:02},Hospital {number},\n" for number in range(9))
        load_hospitals(world, HOSPITALS + rows, at=NOW, today=TODAY)
    at = begun(person)
    send(person, f"{at}/where", PAGES["where"])
    load_hospitals(world, HOSPITALS.replace("R9X01", "R9X07"), at=NOW, today=TODAY,
                   close_the_rest=True)  # fmt: skip
    page = person.page(person.get(f"{at}/where"))
    chosen = page.find("option", value="R9X01") or page.find("input", value="R9X01")
    assert [{"selected", "checked"} & set(one.attrib) for one in chosen] in (
        [{"selected"}],
        [{"checked"}],
    )


def test_a_sign_that_cannot_be_kept_is_marked_where_it_stands(person, world):
    at = begun(person)
    answer = send(person, f"{at}/words", {"words": "I waited\x0bfor hours."})
    assert answer.status_code == 422
    assert "I waited\N{REPLACEMENT CHARACTER}for hours." in answer.get_data(as_text=True)
    assert told(world).words is None


def test_relief_before_arriving_is_asked_about_and_not_changed(person, world):
    at = begun(person)
    send(person, f"{at}/where", PAGES["where"])
    typed = {"relief-day": YESTERDAY, "relief-time": "02:10"}
    answer = send(person, f"{at}/relief", typed)
    assert answer.status_code == 422
    assert "before the time of getting there" in person.page(answer).errors["relief-time"]
    assert send(person, f"{at}/relief", typed | {"sure": "relief_first"}).status_code == 422
    assert told(world).relief is None
    late = PAGES["where"] | {"arrived-time": "06:30"}
    send(person, f"{at}/relief", PAGES["relief"])
    send(person, f"{at}/where", late)
    assert "relief-time" in person.page(person.get(f"{at}/relief")).errors, "asked about there"
    assert send(person, f"{at}/relief", {"relief-sure": "none"}).status_code == 303
    assert told(world).no_relief is True
    send(person, f"{at}/relief", typed | {"relief-sure": "blank"})
    assert (told(world).no_relief, told(world).relief) == (None, None)


def test_what_is_odd_but_may_be_right_is_kept_once_it_was_said(person, world):
    at = begun(person)
    named = {"words": "Dr Helena Marsden laughed."}
    answer = send(person, f"{at}/words", named)
    assert answer.status_code == 422
    assert "seems to name somebody" in person.page(answer).text
    assert send(person, f"{at}/words", named | {"sure": "names_staff"}).status_code == 303
    long_ago = {"arrived-date": "2024-01-05"}
    assert "more than a year ago" in person.page(send(person, f"{at}/where", long_ago)).text
    assert send(person, f"{at}/where", long_ago | {"sure": "long_ago"}).status_code == 303
    assert send(person, f"{at}/where", {"arrived-day": "2024-01-05"}).status_code == 303
    assert sure(told(world).on_day).year == 2024


def test_a_visit_told_twice_leads_to_the_first(person, world):
    first, second = begun(person), begun(person)
    send(person, f"{first}/where", PAGES["where"])
    answer = send(person, f"{second}/where", PAGES["where"])
    assert answer.status_code == 422
    (link,) = person.page(answer).find("a", href=first)
    assert link is not None
    pressed = PAGES["where"] | {"sure": "told_before"}
    assert send(person, f"{second}/where", pressed).status_code == 303
    assert len(kept(world)) == 2


def test_pressed_twice_it_is_one_report(person, world):
    page = person.page(person.get("/plan/report"))
    form = {"report": page.value_of("report"), "csrf_token": page.value_of("csrf_token")}
    there = {person.post("/plan/report", data=form).headers["Location"] for _twice in range(2)}
    assert len(there) == len(kept(world)) == 1


def test_two_tabs_meet_and_nothing_is_written_over(person, world):
    at = begun(person)
    page = person.page(person.get(f"{at}/plan"))
    old = {"revision": page.value_of("revision"), "csrf_token": page.value_of("csrf_token")}
    send(person, f"{at}/plan", {"plan_shown": "yes"})
    answer = person.post(f"{at}/plan", data=old | {"plan_shown": "no"})
    assert answer.status_code == 409
    assert told(world).plan_shown is YesNo.YES


def test_saving_as_they_type_answers_the_page(person, world):
    at = begun(person)
    saved = send(person, f"{at}/words", {"words": "Half a"}, headers={"X-Autosave": "1"})
    assert saved.get_json()["revision"] == 2
    assert told(world).words == "Half a"
    named = {"words": "Dr Brown said"}
    send(person, f"{at}/words", named, headers={"X-Autosave": "1"})
    assert told(world).words == "Dr Brown said", "a flat battery loses nothing"
    assert send(person, f"{at}/words", named).status_code == 422, "and it is asked about"


def test_it_can_be_taken_back(person, world):
    at = begun(person)
    send(person, f"{at}/words", PAGES["words"])
    asked = person.page(person.get(f"{at}/take-back")).text
    assert "A sum that was published before stays as it is" in asked, "before it is pressed"
    assert send(person, f"{at}/take-back", {}).status_code == 303
    (one,) = kept(world)
    assert one.report is None
    assert person.get(f"{at}/words").status_code == 302
    assert "Nothing of it is left" in person.page(person.get(at)).text
    assert "It was destroyed" in person.page(person.get("/plan/report")).text


def test_an_address_that_is_none_of_ours_is_not_there(person):
    at = begun(person)
    assert person.get(f"{at}/dose").status_code == 404
    assert person.get("/plan/report/00000000-0000-4000-8000-000000000001").status_code == 404


# --- the team ---------------------------------------------------------------------------------


@pytest.fixture
def desk(client, world) -> Desk:
    load_hospitals(world, HOSPITALS, at=NOW, today=TODAY)
    staff = signed_in_team(client, world)
    return Desk(client, world, staff, linked_patient(world, staff))


ON_THE_PHONE = {key: value for page in PAGES.values() for key, value in page.items()}


def test_the_team_writes_down_a_call_and_reads_what_it_may(desk, world):
    at = desk.at("write-report")
    answer = send(desk.client, at, ON_THE_PHONE)
    assert answer.status_code == 422
    assert "by telephone or on paper" in desk.client.page(answer).errors["source"]
    assert send(desk.client, at, ON_THE_PHONE | {"source": "phone"}).status_code == 303
    lines = desk.client.page(desk.client.get("/team/reports"))
    assert "Not read yet" in lines.text
    (link,) = [one for one in lines.find("a") if "/reports/" in str(one.get("href"))]
    read = desk.client.page(desk.client.get(link.get("href")))
    assert "Told on the telephone" in read.text
    assert "Nobody came." in read.text
    (one,) = kept(world)
    assert one.read_by_team_at == NOW


def test_what_was_not_for_the_team_is_not_there_for_it(desk, world):
    alone = ON_THE_PHONE | {"source": "paper", "audience": ["measures"]}
    assert send(desk.client, desk.at("write-report"), alone).status_code == 303
    assert "There is nothing to read" in desk.client.page(desk.client.get("/team/reports")).text
    (one,) = kept(world)
    assert desk.client.get(desk.at(f"reports/{one.report_id}")).status_code == 404
    again = send(desk.client, desk.at("write-report"), alone)
    assert again.status_code == 422
    assert "may be of this visit" in desk.client.page(again).text


def test_the_paper_form_asks_every_question_and_names_nobody(client):
    page = client.page(client.get("/visit-form"))
    for question in asked().questions:
        assert question.label in page.text


# --- fairness ---------------------------------------------------------------------------------


def test_fairness_questions_are_kept_changed_and_emptied(person, world):
    page = person.page(person.get("/plan/equality"))
    for said in ("Why do we ask?", "Who sees it?", "Nobody by name", "Do I have to?"):
        assert said in page.text
    told_now = {"ethnic": "N", "described": "Nigerian", "smartphone": "no", "postcode": "yes"}
    assert person.submit("/plan/equality", told_now).status_code == 303
    me = who_is(world, email=ADA.email)
    mine: dict[str, Any] = {"by": me, "patient_id": UUID(me.patient_id)}
    found = told_equality(world, **mine)
    assert (found.ethnic_category, found.smartphone, found.count_postcode) == ("N", False, True)
    person.submit("/plan/equality", {"ethnic": "Z"})
    assert told_equality(world, **mine).ethnic_category == "Z"
    person.submit("/plan/equality", {"ethnic": ""})
    found = told_equality(world, **mine)
    assert (found.ethnic_category, found.described, found.smartphone) == (None, None, None)
    answer = person.submit("/plan/equality", {"ethnic": "99", "described": "x" * 101})
    assert answer.status_code == 422
    assert set(person.page(answer).errors) == {"ethnic", "described"}


def test_no_staff_open_the_fairness_questions(desk):
    assert desk.client.get("/plan/equality").status_code == 403
    assert desk.client.get(f"/for/{desk.patient_id}/equality").status_code == 404


# --- a helper, and the commands ---------------------------------------------------------------


def test_a_mother_tells_for_her_child_and_a_grandmother_who_reads_does_not(client, world):
    family = a_family(world)
    at = f"/for/{family.patient_id}"
    come_in(client, email="abena@example.org")
    answer = client.submit(f"{at}/report", {})
    report_at = str(answer.headers["Location"]).rsplit("/", 1)[0]
    send(client, f"{report_at}/plan", {"followed": "no"})
    page = client.page(client.get(report_at))
    assert "Only the person, and you" in page.text
    assert "Did staff see their plan?" in client.page(client.get(f"{report_at}/plan")).text
    assert client.submit(f"{at}/equality", {"smartphone": "no"}).status_code == 303
    client.submit("/account/sign-out", {}, seen_on="/account")
    come_in(client, email="grace@example.org")
    for closed in (f"{at}/report", report_at, f"{at}/equality"):
        assert client.get(closed).status_code == 404


def test_the_commands_say_what_they_did(app, person, world, tmp_path):
    run = app.test_cli_runner()
    listed = tmp_path / "hospitals.csv"
    listed.write_text("code,name,town\nR9X03,Avon Cross Infirmary,Avon Cross\nX!,No,\n")
    told_of = run.invoke(args=["load-hospitals", str(listed)])
    assert told_of.exit_code == 1
    for line in ("line 2: R9X03: the same", "line 3: X!: a code has", "R9X01: left as it is"):
        assert line in told_of.output
    listed.write_bytes(b"\xff\xfe")
    assert "not UTF-8" in run.invoke(args=["load-hospitals", str(listed)]).output
    listed.write_text("name")
    assert "first line must be" in run.invoke(args=["load-hospitals", str(listed)]).output

    at = begun(person)
    send(person, f"{at}/where", PAGES["where"])
    named = {"words": "Dr Helena Marsden laughed.", "sure": "names_staff"}
    send(person, f"{at}/words", named)
    send(person, f"{at}/who", {"audience": ["hospital"]})
    out = tmp_path / "reports.txt"
    app.extensions["careplan"].clock.go_on(minutes=1)
    made = run.invoke(args=["hospital-reports", "R9X01", "--out", str(out)])
    assert "1 visits written" in made.output
    assert out.stat().st_mode & 0o777 == 0o600
    text = out.read_text("utf-8")
    assert "Dr [name left out] laughed." in text
    assert not any(name in text for name in ("Adaeze", "Marsden"))
    assert "no hospital" in run.invoke(args=["hospital-reports", "R9X99", "--out", str(out)]).output
    looked = person.page(person.get("/plan/who-looked")).text
    assert "to the hospital’s named person, without your name" in looked


def test_all_that_was_told_is_one_file_for_the_person(person):
    at = begun(person)
    send(person, f"{at}/words", PAGES["words"])
    person.submit("/plan/equality", {"described": "Nigerian"})
    file = person.submit("/plan/report/all", {}, seen_on="/plan/report")
    assert file.status_code == 200
    assert "attachment" in file.headers["Content-Disposition"]
    for said in ("Nobody came.", "Nigerian", "QuestionnaireResponse"):
        assert said in file.get_data(as_text=True)
