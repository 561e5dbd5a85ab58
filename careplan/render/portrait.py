"""A photograph of the person, made small and stripped of all that a camera writes into it."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 2_000_000
"""Of what is uploaded."""
_MOST_PIXELS = 40_000_000
_BOX = (320, 400)
_FORMATS = ("JPEG", "PNG", "WEBP")


class NotAPicture(ValueError):
    """What was sent is not a photograph this service can use; the sentence says why."""


def small_portrait(data: bytes) -> bytes:
    """A JPEG of 320 by 400 dots at most, upright, without place, time or camera.

    Raises NotAPicture.
    """
    if len(data) > MOST_BYTES:
        raise NotAPicture("This picture is larger than 2 MB. Choose a smaller one.")
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise NotAPicture("This picture has too many dots. Choose a smaller one.")
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as problem:
        raise NotAPicture(
            "This is not a photo that we can read. Choose a JPEG or PNG."
        ) from problem
    upright.thumbnail(_BOX)
    plain = Image.new("RGB", upright.size)
    plain.paste(upright)
    made = BytesIO()
    plain.save(made, "JPEG", quality=80, optimize=True)
    return made.getvalue()
