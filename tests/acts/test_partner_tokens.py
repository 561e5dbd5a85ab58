"""A system signs in once with each note, for what it was let in for, while it is let in."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from careplan.accounts.partners import Partner, PartnerState, Purpose
from careplan.accounts.people import Who
from careplan.acts.forgetting import forget_what_is_over
from careplan.acts.partner_tokens import (
    KEYS_KEPT_FOR,
    LIVES,
    REQUESTS_A_MINUTE,
    TOKENS_A_MINUTE,
    Asked,
    Given,
    NoSuchScope,
    NotLetIn,
    TooMany,
    give_token,
    recognise_partner,
)
from careplan.acts.partners import Published, change_partner_keys, set_partner_standing
from careplan.acts.world import World
from careplan.audit.chain import service_chain
from careplan.audit.events import Kind, sentence
from careplan.partners.jwks import CannotFetch
from careplan.store.chains import Whole, verify_all
from careplan.store.partners import hold_partner, set_partner_state
from careplan.store.tables import counter, partner_assertion, partner_token
from careplan.store.trail import service_events_of
from tests.conftest import BASE_URL
from tests.partners import (
    EVERYTHING,
    SigningKey,
    a_client,
    a_key,
    an_administrator,
    an_rsa_key,
    claims,
    no_fetch,
    signed,
)
from tests.stores import NOW, asked_of
from tests.visitors import a_hospital

AUDIENCE = f"{BASE_URL}/fhir/token"
URL = "https://trust.example.org/jwks.json"
SECOND = timedelta(seconds=1)


@dataclass
class Site:
    """A client's own web server: what stands there, and how often it was asked."""

    keys: list[SigningKey]
    up: bool = True
    instead: bytes = b""
    asked: list[str] = field(default_factory=list)

    def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        if not self.up:
            raise CannotFetch("down")
        shown = ",".join(one.jwks[len('{"keys": [') : -2] for one in self.keys)
        return self.instead or f'{{"keys":[{shown}]}}'.encode()


@dataclass(frozen=True)
class Door:
    world: World
    admin: Who
    partner: Partner

    def note(self, key: SigningKey | None = None, *, at: datetime = NOW, **changes: object) -> str:
        said = claims(str(self.partner.partner_id), AUDIENCE, at=at, **changes)
        return signed(said, key or a_key())

    def come_in(
        self,
        note: str | None = None,
        *,
        scope: str = EVERYTHING,
        at: datetime = NOW,
        fetch: Callable[[str], bytes] = no_fetch,
        key: SigningKey | None = None,
    ) -> Given:
        note = note or self.note(key, at=at)
        more = {"audience": AUDIENCE, "fetch": fetch, "at": at}
        asked = Asked(assertion=note, scope=scope)
        return give_token(self.world, asked=asked, **more)  # type: ignore[arg-type]

    def known(self, given: Given, *, at: datetime = NOW) -> Partner | None:
        return recognise_partner(self.world, token=given.token, at=at)

    def stand(self, state: PartnerState, *, at: datetime = NOW) -> None:
        this = {"partner_id": self.partner.partner_id, "state": state}
        set_partner_standing(self.world, by=self.admin, at=at, **this)  # type: ignore[arg-type]

    def deeds(self) -> list[Kind]:
        with self.world.store.read() as tx:
            kept = service_events_of(tx, service_chain(NOW))
        return [one.event.kind for one in kept]


def a_door(world: World, **more: object) -> Door:
    admin = an_administrator(world, team_id=a_hospital(world))
    return Door(world, admin, a_client(world, by=admin, **more))  # type: ignore[arg-type]


@pytest.fixture
def door(world: World) -> Door:
    return a_door(world)


# --- one token -----------------------------------------------------------------------------------


def test_one_note_opens_once(door):
    note = door.note(jti="the same")
    given = door.come_in(note, scope="system/CarePlan.rs system/Patient.read")
    assert given.lives == LIVES
    assert str(given.scopes) == "system/CarePlan.rs system/Patient.rs"
    with pytest.raises(NotLetIn):
        door.come_in(note)
    with pytest.raises(NotLetIn):
        door.come_in(door.note(jti="the same"))
    assert door.known(given) == replace(door.partner, scopes=given.scopes)
    assert door.known(given, at=NOW + LIVES - SECOND)
    assert door.known(given, at=NOW + LIVES) is None


def test_it_is_given_what_it_asks_within_what_it_was_granted(door):
    for granted, asked, given in (
        ("system/*.rs", "system/CarePlan.cruds", "system/CarePlan.rs"),
        ("system/CarePlan.rs", "system/*.*", "system/CarePlan.rs"),
        ("system/CarePlan.crs", "system/CarePlan.write", "system/CarePlan.c"),
        ("system/CarePlan.rs", "system/Group.rs openid system/CarePlan.r", "system/CarePlan.r"),
        ("system/CarePlan.rs system/AuditEvent.rs", "system/*.rs", "system/CarePlan.rs"),
        ("system/CarePlan.rs", "system/CarePlan.c", None),
        ("system/CarePlan.rs", "system/AuditEvent.rs", None),
        ("system/CarePlan.rs", "user/CarePlan.rs", None),
        ("system/CarePlan.rs", "patient/CarePlan.rs launch", None),
        ("system/CarePlan.rs", "system/Group.rs", None),
    ):
        one = replace(door, partner=a_client(door.world, by=door.admin, scopes=granted))
        if given is None:
            with pytest.raises(NoSuchScope):
                one.come_in(scope=asked)
        else:
            assert str(one.come_in(scope=asked).scopes) == given, asked


def test_a_note_is_used_up_even_where_nothing_was_given_for_it(door):
    note = door.note()
    with pytest.raises(NoSuchScope):
        door.come_in(note, scope="system/Group.rs")
    with pytest.raises(NotLetIn):
        door.come_in(note)


def test_neither_token_nor_note_is_kept_as_it_is(door):
    given, spent = door.come_in(door.note(jti="seen by nobody")), b"seen by nobody"
    with door.world.store.read() as tx:
        kept = [bytes(one) for one in tx.run(select(partner_token.c.token_hash)).scalars()]
        used = [bytes(one) for one in tx.run(select(partner_assertion.c.jti_hash)).scalars()]
    assert [len(one) for one in (*kept, *used)] == [32, 32]
    assert given.token.encode() not in b"".join(kept)
    assert spent not in b"".join(used)
    assert given.token not in repr(given)


def test_what_is_over_is_forgotten(door):
    for minutes in (0, 10, 20):
        door.come_in(at=NOW + timedelta(minutes=minutes))
    with door.world.store.read() as tx:
        assert len(tx.run(select(partner_token)).all()) == 1
        assert len(tx.run(select(partner_assertion)).all()) == 1


def test_what_is_over_of_whoever_never_came_again_is_forgotten_too(door):
    note = door.note()
    door.come_in(note)
    soon, later = NOW + timedelta(minutes=4), NOW + timedelta(days=4)
    assert forget_what_is_over(door.world, at=soon) == 0
    with pytest.raises(NotLetIn):
        door.come_in(note, at=soon)
    assert forget_what_is_over(door.world, at=later) >= 3  # a token, a note and what was counted
    with door.world.store.read() as tx:
        for table in (partner_token, partner_assertion, counter):
            assert tx.run(select(table)).all() == []
    with pytest.raises(NotLetIn):
        door.come_in(note, at=later)


def test_a_note_cannot_come_back_when_its_row_is_forgotten(door):
    """The last moment at which it would be read lies before the first at which it is forgotten."""
    note = door.note(exp=int((NOW + timedelta(minutes=5)).timestamp()))
    door.come_in(note)
    for seconds in range(280, 480, 10):
        at = NOW + timedelta(seconds=seconds)
        door.come_in(at=at)
        with pytest.raises(NotLetIn):
            door.come_in(note, at=at)


def test_of_twenty_who_show_one_note_at_once_one_comes_in(door):
    note = door.note()

    def show(_number: int) -> Given | None:
        try:
            return door.come_in(note)
        except NotLetIn:
            return None

    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(show, range(20)))
    assert len([one for one in answers if one]) == 1
    with door.world.store.read() as tx:
        assert len(tx.run(select(partner_token)).all()) == 1
        assert isinstance(verify_all(tx), Whole)


# --- shut out ------------------------------------------------------------------------------------


def test_a_suspended_client_stops_at_once_and_brought_back_signs_in_anew(door):
    given = door.come_in()
    door.stand(PartnerState.SUSPENDED)
    assert door.known(given) is None
    with pytest.raises(NotLetIn):
        door.come_in()
    door.stand(PartnerState.ACTIVE)
    assert door.known(given) is None
    assert door.known(door.come_in())


def test_a_row_made_suspended_in_any_way_opens_nothing(door):
    """The token's row alone is no proof: its client's is looked at in the same question."""
    given = door.come_in()
    with door.world.store.begin() as tx:
        tokens = [dict(row._mapping) for row in tx.run(select(partner_token))]
        set_partner_state(tx, door.partner.partner_id, PartnerState.SUSPENDED)
        tx.run(partner_token.insert(), tokens)
    assert door.known(given) is None


def test_other_keys_end_what_the_old_ones_opened(door):
    given, late = door.come_in(), door.note()
    new = a_key("of 2027")
    change_partner_keys(
        door.world,
        by=door.admin,
        partner_id=door.partner.partner_id,
        keys=Published(pasted=new.jwks),
        fetch=no_fetch,
        at=NOW,
    )
    assert door.known(given) is None
    with pytest.raises(NotLetIn):
        door.come_in(late)
    assert door.known(door.come_in(key=new))


def test_who_is_suspended_between_the_signature_and_the_token_is_given_none(world, monkeypatch):
    """The client is held and looked at again once its note has been read."""
    door = a_door(world)

    def suspend_first(tx, partner_id):
        set_partner_state(tx, partner_id, PartnerState.SUSPENDED)
        return hold_partner(tx, partner_id)

    monkeypatch.setattr("careplan.acts.partner_tokens.hold_partner", suspend_first)
    with pytest.raises(NotLetIn):
        door.come_in()


def test_strangers_the_suspended_and_forgers_are_told_the_same_after_the_same_work(door):
    """As many questions of the database, and one signature looked at, for each of them."""
    stranger = replace(door.partner, partner_id=uuid4())
    nobody = Door(door.world, door.admin, stranger)
    forged = SigningKey(a_key().kid, a_key("another").private)
    named = claims("no id at all", AUDIENCE, at=NOW)
    for note in (nobody.note(), signed(named, a_key()), door.note(forged)):
        with pytest.raises(NotLetIn):  # what is written once an hour is written now
            door.come_in(note)

    def questions(note: str) -> list[str]:
        asked: list[list[object]] = []
        store = door.world.store
        begin, read = store.begin, store.read
        with pytest.MonkeyPatch.context() as patch:
            for name, whole in (("begin", begin), ("read", read)):
                patch.setattr(store, name, _listened(whole, asked))
            with pytest.raises(NotLetIn):
                door.come_in(note)
        return [str(one) for transaction in asked for one in transaction]

    by_stranger = questions(nobody.note())
    assert by_stranger
    assert questions(door.note(forged)) == by_stranger
    assert questions(signed(named, a_key())) == by_stranger
    door.stand(PartnerState.SUSPENDED)
    assert questions(door.note(forged)) == by_stranger


def _listened(whole, asked):
    @contextmanager
    def listening():
        with whole() as tx:
            asked.append(asked_of(tx))
            yield tx

    return listening


# --- how much ------------------------------------------------------------------------------------


def test_so_many_tokens_a_minute(door):
    for _number in range(TOKENS_A_MINUTE):
        door.come_in(at=NOW + 10 * SECOND)
    with pytest.raises(TooMany) as rest:
        door.come_in(at=NOW + 10 * SECOND)
    assert rest.value.seconds == 50
    assert door.come_in(at=NOW + 60 * SECOND)


def test_wrong_notes_cost_the_right_client_nothing(door):
    forged = SigningKey(a_key().kid, a_key("another").private)
    for _number in range(TOKENS_A_MINUTE + 5):
        with pytest.raises(NotLetIn):
            door.come_in(key=forged)
    assert door.known(door.come_in())


def test_so_many_requests_a_minute_for_all_processes_together(door, monkeypatch):
    monkeypatch.setattr("careplan.acts.partner_tokens.REQUESTS_A_MINUTE", 7)
    given, other = door.come_in(), door.come_in()

    def ask(number: int) -> bool:
        try:
            return bool(door.known(other if number % 2 else given))
        except TooMany:
            return False

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(ask, range(20)))
    assert sum(answers) == 7
    with pytest.raises(TooMany) as rest:
        door.known(given)
    assert rest.value.seconds == 60
    assert door.known(given, at=NOW + 60 * SECOND)
    assert REQUESTS_A_MINUTE == 600


def test_a_request_is_known_in_one_question(door):
    given = door.come_in()
    asked: list[list[object]] = []
    store = door.world.store
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "begin", _listened(store.begin, asked))
        door.known(given)
    assert [len(one) for one in asked] == [2], "who it is, and counting it"


# --- what is written down ------------------------------------------------------------------------


def test_each_token_is_written_down_and_refusals_do_not_fill_the_trail(door):
    forged = SigningKey(a_key().kid, a_key("another").private)
    nobody = Door(door.world, door.admin, replace(door.partner, partner_id=uuid4()))
    door.come_in()
    door.come_in()
    for one in (door, nobody):
        for _number in range(12):
            with pytest.raises(NotLetIn):
                one.come_in(key=forged)
    kept = door.deeds()
    assert kept.count(Kind.PARTNER_CAME_IN) == 2
    assert kept.count(Kind.PARTNER_REFUSED) == 2  # of this client, and of strangers
    with door.world.store.read() as tx:
        events = [one.event for one in service_events_of(tx, service_chain(NOW))]
    came = next(one for one in events if one.kind is Kind.PARTNER_CAME_IN)
    assert sentence(came) == (
        "A computer system of St Anselm's Hospital (Record system) signed in, for five minutes."
    )


# --- keys at an address --------------------------------------------------------------------------


@pytest.fixture
def site():
    return Site([a_key()])


@pytest.fixture
def away(world, site) -> Door:
    return a_door(world, keys=Published(url=URL), fetch=site)


def test_keys_change_at_their_address_without_us(away, site):
    assert site.asked == [URL]
    site.keys = [a_key("of 2027"), an_rsa_key()]
    later = NOW + timedelta(minutes=2)
    for new in site.keys:
        assert away.known(away.come_in(key=new, at=later, fetch=site), at=later)
    assert len(site.asked) == 2
    with pytest.raises(NotLetIn):
        away.come_in(key=a_key(), at=later, fetch=site)


def test_an_address_is_asked_once_a_minute_whoever_knocks(away, site):
    unknown = a_key("of nobody")

    def knock(number: int, at: datetime) -> None:
        with pytest.raises(NotLetIn):
            away.come_in(key=unknown, at=at, fetch=site)

    for minute in (2, 3):
        with ThreadPoolExecutor(10) as threads:
            at = NOW + timedelta(minutes=minute)
            list(threads.map(lambda number, at=at: knock(number, at), range(20)))
    assert len(site.asked) == 3


def test_a_site_that_fails_shuts_no_key_out_that_is_in_hand(away, site):
    for minutes, trouble in enumerate((b"<html>", a_private_set(), b'{"keys":[]}', b"")):
        site.up, site.instead = trouble != b"", trouble
        at = NOW + timedelta(minutes=10 * (minutes + 1))
        assert away.known(away.come_in(at=at, fetch=site), at=at)
    assert len(site.asked) == 5


def test_a_key_taken_from_its_address_is_not_believed_for_long(away, site):
    site.keys = [a_key("of 2027")]
    assert away.come_in(at=NOW + KEYS_KEPT_FOR - SECOND, fetch=site)
    with pytest.raises(NotLetIn):
        away.come_in(at=NOW + KEYS_KEPT_FOR, fetch=site)


def test_nothing_is_asked_for_a_suspended_client(away, site):
    away.stand(PartnerState.SUSPENDED)
    with pytest.raises(NotLetIn):
        away.come_in(key=a_key("of nobody"), at=NOW + timedelta(hours=1), fetch=site)
    assert len(site.asked) == 1


def test_keys_of_an_address_that_was_changed_meanwhile_are_not_kept(away, site):
    """While the old address is asked, an administrator gives another."""
    thief = a_key("of a thief")

    def slow(url: str) -> bytes:
        change_partner_keys(
            away.world,
            by=away.admin,
            partner_id=away.partner.partner_id,
            keys=Published(pasted=a_key("of 2027").jwks),
            fetch=no_fetch,
            at=NOW,
        )
        return thief.jwks.encode()

    with pytest.raises(NotLetIn):
        away.come_in(key=thief, at=NOW + timedelta(minutes=2), fetch=slow)
    with pytest.raises(NotLetIn):
        away.come_in(key=thief, at=NOW + timedelta(minutes=2), fetch=no_fetch)


def a_private_set() -> bytes:
    return b'{"keys":[{"kty":"EC","kid":"a","d":"AA"}]}'


def test_what_a_purpose_may_not_have_is_not_given(world):
    door = a_door(world, purpose=Purpose.AMBULANCE)
    assert "AuditEvent" not in str(door.come_in().scopes)
