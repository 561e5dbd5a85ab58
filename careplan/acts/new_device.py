"""Tells whoever owns an account that it was signed in to on a kind of device it does not know.

What is remembered is the words of the page ("Chrome on a Windows computer") and the last day, under
the account's own key: no address and no place. Somebody with the same kind of phone is not noticed.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from careplan.store.accounts import hold_devices, keep_devices
from careplan.store.db import Transaction
from careplan.store.outbox import add_message

NEW_DEVICE = "new-device"
"""The name of the message."""
KNOWN_FOR = timedelta(days=90)


def is_new_device(tx: Transaction, account_id: UUID, device: str, *, at: datetime) -> bool:
    """Whether this kind was not used for ninety days: then its owner is told. From now on it is
    known. An account's first sign-in is nobody's surprise."""
    if not device:
        return False
    known, today = hold_devices(tx, account_id), at.date()
    lately = _lately(known or {}, today)
    new = known is not None and device not in lately
    if lately.get(device) != today:
        keep_devices(tx, account_id, lately | {device: today})
    if new:
        add_message(tx, NEW_DEVICE, {"account": str(account_id)}, patient_id=None, at=at)
    return new


def _lately(known: dict[str, date], today: date) -> dict[str, date]:
    return {name: day for name, day in known.items() if today - day < KNOWN_FOR}
