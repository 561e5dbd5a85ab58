"""Emergency reads while nothing can be written: they go on, are noted first, and are told once."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from careplan.acts import late
from careplan.acts.drafting import save_section
from careplan.acts.fetching import Further, location_of
from careplan.acts.opening import Asks, Dead, MustWait, Opened, Reader, Shown
from careplan.acts.sharing import revoke_link
from careplan.acts.watching import Happened
from careplan.audit.events import Kind as Deed
from careplan.audit.events import sentence
from careplan.keys.jwe import decrypt_file
from careplan.sharing.links import Kind, Opening, State
from careplan.store.errors import CannotWriteDown, ReadOnly
from careplan.store.link_files import LinkFile
from careplan.store.links import link_of
from careplan.store.spool import Deed as Noted
from careplan.web.links import story_line
from tests.acts.worlds import key_of, token_of
from tests.nodes.conftest import Cut
from tests.stores import NOW
from tests.visitors import sure

ON_SQLITE = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
"""What is about the spool's own file, whichever database lies behind it."""
BORN = "14/03/1997"
PASSCODE = "blue heron 7"


def reader(answer: str | None = None, **more) -> Reader:
    at = more.pop("at", NOW)
    return Reader(answer, more.pop("name", "ED nurse"), at, at.date(), **more)


def scan(cut: Cut, link, answer=None, *, again=None, **more):
    return late.open_link(
        cut.world, reader(answer, **more), token=token_of(link), again=again, zipped=False
    )


def guessed(cut: Cut, link, times: int) -> datetime:
    """So many wrong answers while everything answers, a minute apart; when the last was given."""
    before, at = replace(cut, world=cut.clinic.world), NOW
    for number in range(times):
        at += timedelta(minutes=1)
        scan(before, link, f"not {number}", at=at)
    return at


def opened(found) -> Opened:
    assert isinstance(found, Opened), found
    return found


def links(cut: Cut, link):
    with cut.clinic.world.store.read() as tx:
        kept = link_of(tx, cut.clinic.patient_id, UUID(link.link.id))
    assert kept is not None
    return kept


def test_a_card_opens_is_noted_first_and_told_afterwards(cut: Cut):
    card = cut.clinic.share()
    before = cut.clinic.deeds().count(Deed.LINK_OPENED)

    found = opened(scan(cut, card, name="Ward 9\u2028\ud800"))
    assert decrypt_file(found.files[0].jwe, key=key_of(card))
    assert cut.clinic.deeds().count(Deed.LINK_OPENED) == before
    assert links(cut, card).facts.views == 0

    assert cut.tell().late == 1
    event = cut.clinic.events(1)[0]
    assert (event.kind, event.at, event.what["late"]) == (Deed.LINK_OPENED, NOW, "yes")
    assert "written down later" in sentence(event)
    assert "Ward 9" in sentence(event)
    assert "written down later" in story_line(Happened(event, 1, NOW), card.link).text
    assert links(cut, card).facts.views == 1
    assert cut.clinic.chains_hold()
    assert cut.tell().late == 0, "each is told once"


def test_what_is_told_again_after_a_crash_is_told_once(cut: Cut):
    card = cut.clinic.share()
    for _ in range(3):
        opened(scan(cut, card))
    (taken,) = cut.spool.take()
    lines = taken.read_bytes()
    assert cut.tell().late == 3

    taken.write_bytes(lines)  # as if the process had died before it threw the file away
    assert cut.tell().late == 0
    assert Counter(cut.clinic.deeds())[Deed.LINK_OPENED] == 3


def test_many_who_tell_at_once_tell_once(cut: Cut):
    card = cut.clinic.share()
    for _ in range(6):
        opened(scan(cut, card))
    with ThreadPoolExecutor(3) as threads:
        told = list(threads.map(lambda _: cut.tell().late, range(3)))
    assert sum(told) == 6
    assert Counter(cut.clinic.deeds())[Deed.LINK_OPENED] == 6
    assert cut.clinic.chains_hold()


def test_an_open_page_that_asks_again_is_no_other_look(cut: Cut):
    card = cut.clinic.share()
    first = opened(scan(cut, card, on_our_page=True))
    assert first.reply

    again = opened(scan(cut, card, again=first.look, on_our_page=True))
    assert not again.reply
    assert len(cut.notes()) == 1


@pytest.mark.parametrize(
    ("opening", "right", "more"),
    [
        (Opening.DATE_OF_BIRTH, BORN, {}),
        (Opening.PASSCODE, PASSCODE, {"passcode": PASSCODE}),
    ],
)
def test_three_wrong_answers_and_then_not_even_the_right_one(cut: Cut, opening, right, more):
    link = cut.clinic.share(Kind.PRIVATE_PRINT, opening=opening, **more)
    assert isinstance(scan(cut, link), Asks)
    opened(scan(cut, link, right))
    wrong = [f"{day}/01/1980" for day in (1, 2, 3)]
    left = [scan(cut, link, one) for one in (*wrong[:2], wrong[0], wrong[2])]
    assert [one.remaining for one in left] == [2, 1, 1, 0], "the same wrong answer counts once"

    for answer in (right, "4/1/1980", wrong[0]):
        with pytest.raises(CannotWriteDown):
            scan(cut, link, answer)

    assert cut.tell().late == 4
    assert links(cut, link).facts.distinct_wrong == 3
    assert links(cut, link).told_at is not None, "person and team are told as ever"
    told = [one for one in cut.clinic.events() if one.kind is Deed.WRONG_ANSWER]
    assert [one.what["late"] for one in told] == ["yes"] * 3


@pytest.mark.parametrize(
    ("wrong_answers", "nodes", "taken"), [(3, 3, 1), (9, 3, 3), (5, 2, 2), (10, 1, 10)]
)
@ON_SQLITE
def test_several_nodes_share_what_one_link_may_take(cut: Cut, wrong_answers, nodes, taken):
    shared = replace(sure(cut.world.fallback), wrong_answers=wrong_answers, nodes=nodes)
    cut = replace(cut, world=replace(cut.world, fallback=shared))
    link = cut.clinic.share(Kind.PRIVATE_PRINT, opening=Opening.DATE_OF_BIRTH)
    said = [scan(cut, link, f"{day}/1/1980").remaining for day in range(1, taken + 1)]
    assert said == list(range(taken))[::-1]
    for answer in (BORN, "11/1/1980"):
        with pytest.raises(CannotWriteDown):
            scan(cut, link, answer)


@ON_SQLITE
def test_what_its_life_has_left_is_shared_too(cut: Cut):
    """Two are left and there are three nodes: none of them may take one."""
    link = cut.clinic.share(Kind.PRIVATE_PRINT, opening=Opening.PASSCODE, passcode=PASSCODE)
    at = guessed(cut, link, 8) + timedelta(minutes=1)
    shared = replace(sure(cut.world.fallback), wrong_answers=10, nodes=3)
    shared_cut = replace(cut, world=replace(cut.world, fallback=shared))
    for answer in ("not it", PASSCODE):
        with pytest.raises(CannotWriteDown):
            scan(shared_cut, link, answer, at=at)
    assert scan(cut, link, "not it", at=at).remaining == 1, "alone, it takes both"


def test_never_more_than_its_life_has_left(cut: Cut):
    link = cut.clinic.share(Kind.PRIVATE_PRINT, opening=Opening.PASSCODE, passcode=PASSCODE)
    at = guessed(cut, link, 9)
    assert isinstance(scan(cut, link, PASSCODE), MustWait), "the wait goes on"
    at += timedelta(minutes=1)
    assert scan(cut, link, "not it", at=at).remaining == 0
    with pytest.raises(CannotWriteDown):
        scan(cut, link, PASSCODE, at=at)

    assert cut.tell().late == 1
    assert isinstance(scan(cut, link, PASSCODE, at=at), Dead)
    assert Deed.LINK_LOCKED in cut.clinic.deeds()


def test_many_at_once_are_counted_as_they_come(cut: Cut):
    link = cut.clinic.share(Kind.PRIVATE_PRINT, opening=Opening.DATE_OF_BIRTH)

    def guess(number: int):
        try:
            return scan(cut, link, f"{number}/1/1980")
        except CannotWriteDown:
            return None

    with ThreadPoolExecutor(4) as threads:
        said = list(threads.map(guess, range(1, 13)))
    wrong = [one for one in said if one is not None]
    assert sorted(one.remaining for one in wrong) == [0, 1, 2]


def test_a_link_that_counts_its_openings_does_not_open(cut: Cut):
    link = cut.clinic.share(Kind.MESSAGE, opening=Opening.DATE_OF_BIRTH, max_views=2)
    with pytest.raises(CannotWriteDown):
        scan(cut, link, BORN)
    with pytest.raises(CannotWriteDown):
        scan(cut, link)
    assert cut.notes() == []


def test_a_dead_link_stays_dead(cut: Cut):
    card = cut.clinic.share()
    revoke_link(
        cut.clinic.world,
        by=cut.clinic.ada,
        patient_id=cut.clinic.patient_id,
        link_id=UUID(card.link.id),
        at=NOW,
    )
    found = scan(cut, card)
    assert isinstance(found, Dead)
    assert found.state is State.REVOKED
    assert found.phone
    assert cut.notes() == []


def test_one_that_ended_meanwhile_is_still_told(cut: Cut):
    card = cut.clinic.share()
    opened(scan(cut, card))
    revoke_link(
        cut.clinic.world,
        by=cut.clinic.ada,
        patient_id=cut.clinic.patient_id,
        link_id=UUID(card.link.id),
        at=NOW,
    )
    assert cut.tell().late == 1
    assert cut.clinic.events(1)[0].kind is Deed.LINK_OPENED


# --- files and codes ----------------------------------------------------------------------------


def test_what_was_named_may_be_fetched(cut: Cut):
    card = cut.clinic.share()
    found = opened(scan(cut, card))
    files: list[LinkFile | Further] = [*found.files, *found.further]
    for file in files:
        ticket = location_of(cut.world, token=token_of(card), file=file, zipped=False, at=NOW)
        body, kind = decrypt_file(
            late.open_file(cut.world, ticket=ticket, at=NOW) or "", key=key_of(card)
        )
        assert kind == file.content_type
        assert json.loads(body)


def by_code(cut: Cut, code: str, born: str = BORN, *, passcode: str = "", for_crew: bool = False):
    return late.open_by_code(
        cut.world, reader(born), code=code, passcode=passcode, for_crew=for_crew
    )


def test_the_short_code_opens_and_is_told(cut: Cut):
    card = cut.clinic.share()
    for crew in (False, True):
        assert isinstance(by_code(cut, card.code, for_crew=crew), Shown)
    assert by_code(cut, card.code, "1/1/1980") is None
    assert by_code(cut, "00000000000") is None

    assert cut.tell().late == 3
    deeds = cut.clinic.deeds()
    assert Counter(deeds)[Deed.SHORT_CODE_OPENED] == 2
    assert Counter(deeds)[Deed.WRONG_ANSWER] == 1


def test_the_code_of_a_passcode_link_asks_both(cut: Cut):
    link = cut.clinic.share(Kind.PRIVATE_PRINT, opening=Opening.PASSCODE, passcode=PASSCODE)
    assert by_code(cut, link.code) is None
    assert by_code(cut, link.code, "2/2/1982", passcode=PASSCODE) is None
    assert isinstance(by_code(cut, link.code, passcode=PASSCODE), Shown)
    assert by_code(cut, link.code, passcode="not it") is None
    assert by_code(cut, link.code, passcode="nor that") is None
    assert by_code(cut, link.code, passcode=PASSCODE) is None, "three were wrong"
    assert [one.deed for one in cut.notes()] == [
        *(Noted.WRONG, Noted.CODE, Noted.WRONG, Noted.WRONG)
    ]


# --- nothing else -------------------------------------------------------------------------------


def test_nobody_can_save_anything(cut: Cut):
    with pytest.raises(ReadOnly):
        save_section(
            cut.world,
            by=cut.clinic.ada,
            patient_id=cut.clinic.patient_id,
            section="about_me",
            body={"plain": {}, "typed": {}, "done": []},
            based_on=0,
            at=NOW,
        )


def test_without_a_spool_nothing_is_shown(cut: Cut):
    card = cut.clinic.share()
    with pytest.raises(ReadOnly):
        late.open_link(
            replace(cut.world, fallback=None),
            reader(),
            token=token_of(card),
            again=None,
            zipped=False,
        )


@ON_SQLITE
def test_where_the_spool_cannot_be_written_nothing_is_shown(cut: Cut):
    card = cut.clinic.share()
    opened(scan(cut, card))
    (cut.folder / "looks.spool").unlink()
    (cut.folder / "looks.spool").mkdir()
    with pytest.raises(CannotWriteDown):
        scan(cut, card)
    with pytest.raises(CannotWriteDown):
        by_code(cut, card.code)


# --- the file itself ----------------------------------------------------------------------------


@ON_SQLITE
def test_nobody_can_read_what_lies_there(cut: Cut):
    card = cut.clinic.share()
    opened(scan(cut, card, name="Ward 9"))
    path = cut.folder / "looks.spool"
    said = path.read_bytes()
    assert b"Ward" not in said
    assert str(cut.clinic.patient_id).encode() not in said
    assert path.stat().st_mode & 0o077 == 0
    assert cut.folder.stat().st_mode & 0o077 == 0


@ON_SQLITE
@pytest.mark.parametrize("cut_at", [1, 40, -2])
def test_a_line_cut_short_by_a_crash_is_passed_over(cut: Cut, cut_at: int):
    card = cut.clinic.share()
    for _ in range(2):
        opened(scan(cut, card))
    path = cut.folder / "looks.spool"
    first, second, _end = path.read_bytes().split(b"\n")
    path.write_bytes(first + b"\n" + second[:cut_at])
    opened(scan(cut, card))

    told = cut.tell()
    assert (told.late, told.unreadable) == (2, 1)
    assert [one.suffix for one in cut.folder.glob("taken-*")] == [".unreadable"]
    assert cut.tell().late == 0, "and what nobody can read is kept apart"


@ON_SQLITE
def test_a_changed_line_is_no_note(cut: Cut):
    card = cut.clinic.share()
    opened(scan(cut, card))
    path = cut.folder / "looks.spool"
    line = bytearray(path.read_bytes())
    line[30] = ord("A") if line[30] != ord("A") else ord("B")
    path.write_bytes(bytes(line))
    assert cut.tell().unreadable == 1
    assert Deed.LINK_OPENED not in cut.clinic.deeds()


@ON_SQLITE
def test_what_was_set_aside_is_never_written_over(cut: Cut):
    """Two outages one after the other, each with a line that nobody can read."""
    card, lines = cut.clinic.share(), []
    for _ in range(2):
        opened(scan(cut, card))
        path = cut.folder / "looks.spool"
        spoilt = b"!" + path.read_bytes()[1:]
        path.write_bytes(spoilt)
        lines.append(spoilt)
        assert cut.tell().unreadable == 1
    aside = sorted(cut.folder.glob("*.unreadable"))
    assert [one.read_bytes() for one in aside] == lines
    assert cut.spool.set_aside() == sum(map(len, lines))
    assert cut.spool.waiting() == 0


@ON_SQLITE
def test_what_waits_is_known_and_so_is_trouble(cut: Cut):
    assert cut.spool.waiting() == 0
    assert cut.spool.trouble() is None
    opened(scan(cut, cut.clinic.share()))
    assert cut.spool.waiting() > 100
    (cut.folder / "probe").mkdir()
    assert "cannot be written" in str(cut.spool.trouble())
