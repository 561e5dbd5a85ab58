"""Professional registration: the number that stands beside a signature, so that it can be checked.

We check its shape only. That the person holds it, and that their body and training let them
prescribe, is checked by the team that verifies it, on the regulator's own register.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Body(StrEnum):
    """The regulators whose registers a team can look a person up on."""

    GMC = "GMC"
    NMC = "NMC"
    GPHC = "GPhC"
    HCPC = "HCPC"


FULL_NAMES: Mapping[Body, str] = MappingProxyType(
    {
        Body.GMC: "General Medical Council",
        Body.NMC: "Nursing and Midwifery Council",
        Body.GPHC: "General Pharmaceutical Council",
        Body.HCPC: "Health and Care Professions Council",
    }
)
EXAMPLES: Mapping[Body, str] = MappingProxyType(
    {Body.GMC: "7012345", Body.NMC: "07A1234E", Body.GPHC: "2012345", Body.HCPC: "PH12345"}
)
_SHAPES: Mapping[Body, re.Pattern[str]] = MappingProxyType(
    {
        Body.GMC: re.compile(r"[0-9]{7}"),
        Body.NMC: re.compile(r"[0-9]{2}[A-Z][0-9]{4}[A-Z]"),
        Body.GPHC: re.compile(r"[0-9]{7}"),
        # Most professions have two letters; psychologists (PYL) and two others have three.
        Body.HCPC: re.compile(r"[A-Z]{2,3}[0-9]{3,6}"),
    }
)


class NotARegistrationNumber(ValueError):
    """The text is not in the shape its body uses, or names no body we know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A number on a register; `verified_at` is when the team checked it, None until then."""

    body: Body
    number: str
    verified_at: datetime | None = None

    def __post_init__(self) -> None:
        if not _SHAPES[self.body].fullmatch(self.number):
            raise NotARegistrationNumber(f"not in the shape of {EXAMPLES[self.body]}")

    def __str__(self) -> str:
        return f"{self.body} {self.number}"

    @property
    def verified(self) -> bool:
        return self.verified_at is not None


def read_registration(text: str, *, body: Body | None = None) -> Registration:
    """Read `07a 1234e` for a known body, or `GMC 7012345` alone. Never verified by being read."""
    plain = re.sub(r"[\s.:/-]", "", unicodedata.normalize("NFKC", text)).upper()
    for known in Body:
        if plain.startswith(known.upper()) and body in {None, known}:
            number = plain.removeprefix(known.upper()).removeprefix("NO").removeprefix("NUMBER")
            return Registration(body=known, number=number)
    if body is None:
        raise NotARegistrationNumber("does not say which body: GMC, NMC, GPhC or HCPC")
    return Registration(body=body, number=plain)
