"""The one static page behind every QR: rendered once at start, and served as the same bytes.

It holds no fact about anyone. The document it shows arrives encrypted and is unlocked in the
reader's browser with the key from the address's fragment, which the service never sees.
"""

from __future__ import annotations

from careplan.web.scan.replying import answers, asked, reasons
from careplan.web.scan.static_page import Page, Words, static_page

NOT_STATED = "Emergency department (not stated)"
"""What our own page gives as its recipient, which every manifest request must name: nobody."""


def viewer_page(words: Words, *, code_door: str = "/code") -> Page:
    """Renders the page in the words given; `code_door` is where a short code can be typed."""
    said = {**_sentences(words), "doorAddress": code_door}
    return static_page(
        "scan/viewer.html", words=words, trusts="careplan", said=said, code_door=code_door
    )


def _sentences(_: Words) -> dict[str, object]:
    """What the script says, by name. A pair is a title and its text."""
    return {
        "title": _("Emergency plan"),
        "recipient": NOT_STATED,
        "signs": {"ok": "✓", "warn": "!", "stop": "✕"},
        **_frame(_),
        **_messages(_),
        **_questions(_),
        **_covers(_),
        **asked(_),
        "said": [*answers(_).items()],
        "because": [*reasons(_).items()],
    }


def _frame(_: Words) -> dict[str, object]:
    return {
        "born": _("Born {date}"),
        "version": _("Version {version}."),
        "checkedAt": _("Checked with the service at {time}."),
        "signed": _("signed {age}"),
        "published": _("published {age}"),
        "paper": _("Your paper is version {printed}. This page is version {version}: use this."),
        "noName": _("No name in this plan"),
        "noState": _("STATE NOT KNOWN"),
        "ring": _("Ring"),
        "ringCard": _("Ring the 24-hour number printed on the card or page."),
        "door": _("Another way in: type the short code"),
        "crew": _("Ambulance crew: your order of this plan, by the short code"),
        "staffDoor": _("Emergency department staff: sign in and look the person up"),
        "again": _("Try again"),
        "unchecked": _("Not checked since {time}"),
        "cut": _("Part of this page could not be shown: use the paper plan, or ring and ask."),
        "cutHere": _("[part missing here]"),
    }


def _messages(_: Words) -> dict[str, object]:
    return {
        "opening": (
            _("Opening the plan…"),
            _("If it does not appear in a few seconds, use the paper card or page."),
        ),
        "nothing": (
            _("Scan the code again"),
            _(
                "This page shows a plan after its square code is scanned. The key leaves the "
                "address as soon as the page opens, so reloading or coming back shows this."
            ),
        ),
        "broken": (
            _("This link is not whole"),
            _("Part of it is missing or changed. Scan the square code again, or use the paper."),
        ),
        "foreign": (
            _("This link belongs to another service"),
            _("This page opens only its own plans, and did not contact the other service."),
        ),
        "newer": (
            _("This link is newer than this page"),
            _("Reload this page and scan again, or use the paper card or page."),
        ),
        "unable": (
            _("This browser cannot unlock the plan"),
            _("It is too old, or the address does not begin with https. Use the paper card."),
        ),
        "offline": (
            _("No connection"),
            _("Use the paper card or page. The plan will open here when the connection is back."),
        ),
        "unwell": (
            _("The service is not answering"),
            _("Use the paper card or page now, and try again in a minute."),
        ),
        "damaged": (
            _("The plan could not be unlocked safely"),
            _(
                "What arrived is damaged or was changed on the way, so none of it is shown. Use "
                "the paper card or page."
            ),
        ),
        "busy": (_("Too many tries just now"), _("Wait, then try again.")),
        "withdrawn": (_("This plan has been withdrawn"), _("Do not use earlier copies of it.")),
        "gone": (_("This link no longer opens a plan"), ""),
        "askNewest": _("The person may still have a plan: ask for their newest card or page."),
        "dead": {
            "revoked": _("The link was stopped by the person or their team."),
            "replaced": _("The link was replaced by a newer one."),
            "expired": _("The link was made for a limited time, which is over."),
            "locked": _("The link locked itself after too many wrong answers."),
            "used up": _("The link was made to be opened a set number of times, and has been."),
        },
        "deadOther": _("The link may have been stopped, or it never opened a plan."),
    }


def _questions(_: Words) -> dict[str, object]:
    return {
        "asks": {
            "birth date": (
                _("What is the person’s date of birth?"),
                _("For example 14 3 1997. Any usual order will do."),
            ),
            "passcode": (
                _("What is the passcode?"),
                _("The person, or whoever sent you the link, knows it."),
            ),
            "other": (_("What is the answer to this link’s question?"), ""),
        },
        "whyAsk": _("It asks so that a lost card or message tells a stranger nothing."),
        "open": _("Open the plan"),
        "empty": _("Type an answer first."),
        "wrong": _("That is not right."),
        "left": _("Tries left before this link locks: {n}."),
        "wait": _("Too many tries. Wait {n} seconds, then try again."),
        "waiting": _("Wait: {n} s"),
    }


def _covers(_: Words) -> dict[str, object]:
    return {
        "doNotUse": _("DO NOT USE"),
        "loadNew": _("Show the new plan"),
        "checkAgain": _("Check again"),
        "cover": {
            "withdrawn": (
                _("Do not use this page: the plan has been withdrawn"),
                _("The dose that stood here has been taken away."),
            ),
            "changed": (
                _("Do not use this page: the plan has changed"),
                _("The dose that stood here has been taken away. Load the new plan."),
            ),
            "stopped": (
                _("Do not use the dose on earlier copies"),
                _("The person’s team has stopped it."),
            ),
        },
    }
