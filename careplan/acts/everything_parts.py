"""What is kept of one person, part by part: the file it becomes, in their words, and its tables.

Every table of the database is named here once, in a part or with the reason why it is in none, so
that nobody adds a table and forgets whoever asks for all that is kept about them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from careplan.accounts.grants import State
from careplan.acts.invitation_file import report_csv
from careplan.acts.own_told import told_by
from careplan.acts.reading import every_look
from careplan.acts.signing_in import DEVICE
from careplan.acts.world import World
from careplan.plan.care_plan import OWN_WORDS
from careplan.store.accounts import account_of, devices_of, patients_of_account
from careplan.store.annotations import annotations_of
from careplan.store.carers import grants_of_patient
from careplan.store.consents import consents_of
from careplan.store.conversation import threads_of
from careplan.store.db import Transaction
from careplan.store.drafts import drafts_of
from careplan.store.erasure_requests import requests_of
from careplan.store.errands import errands_of
from careplan.store.handovers import handover_of
from careplan.store.links import links_of
from careplan.store.notices import choices_of
from careplan.store.outside import outside_of
from careplan.store.passkeys import passkeys_of
from careplan.store.patients import face_of, patient_of
from careplan.store.phones import phones_of
from careplan.store.photos import photo_of
from careplan.store.private_words import notes_of
from careplan.store.replies import replies_of
from careplan.store.sessions import sessions_of
from careplan.store.signatures import signature_of
from careplan.store.tapping import tappers_of
from careplan.store.teams import team_of
from careplan.store.versions import history_of, version_of
from careplan.store.visits import visits_of
from careplan.summary.wording import moment

_OURS = frozenset(
    {
        *(
            "account_id",
            "annotation_id",
            "by_id",
            "clinical",
            "credential_id",
            "facts",
            "grant",
            "id",
            "link_id",
        ),
        *("note_id", "opening_id", "patient_id", "phone_id", "public_key", "replaced_by"),
        *("sign_count", "signature_id", "signed_by", "tap_id", "team_id", "updated_by"),
        "visit_id",
    }
)
"""Names that only this service's own rows go by, and what is written elsewhere in the file."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose, within the one transaction that reads it all."""

    world: World
    tx: Transaction
    patient_id: UUID
    account_id: UUID
    at: datetime


Files = Iterator[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Part:
    """`name` is how the file, or each of its files, begins. `words`: what it is, for the reader."""

    name: str
    words: str
    tables: tuple[str, ...]
    files: Callable[[Asked], Files]


# --- the parts -------------------------------------------------------------------------------


def _versions(asked: Asked) -> Files:
    """The very bytes that were published."""
    for head in history_of(asked.tx, asked.patient_id):
        kept = version_of(asked.tx, asked.patient_id, head.number)
        if kept is not None:
            yield f"versions/version-{head.number}-whole-plan.json", kept.record
            yield f"versions/version-{head.number}-emergency-page.json", kept.emergency


def _signatures(asked: Asked) -> Files:
    """What each put their name to, as the bytes that were signed, and who it was."""
    heads = reversed(history_of(asked.tx, asked.patient_id))
    ids = dict.fromkeys(head.signature_id for head in heads if head.signature_id is not None)
    for number, signature_id in enumerate(ids, 1):
        kept = signature_of(asked.tx, asked.patient_id, signature_id)
        if kept is not None:
            yield f"signatures/signature-{number}-who.json", _json(kept)
            yield f"signatures/signature-{number}-what-was-signed.json", kept.clinical


def _about(asked: Asked) -> Files:
    patient = patient_of(asked.tx, asked.patient_id)
    moving = handover_of(asked.tx, asked.patient_id)
    team = team_of(asked.tx, patient.team_id) if patient and patient.team_id else None
    new_team = team_of(asked.tx, moving.to_team) if moving else None
    facts = {
        "you": face_of(asked.tx, asked.patient_id),
        "plan_begun_at": patient and patient.created_at,
        "how_your_plan_stands": patient and patient.standing,
        "team": team,
        "moving": moving and {"on": moving.move_on, "to": new_team, "agreed": moving.agreed},
    }
    yield "about-you.json", _json(facts)


def _drafts(asked: Asked) -> Files:
    """Only what the person writes: what a team has not signed must not be found on a telephone."""
    kept = drafts_of(asked.tx, asked.patient_id)
    own = [kept[section] for section in OWN_WORDS if section in kept]
    if own:
        yield "your-drafts.json", _json(own)


def _private(asked: Asked) -> Files:
    notes = notes_of(asked.tx, asked.patient_id)
    if notes:
        told = (f"{moment(one.updated_at)}\n\n{one.text}\n" for one in notes)
        yield "private-words.txt", "\n----\n\n".join(told).encode()


def _photo(asked: Asked) -> Files:
    kept = photo_of(asked.tx, asked.patient_id)
    if kept is not None:
        yield "photo.jpg", kept


def _conversations(asked: Asked) -> Files:
    yield from _list("conversations.json", threads_of(asked.tx, asked.patient_id))


def _called_wrong(asked: Asked) -> Files:
    yield from _list("what-you-called-wrong.json", annotations_of(asked.tx, asked.patient_id))


def _visits(asked: Asked) -> Files:
    yield from _list("visits.json", visits_of(asked.tx, asked.patient_id))


def _told(asked: Asked) -> Files:
    yield "what-you-told.json", told_by(asked.tx, asked.patient_id)


def _replies(asked: Asked) -> Files:
    yield from _list("what-departments-said.json", replies_of(asked.tx, asked.patient_id))


def _consents(asked: Asked) -> Files:
    yield from _list("what-you-agreed-to.json", consents_of(asked.tx, asked.patient_id))


def _links(asked: Asked) -> Files:
    """Without what opens them, and without the number by which a card could be found."""
    found = [_plain(one.facts) | _plain(one) for one in links_of(asked.tx, asked.patient_id)]
    yield from _list("links.json", found)


def _helpers(asked: Asked) -> Files:
    """Whether an access is paused is not said: who put pressure on the person may be reading."""
    found = [
        _plain(one.grant, but=frozenset({"state"})) | {"ended": one.grant.state is State.ENDED}
        for one in grants_of_patient(asked.tx, asked.patient_id)
    ]
    yield from _list("people-who-help-you.json", found)


def _wishes(asked: Asked) -> Files:
    errands = errands_of(asked.tx, asked.patient_id)
    erasure = requests_of(asked.tx, asked.patient_id)
    if errands or erasure:
        facts = {"new_cards": errands, "erasing_your_plan": erasure}
        yield "what-you-asked-for.json", _json(facts)


def _phones(asked: Asked) -> Files:
    copies = phones_of(asked.tx, asked.patient_id, at=asked.at)
    taps = tappers_of(asked.tx, asked.patient_id)
    if copies or taps:
        facts = {"phones_with_a_copy": copies, "phones_that_say_i_am_going_in": taps}
        yield "phones.json", _json(facts)


def _account(asked: Asked) -> Files:
    account = account_of(asked.tx, asked.account_id)
    if account is None:
        return
    facts = {
        "name": account.name,
        "email": account.email,
        "made_at": account.created_at,
        "password_changed_at": account.password_changed_at,
        "second_step_since": account.second_factor_since,
        "your_plan_since": [
            one.since
            for one in patients_of_account(asked.tx, asked.account_id)
            if one.patient_id == asked.patient_id
        ],
        "passkeys": passkeys_of(asked.tx, asked.account_id),
        "sign_ins_elsewhere": outside_of(asked.tx, asked.account_id),
        "signed_in": [
            {
                "on": one.data.get(DEVICE, ""),
                "since": one.created_at,
                "last_used_at": one.last_seen_at,
            }
            for one in sessions_of(asked.tx, asked.account_id)
        ],
        "kinds_of_device_known": devices_of(asked.tx, asked.account_id) or {},
        "emails_you_asked_for": [
            sorted(one.kinds)
            for one in choices_of(asked.tx, asked.patient_id)
            if one.account_id == asked.account_id
        ],
    }
    yield "account.json", _json(facts)


def _log(asked: Asked) -> Files:
    lines = [
        (moment(one.at), one.text) for one in every_look(asked.world, asked.tx, asked.patient_id)
    ]
    yield "who-looked.txt", "\n".join(f"{at}: {text}" for at, text in lines).encode()
    yield "who-looked.csv", report_csv([("When (London)", "What"), *lines])


PARTS: tuple[Part, ...] = (
    Part(
        "versions/",
        "Each plan that was published, as computers read it (FHIR): the whole plan, and the "
        "emergency page.",
        ("plan_version",),
        _versions,
    ),
    Part(
        "signatures/",
        "What your doctors signed, who they are and what they wrote when they signed.",
        ("signature",),
        _signatures,
    ),
    Part(
        "about-you.json",
        "Your name, your numbers, your team, and your move to another team if there is one.",
        ("patient", "handover"),
        _about,
    ),
    Part(
        "your-drafts.json",
        "What you typed, published or not.",
        ("section_draft",),
        _drafts,
    ),
    Part(
        "private-words.txt",
        "Your private words. Nobody else can read them here; whoever opens this file can.",
        ("private_note",),
        _private,
    ),
    Part("photo.jpg", "Your photo.", ("photo",), _photo),
    Part(
        "conversations.json",
        "What you and your team wrote to each other.",
        ("thread", "thread_entry"),
        _conversations,
    ),
    Part(
        "what-you-called-wrong.json",
        "What you said is wrong in your plan, and your team’s answers.",
        ("annotation",),
        _called_wrong,
    ),
    Part(
        "visits.json",
        "Each time you pressed “I’m going in”, and what was tapped.",
        ("visit", "visit_tap"),
        _visits,
    ),
    Part(
        "what-you-told.json",
        "What was told of your visits, and your answers about fairness.",
        ("visit_report", "equality"),
        _told,
    ),
    Part(
        "what-departments-said.json",
        "What emergency departments said after reading your plan.",
        ("department_reply",),
        _replies,
    ),
    Part(
        "what-you-agreed-to.json",
        "What you said yes or no to, each time.",
        ("consent",),
        _consents,
    ),
    Part(
        "links.json",
        "Your links and cards: what each is called, when it was made and how often it was opened.",
        ("link",),
        _links,
    ),
    Part("people-who-help-you.json", "Whom you let help you.", ("carer_grant",), _helpers),
    Part(
        "what-you-asked-for.json",
        "New cards you asked for, and whether you asked us to erase your plan.",
        ("errand",),
        _wishes,
    ),
    Part(
        "phones.json",
        "Phones that keep a copy, or that have “I’m going in”.",
        ("kept_phone", "tapping_phone"),
        _phones,
    ),
    Part(
        "account.json",
        "Your account: name, e-mail, passkeys, other sign-ins, where you are signed in, which"
        " e-mails you want.",
        ("account", "account_patient", "session", "passkey", "outside_identity", "notice_choice"),
        _account,
    ),
    Part(
        "who-looked.",
        "The page “Who looked”, from the first day on: as text and for a spreadsheet.",
        ("audit_event",),
        _log,
    ),
)

LEFT_OUT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "What was told to your team in private. Whoever holds your phone could find it here. "
        "Ask your team for it.": ("quiet_note",),
        "Documents about you that other computers sent to your team. Ask your team for them.": (
            "received",
            "received_key",
            "unplaced",
        ),
        "Passwords, codes, keys and the addresses of your links. With them, whoever finds this "
        "file could open your plan or come in as you.": (
            *("directory", "link_file", "issued_card", "wrong_answer", "clinic_code", "carer_code"),
            *("recovery_code", "ceremony"),
        ),
        "Printed pages, lists and marks that computers make from what is in here: to find it, to "
        "send you an e-mail that says there is news, to see that nothing was changed.": (
            *("rendition", "search_word", "thread_seen", "notice_due", "notice_sent", "outbox"),
            *("trail_head", "counter", "replayed"),
        ),
        "Your work for a hospital, if you have any here, and a hospital’s lists of many people. "
        "Ask the hospital.": (
            *("membership", "staff_invitation", "invitation_batch", "invitation_row"),
        ),
    }
)
"""For whoever reads what is in the file: why something is not, and which tables that is."""

NOBODYS: Mapping[str, str] = MappingProxyType(
    {
        "team": "an organisation; the person's own is named in about-you.json",
        "service_head": "the service's own trail",
        "service_event": "the service's own trail, and its staff's",
        "card_key": "the service's own keys",
        "hospital": "public facts",
        "deprivation": "public facts",
        "measure_sheet": "sums that name nobody",
        "measure_promise": "what somebody promised in public",
        "partner": "an organisation's computer",
        "partner_token": "an organisation's computer",
        "partner_assertion": "an organisation's computer",
    }
)
"""Tables that say nothing of a person, and why."""


# --- as text -----------------------------------------------------------------------------------


def _list(name: str, found: Any) -> Files:
    """No file where there is nothing."""
    if found:
        yield name, _json(found)


def _json(value: Any) -> bytes:
    return json.dumps(_plain(value), ensure_ascii=False, indent=1).encode()


def _plain(value: Any, *, but: frozenset[str] = frozenset()) -> Any:
    """As JSON has it. Bytes have no place in it: they raise, rather than be left out unseen."""
    if is_dataclass(value):
        names = (one.name for one in fields(value) if one.name not in _OURS | but)
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"{type(value).__name__} has no place in a file that people read")
