"""What stands in clear at the beginning of a backup, for whoever has to find the keys it needs.

It names keys and never holds one. Without the key of backups it is hearsay: it is proven by the
first piece that opens.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from careplan.plan.codec import canonical

_FORMAT = 1


class NotAHead(ValueError):
    """Not what this program writes at the beginning of a backup."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """`masters`: the master keys that wrap somebody's key. `service_key`: the id of the one that is
    worked out from PEPPER. `dictionaries`: those that the file holds, by number and SHA-256."""

    backup_id: UUID
    made_at: datetime
    revision: str
    masters: tuple[str, ...]
    service_key: str
    dictionaries: tuple[tuple[int, str], ...]

    def to_bytes(self) -> bytes:
        return canonical(
            {
                "backup": str(self.backup_id),
                "dictionaries": [list(one) for one in self.dictionaries],
                "format": _FORMAT,
                "made_at": self.made_at.astimezone(UTC).isoformat(timespec="seconds"),
                "masters": list(self.masters),
                "schema": self.revision,
                "service_key": self.service_key,
                "what": "a backup of My sickle cell plan",
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Head:
        """Raises NotAHead."""
        try:
            plain = json.loads(data)
            _must_be_known(plain["format"])
            return cls(
                backup_id=UUID(plain["backup"]),
                made_at=datetime.fromisoformat(plain["made_at"]),
                revision=str(plain["schema"]),
                masters=_texts(plain["masters"]),
                service_key=str(plain["service_key"]),
                dictionaries=tuple(
                    (int(number), str(sum_)) for number, sum_ in plain["dictionaries"]
                ),
            )
        except NotAHead:
            raise
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise NotAHead("its beginning is not one of a backup of this program") from problem


def _must_be_known(found: object) -> None:
    if found != _FORMAT:
        raise NotAHead(f"it is a backup in format {found}, which is not known here")


def _texts(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(map(str, values))
