"""What happens at a person's links is told to them, once, and to nobody who presses them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from careplan.acts.lock_screen import lock_screen_picture, picture_is_dead
from careplan.acts.opening import Reader, open_by_code, open_link
from careplan.acts.sharing import Shared, rename_link, replace_link, revoke_link
from careplan.acts.watching import (
    PAGE,
    Alert,
    Story,
    held_links,
    story_of_link,
    warning_seen,
    warnings_of,
)
from careplan.acts.world import NotThere
from careplan.audit.events import Kind as Deed
from careplan.sharing.links import Kind, Opening
from tests.acts.worlds import Clinic, token_of
from tests.stores import NOW, TODAY

RIGHT, PASSCODE = "14/03/1997", "blue heron 7"


def after(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def of(clinic: Clinic, link: Shared | None = None, *, by: Any = None, at: datetime = NOW) -> Any:
    mine = {"by": by or clinic.ada, "patient_id": clinic.patient_id, "at": at}
    return {**mine, "link_id": UUID(link.link.id)} if link else mine


def try_at(clinic: Clinic, link: Shared, *answers: str, at: datetime = NOW, said: str = "") -> None:
    for number, answer in enumerate(answers):
        reader = Reader(answer, said, at + number * timedelta(minutes=1), TODAY)
        open_link(clinic.world, reader, token=token_of(link), again=None, zipped=False)


def told(clinic: Clinic, **changes: Any) -> tuple[Alert, ...]:
    return warnings_of(clinic.world, **of(clinic, at=after(60), **changes))


def story(clinic: Clinic, link: Shared, *, page: int = 1) -> Story:
    return story_of_link(clinic.world, **of(clinic, link, at=after(60)), page=page)


def a_private_link(clinic: Clinic, **more: Any) -> Shared:
    return clinic.share(Kind.PRIVATE_PRINT, label="in my purse", **more)


THREE = ("1 1 1990", "2 1 1990", "3 1 1990")


def test_three_wrong_answers_are_news_and_two_are_not(clinic: Clinic) -> None:
    link = a_private_link(clinic)
    try_at(clinic, link, *THREE[:2], "1 1 1990", "1 1 1990")
    assert told(clinic) == ()
    try_at(clinic, link, THREE[2], at=after(9))
    (alert,) = told(clinic)
    assert (alert.link.id, alert.link.label) == (link.link.id, "in my purse")
    assert (alert.tries, alert.at, alert.closed, alert.still_opens) == (3, after(9), False, False)
    (at_desk,) = told(clinic, by=clinic.nurse)
    assert at_desk.link.label == ""
    with pytest.raises(NotThere):
        told(clinic, by=clinic.elsewhere)


def test_it_stays_until_the_person_has_seen_it(clinic: Clinic) -> None:
    link = a_private_link(clinic)
    try_at(clinic, link, *THREE)
    for by in (clinic.nurse, clinic.elsewhere):
        with pytest.raises(NotThere):
            warning_seen(clinic.world, **of(clinic, link, by=by))
    with pytest.raises(NotThere):
        warning_seen(clinic.world, **of(clinic) | {"link_id": uuid4()})
    warning_seen(clinic.world, **of(clinic, link, at=after(30)))
    assert told(clinic) == ()
    assert told(clinic, by=clinic.nurse) == ()
    assert clinic.deeds()[0] is Deed.WARNING_SEEN


def test_a_locked_link_is_news_again(clinic: Clinic) -> None:
    link = a_private_link(clinic, opening=Opening.PASSCODE, passcode=PASSCODE)
    try_at(clinic, link, *(f"guess {number}" for number in range(5)))
    warning_seen(clinic.world, **of(clinic, link, at=after(6)))
    try_at(clinic, link, *(f"guess {number}" for number in range(5, 10)), at=after(7))
    (alert,) = told(clinic)
    assert (alert.closed, alert.tries, alert.at) == (True, 10, after(11))


def test_a_full_cards_short_code_is_locked_and_the_card_still_opens(clinic: Clinic) -> None:
    link = clinic.share()
    for number in range(50):
        born = f"{number % 28 + 1} {number // 28 + 1} 1980"
        reader = Reader(born, "", after(number), TODAY)
        open_by_code(clinic.world, reader, code=link.code, passcode="")
    (alert,) = told(clinic)
    assert (alert.closed, alert.still_opens) == (True, True)


@pytest.mark.parametrize("end", [revoke_link, replace_link])
def test_a_link_that_ended_is_no_news(clinic: Clinic, end: Any) -> None:
    link = a_private_link(clinic)
    try_at(clinic, link, *THREE)
    end(clinic.world, **of(clinic, link, at=after(5)))
    assert told(clinic) == ()


# --- the list and one link -----------------------------------------------------------------------


def test_the_list_says_when_each_was_last_opened_and_by_whom_it_is_read(clinic: Clinic) -> None:
    link, unopened = a_private_link(clinic), clinic.share(label="other")
    try_at(clinic, link, RIGHT, RIGHT)
    found = {one.link.id: one for one in held_links(clinic.world, **of(clinic, at=after(9)))}
    assert found[link.link.id].link.views == 2
    assert found[link.link.id].kept.last_view_at == after(1)
    assert found[unopened.link.id].kept.last_view_at is None
    assert Deed.LINKS_READ not in clinic.deeds()

    theirs = held_links(clinic.world, **of(clinic, by=clinic.nurse))
    assert {one.link.label for one in theirs} == {""}
    assert clinic.deeds()[0] is Deed.LINKS_READ
    with pytest.raises(NotThere):
        held_links(clinic.world, **of(clinic, by=clinic.elsewhere))


def test_a_links_story_holds_its_own_events_and_no_others(clinic: Clinic) -> None:
    other, link = clinic.share(), a_private_link(clinic)
    try_at(clinic, other, "")
    try_at(clinic, link, RIGHT, said="Nurse Bo")
    open_by_code(clinic.world, Reader(RIGHT, "", NOW, TODAY), code=link.code, passcode="")
    try_at(clinic, link, THREE[0], at=after(3))
    events = [one.event for one in story(clinic, link).happened]
    assert [one.kind for one in events] == [
        Deed.WRONG_ANSWER,
        Deed.SHORT_CODE_OPENED,
        Deed.LINK_OPENED,
        Deed.LINK_CREATED,
    ]
    assert events[2].actor.name == "Nurse Bo"
    assert (events[2].what["how"], events[2].what["version"]) == ("date_of_birth", "2")


def test_a_story_goes_back_as_far_as_its_link(clinic: Clinic) -> None:
    """Past many events of other things, and in pages that leave none out."""
    link, other = a_private_link(clinic), clinic.share()
    try_at(clinic, link, *[RIGHT] * 3)
    for number in range(220):
        try_at(clinic, other, "", at=after(4 + number))
    try_at(clinic, link, *[RIGHT] * PAGE, at=after(300))
    first, second, third = (story(clinic, link, page=page) for page in (1, 2, 3))
    assert (len(first.happened), first.more) == (PAGE, True)
    assert [one.event.kind for one in second.happened] == [
        *[Deed.LINK_OPENED] * 3,
        Deed.LINK_CREATED,
    ]
    assert not second.more
    assert third.happened == ()


def test_many_wrong_answers_are_one_line_and_hide_no_opening(clinic: Clinic) -> None:
    link = a_private_link(clinic)
    try_at(clinic, link, RIGHT)
    guesses = [f"{day}/1/1901" for day in range(1, 31)]
    try_at(clinic, link, *guesses, at=after(1), said="A nurse")
    try_at(clinic, link, THREE[1], at=after(40), said="Another")
    told = story(clinic, link)
    assert [(one.event.kind, one.times) for one in told.happened] == [
        (Deed.WRONG_ANSWER, 1),
        (Deed.WRONG_ANSWER, 30),
        (Deed.LINK_OPENED, 1),
        (Deed.LINK_CREATED, 1),
    ]
    flood = told.happened[1]
    assert (flood.since, flood.event.at) == (after(1), after(30))


def test_only_the_person_reads_a_links_story(clinic: Clinic) -> None:
    link = a_private_link(clinic)
    for by in (clinic.nurse, clinic.doctor, clinic.elsewhere):
        with pytest.raises(NotThere):
            story_of_link(clinic.world, **of(clinic, link, by=by))
    with pytest.raises(NotThere):
        story_of_link(clinic.world, **of(clinic), link_id=uuid4())


def test_a_link_is_named_by_the_person_alone_and_the_trail_keeps_no_name(clinic: Clinic) -> None:
    link = clinic.share(label="my old flat")
    rename_link(clinic.world, **of(clinic, link), label="my new flat 🏠")
    (held,) = held_links(clinic.world, **of(clinic))
    assert held.link.label == "my new flat 🏠"
    event = clinic.events()[0]
    assert (event.kind, dict(event.what)) == (Deed.LINK_RENAMED, {"link": link.link.id})
    before = clinic.everything()
    for by in (clinic.nurse, clinic.elsewhere):
        with pytest.raises(NotThere):
            rename_link(clinic.world, **of(clinic, link, by=by), label="x")
    with pytest.raises(NotThere):
        rename_link(clinic.world, **of(clinic), link_id=uuid4(), label="x")
    assert clinic.everything() == before


def test_a_picture_dies_with_its_link(clinic: Clinic) -> None:
    def dead() -> bool:
        return picture_is_dead(clinic.world, **of(clinic, at=after(9)))

    def save() -> None:
        lock_screen_picture(clinic.world, **of(clinic), named=False, says_what=False)

    link = a_private_link(clinic)
    assert not dead()
    save()
    assert not dead()
    replace_link(clinic.world, **of(clinic, link, at=after(1)))
    assert dead()
    save()
    assert not dead()


def test_a_member_of_the_team_sees_their_own_links_by_name(clinic: Clinic) -> None:
    """A clinician with a plan of their own is the person there, as anybody is."""
    both = replace(clinic.ada, roles=clinic.ada.roles | clinic.nurse.roles)
    clinic.share(label="mine")
    assert [one.link.label for one in held_links(clinic.world, **of(clinic, by=both))] == ["mine"]
