"""Links are made, printed again, taken back and swapped; their files follow the plan."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from careplan.accounts.people import Who
from careplan.acts.sharing import (
    MAX_PASSCODE,
    MIN_PASSCODE,
    BadPasscode,
    NothingToShare,
    Shared,
    links,
    one_link,
    printed_link,
    replace_link,
    revoke_link,
)
from careplan.acts.world import NotThere
from careplan.audit.events import Kind as Deed
from careplan.sharing.links import (
    LONGEST_FOR_APP,
    OPENINGS,
    Kind,
    NotFromHere,
    Opening,
    OpeningNotAllowed,
    PrintedLinkCannotEnd,
    State,
    flag_for,
    read_payload,
)
from careplan.sharing.short_codes import read_code
from careplan.store.link_files import Packing, files_of
from careplan.store.links import secrets_of
from tests.acts.worlds import Clinic, decrypted, token_of
from tests.stores import NOW

LATER = NOW + timedelta(hours=1)
ALLOWED = [(kind, opening) for kind, openings in OPENINGS.items() for opening in openings]
REFUSED = [(k, o) for k in Kind for o in Opening if (k, o) not in ALLOWED]


def share(clinic: Clinic, kind: Kind, opening: Opening, **more) -> Shared:
    passcode = "blue heron 7" if opening is Opening.PASSCODE else None
    ends = {"expires_at": NOW + LONGEST_FOR_APP} if kind is Kind.APP else {}
    return clinic.share(kind, opening=opening, **{"passcode": passcode, **ends, **more})


def revoke(clinic: Clinic, link: Shared, *, by=None, at=LATER) -> None:
    revoke_link(
        clinic.world,
        by=by or clinic.ada,
        patient_id=clinic.patient_id,
        link_id=UUID(link.link.id),
        at=at,
    )


def swap(clinic: Clinic, link: Shared, *, by=None, at=LATER) -> Shared:
    return replace_link(
        clinic.world,
        by=by or clinic.ada,
        patient_id=clinic.patient_id,
        link_id=UUID(link.link.id),
        at=at,
    )


def now(clinic: Clinic, link: Shared, *, at=LATER) -> Shared:
    """The link as its owner sees it then."""
    return one_link(
        clinic.world,
        by=clinic.ada,
        patient_id=clinic.patient_id,
        link_id=UUID(link.link.id),
        at=at,
    )


# --- making --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "opening"), ALLOWED)
def test_a_link_of_each_kind_and_opening(clinic: Clinic, kind: Kind, opening: Opening) -> None:
    link = share(clinic, kind, opening, label="For school 🎒")

    said = read_payload(link.address)
    assert link.address.startswith("https://plan.example.org/s#shlink:/")
    assert said.url.startswith("https://plan.example.org/m/")
    assert said.flag == flag_for(link.link) == ("L" if opening is Opening.CARD else "LP")
    assert (said.label, said.exp) == (None, None)
    assert len(link.address) <= 250
    if kind is Kind.APP:
        assert (link.short_code, link.code) == ("", ""), "nobody types it"
    else:
        assert read_code(link.short_code) == link.code != ""
    assert link.state is State.LIVE
    assert now(clinic, link) == link
    assert set(decrypted(clinic.world, link)) == {clinic.current.emergency}
    event = clinic.events()[0]
    assert event.kind is Deed.LINK_CREATED
    assert dict(event.what) == {
        "link": link.link.id,
        "paper": str(kind),
        "how": str(opening),
        "label": "For school 🎒",
    }


@pytest.mark.parametrize(("kind", "opening"), REFUSED)
def test_a_link_may_not_open_more_easily_than_its_kind_allows(
    clinic: Clinic, kind: Kind, opening: Opening
) -> None:
    before = clinic.everything()
    with pytest.raises(OpeningNotAllowed):
        share(clinic, kind, opening)
    assert clinic.everything() == before


def test_what_is_printed_has_no_end(clinic: Clinic) -> None:
    for kind in (Kind.FULL_PRINT, Kind.PRIVATE_PRINT):
        with pytest.raises(PrintedLinkCannotEnd):
            clinic.share(kind, expires_at=LATER)
        with pytest.raises(PrintedLinkCannotEnd):
            clinic.share(kind, max_views=1)


def test_no_log_can_hold_what_opens_a_link(clinic: Clinic) -> None:
    link = clinic.share()
    assert link.code not in repr(link)
    assert "shlink" not in repr(link)


def test_no_two_links_have_anything_in_common(clinic: Clinic) -> None:
    one, two = clinic.share(), clinic.share()
    assert one.code != two.code
    assert token_of(one) != token_of(two)
    assert read_payload(one.address).key != read_payload(two.address).key


def test_nothing_can_be_shared_before_anything_was_published(people: Clinic) -> None:
    before = people.everything()
    with pytest.raises(NothingToShare):
        people.share()
    assert people.everything() == before


def test_who_may_share(clinic: Clinic) -> None:
    assert clinic.share(by=clinic.nurse).state is State.LIVE
    before = clinic.everything()
    half = replace(clinic.doctor, second_factor=False)
    for who in (clinic.elsewhere, half):
        with pytest.raises(NotThere):
            clinic.share(by=who)
        with pytest.raises(NotThere):
            links(clinic.world, by=who, patient_id=clinic.patient_id, at=NOW)
    assert clinic.everything() == before


# --- passcodes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "passcode", [None, "", "   ", "12345", " 1 2 3 4 5 ", "x" * (MAX_PASSCODE + 1), "y" * 129]
)
def test_a_passcode_that_is_too_short_or_too_long(clinic: Clinic, passcode: str | None) -> None:
    before = clinic.everything()
    with pytest.raises(BadPasscode, match="A passcode"):
        share(clinic, Kind.MESSAGE, Opening.PASSCODE, passcode=passcode)
    assert clinic.everything() == before


@pytest.mark.parametrize("passcode", ["1" * MIN_PASSCODE, "x" * MAX_PASSCODE, "ключ от моста"])
def test_a_passcode_is_kept_as_a_hash_only(clinic: Clinic, passcode: str) -> None:
    link = share(clinic, Kind.MESSAGE, Opening.PASSCODE, passcode=passcode)
    with clinic.world.store.read() as tx:
        kept = secrets_of(tx, clinic.patient_id, UUID(link.link.id)).passcode_hash
    assert kept is not None
    assert kept.startswith("$argon2id$")
    assert passcode not in kept


# --- printing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.FULL_PRINT, Kind.PRIVATE_PRINT])
def test_every_print_of_a_kind_has_the_same_code(clinic: Clinic, kind: Kind) -> None:
    def printed(by: Who) -> Shared:
        return printed_link(clinic.world, by=by, patient_id=clinic.patient_id, kind=kind, at=LATER)

    first, again = printed(clinic.ada), printed(clinic.nurse)
    assert again == first
    assert clinic.deeds().count(Deed.LINK_CREATED) == 1

    revoke(clinic, first)
    fresh = printed(clinic.ada)
    assert fresh.code != first.code
    assert fresh.state is State.LIVE


# --- taking back and swapping --------------------------------------------------------------------


def test_a_revoked_link_hands_out_nothing_ever_again(clinic: Clinic) -> None:
    link, other = clinic.share(), clinic.share(Kind.PRIVATE_PRINT)
    revoke(clinic, link, by=clinic.nurse)

    assert now(clinic, link).state is State.REVOKED
    assert decrypted(clinic.world, link) == []
    assert decrypted(clinic.world, other) != []
    assert clinic.deeds()[0] is Deed.LINK_REVOKED
    clinic.publish(at=LATER)
    assert decrypted(clinic.world, link) == []
    assert set(decrypted(clinic.world, other)) == {clinic.current.emergency}

    before = clinic.everything()
    for act in (revoke, swap):
        with pytest.raises(NotFromHere):
            act(clinic, link)
    assert clinic.everything() == before


def test_a_swapped_link_dies_and_the_new_one_opens_the_same_way(clinic: Clinic) -> None:
    old = share(clinic, Kind.PRIVATE_PRINT, Opening.PASSCODE, label="In my wallet")
    new = swap(clinic, old)

    assert now(clinic, old).state is State.REPLACED
    assert now(clinic, old).link.replaced_by == new.link.id
    assert decrypted(clinic.world, old) == []
    assert set(decrypted(clinic.world, new)) == {clinic.current.emergency}
    assert (new.link.kind, new.link.opening) == (Kind.PRIVATE_PRINT, Opening.PASSCODE)
    assert now(clinic, new).link.label == "In my wallet"
    assert new.code != old.code
    with clinic.world.store.read() as tx:
        hashes = {
            secrets_of(tx, clinic.patient_id, UUID(one.link.id)).passcode_hash for one in (old, new)
        }
    assert len(hashes) == 1
    event = clinic.events()[0]
    assert event.kind is Deed.LINK_REPLACED
    assert event.what["by_link"] == new.link.id
    with pytest.raises(NotFromHere):
        swap(clinic, old)


def test_pressed_many_times_at_once_it_is_swapped_once(clinic: Clinic) -> None:
    """Each further press finds it dead: no second code is left behind that nobody knows of."""
    old = clinic.share()

    def press(_: int) -> bool:
        try:
            swap(clinic, old)
        except NotFromHere:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(press, range(6))) == [False] * 5 + [True]
    found = links(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, at=LATER)
    assert [one.state for one in found] == [State.LIVE, State.REPLACED]


def test_a_link_whose_time_is_up_is_swapped_for_one_that_opens(clinic: Clinic) -> None:
    old = clinic.share(Kind.MESSAGE, expires_at=LATER, max_views=3)
    much_later = LATER + timedelta(days=2)
    assert now(clinic, old, at=much_later).state is State.EXPIRED

    new = swap(clinic, old, at=much_later)

    assert new.state is State.LIVE
    assert new.link.expires_at == much_later + (LATER - NOW)
    assert (new.link.max_views, new.link.views) == (3, 0)


def test_a_link_that_still_has_time_ends_when_it_would_have_ended(clinic: Clinic) -> None:
    until = NOW + timedelta(days=5)
    old = clinic.share(Kind.MESSAGE, expires_at=until)
    assert swap(clinic, old).link.expires_at == until


def test_another_persons_link_is_not_there(clinic: Clinic) -> None:
    link = clinic.share()
    before = clinic.everything()
    for act in (revoke, swap):
        with pytest.raises(NotThere):
            act(clinic, link, by=clinic.elsewhere)
    unknown = replace(link, link=replace(link.link, id=str(uuid4())))
    for act in (revoke, swap):
        with pytest.raises(NotThere):
            act(clinic, unknown)
    with pytest.raises(NotThere):
        now(clinic, unknown)
    assert clinic.everything() == before


def test_the_list_shows_every_link_newest_first(clinic: Clinic) -> None:
    first = clinic.share(at=NOW, label="first")
    second = clinic.share(at=LATER, label="second")
    revoke(clinic, first)
    found = links(clinic.world, by=clinic.nurse, patient_id=clinic.patient_id, at=LATER)
    assert [one.link.label for one in found] == ["second", "first"]
    assert [one.state for one in found] == [State.LIVE, State.REVOKED]
    assert found[0] == second


# --- files follow the plan -----------------------------------------------------------------------


def test_every_live_link_shows_a_new_version_at_once(clinic: Clinic) -> None:
    shared = [share(clinic, kind, opening) for kind, opening in ALLOWED]
    before = clinic.current.emergency
    clinic.publish(at=LATER)
    after = clinic.current.emergency
    assert after != before
    for link in shared:
        assert set(decrypted(clinic.world, link)) == {after}


def test_each_file_has_an_iv_of_its_own(clinic: Clinic, world) -> None:
    """One key serves a link for life, so no IV may come twice."""
    link, seen = clinic.share(), []
    for _ in range(3):
        with world.store.read() as tx:
            for packing in Packing:
                found = files_of(tx, clinic.patient_id, UUID(link.link.id), packing=packing)
                seen += [file.jwe.split(".")[2] for file in found]
        clinic.publish(at=LATER)
    assert len(set(seen)) == len(seen) == 6
