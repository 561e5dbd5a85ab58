"""What a person typed, as text:
outer space goes, everything they meant stays, what cannot be kept is said.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NoReturn

from careplan.web.words import _

UNREADABLE = "\N{REPLACEMENT CHARACTER}"
_NEW_LINES = re.compile("\r\n|\r|\N{LINE SEPARATOR}|\N{PARAGRAPH SEPARATOR}")
_OVERRIDES = {"\N{LEFT-TO-RIGHT OVERRIDE}", "\N{RIGHT-TO-LEFT OVERRIDE}"}
"""They turn "10" into "01" on the screen and leave the stored text as it was."""


class Refused(ValueError):
    """An answer that cannot be taken.
    The message is a whole sentence for the person who typed it.
    """


def refuse(sentence: str) -> NoReturn:
    raise Refused(sentence)


def keepable(raw: str) -> str:
    """The raw text in a form that can be stored and shown again:
    what cannot is marked where it stood.
    """
    tidy = _NEW_LINES.sub("\n", raw).replace("\t", " ")
    return "".join(UNREADABLE if _cannot_be_kept(letter) else letter for letter in tidy)


def clean(raw: str) -> str:
    """The answer, with outer space gone; "" when nothing was typed. Raises Refused."""
    text = keepable(raw).strip()
    if UNREADABLE in text:
        refuse(
            _(
                "There is a sign in your answer that cannot be kept. "
                "It is shown as %(mark)s. Delete it and try again.",
                mark=UNREADABLE,
            )
        )
    if text and not any(unicodedata.category(letter)[0] in "LNPS" for letter in text):
        refuse(
            _("There is nothing to read in your answer. Write it in letters, or leave it empty.")
        )
    return text


def line(raw: str, most: float | None = None) -> str:
    """One line of text."""
    text = clean(raw)
    if "\n" in text:
        refuse(_("Write this on one line. Take out the line breaks."))
    return fits(text, most)


def fits(text: str, most: float | None) -> str:
    if most is not None and len(text) > most:
        refuse(
            _(
                "Your answer is %(long)s letters long. It must be %(most)s or fewer. "
                "It has been kept below: shorten it.",
                long=f"{len(text):,}",
                most=f"{int(most):,}",
            )
        )
    return text


def _cannot_be_kept(letter: str) -> bool:
    """Control characters, lone halves of a pair, non-characters (not legal in XML) and direction
    overrides.
    """
    code = ord(letter)
    return (
        (unicodedata.category(letter) in ("Cc", "Cs") and letter != "\n")
        or 0xFDD0 <= code <= 0xFDEF
        or code & 0xFFFE == 0xFFFE
        or letter in _OVERRIDES
    )
