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
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    OUTSIDE_JOINED = "outside_joined"
    OUTSIDE_LEFT = "outside_left"
    SESSIONS_ENDED = "sessions_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 (the name of a deed)
    SIGNED_OUT = "signed_out"
    REGISTRATION_CHECKED = "registration_checked"
    MEMBER_SUSPENDED = "member_suspended"
    MEMBER_REINSTATED = "member_reinstated"
    MEMBER_LEFT = "member_left"
    MEMBER_INVITED = "member_invited"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    MEMBER_CAME = "member_came"
    RECOVERY_CODE_MADE = "recovery_code_made"
    ACCOUNT_RECOVERED = "account_recovered"
    ACCOUNT_NOT_MADE = "account_not_made"
    ACCESS_HAD_ENDED = "access_had_ended"
    LIST_UPLOADED = "list_uploaded"
    PLAN_JOINED = "plan_joined"
    PLAN_SIGNED_AGAIN = "plan_signed_again"
    CARER_CODE_MADE = "carer_code_made"
    CARER_LET_IN = "carer_let_in"
    CARER_CONFIRMED = "carer_confirmed"
    CARER_SUSPENDED = "carer_suspended"
    CARER_RESTORED = "carer_restored"
    CARER_TURNED_AWAY = "carer_turned_away"
    CARER_ENDED = "carer_ended"
    CARERS_REVIEWED = "carers_reviewed"
    CARER_ANSWERED = "carer_answered"
    CHILD_ANSWERED = "child_answered"
    CHILD_WROTE = "child_wrote"
    TOLD_IN_PRIVATE = "told_in_private"
    PRIVATE_DEALT_WITH = "private_dealt_with"
    HANDOVER_BEGUN = "handover_begun"
    HANDOVER_AGREED = "handover_agreed"
    HANDOVER_DONE = "handover_done"
    HANDOVER_CALLED_OFF = "handover_called_off"
    PLAN_STARTED = "plan_started"
    DRAFT_SAVED = "draft_saved"
    PRIVATE_WORDS_KEPT = "private_words_kept"
    PRIVATE_WORDS_DROPPED = "private_words_dropped"
    PRIVATE_WORDS_TOLD = "private_words_told"
    TALK_READ = "talk_read"
    TALK_WRITTEN = "talk_written"
    CHANGE_SUGGESTED = "change_suggested"
    SUGGESTION_SETTLED = "suggestion_settled"
    TALK_REFUSED = "talk_refused"
    SCREEN_HANDED = "screen_handed"
    ANSWERED_TOGETHER = "answered_together"
    TOGETHER_REFUSED = "together_refused"
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
    LINK_RENAMED = "link_renamed"
    LINKS_READ = "links_read"
    WARNING_SEEN = "warning_seen"
    CARD_LOST = "card_lost"
    CARD_ASKED_FOR = "card_asked_for"
    CARD_CALLED_OFF = "card_called_off"
    CARD_POSTED = "card_posted"
    SHORT_CODE_OPENED = "short_code_opened"
    READ_BY_PERSON = "read_by_person"
    READ_BY_TEAM = "read_by_team"
    VERSION_READ = "version_read"
    LIST_READ = "list_read"
    PDF_MADE = "pdf_made"
    CARD_PRINTED = "card_printed"
    CONSENT_GIVEN = "consent_given"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    SHOWN_TO_STAFF = "shown_to_staff"
    STAFF_DOOR_ASKED = "staff_door_asked"
    STAFF_DOOR_OPENED = "staff_door_opened"
    STAFF_DOOR_REFUSED = "staff_door_refused"
    STAFF_DOOR_RESTS = "staff_door_rests"
    PHONE_KEPT = "phone_kept"
    PHONE_FORGOTTEN = "phone_forgotten"
    PHONE_ERASED = "phone_erased"
    VISIT_BEGUN = "visit_begun"
    VISIT_TAPPED = "visit_tapped"
    VISIT_LOOKED_AT = "visit_looked_at"
    VISITS_LISTED = "visits_listed"
    DEPARTMENT_REPLIED = "department_replied"
    REPLIES_SEEN = "replies_seen"
    REPLIES_READ = "replies_read"
    REPLIES_LISTED = "replies_listed"
    TAPPING_PHONE_KEPT = "tapping_phone_kept"
    TAPPING_PHONE_FORGOTTEN = "tapping_phone_forgotten"
    EXPORTED = "exported"
    PARTNER_READ = "partner_read"
    POINTER_MADE = "pointer_made"
    IMPORTED = "imported"
    RECEIVED = "received"
    RECEIVED_READ = "received_read"
    RECEIVED_TAKEN = "received_taken"
    RECEIVED_DECLINED = "received_declined"
    RECEIVED_PLACED = "received_placed"
    SETTING_CHANGED = "setting_changed"
    CARD_KEY_MADE = "card_key_made"
    CARD_KEY_REMOVED = "card_key_removed"
    REPORT_GIVEN = "report_given"
    REPORT_CHANGED = "report_changed"
    REPORT_SHARED = "report_shared"
    REPORT_WITHDRAWN = "report_withdrawn"
    REPORT_READ = "report_read"
    REPORT_HANDED_OVER = "report_handed_over"
    EQUALITY_TOLD = "equality_told"
    OWN_TOLD_COPIED = "own_told_copied"
    EVERYTHING_TAKEN = "everything_taken"
    CALLED_WRONG = "called_wrong"
    CALLED_WRONG_WITHDRAWN = "called_wrong_withdrawn"
    CALLED_WRONG_ANSWERED = "called_wrong_answered"
    HOSPITALS_LOADED = "hospitals_loaded"
    REPORTS_COUNTED = "reports_counted"
    DEPRIVATION_LOADED = "deprivation_loaded"
    PROMISE_MADE = "promise_made"
    PROMISE_KEPT = "promise_kept"
    PARTNER_REGISTERED = "partner_registered"
    PARTNER_KEYS_CHANGED = "partner_keys_changed"
    PARTNER_SUSPENDED = "partner_suspended"
    PARTNER_RESTORED = "partner_restored"
    PARTNER_CAME_IN = "partner_came_in"
    PARTNER_REFUSED = "partner_refused"
    BACKUP_BEGUN = "backup_begun"
    BACKUP_MADE = "backup_made"
    BACKUP_RESTORED = "backup_restored"
    BACKUP_DRILLED = "backup_drilled"
    HEADS_EXPORTED = "heads_exported"
    ERASURE_ASKED = "erasure_asked"
    ERASURE_CALLED_OFF = "erasure_called_off"
    ERASURE_DECIDED = "erasure_decided"
    PLAN_ERASED = "plan_erased"
    KEYS_REWRAPPED = "keys_rewrapped"
    PURGED = "purged"
    SEED_BEGUN = "seed_begun"
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
            "app": "with a link for a health app or another record",
        },
        "paper": {
            "full_print": "for a full print",
            "private_print": "for a private print",
            "message": "to send in a message",
            "app": "for a health app or another record",
        },
        "card": {"full": "full", "private": "private", "lock_screen": "lock-screen"},
        "lost": {
            "full": "the full card or page",
            "private": "the private card, or a phone with its picture",
            "everything": "everything with a code of yours",
        },
        "way": {
            "post": "posted a new card to you",
            "collect": "made a new card ready for you to pick up",
        },
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
            "passkey": "The passkey was not right.",
            "outside": "A sign-in elsewhere opened no account.",
            "passkey_copied": "The passkey may have been copied. Take it off your account.",
        },
        "form": {
            "fhir": "as a file for other health systems",
            "record": "as the whole record",
            "pdf": "as a PDF",
            "card": "as a card",
            "text": "as plain text",
            "large": "in large print",
            "ambulance": "for an ambulance crew",
            "school": "for school",
            "gp": "for the GP practice",
        },
        "copy": {
            "ambulance": "ambulance crews may read your plan in their own order",
            "school": "your school may have a page from your plan",
            "gp": "your GP practice may have a copy of your plan",
            "emergency_staff": "emergency department staff who sign in may look up your plan "
            "without your card",
        },
        "decision": {
            "agreed": "yes, this plan will be erased",
            "declined": "no, it has to be kept",
        },
        "erased_for": {
            "asked": "the person asked for it",
            "kept_long_enough": "it had been kept as long as it had to be",
            "made_in_error": "it had been made in error",
            "ordered": "a court or the regulator ordered it",
        },
        "step": {
            "said": "wrote something about",
            "replied": "replied about",
            "noted": "read, and had nothing to add about,",
            "let_stand": "let a line stand beside",
            "took_away": "took away a line that stood beside",
            "accepted": "accepted a suggested change to",
            "declined": "did not accept a suggested change to",
            "withdrew": "took back a suggested change to",
            "overtook": "closed a suggested change to",
        },
        "why": {
            "settled": "somebody had answered it already",
            "not_yours": "it was for the other side to answer",
            "not_now": "it could not be done just then",
            "gone": "what it was about is no longer in the plan",
            "changed": "it had changed in the meantime",
            "no_words": "there were no words",
            "too_long": "the words were too long",
            "unreadable": "the words could not be kept",
            "unfinished": "something else was half written there",
            "suspended": "the account had been stopped",
            "no_answer": "no answer was chosen",
            "too_late": "too much time had gone by",
            "no_fit": "the words did not fit on paper",
        },
        "cause": {
            "signed_out": "because you signed out on it",
            "wrong_pins": "after ten wrong PINs",
            "on_it": "because somebody pressed “Erase” on it",
            "newer": "and kept a newer one",
            "ended": "because you signed it out from another place",
        },
        "part": {
            "plan": "your emergency plan",
            "detail": "a part of your emergency plan",
            "document": "your whole emergency page",
            "pdf": "your emergency page as a PDF",
            "past": "earlier versions of your emergency plan",
            "found": "your emergency plan in a list it asked for",
            "looks": "who looked at your plan",
        },
        "access": {"write": "to read and write", "read": "to read"},
        "because": {
            "cannot_speak": "you were with them and could not speak",
            "not_here": "your card or phone was not there",
            "locked": "your link was locked",
            "other": "another reason",
        },
        "stopped": {
            "birth_date": "the date of birth was wrong",
            "off": "you have turned this off",
            "nothing": "there was no plan to show",
        },
        "limit": {
            "person_hour": "in one hour",
            "person_day": "in one day",
            "hospital_hour": "from one hospital in one hour",
            "failed_hour": "without finding a plan, in one hour",
        },
        "tapped": {
            "going_in": "“I’m going in”",
            "took": "what was taken for the pain",
            "arrived": "“I have arrived”",
            "relief_given": "“I was given pain relief”",
            "checked_again": "“They checked me again”",
            "left": "“I have left”",
            "where": "which hospital it is",
            "tell_team": "whether the team may know of it",
            "taken_back": "“Take it back”",
        },
        "phone_by": {
            "sign_out": "by signing out on it",
            "page": "from another place",
            "itself": "on that phone",
        },
        "on": {"phone": "on a remembered phone"},
        "told": {
            "person": "yourself",
            "carer": "for you",
            "phone": "as you said it on the telephone",
            "paper": "from your paper form",
        },
        "seen_by": {
            "nobody": "nobody else",
            "team": "your team",
            "hospital": "the hospital’s named person, without your name",
            "measures": "nobody; your answers are counted",
            "team_hospital": "your team, and the hospital’s named person without your name",
            "team_measures": "your team; your answers are counted",
            "hospital_measures": "the hospital’s named person, without your name; your answers "
            "are counted",
            "team_hospital_measures": "your team, and the hospital’s named person without your "
            "name; your answers are counted",
        },
        "outcome": {
            "used": "“Used it”",
            "could_not": "“Could not use it”",
            "no_answer": "“The 24-hour number was not answered”",
        },
        "hindrance": {
            "not_stocked": "the medicine was not there",
            "senior_said_no": "somebody senior said no",
            "person_different": "something about you was different that day",
            "not_clear": "the plan was not clear",
            "not_sure_it_is_real": "they were not sure that the plan is real",
            "other": "another reason",
        },
        "whom": {
            "person": "you back into your account",
            "helper": "somebody who helps you back into their account",
            "staff": "a member of the team back into their account",
        },
        "again": {"yes": "This takes the place of what was said before."},
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
_COUNT = _of("count")

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
        Kind.SECOND_FACTOR_REMOVED: Deed(
            _CHANGE, _E, "{who} turned off the second step for signing in.", may=_of("account")
        ),
        Kind.PASSKEY_ADDED: Deed(
            _CHANGE,
            _E,
            "{who} added a passkey, which signs in without a password.",
            may=_of("account"),
        ),
        Kind.PASSKEY_REMOVED: Deed(
            _CHANGE, _E, "{who} took a passkey off the account.", may=_of("account")
        ),
        Kind.OUTSIDE_JOINED: Deed(
            _CHANGE,
            _E,
            "{who} joined another sign-in, like NHS login, to the account.",
            may=_of("account"),
        ),
        Kind.OUTSIDE_LEFT: Deed(
            _CHANGE,
            _E,
            "{who} took another sign-in, like NHS login, off the account.",
            may=_of("account"),
        ),
        Kind.SESSIONS_ENDED: Deed(
            _CHANGE,
            _E,
            "{who} signed out other phones and computers: {count}.",
            needs=_COUNT,
            may=_of("account"),
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
        Kind.MEMBER_SUSPENDED: Deed(
            _CHANGE,
            _S,
            "{who} suspended a member of the team.",
            needs=_of("account"),
            may=_of("team"),
            shown_to_person=False,
        ),
        Kind.MEMBER_REINSTATED: Deed(
            _CHANGE,
            _S,
            "{who} took a member back into the team.",
            needs=_of("account"),
            may=_of("team"),
            shown_to_person=False,
        ),
        Kind.MEMBER_LEFT: Deed(
            _CHANGE,
            _S,
            "{who} noted that a member has left the team.",
            needs=_of("account"),
            may=_of("team"),
            shown_to_person=False,
        ),
        Kind.MEMBER_INVITED: Deed(
            _CHANGE,
            _S,
            "{who} invited somebody into the team.",
            needs=_of("invitation"),
            may=_of("team", "role"),
            shown_to_person=False,
        ),
        Kind.INVITATION_WITHDRAWN: Deed(
            _CHANGE,
            _S,
            "{who} took an invitation into the team back.",
            needs=_of("invitation"),
            may=_of("team"),
            shown_to_person=False,
        ),
        Kind.MEMBER_CAME: Deed(
            _CHANGE,
            _S,
            "{who} took up an invitation into the team.",
            needs=_of("account", "invitation"),
            may=_of("team", "role"),
            shown_to_person=False,
        ),
        Kind.RECOVERY_CODE_MADE: Deed(
            _CHANGE,
            _E,
            "{who} made a one-time code that lets {whom}[, {method}].",
            needs=_of("whom", "account"),
            may=_of("method", "seen"),
        ),
        Kind.ACCOUNT_RECOVERED: Deed(
            _CHANGE,
            _E,
            "{who} used a code given in person to come back in, and chose a new password.",
            needs=_of("account"),
        ),
        Kind.ACCOUNT_NOT_MADE: Deed(
            _DOOR,
            _S,
            "Somebody asked for an account with an e-mail address that has one already.",
            shown_to_person=False,
        ),
        Kind.ACCESS_HAD_ENDED: Deed(
            _DOOR,
            _P,
            "{who} tried to open or change your plan after their access had ended.",
        ),
        Kind.LIST_UPLOADED: Deed(
            _CHANGE,
            _S,
            "{who} gave in a list of {count} people to start plans for.",
            needs=_of("count"),
            may=_of("team"),
            shown_to_person=False,
        ),
        Kind.PLAN_JOINED: Deed(
            _CHANGE,
            _P,
            "{who} joined the plan that the team had started for you to your own.",
            may=_of("other"),
        ),
        Kind.PLAN_SIGNED_AGAIN: Deed(
            _CHANGE,
            _P,
            "{who} signed your pain plan again, with every word as it was[, version {version}].",
            needs=_of("version"),
            may=_of("digest", "registration"),
        ),
        Kind.CARER_CODE_MADE: Deed(
            _CHANGE, _P, "{who} made a code that lets somebody help you with your plan."
        ),
        Kind.CARER_LET_IN: Deed(
            _CHANGE, _P, "{who} was let in to your plan[, {access}].", may=_of("access")
        ),
        Kind.CARER_CONFIRMED: Deed(
            _CHANGE, _P, "{who} saw the papers of somebody who may act for you."
        ),
        # Nothing of the next three is on the person's page: whoever presses them may look at it.
        Kind.CARER_SUSPENDED: Deed(
            _CHANGE, _P, "{who} paused somebody’s access to your plan.", shown_to_person=False
        ),
        Kind.CARER_RESTORED: Deed(
            _CHANGE, _P, "{who} gave somebody’s access to your plan back.", shown_to_person=False
        ),
        Kind.CARER_TURNED_AWAY: Deed(
            _DOOR,
            _P,
            "{who} tried to open your plan while their access was paused.",
            shown_to_person=False,
        ),
        Kind.CARER_ENDED: Deed(_CHANGE, _P, "{who} ended somebody’s access to your plan."),
        Kind.CARERS_REVIEWED: Deed(
            _CHANGE, _P, "{who} looked again at who may act for you, and left it as it is."
        ),
        Kind.CARER_ANSWERED: Deed(
            _CHANGE,
            _P,
            "{who} gave an answer of their own to the pain plan: {answer}.",
            needs=_of("answer"),
            may=_VERSION,
        ),
        Kind.CHILD_ANSWERED: Deed(
            _CHANGE,
            _P,
            "{who} handed you the phone, and you answered the pain plan: {answer}.",
            needs=_of("answer"),
            may=_VERSION,
        ),
        Kind.CHILD_WROTE: Deed(
            _CHANGE, _P, "{who} handed you the phone, and you wrote your own page."
        ),
        Kind.TOLD_IN_PRIVATE: Deed(
            _CHANGE, _P, "{who} told the team something in private.", shown_to_person=False
        ),
        Kind.PRIVATE_DEALT_WITH: Deed(
            _CHANGE,
            _P,
            "{who} dealt with what you told the team in private.",
            shown_to_person=False,
        ),
        Kind.HANDOVER_BEGUN: Deed(
            _CHANGE,
            _P,
            "{who} began your move to another team[, {team}]. Your plan is valid throughout.",
            may=_of("team"),
        ),
        Kind.HANDOVER_AGREED: Deed(_CHANGE, _P, "{who} agreed to your move to another team."),
        Kind.HANDOVER_DONE: Deed(
            _CHANGE, _P, "Your plan moved to another team[, {team}].", may=_of("team")
        ),
        Kind.HANDOVER_CALLED_OFF: Deed(_CHANGE, _P, "{who} called off your move to another team."),
        Kind.PLAN_STARTED: Deed(_CHANGE, _P, "{who} started your plan.", may=_of("team")),
        Kind.DRAFT_SAVED: Deed(
            _CHANGE,
            _P,
            "{who} saved changes to “{section}”. They are not in your plan yet.",
            needs=_of("section"),
            may=_of("revision"),
            shown_to_person=False,
        ),
        Kind.PRIVATE_WORDS_KEPT: Deed(
            _CHANGE, _P, "{who} kept private words.", shown_to_person=False
        ),
        Kind.PRIVATE_WORDS_DROPPED: Deed(
            _CHANGE, _P, "{who} threw private words away.", shown_to_person=False
        ),
        Kind.PRIVATE_WORDS_TOLD: Deed(
            _CHANGE, _P, "{who} gave private words to the team.", shown_to_person=False
        ),
        Kind.TALK_READ: Deed(
            _LOOK,
            _P,
            "{who} read what you and your team say about your plan[, at “{section}”].",
            may=_of("section", "thread"),
            shown_to_person=False,
        ),
        Kind.TALK_WRITTEN: Deed(
            _CHANGE,
            _P,
            "{who} {step} “{section}”.",
            needs=_of("step", "section"),
            may=_of("thread"),
        ),
        Kind.CHANGE_SUGGESTED: Deed(
            _CHANGE,
            _P,
            "{who} suggested a change to “{section}”.",
            needs=_of("section"),
            may=_of("thread"),
        ),
        Kind.SUGGESTION_SETTLED: Deed(
            _CHANGE,
            _P,
            "{who} {step} “{section}”.",
            needs=_of("step", "section"),
            may=_of("thread"),
        ),
        Kind.TALK_REFUSED: Deed(
            _DOOR,
            _P,
            "{who} tried to write about your plan and could not: {why}.",
            needs=_of("why"),
            may=_of("section", "thread"),
            shown_to_person=False,
        ),
        Kind.SCREEN_HANDED: Deed(
            _CHANGE,
            _P,
            "{who} handed you the screen, to answer your plan together.",
            may=_VERSION,
        ),
        Kind.ANSWERED_TOGETHER: Deed(
            _CHANGE,
            _P,
            "Handed the screen by {who}, {person} answered: {answer}.",
            needs=_of("answer", "person"),
            may=_VERSION,
        ),
        Kind.TOGETHER_REFUSED: Deed(
            _DOOR,
            _P,
            "An answer on a screen that {who} handed over could not be kept: {why}.",
            needs=_of("why"),
            may=_VERSION,
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
        Kind.LINK_RENAMED: Deed(
            _CHANGE,
            _P,
            "{who} gave a link a new name[: “{label}”].",
            needs=_LINK,
            may=_of("label"),
        ),
        Kind.LINKS_READ: Deed(_LOOK, _P, "{who} looked at the list of your links."),
        Kind.WARNING_SEEN: Deed(
            _CHANGE,
            _P,
            "{who} saw a warning about wrong answers.",
            needs=_LINK,
            shown_to_person=False,
        ),
        Kind.CARD_LOST: Deed(
            _CHANGE,
            _P,
            "{who} stopped what was lost: {lost}. New ones took their place.",
            needs=_of("lost"),
            may=_of("count"),
        ),
        Kind.CARD_ASKED_FOR: Deed(_CHANGE, _P, "{who} asked the team for a new card on paper."),
        Kind.CARD_CALLED_OFF: Deed(
            _CHANGE, _P, "{who} told the team that no new card is needed on paper."
        ),
        Kind.CARD_POSTED: Deed(_CHANGE, _P, "{who} {way}.", needs=_of("way")),
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
            _LOOK,
            _P,
            "{who} read version {version} of your plan[, beside version {other}].",
            needs=_of("version"),
            may=_of("other"),
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
        Kind.CONSENT_GIVEN: Deed(_CHANGE, _P, "{who} agreed: {copy}.", needs=_of("copy")),
        Kind.CONSENT_WITHDRAWN: Deed(_CHANGE, _P, "{who} took back: {copy}.", needs=_of("copy")),
        Kind.SHOWN_TO_STAFF: Deed(
            _LOOK, _P, "{who} held your emergency page ready to show.", may=_VERSION
        ),
        Kind.STAFF_DOOR_ASKED: Deed(
            _DOOR,
            _S,
            "{who} asked for somebody’s emergency page without their card.",
            shown_to_person=False,
        ),
        Kind.STAFF_DOOR_OPENED: Deed(
            _LOOK,
            _P,
            "{who} opened your emergency page without your card.[ Their job: {job}.]"
            " Why: {because}.[ They wrote: “{words}”]",
            needs=_of("because"),
            may=_of("job", "registration", "words", "version"),
        ),
        # Of nobody it says only that somebody tried: what was typed is not kept.
        Kind.STAFF_DOOR_REFUSED: Deed(
            _DOOR,
            _E,
            "{who} tried to open your emergency page without your card, and could not"
            "[: {stopped}].[ Their job: {job}.]",
            may=_of("job", "stopped"),
        ),
        Kind.STAFF_DOOR_RESTS: Deed(
            _DOOR,
            _S,
            "{who} was told to wait after asking for too many emergency pages {limit}.",
            needs=_of("limit"),
            shown_to_person=False,
        ),
        Kind.PHONE_KEPT: Deed(
            _CHANGE,
            _P,
            "{who} kept a copy of your emergency page on a phone[, called “{phone}”].",
            may=_of("phone", "version"),
        ),
        Kind.PHONE_FORGOTTEN: Deed(
            _CHANGE,
            _P,
            "{who} made a phone forget its copy of your emergency page[. It was called “{phone}”].",
            may=_of("phone"),
        ),
        Kind.PHONE_ERASED: Deed(
            _CHANGE,
            _P,
            "A phone erased its copy of your emergency page {cause}.",
            needs=_of("cause"),
        ),
        Kind.VISIT_BEGUN: Deed(
            _CHANGE,
            _P,
            "{who} pressed “I’m going in”[ {on}]: on the way to an emergency department.",
            may=_of("on", "visit"),
        ),
        Kind.VISIT_TAPPED: Deed(
            _CHANGE,
            _P,
            "{who} tapped {tapped}[ {on}].",
            needs=_of("tapped"),
            may=_of("on", "visit"),
            shown_to_person=False,
        ),
        Kind.VISIT_LOOKED_AT: Deed(
            _LOOK,
            _P,
            "{who} saw what was tapped about your visit to an emergency department.",
            may=_of("visit"),
        ),
        Kind.VISITS_LISTED: Deed(
            _LOOK,
            _S,
            "{who} saw which people of the team are in an emergency department.",
            may=_of("team", "count"),
            shown_to_person=False,
        ),
        Kind.DEPARTMENT_REPLIED: Deed(
            _CHANGE,
            _P,
            "Somebody who read your plan said: {outcome}.[ Why: {hindrance}.][ {again}]"
            " Not checked: we do not know who pressed it.",
            needs=_of("outcome"),
            may=_of("link", "version", "hindrance", "again"),
        ),
        Kind.REPLIES_SEEN: Deed(
            _CHANGE, _P, "{who} saw what departments said.", may=_COUNT, shown_to_person=False
        ),
        Kind.REPLIES_READ: Deed(
            _LOOK, _P, "{who} read what departments said about using your plan.", may=_COUNT
        ),
        Kind.REPLIES_LISTED: Deed(
            _LOOK,
            _S,
            "{who} saw about whose plans departments have answered.",
            may=_of("team", "count"),
            shown_to_person=False,
        ),
        Kind.TAPPING_PHONE_KEPT: Deed(
            _CHANGE, _P, "{who} made a phone remember “I’m going in”, so that it needs no sign-in."
        ),
        Kind.TAPPING_PHONE_FORGOTTEN: Deed(
            _CHANGE,
            _P,
            "A phone that had “I’m going in” was forgotten[ {phone_by}].",
            may=_of("phone_by"),
        ),
        Kind.PARTNER_READ: Deed(
            _LOOK,
            _P,
            "{who} read {part}[, version {version}]. Your team let this system in.",
            needs=_of("part"),
            may=_of("version"),
        ),
        Kind.EXPORTED: Deed(
            _LOOK, _P, "{who} took a copy of your plan[ {form}].", may=_of("form", "version")
        ),
        Kind.POINTER_MADE: Deed(
            _CHANGE,
            _P,
            "{who} made a note for the National Record Locator of where version {version} of your "
            "plan can be read. It holds your NHS number and nothing of what the plan says.",
            needs=_of("version"),
        ),
        Kind.IMPORTED: Deed(
            _CHANGE, _P, "{who} brought a plan in from a file.", may=_of("form", "digest")
        ),
        Kind.RECEIVED: Deed(
            _CHANGE,
            _E,
            "{who} sent your team a document about you. Your team has not checked it, and it "
            "changes nothing in your plan.",
            may=_of("document"),
        ),
        Kind.RECEIVED_READ: Deed(
            _LOOK,
            _E,
            "{who} read a document about you that another system had sent.",
            may=_of("document"),
        ),
        Kind.RECEIVED_TAKEN: Deed(
            _CHANGE,
            _P,
            "{who} copied “{section}” from a document that another system had sent into what your "
            "team is writing. It is not in your plan yet.",
            needs=_of("section"),
            may=_of("document"),
        ),
        Kind.RECEIVED_DECLINED: Deed(
            _CHANGE,
            _E,
            "{who} put away a document that another system had sent about you.",
            may=_of("document"),
        ),
        Kind.RECEIVED_PLACED: Deed(
            _CHANGE,
            _P,
            "{who} found that a document from another system is about you.",
            may=_of("document"),
        ),
        Kind.CARD_KEY_MADE: Deed(
            _CHANGE,
            _S,
            "{who} made a new key for the codes that need no signal.",
            needs=_of("key"),
            shown_to_person=False,
        ),
        Kind.CARD_KEY_REMOVED: Deed(
            _CHANGE,
            _S,
            "{who} removed a key for the codes that need no signal: none of its codes is good.",
            needs=_of("key"),
            shown_to_person=False,
        ),
        Kind.SETTING_CHANGED: Deed(
            _CHANGE, _E, "{who} changed a setting: {setting}.", needs=_of("setting")
        ),
        Kind.REPORT_GIVEN: Deed(
            _CHANGE,
            _P,
            "{who} wrote down what happened at a visit, {told}.",
            needs=_of("report", "told"),
        ),
        Kind.REPORT_CHANGED: Deed(
            _CHANGE,
            _P,
            "{who} changed what was told of a visit.",
            needs=_of("report"),
            may=_of("revision"),
            shown_to_person=False,
        ),
        Kind.REPORT_SHARED: Deed(
            _CHANGE,
            _P,
            "{who} chose who may see what was told of a visit: {seen_by}.",
            needs=_of("report", "seen_by"),
        ),
        Kind.REPORT_WITHDRAWN: Deed(
            _CHANGE,
            _P,
            "{who} took back what was told of a visit. It was destroyed.",
            needs=_of("report"),
        ),
        Kind.REPORT_READ: Deed(
            _LOOK, _P, "{who} read what you told of a visit.", needs=_of("report")
        ),
        Kind.REPORT_HANDED_OVER: Deed(
            _LOOK,
            _P,
            "{who} gave what you told of a visit to the hospital’s named person, without your "
            "name.",
            needs=_of("report"),
        ),
        # What was answered is nobody's to read here, and neither is whether it was.
        Kind.EQUALITY_TOLD: Deed(
            _CHANGE, _P, "{who} answered questions about fairness.", shown_to_person=False
        ),
        Kind.OWN_TOLD_COPIED: Deed(
            _LOOK, _P, "{who} took a copy of all that was told of visits and of fairness."
        ),
        Kind.EVERYTHING_TAKEN: Deed(
            _LOOK, _P, "{who} took a copy of everything that is kept here about you."
        ),
        Kind.CALLED_WRONG: Deed(
            _CHANGE,
            _P,
            "{who} wrote that something is wrong in “{section}”.",
            needs=_of("section"),
        ),
        Kind.CALLED_WRONG_WITHDRAWN: Deed(
            _CHANGE,
            _P,
            "{who} took back that something is wrong in “{section}”.",
            needs=_of("section"),
        ),
        Kind.CALLED_WRONG_ANSWERED: Deed(
            _CHANGE,
            _P,
            "{who} answered what you called wrong in “{section}”.",
            needs=_of("section"),
        ),
        Kind.HOSPITALS_LOADED: Deed(
            _CHANGE,
            _S,
            "{who} loaded the list of hospitals.",
            needs=_of("count"),
            shown_to_person=False,
        ),
        Kind.REPORTS_COUNTED: Deed(
            _LOOK,
            _S,
            "{who} read {count} visit reports to count them[, and published sums up to {until}].",
            needs=_of("count"),
            may=_of("until"),
            shown_to_person=False,
        ),
        Kind.DEPRIVATION_LOADED: Deed(
            _CHANGE,
            _S,
            "{who} loaded how deprived {count} postcodes are.",
            needs=_of("count"),
            shown_to_person=False,
        ),
        Kind.PROMISE_MADE: Deed(
            _CHANGE,
            _S,
            "{who} made a promise about a measure: {measure}.",
            needs=_of("measure", "promise"),
            may=_of("team"),
            shown_to_person=False,
        ),
        Kind.PROMISE_KEPT: Deed(
            _CHANGE,
            _S,
            "{who} marked a promise about a measure as done.",
            needs=_of("promise"),
            may=_of("team"),
            shown_to_person=False,
        ),
        Kind.PARTNER_REGISTERED: Deed(
            _CHANGE,
            _S,
            "{who} let another organisation’s system in: {system}.",
            needs=_of("partner", "system", "purpose"),
            may=_of("team"),
            shown_to_person=False,
        ),
        Kind.PARTNER_KEYS_CHANGED: Deed(
            _CHANGE,
            _S,
            "{who} changed the keys of another organisation’s system: {system}.",
            needs=_of("partner", "system"),
            may=_of("team"),
            shown_to_person=False,
        ),
        Kind.PARTNER_SUSPENDED: Deed(
            _CHANGE,
            _S,
            "{who} shut another organisation’s system out: {system}.",
            needs=_of("partner", "system"),
            may=_of("team"),
            shown_to_person=False,
        ),
        Kind.PARTNER_RESTORED: Deed(
            _CHANGE,
            _S,
            "{who} let another organisation’s system in again: {system}.",
            needs=_of("partner", "system"),
            may=_of("team"),
            shown_to_person=False,
        ),
        Kind.PARTNER_CAME_IN: Deed(
            _DOOR, _S, "{who} signed in, for five minutes.", needs=_of("key"), shown_to_person=False
        ),
        # Once in an hour for each: a service's trail is not for somebody to fill.
        Kind.PARTNER_REFUSED: Deed(
            _DOOR,
            _S,
            "Somebody tried to sign in as another organisation’s system and was refused: {system}.",
            needs=_of("partner", "system"),
            shown_to_person=False,
        ),
        Kind.BACKUP_BEGUN: Deed(
            _LOOK,
            _S,
            "{who} began a sealed copy of everything.",
            needs=_of("backup"),
            shown_to_person=False,
        ),
        Kind.BACKUP_MADE: Deed(
            _LOOK,
            _S,
            "{who} finished a sealed copy of everything, {count} rows.",
            needs=_of("backup", "count"),
            shown_to_person=False,
        ),
        Kind.BACKUP_RESTORED: Deed(
            _CHANGE,
            _S,
            "{who} put everything back from the sealed copy of {made}, {count} rows.",
            needs=_of("backup", "made", "count"),
            shown_to_person=False,
        ),
        Kind.BACKUP_DRILLED: Deed(
            _LOOK,
            _S,
            "{who} tried out the sealed copy of {made}: it comes back whole, {count} rows.",
            needs=_of("backup", "made", "count"),
            shown_to_person=False,
        ),
        Kind.HEADS_EXPORTED: Deed(
            _LOOK,
            _S,
            "{who} wrote down where every list of deeds ends, for somebody else to keep.",
            shown_to_person=False,
        ),
        Kind.ERASURE_ASKED: Deed(_CHANGE, _P, "{who} asked for this plan to be erased."),
        Kind.ERASURE_CALLED_OFF: Deed(
            _CHANGE, _P, "{who} took back the wish that this plan be erased."
        ),
        Kind.ERASURE_DECIDED: Deed(
            _CHANGE,
            _P,
            "{who} wrote down what was decided about erasing this plan: {decision}[. It was "
            "decided by {authority}].",
            needs=_of("decision"),
            may=_of("authority"),
        ),
        # All that is left of somebody: an id that leads nowhere, and who answers for it.
        Kind.PLAN_ERASED: Deed(
            _CHANGE,
            _S,
            "{who} erased a plan, because {erased_for}. {authority} decided it.",
            needs=_of("person", "erased_for", "authority"),
            may=_of("team", "count"),
            shown_to_person=False,
        ),
        Kind.KEYS_REWRAPPED: Deed(
            _CHANGE,
            _S,
            "{who} locked {count} keys anew with the master key {key}.",
            needs=_of("count", "key"),
            shown_to_person=False,
        ),
        Kind.PURGED: Deed(
            _CHANGE,
            _S,
            "{who} removed {count} rows that had been kept long enough: {rule}.",
            needs=_of("count", "rule"),
            shown_to_person=False,
        ),
        Kind.SEED_BEGUN: Deed(
            _CHANGE,
            _S,
            "{who} began to put in invented people, to show how this works.",
            shown_to_person=False,
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
