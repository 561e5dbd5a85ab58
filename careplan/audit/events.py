"""One deed as it is written down: who, when, about whom; its exact bytes, and its sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import cast

from careplan.audit.kinds import ALWAYS, DEEDS, NUMBERS, PHRASES, About, Kind, Nature, every_phrase

__all__ = [
    "Actor",
    "ActorKind",
    "AuditEvent",
    "BadEvent",
    "Kind",
    "Nature",
    "every_text",
    "from_bytes",
    "sentence",
    "shown_to_person",
    "stranger",
    "to_bytes",
]

_FORMAT = 1
_LONGEST = 200
# Control characters, halves of surrogate pairs, and the separators of lines and paragraphs.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_REORDERING = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
_OPTIONAL = re.compile(r"\[([^\]]*)\]")
_FACT = re.compile(r"\{([a-z_]+)\}")


class BadEvent(ValueError):
    """An event that says too much, too little, or something its kind does not allow."""


class ActorKind(StrEnum):
    PATIENT = "patient"
    CARER = "carer"
    STAFF = "staff"
    ED_READER = "ed_reader"
    PARTNER = "partner"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it. An ED reader's name is only what they typed: `stranger` makes one."""

    kind: ActorKind
    id: str | None
    name: str
    organisation: str | None = None

    def __post_init__(self) -> None:
        _plain_text("the actor's name", self.name)
        for what, value in (("id", self.id), ("organisation", self.organisation)):
            if value is not None:
                _plain_text(f"the actor's {what}", value, least=1)


@dataclass(frozen=True, slots=True)
class AuditEvent:
    kind: Kind
    at: datetime
    actor: Actor
    patient_id: str | None
    what: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if self.at.utcoffset() != timedelta(0):
            raise BadEvent("the time of an event is in UTC, and says so")
        object.__setattr__(self, "at", self.at.astimezone(UTC))
        about = DEEDS[self.kind].about
        if (about is About.PERSON) and self.patient_id is None:
            raise BadEvent(f"{self.kind} happens to a person's plan: whose?")
        if (about is About.SERVICE) and self.patient_id is not None:
            raise BadEvent(f"{self.kind} belongs to no one person")
        if self.patient_id is not None:
            _plain_text("the person's id", self.patient_id, least=1)
        _check_facts(self.kind, self.what)
        object.__setattr__(self, "what", MappingProxyType(dict(sorted(self.what.items()))))


def stranger(recipient: str, *, organisation: str | None = None) -> Actor:
    """Somebody without an account, by the name they typed, made fit to write down.

    Opening an emergency page must not fail because of what was typed there. `organisation` is
    for a place we know ourselves, never for what was typed.
    """
    spaced = _FORBIDDEN.sub(" ", _REORDERING.sub("", recipient))
    name = " ".join(spaced.split())
    if len(name) > _LONGEST:
        name = name[: _LONGEST - 1] + "…"
    return Actor(kind=ActorKind.ED_READER, id=None, name=name, organisation=organisation)


def to_bytes(event: AuditEvent) -> bytes:
    """The one spelling of this event: sorted keys, no spaces, UTF-8."""
    return _canonical(
        {
            "actor": {
                "id": event.actor.id,
                "kind": event.actor.kind.value,
                "name": event.actor.name,
                "organisation": event.actor.organisation,
            },
            "at": event.at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z",
            "format": _FORMAT,
            "kind": event.kind.value,
            "patient": event.patient_id,
            "what": dict(event.what),
        }
    )


def from_bytes(data: bytes) -> AuditEvent:
    """Strict: anything but the exact bytes `to_bytes` writes raises."""
    try:
        plain = json.loads(data.decode("utf-8"))
        event = _from_plain(plain)
    except BadEvent:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        raise BadEvent(f"these bytes are not an event: {problem}") from problem
    if to_bytes(event) != data:
        raise BadEvent("these bytes are not the exact bytes of the event they describe")
    return event


_OTHERS = frozenset({ActorKind.CARER, ActorKind.STAFF, ActorKind.ED_READER, ActorKind.PARTNER})


def shown_to_person(event: AuditEvent) -> bool:
    """Whether "who looked at my plan" lists it: another person's look always is listed."""
    deed = DEEDS[event.kind]
    other = event.actor.kind in _OTHERS
    look = deed.nature is Nature.LOOK and event.patient_id is not None
    return deed.shown_to_person or (other and look)


def sentence(
    event: AuditEvent,
    *,
    translated: Callable[[str], str] = str,
    named: Callable[[str, str], str] | None = None,
) -> str:
    """The event as its person reads it. `named` puts an id (of a section…) in words."""
    said = {key: _said(key, value, translated, named) for key, value in event.what.items()}
    said["who"] = _who(event.actor, translated)

    def optional(part: re.Match[str]) -> str:
        return part[1] if set(_FACT.findall(part[1])) <= said.keys() else ""

    says = _OPTIONAL.sub(optional, translated(DEEDS[event.kind].says))
    text = _FACT.sub(lambda fact: said[fact[1]], says)
    return f"{text} {said['late']}" if "late" in said else text


def every_text() -> Iterator[str]:
    """Every text that can be asked to be translated."""
    yield from every_phrase()
    yield from sorted({text for ways in _WHO.values() for text in ways.values()})


# How the doer is named, by what is known of them: a name, a place, both or neither.
_STAFF: Mapping[tuple[bool, bool], str] = {
    (True, True): "{name} ({organisation})",
    (True, False): "{name}",
    (False, True): "Someone at {organisation}",
    (False, False): "A member of staff",
}
_READER: Mapping[tuple[bool, bool], str] = {
    (True, True): "{organisation}",
    (True, False): "Someone who gave the name “{name}”",
    (False, True): "{organisation}",
    (False, False): "Someone",
}
_CARER: Mapping[tuple[bool, bool], str] = {
    (True, True): "{name} ({organisation}), who helps you,",
    (True, False): "{name}, who helps you,",
    (False, True): "Someone at {organisation}, who helps you,",
    (False, False): "Someone who helps you",
}
_PARTNER: Mapping[tuple[bool, bool], str] = {
    (True, True): "A computer system of {organisation} ({name})",
    (True, False): "A computer system ({name})",
    (False, True): "A computer system of {organisation}",
    (False, False): "A computer system",
}
_WHO: Mapping[ActorKind, Mapping[tuple[bool, bool], str]] = {
    ActorKind.PATIENT: dict.fromkeys(_STAFF, "You"),
    ActorKind.CARER: _CARER,
    ActorKind.STAFF: _STAFF,
    ActorKind.ED_READER: _READER,
    ActorKind.PARTNER: _PARTNER,
    ActorKind.SYSTEM: dict.fromkeys(_STAFF, "This service"),
}


def _who(actor: Actor, translated: Callable[[str], str]) -> str:
    said = {"name": actor.name, "organisation": actor.organisation or ""}
    text = translated(_WHO[actor.kind][bool(actor.name), bool(actor.organisation)])
    return _FACT.sub(lambda fact: said[fact[1]], text)


def _said(
    key: str,
    value: str,
    translated: Callable[[str], str],
    named: Callable[[str, str], str] | None,
) -> str:
    if key in PHRASES:
        return translated(PHRASES[key][value])
    return named(key, value) if named else value.replace("_", " ")


def _check_facts(kind: Kind, what: Mapping[str, str]) -> None:
    deed = DEEDS[kind]
    missing = deed.needs - what.keys()
    if missing:
        raise BadEvent(f"{kind} must name {', '.join(sorted(missing))}")
    unknown = what.keys() - deed.needs - deed.may - ALWAYS
    if unknown:
        raise BadEvent(f"{kind} may not name {', '.join(sorted(unknown))}")
    for key, value in what.items():
        _plain_text(f"{key} of {kind}", value, least=1)
        if key in PHRASES and value not in PHRASES[key]:
            raise BadEvent(f"{key} of {kind} must be one of {', '.join(PHRASES[key])}")
        if key in NUMBERS and not _NUMBER.fullmatch(value):
            raise BadEvent(f"{key} of {kind} must be a whole number")


def _plain_text(what: str, value: str, *, least: int = 0) -> None:
    if not isinstance(value, str):
        raise BadEvent(f"{what} must be text")
    if not least <= len(value) <= _LONGEST:
        raise BadEvent(f"{what} must have {least} to {_LONGEST} letters, not {len(value)}")
    if _FORBIDDEN.search(value):
        raise BadEvent(f"{what} holds a character that cannot be shown")


def _canonical(plain: Mapping[str, object]) -> bytes:
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8")


def _from_plain(plain: Mapping[str, object]) -> AuditEvent:
    actor = cast("Mapping[str, str]", plain["actor"])
    return AuditEvent(
        kind=Kind(cast("str", plain["kind"])),
        at=datetime.fromisoformat(cast("str", plain["at"])),
        actor=Actor(
            kind=ActorKind(actor["kind"]),
            id=actor["id"],
            name=actor["name"],
            organisation=actor["organisation"],
        ),
        patient_id=cast("str | None", plain["patient"]),
        what=cast("Mapping[str, str]", plain["what"]),
    )
