"""The one place that asks what time it is. Everything else is told."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def now() -> datetime:
    """This moment in UTC, to the second: what is stored can always be said exactly."""
    return datetime.now(UTC).replace(microsecond=0)


def pause(seconds: float) -> None:
    """Makes whoever asked wait. Nothing may be locked meanwhile."""
    if seconds > 0:
        time.sleep(seconds)


def london(moment: datetime) -> datetime:
    """The same moment as the clock on the wall shows it."""
    return moment.astimezone(LONDON)


def today(moment: datetime) -> date:
    """The calendar day in the United Kingdom at `moment`."""
    return london(moment).date()
