"""Signing in at somebody else's: what the answer of another provider is worth here.

People come by NHS login, staff by a provider of their trust's. A provider says who somebody is to
it; whose account that is here, and whether it is enough to be let in, is decided by us. Nobody is
ever known by an e-mail address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from careplan.accounts.grants import ADULT_FOR_THIS
from careplan.plan.values import nhs_number

LIVES = timedelta(minutes=10)
"""For as long may somebody be away at the provider."""
HIGHEST = "P9"
"""NHS login's word for: photo identification seen, and matched to one record."""
TWO_STEPS = ("P9.Cp.Cd", "P9.Cp.Ck", "P9.Cm")
"""The vectors of trust we ask of NHS login: that identity, with two steps of signing in."""
_LONGEST = 255


class Side(StrEnum):
    """For whom a provider signs in. It stands in the address that the provider sends them to."""

    PEOPLE = "people"
    STAFF = "staff"

    @property
    def kind(self) -> str:
        """The kind of account that may be opened by it, and no other."""
        return "person" if self is Side.PEOPLE else "staff"


class Purpose(StrEnum):
    """For what somebody went there. One is never ended as another."""

    SIGN_IN = "sign_in"
    JOIN = "join"
    INVITED = "invited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """`label` is what people call it. `second_factor`: the one value of `acr` by which a provider
    of staff says that two steps were taken; none, and ours is always asked for."""

    side: Side
    issuer: str
    client_id: str
    label: str
    second_factor: str = ""

    @property
    def algorithms(self) -> tuple[str, ...]:
        """In which its answers may be signed: keys of its own only, never a secret we share."""
        if self.side is Side.PEOPLE:
            return ("RS512",)
        return ("RS256", "RS512", "PS256", "ES256")

    @property
    def scope(self) -> str:
        return "openid profile email nhs_number" if self.side is Side.PEOPLE else "openid"


@dataclass(frozen=True, slots=True)
class Proven:
    """Somebody whose photograph and NHS record the provider has seen."""

    nhs_number: str
    born: date


def proven(claims: Mapping[str, Any]) -> Proven | None:
    """Who it is for certain; None where any of it is missing, or less was proved."""
    if claims.get("identity_proofing_level") != HIGHEST or claims.get("vot") not in TWO_STEPS:
        return None
    number, born = claims.get("nhs_number"), claims.get("birthdate")
    if not isinstance(number, str) or not isinstance(born, str):
        return None
    found = nhs_number(number)
    try:
        day = date.fromisoformat(born)
    except ValueError:
        return None
    return Proven(found, day) if found and day.isoformat() == born else None


def took_two_steps(provider: Provider, claims: Mapping[str, Any]) -> bool:
    """Whether the provider says that it asked for two: then ours is not asked for as well."""
    if provider.side is Side.PEOPLE:
        return claims.get("vot") in TWO_STEPS
    said = provider.second_factor
    return bool(said) and claims.get("acr") == said


def may_come_alone(age: int | None) -> bool:
    """Whose plan may be opened by them without having been in clinic first: at an age at which
    nobody else decides for them who reads it."""
    return age is not None and age >= ADULT_FOR_THIS


def contact(claims: Mapping[str, Any]) -> str | None:
    """An address at which they may be told things, which the provider has checked. It finds
    nobody's account."""
    said = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(said, str):
        return None
    return said if 0 < len(said) <= _LONGEST else None
