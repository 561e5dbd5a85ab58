"""Whose key a sealed value is kept under: a person's, an account's, or the service's own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class OwnerKind(StrEnum):
    PATIENT = "patient"
    ACCOUNT = "account"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Owner:
    kind: OwnerKind
    id: UUID | None = None


SERVICE = Owner(OwnerKind.SERVICE)


def of_patient(patient_id: UUID) -> Owner:
    return Owner(OwnerKind.PATIENT, patient_id)


def of_account(account_id: UUID) -> Owner:
    return Owner(OwnerKind.ACCOUNT, account_id)
