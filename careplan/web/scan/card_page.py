"""The page that reads a signed card, with or without a signal: one static page for everybody.

It holds no fact about anyone. The card arrives in the address's fragment, which never gets here;
the reader's browser checks its signature with the service's public keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from flask import Response

from careplan.fhir import codes
from careplan.plan.content import installed
from careplan.plan.dictionary import dictionary
from careplan.summary.phrases import phrases
from careplan.web.access import Reader, open_to
from careplan.web.scan.static_page import Page, Words, served, static_page
from careplan.web.words import gettext


def card_page(words: Words, *, code_door: str = "/code", scan_door: str = "/scan") -> Page:
    """Rendered in the words given; the doors are where else a reader may go."""
    said = {
        **_frame(words),
        **_standings(words),
        **_messages(words),
        "doorAddress": code_door,
        "scanAddress": scan_door,
        "snomed": codes.SNOMED,
        "noAllergy": codes.NO_KNOWN_ALLERGY,
        "codes": known_codes(words),
        "heads": _heads(),
    }
    return static_page("scan/card.html", words=words, trusts="'none'", said=said)


def known_codes(_: Words) -> Mapping[str, str]:
    """Every code a signed card of ours can hold, in words. Any other is shown as its number."""
    found = {code: name for name, code in codes.SUBSTANCES.items()}
    for condition in installed():
        known = dictionary(condition).options.get("genotypes", {})
        for ours, code in codes.GENOTYPES.items():
            if ours in known:
                found.setdefault(code, known[ours])
    return {**found, codes.NO_KNOWN_ALLERGY: _("No known allergies")}


_HEADS = (
    ("allergies", "listed", "allergies"),
    ("allergies", "none", "none"),
    ("allergies", "notasked", "notasked"),
    ("stopped", "", "stopped"),
    ("unsigned", "", "unsigned"),
    ("unsigned", "", "first"),
    ("flags", "", "flags"),
    ("phone", "", "phone24"),
)
"""Which part of the page a note belongs to that begins with this heading of the summary."""


def _heads() -> list[tuple[str, str, list[str]]]:
    every = [phrases(dictionary(one)) for one in installed()]
    return [
        (kind, look, list(dict.fromkeys(one.say(f"headings.{name}") for one in every)))
        for kind, look, name in _HEADS
    ]


def _frame(_: Words) -> dict[str, object]:
    return {
        "title": _("Emergency card"),
        "signs": {"ok": "✓", "warn": "!", "stop": "✕"},
        "noName": _("No name on this card"),
        "born": _("Born {date}"),
        "years": _("{n} years"),
        "months": _("{n} months"),
        "check": _("Check name and date of birth with the person or wristband."),
        "allergies": _("Allergies"),
        "firstDose": _("First dose"),
        "alsoSigned": _("Also signed"),
        "condition": _("Condition"),
        "notes": _("Also on this card"),
        "unknownCode": _("code {code} (not known here)"),
        "strange": _("This card also holds what this page cannot show: {kinds}. Use the paper."),
        "noKind": _("something without a name"),
        "short": _("This is a short form made to fit the code. The paper carries everything."),
        "due": _("Review due {day}."),
        "until": _("This card is good until {day}."),
        "checkedNow": _("Checked with the service at {time}."),
        "checkedWith": _("No signal: checked with keys fetched on {time}."),
        "listSince": _("A card withdrawn since {time} is not known here."),
        "noTime": _("a day that is not known"),
        "noList": _("Not checked against the list of withdrawn cards."),
        "ring": _("Ring"),
        "ringCard": _("Ring the 24-hour number printed on the card or page."),
        "scan": _("Scan another code"),
        "door": _("Type the short code instead"),
        "again": _("Try again"),
        "doNotUse": _("Do not use this card"),
    }


def _standings(_: Words) -> dict[str, object]:
    """What the chip says, and why."""
    return {
        "current": _("CURRENT"),
        "overdue": (_("REVIEW OVERDUE"), _("Review was due on {day}.")),
        "noDose": _("NO DOSE ON THIS CARD"),
        "tooOld": (
            _("TOO OLD"),
            _("It was good until {day}, and no dose is shown. Ask for a newer card or page."),
        ),
        "revoked": (
            _("WITHDRAWN"),
            _(
                "There is a newer plan, the dose was stopped, or the card was lost. Nothing of it "
                "is shown. Ask for the newest card or page."
            ),
        ),
    }


def _messages(_: Words) -> dict[str, object]:
    """A title and its text."""
    paper = _("Use the paper: it says all that the code says, and more.")
    return {
        "opening": (_("Checking the card…"), paper),
        "nothing": (
            _("Scan the code again"),
            _(
                "This page shows a signed card after its code is scanned. The card leaves the "
                "address as soon as the page opens, so reloading or coming back shows this."
            ),
        ),
        "broken": (_("This code is not whole"), _("Scan it again.") + f" {paper}"),
        "pieces": (
            _("This is one part of a card in several codes"),
            _("This page reads a card that is one code. Use the paper, or another reader."),
        ),
        "forged": (
            _("This card is not genuine, or it was changed"),
            _("Its signature is wrong, so none of it is shown.") + f" {paper}",
        ),
        "foreign": (
            _("This card belongs to another service"),
            _("This page checks only the cards of its own service, and shows nothing of others."),
        ),
        "unknown": (
            _("This card could not be checked"),
            _("It was signed with a key that this device has not fetched yet, so none is shown.")
            + f" {paper}",
        ),
        "unchecked": (
            _("This card could not be checked"),
            _(
                "There is no signal, and this device was not made ready for that. A card that is "
                "not checked could be forged, so none of it is shown."
            )
            + f" {paper}",
        ),
        "clock": (
            _("This device’s clock is wrong, or the card is"),
            _("The card says it was made later than now, so none of it is shown.") + f" {paper}",
        ),
        "unable": (
            _("This browser cannot check the card"),
            _("It is too old, or the address does not begin with https.") + f" {paper}",
        ),
    }


@cache
def _page() -> Page:
    return card_page(gettext)


@open_to(Reader.ANYONE)
def card() -> Response:
    return served(_page())


def add_to(scan: Any) -> None:
    scan.add_url_rule("/c", view_func=card)
