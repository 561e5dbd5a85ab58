"""The lock-screen picture: scannable, whole, and silent about what was not ticked."""

from __future__ import annotations

from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from careplan.render.lock_screen import HEIGHT, WIDTH, LockScreen, NoRoom, lock_screen

LINK = "https://plan.example.org/s#shlink:/" + "eyJ1cmwiOiJodHRwczovL3BsYW4uZXhhbXBsZS5vcmcvbS8" * 4


def picture(**changes) -> Image.Image:
    made = lock_screen(LockScreen(**{"link": LINK, "phone": "020 7946 0100", **changes}))
    return Image.open(BytesIO(made)).convert("L")


@pytest.mark.parametrize("shown", [1.0, 0.35])
def test_a_camera_reads_it_on_a_large_and_a_small_screen(shown):
    drawn = picture(first_name="Ada", alarm="Sickle cell: medical emergency")
    assert drawn.size == (WIDTH, HEIGHT)
    small = drawn.resize((int(WIDTH * shown), int(HEIGHT * shown)))
    (found,) = zxingcpp.read_barcodes(small)
    assert found.text == LINK


def test_everything_stands_clear_of_the_clock_and_the_buttons():
    drawn = picture(first_name="Olúwatóyìn Adùkẹ́", alarm="Sickle cell: medical emergency")
    white = drawn.point(lambda dot: 255 if dot > 250 else 0).getbbox()
    assert white is not None
    left, top, right, bottom = white
    assert top > HEIGHT * 0.28
    assert bottom < HEIGHT * 0.88
    assert min(left, WIDTH - right) > WIDTH * 0.1


def test_what_was_not_ticked_changes_nothing_else():
    assert picture(first_name="Ada").tobytes() != picture().tobytes()
    assert picture().tobytes() == picture().tobytes()


def test_a_name_with_no_room_is_refused_and_never_cut():
    with pytest.raises(NoRoom):
        picture(first_name="Wolfeschlegelsteinhausen" * 3)
