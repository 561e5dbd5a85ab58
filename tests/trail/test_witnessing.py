"""A trail that was cut, written anew or taken away holds by itself, and not against its heads."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from io import BytesIO
from uuid import UUID

import pytest
from sqlalchemy import update

from careplan.acts.backing_up import last_done
from careplan.acts.exporting import NoSuchPerson
from careplan.acts.heads_file import NotHeads, check
from careplan.acts.witnessing import Against, compare_one
from careplan.audit.chain import UPKEEP
from careplan.audit.heads import Judged, Verdict
from careplan.store.chains import Whole, verify_all
from careplan.store.trail import append
from tests.stores import NOW, a_keyring, a_patient
from tests.trail.conftest import HEAD, Kept, cut_off, looked, take_out, write_anew


def holds_by_itself(kept: Kept) -> bool:
    with kept.world.store.read() as tx:
        return isinstance(verify_all(tx), Whole)


@pytest.mark.parametrize("since", [False, True], ids=["all", "since"])
def test_what_grew_and_what_is_new_is_well(kept: Kept, *, since: bool):
    ada, ben, _ = kept.people
    with kept.world.store.begin() as tx:
        for minutes in range(2):
            append(tx, looked(ada, minutes))
        new = a_patient(tx)
        append(tx, looked(new))
    found = kept.compare(since=since)
    assert found[str(ada)] == Judged(str(ada), Verdict.GROWN, 2 if since else 6)
    assert found[str(ben)] == Judged(str(ben), Verdict.UNCHANGED, 0 if since else 4)
    assert found[str(new)] == Judged(str(new), Verdict.NEW, 1)
    assert found[UPKEEP].verdict is Verdict.UNCHANGED, "its last event is the export itself"
    assert not any(one.trouble for one in found.values())
    assert last_done(kept.world).heads == NOW


@pytest.mark.parametrize("since", [False, True], ids=["all", "since"])
@pytest.mark.parametrize("to", [3, 0])
@pytest.mark.asvs("16.4.2")
def test_events_cut_off_the_end_show(kept: Kept, to: int, *, since: bool):
    ada, ben, _ = kept.people
    kept.as_owner(lambda tx: cut_off(tx, ben, to=to))
    assert holds_by_itself(kept)
    found = kept.compare(since=since)
    assert (found[str(ben)].verdict, found[str(ben)].at) == (Verdict.CUT_SHORT, to + 1)
    assert found[str(ada)].verdict is Verdict.UNCHANGED


@pytest.mark.parametrize("since", [False, True], ids=["all", "since"])
@pytest.mark.asvs("16.4.2")
def test_a_chain_written_anew_shows(kept: Kept, *, since: bool):
    _, ben, _ = kept.people
    kept.as_owner(lambda tx: write_anew(tx, ben, at=2, body=b"nothing happened"))
    assert holds_by_itself(kept)
    assert kept.verdicts(since=since)[ben] is Verdict.ALTERED


@pytest.mark.parametrize("since", [False, True], ids=["all", "since"])
def test_cut_and_grown_over_shows(kept: Kept, *, since: bool):
    """As many events again, and more: by their number nothing is missing."""
    _, ben, _ = kept.people
    kept.as_owner(lambda tx: cut_off(tx, ben, to=2))
    with kept.world.store.begin() as tx:
        for minutes in range(5):
            append(tx, looked(ben, 60 + minutes))
    assert holds_by_itself(kept)
    assert kept.verdicts(since=since)[ben] is Verdict.ALTERED


def test_a_chain_that_is_gone_shows(kept: Kept):
    *_, cat = kept.people
    kept.as_owner(lambda tx: take_out(tx, cat))
    assert holds_by_itself(kept)
    assert kept.compare()[str(cat)] == Judged(str(cat), Verdict.MISSING, at=1)


def test_events_behind_the_head_show(kept: Kept):
    ada, *_ = kept.people
    back = update(HEAD).where(HEAD.c.patient_id == ada)
    with kept.world.store.begin() as tx:
        end = tx.run(HEAD.select().where(HEAD.c.patient_id == ada)).one()
        append(tx, looked(ada, 9))
    kept.as_owner(lambda tx: tx.run(back.values(sequence=end.sequence, digest=end.digest)))
    assert not holds_by_itself(kept)
    assert kept.verdicts()[ada] is Verdict.ALTERED


def test_since_does_not_read_what_lies_before(kept: Kept):
    """So a whole comparison is asked for now and then: docs/keeping.md."""
    ada, *_ = kept.people
    with kept.world.store.begin() as tx:
        append(tx, looked(ada, 9))
    assert kept.compare(since=True)[str(ada)].events == 1
    assert kept.compare()[str(ada)].events == 5


def test_one_chain_by_its_number_or_its_name(kept: Kept):
    ada, ben, _ = kept.people
    kept.as_owner(lambda tx: cut_off(tx, ben, to=1))
    for asked, verdict in (
        (str(ada), Verdict.UNCHANGED),
        (str(ben), Verdict.CUT_SHORT),
        (UPKEEP, Verdict.UNCHANGED),
    ):
        against = Against(BytesIO(kept.heads))
        assert compare_one(kept.world, asked, against).verdict is verdict
    assert compare_one(kept.world, str(ben), None).verdict is Verdict.NEW, "it holds by itself"
    for nobody in ("9990110212", str(UUID(int=404)), "service:1999-01-01"):
        with pytest.raises(NoSuchPerson):
            compare_one(kept.world, nobody, Against(BytesIO(kept.heads)))


# --- the file ------------------------------------------------------------------------------------


def changed(kept: Kept, line: int, **facts: object) -> bytes:
    lines = kept.heads.splitlines(keepends=True)
    lines[line] = json.dumps(json.loads(lines[line]) | facts).encode() + b"\n"
    return b"".join(lines)


def without(kept: Kept, line: int) -> bytes:
    lines = kept.heads.splitlines(keepends=True)
    del lines[line]
    return b"".join(lines)


def summed_again(data: bytes) -> bytes:
    """Whoever changes a file can work its sum out again; its signature they cannot."""
    *before, last = data.splitlines(keepends=True)
    heads = [json.loads(one) for one in before[1:]]
    facts = {
        "chains": len(heads),
        "events": sum(one["sequence"] for one in heads),
        "sha256": hashlib.sha256(b"".join(before)).hexdigest(),
    }
    return b"".join(before) + json.dumps(json.loads(last) | facts).encode() + b"\n"


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
@pytest.mark.asvs("16.4.2")
def test_a_changed_file_is_no_witness(kept: Kept):
    whole = check(BytesIO(kept.heads), a_keyring())
    assert (whole.chains, whole.events) == (4, 13)
    moved = changed(kept, 1, sequence=3)
    for data, why in (
        (b"", "line 1"),
        (b"\xff\n", "line 1"),
        (b"{}\n", "not a file of audit heads"),
        (moved, "changed after"),
        (summed_again(moved), "did not sign"),
        (without(kept, 2), "changed after"),
        (summed_again(without(kept, 2)), "did not sign"),
        (changed(kept, 1, chain="z"), "not in its place"),
        (changed(kept, 1, sequence="four"), "line 2"),
        (changed(kept, -1, events=5), "last line"),
        (changed(kept, -1, signature="AAAA"), "did not sign"),
        (changed(kept, -1, signature="\u2603"), "did not sign"),
        (without(kept, -1), "end is missing"),
        (kept.heads[:-9], "cannot be read"),
        (kept.heads + b"{}\n", "behind its last line"),
        (kept.heads.replace(b"\n", b" " * 600 + b"\n", 2), "line 1"),
    ):
        with pytest.raises(NotHeads, match=why):
            check(BytesIO(data), a_keyring())
    other = replace(a_keyring(), pepper=bytes(range(32)))
    with pytest.raises(NotHeads, match="did not sign"):
        check(BytesIO(kept.heads), other)


def test_another_master_key_changes_nothing(kept: Kept):
    later = a_keyring(current="m2", also=("m1",))
    assert check(BytesIO(kept.heads), later).chains == 4
