"""What the administrator's pages say of another organisation's system, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from careplan.accounts.partners import NEVER_BY_STAR, Purpose, Scopes, read_scopes
from careplan.acts.partners import BadPartner, Blank
from careplan.keys.partner_keys import Fault, NotKeys, kept_keys
from careplan.partners.jwks import BadAddress, CannotFetch
from careplan.store.partners import KeptPartner
from careplan.web.team.chips import Chip
from careplan.web.words import _

GRANTS = {
    "read": "system/*.rs",
    "send": "system/CarePlan.c system/Bundle.c",
    "trail": "system/AuditEvent.rs",
}
"""What a form offers, and the scopes that each is."""


@dataclass(frozen=True, slots=True)
class System:
    """A client as the pages show it."""

    client_id: str
    name: str
    organisation: str
    ods: str
    purpose: str
    of_whom: str
    may: tuple[str, ...]
    scopes: str
    chip: Chip
    active: bool
    since: datetime
    last_used: datetime | None
    keys_from: str
    keys: tuple[str, ...]
    href: str


def system_of(kept: KeptPartner) -> System:
    one = kept.partner
    return System(
        client_id=str(one.partner_id),
        name=one.name,
        organisation=one.organisation,
        ods=one.ods or "",
        purpose=purposes()[one.purpose][0],
        of_whom=purposes()[one.purpose][1],
        may=may(one.scopes),
        scopes=_spelt(one.scopes),
        chip=Chip(_("Let in"), "green") if one.active else Chip(_("Suspended"), "red"),
        active=one.active,
        since=one.made_at,
        last_used=kept.last_used_at,
        keys_from=kept.jwks_url or "",
        keys=tuple(key["kid"] for key in kept_keys(kept.jwks).keys),
        href=url_for("team.partner", partner_id=one.partner_id),
    )


def purposes() -> dict[Purpose, tuple[str, str]]:
    """What it is, and of whom it may read."""
    return {
        Purpose.AMBULANCE: (
            _("An ambulance service, or 111"),
            _("It reads of people who let ambulance crews read their plan."),
        ),
        Purpose.GP: (
            _("A GP practice’s system"),
            _("It reads of people who let their GP practice have a copy."),
        ),
        Purpose.EMERGENCY: (
            _("An emergency department’s system"),
            _("It reads of people who let emergency staff look them up without their card."),
        ),
        Purpose.OWN_TRUST: (
            _("A system of our own hospital, such as its patient record"),
            _("It reads of everybody whose plan your team looks after."),
        ),
    }


def may(scopes: Scopes) -> tuple[str, ...]:
    """What it may do, one line for each."""
    deeds = {kind: deeds for kind, deeds in scopes.may.items() if kind not in NEVER_BY_STAR}
    reads = sorted(kind for kind, allowed in deeds.items() if allowed & {"r", "s"})
    whole = sorted(kind for kind in read_scopes(GRANTS["read"]).may)
    sends = any("c" in allowed for allowed in deeds.values())
    said = [
        (reads == whole, _("Find and read emergency pages, and each fact on them")),
        (bool(reads) and reads != whole, _("Read parts of emergency pages")),
        (sends, _("Send plans to your team to look at")),
        (bool(scopes.may.keys() & NEVER_BY_STAR), _("Read who looked at whose plan")),
    ]
    return tuple(words for is_so, words in said if is_so)


def _spelt(scopes: Scopes) -> str:
    """As its people will ask for them; a star says it shorter where it says the same."""
    whole = (read_scopes(text).within(scopes) == read_scopes(text) for text in GRANTS.values())
    short = " ".join(text for text, has in zip(GRANTS.values(), whole, strict=True) if has)
    return short if read_scopes(short) == scopes else str(scopes)


def sentences(problem: BadPartner | NotKeys | CannotFetch, *, at_url: bool) -> dict[str, str]:
    """What is wrong, by the box it is wrong in."""
    if isinstance(problem, BadPartner):
        return {_BOX[part]: _blank(part) for part in problem.parts}
    box = "jwks_url" if at_url else "jwks"
    if isinstance(problem, BadAddress):
        said = _("Keys cannot be fetched from this address: %(why)s.", why=_(str(problem)))
    elif isinstance(problem, CannotFetch):
        said = _("We asked that address for the keys, but %(why)s.", why=_(str(problem)))
    else:
        said = _fault(problem)
    return {box: said}


_BOX = {
    Blank.NAME: "name",
    Blank.ORGANISATION: "organisation",
    Blank.ODS: "ods",
    Blank.SCOPES: "may",
    Blank.TRAIL: "may",
    Blank.KEYS: "jwks_url",
}


def _blank(part: Blank) -> str:
    return {
        Blank.NAME: _("Write what the system is called, in 80 letters or fewer."),
        Blank.ORGANISATION: _("Write whose system it is, in 80 letters or fewer."),
        Blank.ODS: _("An ODS code has 3 to 10 letters and digits."),
        Blank.SCOPES: _("Choose what it may do."),
        Blank.TRAIL: _("Only a system of your own hospital may read who looked at a plan."),
        Blank.KEYS: _("Give the address of its keys, or paste them: one of the two."),
    }[part]


def _fault(problem: NotKeys) -> str:
    return {
        Fault.UNREADABLE: _("This is not a set of public keys (a JWK Set in JSON)."),
        Fault.TOO_LARGE: _("A set has at most 50 keys and 64 kilobytes."),
        Fault.PRIVATE: _(
            "This set holds a private key, which must never leave the other organisation. Tell "
            "them that it has been seen, and ask for the public keys of a new one. Nothing was "
            "kept."
        ),
        Fault.NONE_USABLE: _(
            "No key of this set can be used: an RSA key of 2048 bits or more, or an EC key on "
            "P-384, is needed, with a name (kid). %(why)s",
            why="; ".join(problem.why[:5]),
        ),
        Fault.TWICE: _("Two keys of this set go by the same name (kid)."),
    }[problem.fault]
