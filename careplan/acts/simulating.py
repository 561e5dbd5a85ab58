"""Puts invented people and their visits in, through the acts that pages call.

For a demonstration that looks alive, and to see that the measures find the unfairness that was
put in (`visits/invented.py`). Never beside real people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random  # noqa: TID251 (a seeded play that can be repeated; no secret)
from typing import Any
from uuid import UUID

from careplan.accounts.people import Who
from careplan.acts.demo_people import (
    DemoPerson,
    DemoSigner,
    Done,
    as_if_signed_in,
    begin_own,
    moment,
    moved,
    sign_with,
    team_of,
)
from careplan.acts.equality import tell_equality
from careplan.acts.opening import Opened, open_link
from careplan.acts.opening import Reader as Stranger
from careplan.acts.replying import say
from careplan.acts.reporting import answer_report, begin_report
from careplan.acts.seeding import SIGNED, demo_plan
from careplan.acts.sharing import links
from careplan.acts.taps import Press
from careplan.acts.visiting import begin, tap
from careplan.acts.world import World, london_day
from careplan.plan.care_plan import AnswerKind, CarePlan
from careplan.plan.person import Sex
from careplan.sharing.links import Kind, State, read_payload
from careplan.store.accounts import account_by_email
from careplan.visits.equality import Equality
from careplan.visits.invented import SIGNED as SIGNED_SHARE
from careplan.visits.invented import Invented, InventedVisit, people, visit
from careplan.visits.reply import Because, Said
from careplan.visits.report import (
    Audience,
    Followed,
    Remembered,
    Sureness,
    YesNo,
)
from careplan.visits.visit import Tap

SIGNER = DemoSigner(
    email="ruth.okafor@example.org",
    name="Dr Ruth Okafor",
    role="Consultant haematologist",
    registration="GMC 7099999",
    team="Riverside sickle cell team",
    organisation="Riverside Hospital",
    ods="R9X90",
    phone="020 7946 0990",
)
SIGNED_DAYS_AGO = 330
"""The first; the plans stand in their first year, and the visits lie after them."""
A_CLINIC = 5
"""People signed on one day by the one doctor; more would look like somebody guessing codes."""
DAYS_OF_CLINICS = 200
FEWEST_DAYS = 3
TAPS = 0.6
"""How often somebody pressed at all; the others only report."""


@dataclass(frozen=True, slots=True)
class Told:
    """One visit, and when it was reported."""

    person: Invented
    visit: InventedVisit
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What was put in, for whoever compares it with what the measures find."""

    people: int
    signed: int
    visits: tuple[Told, ...]
    openings: int
    replies: int


class ThereAlready(Exception):
    """The people of this seed are in. Another seed would be other people of the same team."""


def simulate(
    world: World,
    *,
    people_count: int,
    visits_each: int,
    seed: int,
    today: date,
    done: Done,
    signed: float = SIGNED_SHARE,
) -> Played:
    """The same people and visits for the same seed and day. Raises ThereAlready."""
    rng = Random(seed)  # noqa: S311 (as above)
    signed_on = today - timedelta(days=SIGNED_DAYS_AGO)
    doctor = _doctor(world, seed, moment(signed_on, 9))
    plan = moved(demo_plan(timedelta()), signed_on - SIGNED)
    made: list[Told] = []
    seen = Counted()
    invented = people(people_count, rng=rng, today=today, signed=signed)
    for person in invented:
        later = timedelta(days=person.number // A_CLINIC % DAYS_OF_CLINICS)
        clinic = signed_on + later
        who = _join(world, person, moved(plan, later), doctor, clinic, seed, done)
        _tell(world, person, who, moment(clinic, 20))
        for day in _days(rng, visits_each, clinic, today):
            one = visit(person, rng=rng, midnight=moment(day, 0))
            made.append(Told(person, one, _go(world, who, person, one, rng, seen)))
    return Played(
        people=len(invented),
        signed=sum(person.signs for person in invented),
        visits=tuple(made),
        openings=seen.openings,
        replies=seen.replies,
    )


@dataclass
class Counted:
    openings: int = 0
    replies: int = 0


def _days(rng: Random, visits: int, since: date, today: date) -> list[date]:
    """In order, the last long enough ago to be reported, and so far apart that nobody would ask
    whether two of them are one."""
    span = (today - since).days - 2 * FEWEST_DAYS
    return [since + timedelta(days=day) for day in sorted(rng.sample(range(1, span, 2), visits))]


def _doctor(world: World, seed: int, at: datetime) -> Who:
    """Of the one invented team, made with the first people."""
    with world.store.read() as tx:
        if account_by_email(tx, _email(seed, 0)) is not None:
            raise ThereAlready
        known = account_by_email(tx, SIGNER.email) is not None
    return as_if_signed_in(world, SIGNER.email) if known else team_of(world, SIGNER, at)


def _email(seed: int, number: int) -> str:
    return f"somebody.{seed}.{number}@example.org"


# --- the person --------------------------------------------------------------------------------


def _join(
    world: World,
    person: Invented,
    plan: CarePlan,
    doctor: Who,
    signed_on: date,
    seed: int,
    done: Done,
) -> Who:
    one = DemoPerson(
        about="invented",
        email=_email(seed, person.number),
        signer=SIGNER,
        signed=signed_on,
        valid_to=signed_on + timedelta(days=360),
        answered=signed_on + timedelta(days=1),
        answer=AnswerKind.AGREE,
        plan=_plan_of(person, plan),
        reason="Talked over in clinic.",
    )
    who = begin_own(world, one, done)
    if person.signs:
        sign_with(world, one, who, doctor, done)
    return who


def _plan_of(person: Invented, plan: CarePlan) -> CarePlan:
    """Little enough to be laid out quickly, with what the measures are split by."""
    sex = Sex.FEMALE if person.female else Sex.MALE
    identity = replace(
        plan.identity,
        legal_name=person.name,
        date_of_birth=person.born,
        nhs_number=None,
        sex_registered=sex,
    )
    about = replace(
        plan.about_me,
        known_as=person.name.split()[0],
        spoken_language=_LANGUAGES[person.language],
        interpreter=person.interpreter,
    )
    kept = {name: plan.section(name) for name in _KEPT}
    return CarePlan(identity=identity, about_me=about, **kept)


_KEPT = ("diagnosis", "pain_plan", "allergies", "care_team", "review")
_LANGUAGES = {"English": "en", "French": "fr", "Portuguese": "pt", "Arabic": "ar"}


def _tell(world: World, person: Invented, who: Who, at: datetime) -> None:
    told = Equality(
        patient_id=UUID(who.patient_id),
        ethnic_category=person.category,
        smartphone=person.smartphone,
    )
    tell_equality(world, by=who, told=told, at=at)


# --- the visit ---------------------------------------------------------------------------------


def _go(
    world: World, who: Who, person: Invented, one: InventedVisit, rng: Random, seen: Counted
) -> datetime:
    tapped = person.smartphone and rng.random() < TAPS
    visit_id = _press(world, who, one) if tapped else None
    if one.opened and person.signs:
        _open(world, who, one, rng, seen)
    return _report(world, who, one, visit_id, rng)


def _press(world: World, who: Who, one: InventedVisit) -> UUID:
    patient_id = UUID(who.patient_id)
    begun = begin(
        world,
        by=who,
        patient_id=patient_id,
        tap_id=world.new_id(),
        at=one.arrived - timedelta(minutes=25),
    )
    for what, at in _taps(one):
        press = Press(tap_id=world.new_id(), tap=what, at=at)
        tap(world, by=who, patient_id=patient_id, visit_id=begun.visit_id, press=press, at=at)
    return begun.visit_id


def _taps(one: InventedVisit) -> Iterator[tuple[Tap, datetime]]:
    yield Tap.ARRIVED, one.arrived
    last = one.arrived
    if one.minutes is not None:
        last = one.arrived + timedelta(minutes=one.minutes)
        yield Tap.RELIEF_GIVEN, last
        if one.checked:
            last += timedelta(minutes=20)
            yield Tap.CHECKED_AGAIN, last
    yield Tap.LEFT, last + timedelta(hours=3)


def _open(world: World, who: Who, one: InventedVisit, rng: Random, seen: Counted) -> None:
    """The department scans the printed page, and sometimes presses what became of it."""
    at = one.arrived + timedelta(minutes=5)
    shared = next(
        link
        for link in links(world, by=who, patient_id=UUID(who.patient_id), at=at)
        if link.link.kind is Kind.FULL_PRINT and link.state is State.LIVE
    )
    reader = Stranger(None, "", at, london_day(at), on_our_page=True)
    found = open_link(
        world,
        reader,
        token=read_payload(shared.address).url.rpartition("/")[2],
        again=None,
        zipped=True,
    )
    if not isinstance(found, Opened):
        return
    seen.openings += 1
    if rng.random() < 0.5:
        said = Said.USED if one.followed else Said.COULD_NOT
        because = None if one.followed else rng.choice(list(Because))
        say(world, ticket=found.reply, said=said, because=because, at=at + timedelta(minutes=2))
        seen.replies += 1


def _report(
    world: World, who: Who, one: InventedVisit, visit_id: UUID | None, rng: Random
) -> datetime:
    patient_id, report_id = UUID(who.patient_id), world.new_id()
    at = one.arrived + timedelta(days=rng.randrange(1, FEWEST_DAYS))
    begun = begin_report(
        world, by=who, patient_id=patient_id, report_id=report_id, visit_id=visit_id, at=at
    )
    answer_report(
        world,
        by=who,
        patient_id=patient_id,
        report_id=report_id,
        answers=_answers(one),
        based_on=begun.revision,
        at=at,
    )
    return at


def _answers(one: InventedVisit) -> Mapping[str, Any]:
    """What was left out is left out, whatever was tapped."""
    told = one.told
    answers: dict[str, Any] = {
        "on_day": london_day(one.arrived),
        "arrived": Remembered(sureness=Sureness.EXACT, at=one.arrived),
        "relief": None,
        "no_relief": None,
        "checked_within_30": None,
        "audience": (Audience.MEASURES,),
    }
    if "relief" in told and one.minutes is None:
        answers["no_relief"] = True
    elif "relief" in told and one.minutes is not None:
        given = one.arrived + timedelta(minutes=one.minutes)
        answers["relief"] = Remembered(sureness=Sureness.EXACT, at=given)
    if "opened" in told:
        answers["plan_shown"] = YesNo.YES if one.opened else YesNo.NO
    if "followed" in told:
        answers["followed"] = Followed.FULLY if one.followed else Followed.NO
    if "believed" in told:
        answers["believed"] = one.believed
    if "checked" in told:
        answers["checked_within_30"] = YesNo.YES if one.checked else YesNo.NO
    return answers
