"""The lock-screen picture holds the live private link, and is written down."""

from __future__ import annotations

from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from careplan.acts.lock_screen import alarm_words, lock_screen_picture
from careplan.acts.sharing import NothingToShare
from careplan.acts.world import NotThere
from careplan.audit.events import Kind as Deed
from careplan.sharing.links import Kind
from tests.acts.worlds import Clinic
from tests.stores import NOW


def taken(clinic: Clinic, by=None) -> bytes:
    return lock_screen_picture(
        clinic.world,
        by=by or clinic.ada,
        patient_id=clinic.patient_id,
        named=True,
        says_what=True,
        at=NOW,
    )


def test_its_code_is_the_private_link_that_asks(clinic: Clinic) -> None:
    private = clinic.share(Kind.PRIVATE_PRINT)
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(taken(clinic))))
    assert found.text == private.address
    assert clinic.deeds(1) == [Deed.CARD_PRINTED]


def test_there_is_none_before_anything_is_published(people: Clinic) -> None:
    with pytest.raises(NothingToShare):
        taken(people)


def test_a_stranger_gets_none(clinic: Clinic) -> None:
    with pytest.raises(NotThere):
        taken(clinic, by=clinic.elsewhere)


def test_its_words_come_from_the_condition(clinic: Clinic) -> None:
    assert alarm_words(clinic.world, "sickle_cell") == "Sickle cell: medical emergency"
