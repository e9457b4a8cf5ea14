"""Times: integer milliseconds since 1970 UTC inside, timezone-aware UTC datetimes outside."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def now_milliseconds() -> int:
    """Return the current time."""
    return time.time_ns() // 1_000_000


def to_milliseconds(moment: datetime) -> int:
    """Return a datetime as milliseconds, cut to whole ones; a naive datetime is read as UTC."""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MILLISECOND


def to_datetime(milliseconds: int) -> datetime:
    """Return milliseconds as a UTC datetime."""
    return _EPOCH + timedelta(milliseconds=milliseconds)
