"""One tap back from a department: bound to one opening, counted once, shown to two."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from careplan.acts.notifying import News, choose
from careplan.acts.opening import Opened, Reader, open_by_code, open_direct, open_link
from careplan.acts.replying import (
    MOST_OF_LINK,
    MOST_OF_OPENING,
    NotTaken,
    news_in_team,
    people_answered_about,
    replies_for,
    reply_news,
    say,
)
from careplan.acts.sharing import revoke_link
from careplan.acts.tickets import REPLY_LIVES, read_reply_ticket, reply_ticket
from careplan.acts.visiting import begin
from careplan.acts.world import NotAllowed, NotThere
from careplan.audit.events import Kind as Deed
from careplan.audit.events import sentence
from careplan.sharing.links import Kind
from careplan.store.patients import erase_patient
from careplan.visits.reply import Because, Reply, Said
from tests.acts.worlds import Clinic, decrypted, token_of
from tests.stores import NOW, TODAY

READER = Reader(None, "", NOW, TODAY, on_our_page=True)
LATER = NOW + timedelta(minutes=20)


@pytest.fixture
def link(clinic: Clinic):
    return clinic.share()


def opened(clinic: Clinic, link, reader: Reader = READER, *, again: str | None = None) -> Opened:
    found = open_link(clinic.world, reader, token=token_of(link), again=again, zipped=True)
    assert isinstance(found, Opened)
    return found


def test_an_answer_is_kept_written_down_and_shown_to_person_and_team(clinic: Clinic, link):
    ticket = opened(clinic, link).reply
    given = say(
        clinic.world, ticket=ticket, said=Said.COULD_NOT, because=Because.NOT_STOCKED, at=LATER
    )
    assert isinstance(given, Reply)
    assert (given.version, given.door, given.opened_at) == (2, "link", NOW)
    assert str(given.link_id) == link.link.id
    event = clinic.events(1)[0]
    assert sentence(event) == (
        "Somebody who read your plan said: “Could not use it”. Why: the medicine was not there. "
        "Not checked: we do not know who pressed it."
    )
    for by in (clinic.ada, clinic.nurse):
        mine: dict[str, Any] = {"by": by, "patient_id": clinic.patient_id}
        assert reply_news(clinic.world, **mine) == 1
        (answer,) = replies_for(clinic.world, **mine, at=LATER)
        assert answer.new
        assert replace(answer.reply, seen_at=None) == given
        assert reply_news(clinic.world, **mine) == 0
        assert not replies_for(clinic.world, **mine, at=LATER)[0].new
    # The person learns that their team read it; their own second look writes nothing.
    assert clinic.deeds(3) == [Deed.REPLIES_READ, Deed.REPLIES_READ, Deed.REPLIES_SEEN]
    assert clinic.chains_hold()


def test_sent_a_thousand_times_it_is_one_answer_and_one_line(clinic: Clinic, link):
    ticket = opened(clinic, link).reply

    def press(_: int) -> Reply | NotTaken:
        return say(clinic.world, ticket=ticket, said=Said.USED, at=LATER)

    with ThreadPoolExecutor(4) as pool:
        first = list(pool.map(press, range(12)))
    assert {type(one) for one in first} == {Reply}
    assert {press(turn).opening_id for turn in range(30)} == {first[0].opening_id}  # type: ignore[union-attr]
    assert clinic.deeds().count(Deed.DEPARTMENT_REPLIED) == 1


def test_a_second_answer_takes_the_place_of_the_first_and_is_news_again(clinic: Clinic, link):
    mine: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id}
    ticket = opened(clinic, link).reply
    say(clinic.world, ticket=ticket, said=Said.COULD_NOT, at=LATER)
    replies_for(clinic.world, **mine, at=LATER)
    say(clinic.world, ticket=ticket, said=Said.COULD_NOT, because=Because.NOT_CLEAR, at=LATER)
    # A network that sends the first tap late takes no reason away.
    say(clinic.world, ticket=ticket, said=Said.COULD_NOT, at=LATER)
    (answer,) = replies_for(clinic.world, **mine, at=LATER)
    assert (answer.new, answer.reply.because) == (True, Because.NOT_CLEAR)
    # A reason belongs to "could not" and to nothing else.
    given = say(clinic.world, ticket=ticket, said=Said.USED, because=Because.OTHER, at=LATER)
    assert isinstance(given, Reply)
    assert given.because is None


def test_each_look_answers_for_itself_and_a_check_of_an_open_page_is_no_look(clinic: Clinic, link):
    first = opened(clinic, link)
    assert opened(clinic, link, again=first.look).reply == ""
    say(clinic.world, ticket=first.reply, said=Said.USED, at=NOW)
    say(clinic.world, ticket=opened(clinic, link).reply, said=Said.NO_ANSWER, at=LATER)
    found = replies_for(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, at=LATER)
    assert [one.reply.said for one in found] == [Said.NO_ANSWER, Said.USED]


def test_a_ticket_that_is_not_ours_or_too_old_and_one_used_too_often_are_the_same(
    clinic: Clinic, link
):
    found = opened(clinic, link)
    flipped = ("A" if found.reply[0] != "A" else "B") + found.reply[1:]
    for ticket in ("", "x" * 98, "é", flipped, found.look, found.reply[:-4]):
        assert say(clinic.world, ticket=ticket, said=Said.USED, at=LATER) == NotTaken()
    over = NOW + REPLY_LIVES
    assert say(clinic.world, ticket=found.reply, said=Said.USED, at=over) == NotTaken()
    turns = [Said.USED, Said.NO_ANSWER] * MOST_OF_OPENING
    taken = [say(clinic.world, ticket=found.reply, said=one, at=LATER) for one in turns]
    # What is kept may be said again; another answer is not taken any more.
    assert set(taken[MOST_OF_OPENING::2]) == {NotTaken()}
    assert clinic.deeds().count(Deed.DEPARTMENT_REPLIED) == MOST_OF_OPENING
    # The ticket opens nothing: it is no look at the plan.
    again = opened(clinic, link, again=found.reply)
    assert again.reply != ""


def test_many_openings_of_one_link_fill_nobodys_list(clinic: Clinic, link):
    mine: dict[str, Any] = {"patient_id": clinic.patient_id, "link_id": UUID(link.link.id)}
    for _ in range(MOST_OF_LINK + 2):
        ticket = reply_ticket(clinic.world, **mine, version=2, door="link", at=NOW)
        say(clinic.world, ticket=ticket, said=Said.USED, at=LATER)
    assert reply_news(clinic.world, by=clinic.ada, patient_id=clinic.patient_id) == MOST_OF_LINK


def test_a_dead_link_still_takes_the_answer_of_an_opening_that_was_right(clinic: Clinic, link):
    mine: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id}
    ticket = opened(clinic, link).reply
    revoke_link(clinic.world, **mine, link_id=UUID(link.link.id), at=NOW)
    assert isinstance(say(clinic.world, ticket=ticket, said=Said.USED, at=LATER), Reply)
    with clinic.world.store.begin() as tx:
        erase_patient(tx, clinic.patient_id)
    assert say(clinic.world, ticket=ticket, said=Said.NO_ANSWER, at=LATER) == NotTaken()
    assert news_in_team(clinic.world, by=clinic.nurse) == 0


def test_other_peoples_readers_and_direct_links_get_none(clinic: Clinic):
    elsewhere = replace(READER, on_our_page=False)
    assert opened(clinic, clinic.share(), elsewhere).reply == ""
    ends = NOW + timedelta(days=1)
    app = clinic.share(Kind.APP, direct=True, expires_at=ends)
    found = open_direct(clinic.world, READER, token=token_of(app))
    assert isinstance(found, Opened)
    assert (found.reply, found.going) == ("", None)


def test_the_short_code_gives_a_ticket_of_its_own_door(clinic: Clinic, link):
    reader = replace(READER, answer="14 3 1997")
    found = open_by_code(clinic.world, reader, code=link.code, passcode="")
    assert found is not None
    look = read_reply_ticket(clinic.world, found.reply, at=LATER)  # type: ignore[union-attr]
    assert look is not None
    assert (look.door, str(look.link_id), look.version) == ("code", link.link.id, 2)
    assert str(clinic.patient_id).replace("-", "") not in found.reply  # type: ignore[union-attr]


def test_the_person_is_told_only_if_they_asked_to_be_and_once(clinic: Clinic, link):
    first = opened(clinic, link).reply
    say(clinic.world, ticket=first, said=Said.USED, at=NOW)
    assert "department-replied" not in clinic.told()
    kinds = frozenset({News.OPENED})
    choose(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, kinds=kinds, at=NOW)
    second = opened(clinic, link).reply
    for said in (Said.USED, Said.NO_ANSWER):
        say(clinic.world, ticket=second, said=said, at=LATER)
    assert clinic.told().count("department-replied") == 1


def test_only_the_person_and_their_team_read_answers(clinic: Clinic, link):
    say(clinic.world, ticket=opened(clinic, link).reply, said=Said.USED, at=NOW)
    with pytest.raises(NotThere):
        replies_for(clinic.world, by=clinic.elsewhere, patient_id=clinic.patient_id, at=LATER)
    with pytest.raises(NotAllowed):
        news_in_team(clinic.world, by=clinic.ada)
    assert news_in_team(clinic.world, by=clinic.nurse) == 1
    ((whose, face, news),) = people_answered_about(clinic.world, by=clinic.nurse, at=LATER)
    assert (whose, news) == (clinic.patient_id, 1)
    assert face is not None
    assert people_answered_about(clinic.world, by=clinic.elsewhere, at=LATER) == ()


# --- what is shown beside the plan ---------------------------------------------------------------


def test_who_is_going_in_is_said_on_our_own_page_for_a_day(clinic: Clinic, link):
    assert opened(clinic, link).going is None
    begin(
        clinic.world,
        by=clinic.ada,
        patient_id=clinic.patient_id,
        tap_id=clinic.world.new_id(),
        at=NOW,
    )
    found = opened(clinic, link)
    assert found.going is not None
    assert "not checked" in found.going.lines[0]
    assert opened(clinic, link, again=found.look).going == found.going
    assert opened(clinic, link, replace(READER, on_our_page=False)).going is None
    by_code = replace(READER, answer="14 3 1997")
    shown = open_by_code(clinic.world, by_code, code=link.code, passcode="")
    kept = [*decrypted(clinic.world, link), clinic.current.record, clinic.current.emergency]
    assert not any(b"on the way to" in one for one in kept)
    assert shown.going == found.going  # type: ignore[union-attr]
    over = replace(READER, at=NOW + timedelta(hours=24))
    assert opened(clinic, link, over).going is None
