"""Strangers at the doors: who is let in, what is counted, and what nobody can learn."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from careplan.accounts.people import Who
from careplan.acts import tickets
from careplan.acts.fetching import location_of, open_file
from careplan.acts.opening import (
    Asks,
    Dead,
    MustWait,
    Opened,
    Reader,
    Shown,
    chip_of,
    narrative_in,
    open_by_code,
    open_link,
)
from careplan.acts.publishing import stop_dose
from careplan.acts.sharing import Shared, replace_link, revoke_link
from careplan.acts.world import World
from careplan.audit.events import ActorKind
from careplan.audit.events import Kind as Deed
from careplan.keys.jwe import decrypt_file
from careplan.plan.lifecycle import Tone
from careplan.sharing.answers import FREE, PAUSE, TELL_AT
from careplan.sharing.code_door import STEP, UNHURRIED, WINDOW
from careplan.sharing.links import LIFETIME, Kind, Opening, State
from careplan.store.counters import count_in
from careplan.store.db import Store
from careplan.store.engines import Patience
from careplan.store.links import link_of
from careplan.store.patients import patient_of
from tests.acts.worlds import ADA, Clinic, key_of, token_of
from tests.conftest import BASE_URL, CHEAP
from tests.stores import NOW, TODAY, a_keyring, seeded

PHONE = ADA.care_team.phone_24h
BORN = "14/03/1997"
PASSCODE = "blue heron 7"


def reader(answer: str | None = None, *, at: datetime = NOW, name: str = "ED nurse") -> Reader:
    return Reader(answer, name, at, at.date())


def scan(clinic: Clinic, link: Shared, answer: str | None = None, **more):
    again, zipped = more.pop("again", None), more.pop("zipped", False)
    return open_link(
        clinic.world,
        reader(answer, **more),
        token=token_of(link),
        again=again,
        zipped=zipped,
    )


def type_code(clinic: Clinic, code: str, born: str | None = BORN, passcode: str = "", **more):
    return open_by_code(clinic.world, reader(born, **more), code=code, passcode=passcode)


def asking(clinic: Clinic, opening: Opening, kind: Kind = Kind.PRIVATE_PRINT) -> Shared:
    passcode = PASSCODE if opening is Opening.PASSCODE else None
    return clinic.share(kind, opening=opening, passcode=passcode)


def facts(clinic: Clinic, link: Shared):
    with clinic.world.store.read() as tx:
        kept = link_of(tx, clinic.patient_id, UUID(link.link.id))
    assert kept is not None
    return kept.facts


def wrong_answers(opening: Opening) -> Iterator[str]:
    """As many different ones as anybody likes."""
    for number in range(200):
        day = date(1950, 1, 1) + timedelta(days=number)
        yield day.isoformat() if opening is Opening.DATE_OF_BIRTH else f"not it {number}"


def guess(clinic: Clinic, link: Shared, times: int, *, at: datetime = NOW):
    """That many different wrong answers, waiting as long as one must; the last thing said."""
    said, answers = None, wrong_answers(link.link.opening)
    for _ in range(times):
        said = scan(clinic, link, next(answers), at=at)
        at += PAUSE
    return said


def revoke(clinic: Clinic, link: Shared) -> None:
    link_id = UUID(link.link.id)
    revoke_link(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, link_id=link_id, at=NOW)


def swap(clinic: Clinic, link: Shared) -> Shared:
    link_id = UUID(link.link.id)
    return replace_link(
        clinic.world, by=clinic.ada, patient_id=clinic.patient_id, link_id=link_id, at=NOW
    )


# --- a card alone --------------------------------------------------------------------------------


@pytest.mark.parametrize("zipped", [True, False])
def test_a_full_card_opens_by_being_held(clinic: Clinic, zipped: bool) -> None:
    link = clinic.share()

    found = scan(clinic, link, zipped=zipped, name="Royal Elsewhere ED")

    assert isinstance(found, Opened)
    (file,) = found.files
    assert decrypt_file(file.jwe, key=key_of(link)) == (
        clinic.current.emergency,
        "application/fhir+json",
    )
    assert (file.version, found.patient.current_version) == (2, 2)
    assert facts(clinic, link).views == 1
    event = clinic.events()[0]
    assert (event.kind, event.actor.kind) == (Deed.LINK_OPENED, ActorKind.ED_READER)
    assert event.actor.name == "Royal Elsewhere ED"
    assert dict(event.what) == {"link": link.link.id, "version": "2", "how": "card"}


def test_an_answer_that_nobody_asked_for_is_passed_over(clinic: Clinic) -> None:
    link = clinic.share()
    assert isinstance(scan(clinic, link, "01/01/1901"), Opened)
    assert facts(clinic, link).distinct_wrong == 0


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "é" * 43, "\x00", "A" * 44, "'; --"])
def test_an_address_that_nobody_ever_had(clinic: Clinic, token: str) -> None:
    before = clinic.everything()
    assert open_link(clinic.world, reader(), token=token, again=None, zipped=False) is None
    assert clinic.everything() == before


@pytest.mark.parametrize("name", ["", "ED\x00\n nurse", "\u202eesrun", "n" * 500, "👩🏽‍⚕️"])
def test_whatever_a_reader_calls_themselves_is_written_down(clinic: Clinic, name: str) -> None:
    assert isinstance(scan(clinic, clinic.share(), name=name), Opened)
    assert clinic.deeds()[0] is Deed.LINK_OPENED


# --- date of birth -------------------------------------------------------------------------------

SPELLINGS = [
    *("14/03/1997", "14/3/97", "14.03.1997", "14 03 1997", "14-3-1997", "1997-03-14"),
    *("14031997", "19970314", "14 March 1997", "14th of March 1997", "14 mar 97"),
    *("March 14, 1997", "03/14/1997", "  14 / 03 / 1997  ", "١٤/٠٣/١٩٩٧", "Fri 14 March 1997"),
]


def test_a_birth_date_opens_however_it_is_written(clinic: Clinic) -> None:
    link = asking(clinic, Opening.DATE_OF_BIRTH)
    for spelling in SPELLINGS:
        assert isinstance(scan(clinic, link, spelling), Opened), spelling
        assert isinstance(type_code(clinic, link.code, spelling), Shown), spelling
    assert facts(clinic, link).distinct_wrong == 0
    assert facts(clinic, link).views == 2 * len(SPELLINGS)


@pytest.mark.parametrize(
    "answer", [None, "", "   ", "I do not know", "14/03", "31/02/1997", "9" * 129]
)
def test_what_is_no_date_is_asked_again_and_not_counted(clinic: Clinic, answer) -> None:
    link = asking(clinic, Opening.DATE_OF_BIRTH)
    assert scan(clinic, link, answer) == Asks(Opening.DATE_OF_BIRTH, 50)
    assert facts(clinic, link).distinct_wrong == 0
    assert clinic.deeds()[0] is Deed.LINK_CREATED


def test_nobody_without_a_birth_date_can_be_opened_by_a_guess(people: Clinic) -> None:
    people.publish()
    link = people.share(Kind.PRIVATE_PRINT)
    with people.world.store.begin() as tx:
        tx.run(text("UPDATE patient SET face = NULL"))
    assert isinstance(scan(people, link, BORN), Asks)


# --- passcode ------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", [PASSCODE, "BLUE HERON 7", " blue  heron7 ", "ｂｌｕｅ heron 7"])
def test_a_passcode_opens_however_it_is_typed(clinic: Clinic, typed: str) -> None:
    link = asking(clinic, Opening.PASSCODE, Kind.MESSAGE)
    assert isinstance(scan(clinic, link, typed), Opened)
    assert isinstance(type_code(clinic, link.code, passcode=typed), Shown)


@pytest.mark.parametrize("typed", ["blue heron", "blue heron 77", BORN, "x" * 128])
def test_a_wrong_passcode_does_not(clinic: Clinic, typed: str) -> None:
    link = asking(clinic, Opening.PASSCODE)
    assert scan(clinic, link, typed) == Asks(Opening.PASSCODE, 9, wrong=True)


# --- how wrong answers are counted ---------------------------------------------------------------


@pytest.mark.parametrize("opening", [Opening.DATE_OF_BIRTH, Opening.PASSCODE])
def test_the_same_wrong_answer_counts_once(clinic: Clinic, opening: Opening) -> None:
    link = asking(clinic, opening)
    left = LIFETIME[opening] - 1
    spellings = ["1/2/1990", "01-02-1990", "1 February 1990"]
    if opening is Opening.PASSCODE:
        spellings = ["wrong one", "WRONG ONE", " wrong  one"]
    for spelling in spellings * 2:
        assert scan(clinic, link, spelling) == Asks(opening, left, wrong=True)
    assert facts(clinic, link).distinct_wrong == 1
    assert clinic.deeds().count(Deed.WRONG_ANSWER) == 2, "the first, and that it goes on"
    for hour, told in ((1, 3), (1, 3), (2, 4)):
        scan(clinic, link, spellings[0], at=NOW + timedelta(hours=hour))
        assert clinic.deeds().count(Deed.WRONG_ANSWER) == told
    assert clinic.chains_hold()


@pytest.mark.parametrize("opening", [Opening.DATE_OF_BIRTH, Opening.PASSCODE])
def test_three_are_free_and_then_one_waits(clinic: Clinic, opening: Opening) -> None:
    link = asking(clinic, opening)
    right = BORN if opening is Opening.DATE_OF_BIRTH else PASSCODE
    answers = wrong_answers(opening)
    for number in range(FREE + 1):
        said = scan(clinic, link, next(answers))
        assert said == Asks(opening, LIFETIME[opening] - number - 1, wrong=True)

    before = clinic.everything()
    for answer in (next(answers), right, None):
        assert scan(clinic, link, answer) == MustWait(opening, 30)
        later = NOW + PAUSE - timedelta(seconds=1)
        assert scan(clinic, link, answer, at=later) == MustWait(opening, 1)
    assert clinic.everything() == before

    assert isinstance(scan(clinic, link, right, at=NOW + PAUSE), Opened)
    assert isinstance(scan(clinic, link, next(answers), at=NOW + PAUSE), Asks)
    assert isinstance(scan(clinic, link, right, at=NOW + PAUSE), MustWait)


def test_person_and_team_are_told_once_at_three(clinic: Clinic) -> None:
    link = asking(clinic, Opening.DATE_OF_BIRTH)
    before = clinic.told()
    guess(clinic, link, TELL_AT - 1)
    assert clinic.told() == before
    guess(clinic, link, TELL_AT + 2, at=NOW + PAUSE)
    assert clinic.told() == [*before, "wrong-answers"]


@pytest.mark.parametrize("opening", [Opening.DATE_OF_BIRTH, Opening.PASSCODE])
def test_after_a_lifetime_of_them_nothing_opens_it(clinic: Clinic, opening: Opening) -> None:
    link = asking(clinic, opening)
    right = BORN if opening is Opening.DATE_OF_BIRTH else PASSCODE
    most = LIFETIME[opening]

    assert isinstance(guess(clinic, link, most - 1), Asks)
    assert isinstance(scan(clinic, link, right, at=NOW + PAUSE * most), Opened)
    said = scan(clinic, link, "01/01/1901", at=NOW + PAUSE * most)

    assert said == Dead(State.LOCKED, PHONE)
    much_later = NOW + timedelta(days=365)
    assert scan(clinic, link, right, at=much_later) == Dead(State.LOCKED, PHONE)
    assert type_code(clinic, link.code, passcode=PASSCODE, at=much_later) is None
    assert facts(clinic, link).distinct_wrong == most
    assert clinic.deeds(200).count(Deed.LINK_LOCKED) == 1
    assert clinic.told()[-2:] == ["wrong-answers", "link-locked"]
    assert most == {Opening.PASSCODE: 10, Opening.DATE_OF_BIRTH: 50}[opening]


def test_a_locked_link_is_swapped_in_one_tap(clinic: Clinic) -> None:
    link = asking(clinic, Opening.PASSCODE)
    guess(clinic, link, 10)
    new = swap(clinic, link)
    assert isinstance(scan(clinic, new, PASSCODE), Opened)
    assert scan(clinic, link, PASSCODE) == Dead(State.REPLACED, PHONE)


def test_guesses_at_the_code_of_a_card_never_close_the_card(clinic: Clinic) -> None:
    link = clinic.share()
    at = NOW
    for answer, _ in zip(wrong_answers(Opening.DATE_OF_BIRTH), range(50), strict=False):
        assert type_code(clinic, link.code, answer, at=at) is None
        at += PAUSE
    assert type_code(clinic, link.code, BORN, at=at) is None
    assert isinstance(scan(clinic, link, at=at), Opened)


# --- many at once --------------------------------------------------------------------------------


def all_at_once(
    clinic: Clinic, store_url: str, act: Callable[[Clinic, str], object], given: list[str]
) -> list[object]:
    """What each is told, in threads that start together on connections enough for all."""
    patience = Patience(
        connections=20, more_connections=40, wait_for_connection=60, wait_for_lock_ms=60_000
    )
    store = Store(store_url, a_keyring(), entropy=seeded("race store"), patience=patience)
    racing = replace(clinic, world=World(store, seeded("race"), BASE_URL, strength=CHEAP))
    start = threading.Barrier(len(given))

    def one(answer: str) -> object:
        start.wait()
        return act(racing, answer)

    with ThreadPoolExecutor(len(given)) as threads:
        said = list(threads.map(one, given))
    store.close()
    return said


@pytest.mark.parametrize("opening", [Opening.PASSCODE, Opening.DATE_OF_BIRTH])
@pytest.mark.parametrize("door", ["scan", "code"])
def test_fifty_at_once_are_counted_as_they_come(
    clinic: Clinic, store_url: str, opening: Opening, door: str
) -> None:
    """Fifty wrong answers and the right one race; the right one may win or must wait like all."""
    link = asking(clinic, opening)
    right = BORN if opening is Opening.DATE_OF_BIRTH else PASSCODE
    answers = [*list(wrong_answers(opening))[:50], right]

    def one(racing: Clinic, answer: str) -> object:
        if door == "scan":
            return scan(racing, link, answer)
        if opening is Opening.PASSCODE:
            return type_code(racing, link.code, BORN, answer)
        return type_code(racing, link.code, answer)

    said = all_at_once(clinic, store_url, one, answers)

    opened = [one for one in said if isinstance(one, Opened | Shown)]
    waiting = [one for one in said if isinstance(one, MustWait)]
    wrong = [one for one in said if one is None or (isinstance(one, Asks) and one.wrong)]
    assert len(wrong) == FREE + 1 == facts(clinic, link).distinct_wrong
    assert len(opened) in (0, 1)
    assert len(waiting) == len(answers) - len(wrong) - len(opened)
    assert facts(clinic, link).views == len(opened)
    assert clinic.deeds().count(Deed.WRONG_ANSWER) == FREE + 1
    assert clinic.told().count("wrong-answers") == 1
    assert clinic.chains_hold()


def test_a_last_view_is_given_once(clinic: Clinic, store_url: str) -> None:
    link = clinic.share(Kind.MESSAGE, max_views=3)
    said = all_at_once(clinic, store_url, lambda here, born: scan(here, link, born), [BORN] * 12)
    assert sum(isinstance(one, Opened) for one in said) == 3
    assert said.count(Dead(State.USED_UP, PHONE)) == 9
    assert facts(clinic, link).views == 3


# --- dead links ----------------------------------------------------------------------------------


def test_every_dead_link_says_how_and_whom_to_ring(clinic: Clinic) -> None:
    ended = NOW + timedelta(hours=1)
    gone, lost = clinic.share(), clinic.share(Kind.PRIVATE_PRINT)
    old = clinic.share(Kind.MESSAGE, expires_at=ended)
    seen = clinic.share(Kind.MESSAGE, max_views=1)
    revoke(clinic, gone)
    swap(clinic, lost)
    assert isinstance(scan(clinic, seen, BORN), Opened)
    assert isinstance(scan(clinic, old, BORN, at=ended - timedelta(seconds=1)), Opened)

    before = clinic.everything()
    for answer in (None, BORN, "1/1/1901"):
        assert scan(clinic, gone, answer, at=ended) == Dead(State.REVOKED, PHONE)
        assert scan(clinic, lost, answer, at=ended) == Dead(State.REPLACED, PHONE)
        assert scan(clinic, seen, answer, at=ended) == Dead(State.USED_UP, PHONE)
        assert scan(clinic, old, answer, at=ended) == Dead(State.EXPIRED, PHONE)
    assert clinic.everything() == before


# --- an open page asks again ---------------------------------------------------------------------


def test_a_page_that_asks_again_is_not_another_look(clinic: Clinic) -> None:
    link = clinic.share()
    look = scan(clinic, link).look
    for minute in range(2, 21, 2):
        found = scan(clinic, link, again=look, at=NOW + timedelta(minutes=minute))
        assert isinstance(found, Opened)
        look = found.look
    assert facts(clinic, link).views == 1
    assert clinic.deeds().count(Deed.LINK_OPENED) == 1


def test_a_new_version_is_a_new_look(clinic: Clinic) -> None:
    link = clinic.share()
    look = scan(clinic, link).look
    clinic.publish(at=NOW)
    found = scan(clinic, link, again=look)
    assert found.files[0].version == 3
    assert facts(clinic, link).views == 2
    assert clinic.events()[0].what["version"] == "3"


def test_a_ticket_that_is_not_ours_is_a_look(clinic: Clinic) -> None:
    link, other = clinic.share(), clinic.share()
    look, theirs = scan(clinic, link).look, scan(clinic, other).look
    file = location_of(
        clinic.world, token=token_of(link), file=scan(clinic, link).files[0], zipped=False, at=NOW
    )
    old = NOW - tickets.LOOK_LIVES
    stale = tickets.issue(clinic.world, "look", token=token_of(link), part=0, number=2, until=old)
    swapped = ("B" if look[0] == "A" else "A") + look[1:]
    for number, ticket in enumerate(
        (theirs, file, stale, swapped, look[:-4] + "AAAA", look + "AA", "", "é", "x" * 120), start=3
    ):
        assert isinstance(scan(clinic, link, again=ticket), Opened)
        assert facts(clinic, link).views == number, ticket
    late = NOW + tickets.LOOK_LIVES
    assert isinstance(scan(clinic, link, again=look, at=late), Opened)
    assert facts(clinic, link).views == 12


def test_a_ticket_is_no_answer(clinic: Clinic) -> None:
    link = asking(clinic, Opening.DATE_OF_BIRTH)
    look = scan(clinic, link, BORN).look
    assert scan(clinic, link, again=look) == Asks(Opening.DATE_OF_BIRTH, 50)
    assert isinstance(scan(clinic, link, BORN, again=look), Opened)
    assert facts(clinic, link).views == 1


def test_a_page_opened_with_the_last_view_may_go_on_asking(clinic: Clinic) -> None:
    """Otherwise its banner would cover the dose after two minutes."""
    link = clinic.share(Kind.MESSAGE, max_views=1)
    look = scan(clinic, link, BORN).look
    later = NOW + timedelta(minutes=2)
    assert isinstance(scan(clinic, link, BORN, again=look, at=later), Opened)
    assert scan(clinic, link, BORN, at=later) == Dead(State.USED_UP, PHONE)
    clinic.publish(at=later)
    assert scan(clinic, link, BORN, again=look, at=later) == Dead(State.USED_UP, PHONE)
    assert facts(clinic, link).views == 1


# --- files that are fetched ----------------------------------------------------------------------


@pytest.mark.parametrize("zipped", [True, False])
def test_a_location_lives_half_an_hour(clinic: Clinic, zipped: bool) -> None:
    link = asking(clinic, Opening.DATE_OF_BIRTH)
    (file,) = scan(clinic, link, BORN, zipped=zipped).files
    ticket = location_of(clinic.world, token=token_of(link), file=file, zipped=zipped, at=NOW)

    before = clinic.everything()
    for minutes in (0, 29):
        at = NOW + timedelta(minutes=minutes)
        assert open_file(clinic.world, ticket=ticket, at=at) == file.jwe
    for minutes in (30, 31, 60 * 24):
        at = NOW + timedelta(minutes=minutes)
        assert open_file(clinic.world, ticket=ticket, at=at) is None
    assert clinic.everything() == before


def test_a_location_of_a_dead_link_gives_nothing(clinic: Clinic) -> None:
    link = clinic.share()
    found = scan(clinic, link)
    ticket = location_of(
        clinic.world, token=token_of(link), file=found.files[0], zipped=False, at=NOW
    )
    for forged in ("", "x", ticket[:-4] + "AAAA", found.look, "é" * 20, ticket * 2):
        assert open_file(clinic.world, ticket=forged, at=NOW) is None
    revoke(clinic, link)
    assert open_file(clinic.world, ticket=ticket, at=NOW) is None


def test_the_last_view_may_still_fetch_its_file(clinic: Clinic) -> None:
    link = clinic.share(Kind.MESSAGE, max_views=1)
    (file,) = scan(clinic, link, BORN).files
    ticket = location_of(clinic.world, token=token_of(link), file=file, zipped=False, at=NOW)
    assert open_file(clinic.world, ticket=ticket, at=NOW) == file.jwe


# --- the second door -----------------------------------------------------------------------------


def test_the_code_door_shows_the_emergency_page(clinic: Clinic) -> None:
    link = clinic.share()
    found = type_code(clinic, link.short_code.lower().replace("0", "o"))
    assert isinstance(found, Shown)
    assert "morphine" in found.narrative
    assert found.narrative == narrative_in(clinic.current.emergency)
    event = clinic.events()[0]
    assert event.kind is Deed.SHORT_CODE_OPENED
    assert dict(event.what) == {"link": link.link.id, "version": "2", "how": "date_of_birth"}
    assert facts(clinic, link).views == 1


def test_the_code_door_says_what_holds_on_that_day_and_on_no_other(clinic: Clinic) -> None:
    blood = replace(ADA.transfusion, last_on=TODAY - timedelta(days=3))
    clinic.save("transfusion", blood)
    clinic.sign()
    link = clinic.share()
    today, later = (
        type_code(clinic, link.code, at=NOW + timedelta(days=days)) for days in (25, 26)
    )
    assert any("dark urine" in one for one in today.notices)
    assert later.notices == ()


def test_a_passcode_link_asks_both_at_the_code_door(clinic: Clinic) -> None:
    link = asking(clinic, Opening.PASSCODE)
    assert isinstance(type_code(clinic, link.code, BORN, PASSCODE), Shown)
    for born, passcode in ((BORN, ""), (BORN, "wrong one"), ("", PASSCODE), ("x", PASSCODE)):
        assert type_code(clinic, link.code, born, passcode) is None
    assert facts(clinic, link).distinct_wrong == 1


def test_a_wrong_birth_date_beside_a_right_passcode_counts_too(clinic: Clinic) -> None:
    link = asking(clinic, Opening.PASSCODE)
    for answer in list(wrong_answers(Opening.DATE_OF_BIRTH))[: FREE + 1]:
        assert type_code(clinic, link.code, answer, PASSCODE) is None
    assert facts(clinic, link).distinct_wrong == FREE + 1
    assert isinstance(type_code(clinic, link.code, BORN, PASSCODE), MustWait)


def test_nobody_learns_whether_a_code_is_known(clinic: Clinic) -> None:
    """Unknown, not a code at all, wrong, dead, nothing given: one and the same answer."""
    link, gone = asking(clinic, Opening.DATE_OF_BIRTH), asking(clinic, Opening.PASSCODE)
    used = clinic.share(Kind.MESSAGE, max_views=1)
    assert isinstance(type_code(clinic, used.code), Shown)
    revoke(clinic, gone)
    said = [
        type_code(clinic, "00000-00000-0"),
        type_code(clinic, "ABCDE-FGHJK-M"),
        type_code(clinic, "not a code"),
        type_code(clinic, ""),
        type_code(clinic, link.code, "1/1/1901"),
        type_code(clinic, link.code, ""),
        type_code(clinic, gone.code, passcode=PASSCODE),
        type_code(clinic, gone.code, passcode="wrong one"),
        type_code(clinic, used.code),
    ]
    assert said == [None] * len(said)


def test_every_try_at_the_code_door_is_counted_for_all(clinic: Clinic) -> None:
    link = clinic.share()
    for code, born in ((link.code, BORN), (link.code, "1/1/1901"), ("unknown", BORN)):
        type_code(clinic, code, born)
    with clinic.world.store.read() as tx:
        counts = list(tx.run(text("SELECT count FROM counter")).scalars())
    assert 3 in counts


def test_while_many_knock_everybody_waits_alike_and_the_right_one_comes_in(clinic: Clinic) -> None:
    """Before anything about the code is looked at, so the wait tells a guesser nothing."""
    link = clinic.share()
    waited: list[float] = []
    slow = replace(clinic, world=replace(clinic.world, pause=waited.append))
    with clinic.world.store.begin() as tx:
        for _ in range(UNHURRIED):
            count_in(tx, "code-door", window=WINDOW, at=NOW)
    assert type_code(slow, "00000-00000-0", BORN) is None
    assert type_code(slow, link.code, "1/1/1901") is None
    assert isinstance(type_code(slow, link.code, BORN), Shown)
    assert waited == [STEP.total_seconds()] * 3


def test_the_next_minute_is_unhurried_again(clinic: Clinic) -> None:
    waited: list[float] = []
    slow = replace(clinic, world=replace(clinic.world, pause=waited.append))
    with clinic.world.store.begin() as tx:
        for _ in range(UNHURRIED * 10):
            count_in(tx, "code-door", window=WINDOW, at=NOW)
    type_code(slow, "00000-00000-0", BORN, at=NOW + WINDOW)
    assert waited == [0.0]


def test_nothing_is_locked_while_somebody_waits(clinic: Clinic) -> None:
    """Another reader comes in during the wait, on a database that lets one write at a time."""
    link = clinic.share()
    came_in: list[object] = []

    def meanwhile(_seconds: float) -> None:
        came_in.append(type_code(clinic, link.code))

    slow = replace(clinic, world=replace(clinic.world, pause=meanwhile))
    assert isinstance(type_code(slow, link.code), Shown)
    assert [isinstance(one, Shown) for one in came_in] == [True]


# --- how the plan stands -------------------------------------------------------------------------


def chip(clinic: Clinic, today: date = TODAY):
    with clinic.world.store.read() as tx:
        patient = patient_of(tx, clinic.patient_id)
    assert patient is not None
    return chip_of(patient, today)


def test_how_the_plan_stands_is_worked_out_on_the_day(clinic: Clinic) -> None:
    due = ADA.review.review_due
    assert due is not None
    assert chip(clinic).label == "CURRENT"
    assert chip(clinic, due).label == "CURRENT"
    overdue = chip(clinic, due + timedelta(days=1))
    assert (overdue.label, overdue.tone) == ("REVIEW OVERDUE", Tone.WARN)
    assert "8 September 2027" in overdue.words

    stop_dose(clinic.world, by=clinic.doctor, patient_id=clinic.patient_id, version_seen=2, at=NOW)
    stopped = chip(clinic, due + timedelta(days=1))
    assert (stopped.label, stopped.tone) == ("DOSE STOPPED", Tone.STOP)


def test_an_overdue_plan_still_opens(clinic: Clinic) -> None:
    link = clinic.share()
    late = datetime(2030, 1, 1, tzinfo=UTC)
    assert isinstance(scan(clinic, link, at=late), Opened)


def test_without_a_signature_it_says_so(people: Clinic) -> None:
    people.publish()
    assert chip(people).label == "NOT SIGNED"
    assert isinstance(scan(people, people.share()), Opened)


def test_nobody_signed_in_is_needed(clinic: Clinic) -> None:
    assert not Who.nobody().known
    assert isinstance(scan(clinic, clinic.share()), Opened)
    assert clinic.events()[0].actor.id is None
