"""The one place where Python asks for words that people will read, so that they can be
translated.
"""

from __future__ import annotations

from contextvars import ContextVar
from gettext import NullTranslations

_spoken: ContextVar[NullTranslations | None] = ContextVar("_spoken", default=None)


def speak(translations: NullTranslations | None) -> None:
    """Use these translations for the rest of this request; None is English."""
    _spoken.set(translations)


def gettext(message: str) -> str:
    """For the template engine, which fills in its own values."""
    spoken = _spoken.get()
    return message if spoken is None else spoken.gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    spoken = _spoken.get()
    if spoken is None:
        return singular if number == 1 else plural
    return spoken.ngettext(singular, plural, number)


def _(message: str, **values: object) -> str:
    """The words in the reader's language, values filled in:
    `_("Write %(most)s or fewer.", most="5")`.
    """
    words = gettext(message)
    return words % values if values else words
