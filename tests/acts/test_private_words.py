"""Words that are the person's alone: nobody else sees them, or that there are any."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from careplan.acts.private_words import (
    change_note,
    private_note,
    private_notes,
    tell_team,
    throw_away,
    write_note,
)
from careplan.acts.reading import who_looked
from careplan.acts.talks import talks
from careplan.acts.world import NotThere
from careplan.fhir.bundle import from_bundle
from careplan.store.errors import Stale
from tests.acts.worlds import Clinic, decrypted
from tests.stores import NOW

SECRET = "I self-harmed last year. Only my psychologist knows."
LATER = NOW + timedelta(minutes=5)


def mine(clinic: Clinic) -> dict[str, Any]:
    return {"by": clinic.ada, "patient_id": clinic.patient_id}


@pytest.fixture
def note(clinic: Clinic) -> UUID:
    return write_note(clinic.world, **mine(clinic), text=SECRET, at=NOW)


def test_they_are_kept_changed_and_thrown_away(clinic: Clinic, note: UUID) -> None:
    (kept,) = private_notes(clinic.world, **mine(clinic))
    assert (kept.text, kept.revision) == (SECRET, 1)
    change_note(
        clinic.world, **mine(clinic), note_id=note, text="I am better now.", based_on=1, at=LATER
    )
    assert private_note(clinic.world, **mine(clinic), note_id=note).text == "I am better now."
    throw_away(clinic.world, **mine(clinic), note_id=note, at=LATER)
    assert private_notes(clinic.world, **mine(clinic)) == ()
    with pytest.raises(NotThere):
        throw_away(clinic.world, **mine(clinic), note_id=note, at=LATER)
    assert clinic.chains_hold()


def test_two_devices_meet_and_nothing_is_written_over(clinic: Clinic, note: UUID) -> None:
    change_note(clinic.world, **mine(clinic), note_id=note, text="First.", based_on=1, at=LATER)
    with pytest.raises(Stale) as newer:
        change_note(clinic.world, **mine(clinic), note_id=note, text="Other.", based_on=1, at=LATER)
    assert newer.value.current.text == "First."
    assert private_note(clinic.world, **mine(clinic), note_id=note).text == "First."


def test_nobody_of_the_team_gets_an_answer(clinic: Clinic, note: UUID) -> None:
    for visitor in (clinic.doctor, clinic.nurse, clinic.elsewhere):
        with pytest.raises(NotThere):
            private_notes(clinic.world, by=visitor, patient_id=clinic.patient_id)
        with pytest.raises(NotThere):
            private_note(clinic.world, by=visitor, patient_id=clinic.patient_id, note_id=note)


def test_they_are_in_no_document_link_log_or_column(
    clinic: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        write_note(clinic.world, **mine(clinic), text=SECRET, at=NOW)
        version = clinic.publish(at=LATER)
        link = clinic.share()
    words = SECRET[:20].encode()
    assert not [one for one in decrypted(clinic.world, link) if words in one]
    assert words not in clinic.current.record
    assert from_bundle(clinic.current.record) == version
    assert "self-harmed" not in caplog.text
    assert not any("self-harmed" in row for rows in clinic.everything().values() for row in rows)
    said = " ".join(f"{event.what}" for event in clinic.events())
    assert "self-harmed" not in said


def test_what_the_team_is_told_they_read_and_the_rest_stays_private(
    clinic: Clinic, note: UUID
) -> None:
    write_note(clinic.world, **mine(clinic), text="Only mine.", at=NOW)
    tell_team(clinic.world, **mine(clinic), note_id=note, at=LATER)
    kept = {one.text: one.told_at for one in private_notes(clinic.world, **mine(clinic))}
    assert kept["Only mine."] is None
    assert kept[SECRET]
    (talk,) = talks(clinic.world, by=clinic.nurse, patient_id=clinic.patient_id, at=LATER)
    assert talk.thread.last.words == SECRET
    version = clinic.publish(at=LATER)
    assert SECRET.encode() not in clinic.current.record
    assert from_bundle(clinic.current.record) == version


def test_the_trail_the_person_is_shown_does_not_tell_of_them(clinic: Clinic, note: UUID) -> None:
    """A carer who looks over their shoulder learns nothing."""
    looks = who_looked(clinic.world, by=clinic.ada, patient_id=clinic.patient_id)
    assert not [look for look in looks if "private words" in look.text]
