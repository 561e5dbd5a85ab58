"""A photograph is made small, upright and silent, or refused in words."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from careplan.render.portrait import MOST_BYTES, NotAPicture, small_portrait


def a_photo(kind: str = "JPEG", size=(1200, 1600), **more) -> bytes:
    made = BytesIO()
    Image.new("RGB", size, "brown").save(made, kind, **more)
    return made.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_usual_pictures_become_a_small_jpeg(kind):
    with Image.open(BytesIO(small_portrait(a_photo(kind)))) as small:
        assert small.format == "JPEG"
        assert small.size == (300, 400)


def test_a_picture_taken_sideways_stands_upright_and_tells_no_place():
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Secret Camera"
    small = small_portrait(a_photo(exif=exif))
    assert b"Secret" not in small
    with Image.open(BytesIO(small)) as turned:
        assert turned.width > turned.height
        assert not turned.getexif()


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a nothing", b"\xff\xd8\xff\xe0 half a jpeg", b"x" * (MOST_BYTES + 1)],
    ids=["empty", "gif", "half", "large"],
)
def test_anything_else_is_refused_in_a_sentence(data):
    with pytest.raises(NotAPicture) as problem:
        small_portrait(data)
    assert str(problem.value).endswith(".")
