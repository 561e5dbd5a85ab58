"""The closed list of deeds that are written down, each with its sentence in plain words.

In a sentence `{who}` is the doer, other names are facts of the event, and a part in [square
brackets] is left out when its fact is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    ACCOUNT_CREATED = "account_created"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SECOND_FACTOR_SET = "second_factor_set"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 (the name of a deed)
    SIGNED_OUT = "signed_out"
    REGISTRATION_CHECKED = "registration_checked"
    PLAN_STARTED = "plan_started"
    DRAFT_SAVED = "draft_saved"
    CLINIC_CODE_MADE = "clinic_code_made"
    PLAN_LINKED = "plan_linked"
    IDENTITY_CHECKED = "identity_checked"
    PLAN_SIGNED = "plan_signed"
    PLAN_PUBLISHED = "plan_published"
    PATIENT_ANSWERED = "patient_answered"
    OWN_WORDS_PUBLISHED = "own_words_published"
    DOSE_STOPPED = "dose_stopped"
    LINK_CREATED = "link_created"
    LINK_OPENED = "link_opened"
    WRONG_ANSWER = "wrong_answer"
    LINK_LOCKED = "link_locked"
    LINK_REVOKED = "link_revoked"
    LINK_REPLACED = "link_replaced"
    SHORT_CODE_OPENED = "short_code_opened"
    READ_BY_PERSON = "read_by_person"
    READ_BY_TEAM = "read_by_team"
    VERSION_READ = "version_read"
    LIST_READ = "list_read"
    PDF_MADE = "pdf_made"
    CARD_PRINTED = "card_printed"
    EXPORTED = "exported"
    IMPORTED = "imported"
    SETTING_CHANGED = "setting_changed"
    SEEDED = "seeded"


class Nature(StrEnum):
    """A look at what is recorded, a change to it, or only a try at a door."""

    LOOK = "look"
    CHANGE = "change"
    DOOR = "door"


class About(StrEnum):
    """Whose chain the event belongs to."""

    PERSON = "person"
    SERVICE = "service"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Deed:
    """What one kind of event says, what it must and may name, and who is shown it."""

    nature: Nature
    about: About
    says: str
    needs: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    shown_to_person: bool = True


# Facts whose values are a closed list: the value, and how a sentence puts it.
PHRASES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "how": {
            "card": "with your printed card",
            "date_of_birth": "with your link and your date of birth",
            "passcode": "with your link and your passcode",
        },
        "paper": {
            "full_print": "for a full print",
            "private_print": "for a private print",
            "message": "to send in a message",
        },
        "card": {"full": "full", "private": "private"},
        "answer": {
            "agree": "“I agree”",
            "agree_except": "“I agree, except for some of it”",
            "do_not_agree": "“We talked about it and I do not agree”",
        },
        "method": {
            "known_to_team": "because the team knows you",
            "photo_id": "with your photo ID",
            "questions": "by asking you questions",
        },
        "reason": {
            "password": "The password was wrong.",
            "second_factor": "The one-time code was wrong.",
            "locked": "There had been too many tries.",
        },
        "form": {
            "fhir": "as a file for other health systems",
            "record": "as the whole record",
            "pdf": "as a PDF",
            "card": "as a card",
            "text": "as plain text",
        },
        "late": {"yes": "This was written down later, because our records could not be reached."},
    }
)

# Facts that are counts. Everything else an event may name is a short text or an id.
NUMBERS = frozenset({"version", "revision", "tries", "page", "count"})

# Facts that any event may name: written down late, and a shortened network address.
ALWAYS = frozenset({"late", "network"})


def _of(*names: str) -> frozenset[str]:
    return frozenset(names)


_P, _S, _E = About.PERSON, About.SERVICE, About.EITHER
_LOOK, _CHANGE, _DOOR = Nature.LOOK, Nature.CHANGE, Nature.DOOR
_LINK = _of("link")
_VERSION = _of("version")

DEEDS: Mapping[Kind, Deed] = MappingProxyType(
    {
        Kind.ACCOUNT_CREATED: Deed(
            _CHANGE, _E, "{who} made an account.", may=_of("account", "role")
        ),
        Kind.SIGNED_IN: Deed(_DOOR, _E, "{who} signed in.", may=_of("account")),
        Kind.SIGN_IN_FAILED: Deed(
            _DOOR,
            _E,
            "Someone tried to sign in and could not.[ {reason}]",
            may=_of("account", "reason"),
        ),
        Kind.SECOND_FACTOR_SET: Deed(
            _CHANGE, _E, "{who} set up a second step for signing in.", may=_of("account")
        ),
        Kind.PASSWORD_CHANGED: Deed(_CHANGE, _E, "{who} changed the password.", may=_of("account")),
        Kind.SIGNED_OUT: Deed(_DOOR, _E, "{who} signed out.", may=_of("account")),
        Kind.REGISTRATION_CHECKED: Deed(
            _CHANGE,
            _S,
            "{who} checked a clinician’s professional registration.",
            needs=_of("account"),
            may=_of("body", "registration"),
            shown_to_person=False,
        ),
        Kind.PLAN_STARTED: Deed(_CHANGE, _P, "{who} started your plan.", may=_of("team")),
        Kind.DRAFT_SAVED: Deed(
            _CHANGE,
            _P,
            "{who} saved changes to “{section}”. They are not in your plan yet.",
            needs=_of("section"),
            may=_of("revision"),
            shown_to_person=False,
        ),
        Kind.CLINIC_CODE_MADE: Deed(
            _CHANGE,
            _P,
            "{who} made a one-time code, so that you can link your account to your plan.",
            may=_of("team"),
        ),
        Kind.PLAN_LINKED: Deed(
            _CHANGE, _P, "{who} linked your account to your plan.", may=_of("account", "team")
        ),
        Kind.IDENTITY_CHECKED: Deed(
            _CHANGE, _P, "{who} checked who you are[, {method}].", may=_of("method")
        ),
        Kind.PLAN_SIGNED: Deed(
            _CHANGE,
            _P,
            "{who} signed your pain plan[, version {version}].",
            needs=_of("version"),
            may=_of("digest", "body", "registration", "review"),
        ),
        Kind.PLAN_PUBLISHED: Deed(
            _CHANGE,
            _P,
            "{who} made version {version} of your plan ready to use.",
            needs=_of("version"),
            may=_of("digest", "because"),
        ),
        Kind.PATIENT_ANSWERED: Deed(
            _CHANGE,
            _P,
            "{who} answered the pain plan: {answer}.",
            needs=_of("answer"),
            may=_VERSION,
        ),
        Kind.OWN_WORDS_PUBLISHED: Deed(
            _CHANGE,
            _P,
            "{who} put new words of your own into your plan[, version {version}].",
            needs=_of("version"),
            may=_of("section", "digest"),
        ),
        Kind.DOSE_STOPPED: Deed(
            _CHANGE,
            _P,
            "{who} stopped the dose in your plan. Do not use the dose on earlier copies.",
            may=_of("version", "digest"),
        ),
        Kind.LINK_CREATED: Deed(
            _CHANGE,
            _P,
            "{who} made a new link to your emergency page[ {paper}][, called “{label}”].",
            needs=_LINK,
            may=_of("paper", "label", "how"),
        ),
        Kind.LINK_OPENED: Deed(
            _LOOK,
            _P,
            "{who} opened your emergency page[ {how}][. The link is called “{label}”].",
            needs=_LINK,
            may=_of("how", "version", "paper", "label"),
        ),
        Kind.WRONG_ANSWER: Deed(
            _DOOR,
            _P,
            "{who} tried to open your emergency page and gave a wrong answer.",
            needs=_LINK,
            may=_of("how", "tries", "label"),
        ),
        Kind.LINK_LOCKED: Deed(
            _CHANGE,
            _P,
            "A link to your emergency page was locked after too many wrong answers.",
            needs=_LINK,
            may=_of("tries", "label"),
        ),
        Kind.LINK_REVOKED: Deed(
            _CHANGE,
            _P,
            "{who} turned off a link to your emergency page[, called “{label}”].",
            needs=_LINK,
            may=_of("label"),
        ),
        Kind.LINK_REPLACED: Deed(
            _CHANGE,
            _P,
            "{who} swapped a link to your emergency page for a new one[, called “{label}”].",
            needs=_LINK,
            may=_of("by_link", "label"),
        ),
        Kind.SHORT_CODE_OPENED: Deed(
            _LOOK,
            _P,
            "{who} opened your emergency page with your short code"
            "[. The link is called “{label}”].",
            needs=_LINK,
            may=_of("how", "version", "label"),
        ),
        Kind.READ_BY_PERSON: Deed(
            _LOOK, _P, "{who} read your plan.", may=_VERSION, shown_to_person=False
        ),
        Kind.READ_BY_TEAM: Deed(_LOOK, _P, "{who} read your plan.", may=_of("version", "section")),
        Kind.VERSION_READ: Deed(
            _LOOK, _P, "{who} read version {version} of your plan.", needs=_of("version")
        ),
        Kind.LIST_READ: Deed(
            _LOOK,
            _S,
            "{who} looked at the team’s list of people.",
            may=_of("team", "page", "count"),
            shown_to_person=False,
        ),
        Kind.PDF_MADE: Deed(
            _LOOK,
            _P,
            "{who} printed your plan or saved it as a PDF.",
            may=_of("version", "layout", "link", "digest"),
        ),
        Kind.CARD_PRINTED: Deed(
            _LOOK,
            _P,
            "{who} printed your [{card} ]card.",
            may=_of("card", "version", "link"),
        ),
        Kind.EXPORTED: Deed(
            _LOOK, _P, "{who} took a copy of your plan[ {form}].", may=_of("form", "version")
        ),
        Kind.IMPORTED: Deed(
            _CHANGE, _P, "{who} brought a plan in from a file.", may=_of("form", "digest")
        ),
        Kind.SETTING_CHANGED: Deed(
            _CHANGE, _E, "{who} changed a setting: {setting}.", needs=_of("setting")
        ),
        Kind.SEEDED: Deed(
            _CHANGE, _E, "{who} put in invented people, to show how this works.", may=_of("count")
        ),
    }
)


def every_phrase() -> Iterator[str]:
    """Each text a sentence is made of, for whoever gathers the words to translate."""
    yield from (deed.says for deed in DEEDS.values())
    yield from (phrase for phrases in PHRASES.values() for phrase in phrases.values())
