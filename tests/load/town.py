"""A team and its many people, put in through the acts, and everybody who comes to our doors."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from careplan.accounts.people import Who
from careplan.acts.accounts import set_second_factor
from careplan.acts.demo_people import PASSWORD as INVENTED
from careplan.acts.sharing import Shared, links, make_link
from careplan.acts.signing_in import sign_in, who_is
from careplan.acts.simulating import SIGNER, simulate
from careplan.acts.world import World
from careplan.keys.tokens import from_b64url
from careplan.sharing.links import Kind, read_payload
from careplan.store.patients import face_of
from tests.load.lines import Browser
from tests.partners import Caller, a_partner, claims, form, signed
from tests.visitors import PASSWORD, Staff, a_clinician, an_emergency_nurse, code_of

SEED = 1
CLINICIANS = 4


@dataclass(frozen=True, slots=True)
class Door:
    """A link as its holder has it."""

    patient_id: UUID
    link_id: UUID
    token: str
    key: bytes = field(repr=False)
    born: str = ""
    """What it asks for, in an order people write it; empty where it asks nothing."""


@dataclass(frozen=True, slots=True)
class Person:
    who: Who
    name: str
    card: Door
    private: Door
    guessed: Door
    """The same kind of link, at which somebody only ever guesses."""

    @property
    def patient_id(self) -> UUID:
        return UUID(self.who.patient_id)


@dataclass(frozen=True)
class Town:
    """Who there is. Cookies are made anew for each round: a desk's session ends after a while."""

    world: World
    people: tuple[Person, ...]
    staff: tuple[Staff, ...]
    department: Staff
    system: Caller

    @cached_property
    def names(self) -> re.Pattern[str]:
        """Whichever of these people is named on a page."""
        return re.compile(rf"\b(?:{'|'.join(re.escape(one.name) for one in self.people)})\b")

    def patients(self, at: datetime, *, cookie: str) -> dict[UUID, Browser]:
        return {one.patient_id: self._person(one, at, cookie) for one in self.people}

    def clinicians(self, at: datetime, *, cookie: str) -> list[Browser]:
        return [self._at_desk(one, at, cookie) for one in self.staff]

    def nurse(self, at: datetime, *, cookie: str) -> Browser:
        return self._at_desk(self.department, at, cookie)

    def note(self, at: datetime) -> dict[str, str]:
        """What the other system posts for a token."""
        client, audience = str(self.system.partner.partner_id), f"{self.world.base_url}/fhir/token"
        return form(signed(claims(client, audience, at=at), self.system.key))

    def _person(self, one: Person, at: datetime, cookie: str) -> Browser:
        email = _email(self.people.index(one))
        return Browser({cookie: sign_in(self.world, email=email, password=INVENTED, at=at)})

    def _at_desk(self, staff: Staff, at: datetime, cookie: str) -> Browser:
        """A session that has given the second step; the code app is set up with the first."""
        token = sign_in(self.world, email=staff.email, password=PASSWORD, at=at)
        code, given = code_of(staff.secret, at), replace(staff.who, second_factor=True)
        fresh = set_second_factor(
            self.world, by=given, secret=staff.secret, code=code, at=at, token=token
        )
        return Browser({cookie: fresh or token})


def _email(number: int) -> str:
    return f"somebody.{SEED}.{number}@example.org"


def a_town(world: World, people: int, *, today: date, at: datetime) -> Town:
    """Everybody's plan is signed, answered and printed; nobody has opened any of it yet."""
    simulate(
        world,
        people_count=people,
        visits_each=0,
        seed=SEED,
        today=today,
        done=lambda _section: [],
        signed=1.0,
    )
    team_id = UUID(who_is(world, email=SIGNER.email).team_id)
    staff = [
        a_clinician(world, team_id=team_id, email=f"desk.{number}@example.org", with_phone=False)
        for number in range(CLINICIANS)
    ]
    return Town(
        world,
        tuple(_person(world, number, at) for number in range(people)),
        tuple(staff),
        an_emergency_nurse(world),
        a_partner(world, team_id=team_id, at=at),
    )


def _person(world: World, number: int, at: datetime) -> Person:
    who = who_is(world, email=_email(number))
    patient_id = UUID(who.patient_id)
    with world.store.read() as tx:
        face = face_of(tx, patient_id)
    kept = links(world, by=who, patient_id=patient_id, at=at)
    card = next(one for one in kept if one.link.kind is Kind.FULL_PRINT)
    asking, guessed = (
        make_link(world, by=who, patient_id=patient_id, kind=Kind.PRIVATE_PRINT, at=at)
        for _ in range(2)
    )
    assert face is not None
    assert face.date_of_birth is not None
    born = f"{face.date_of_birth:%d/%m/%Y}"
    return Person(
        who,
        face.legal_name or "",
        _door(patient_id, card),
        replace(_door(patient_id, asking), born=born),
        replace(_door(patient_id, guessed), born=born),
    )


def _door(patient_id: UUID, link: Shared) -> Door:
    read = read_payload(link.address)
    token = read.url.rpartition("/")[2]
    return Door(patient_id, UUID(link.link.id), token, from_b64url(read.key))
