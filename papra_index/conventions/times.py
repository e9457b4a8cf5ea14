"""Times: integer milliseconds since 1970 UTC inside, timezone-aware UTC datetimes outside; time zones by name."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, tzinfo

from papra_index.errors import InvalidInput

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND


def now_milliseconds() -> int:
    """Return the current time."""
    return time.time_ns() // 1_000_000


def to_milliseconds(moment: datetime) -> int:
    """Return a datetime as milliseconds, cut to whole ones; a naive datetime is read as UTC.

    Raises InvalidInput for anything else, and for a time that in UTC is outside the years 1 to 9999.
    """
    if not isinstance(moment, datetime):
        raise InvalidInput(f"{moment!r} is not a datetime: give one, such as datetime(2024, 3, 15, tzinfo=UTC)")
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    milliseconds = (aware - _EPOCH) // _MILLISECOND
    if not _FIRST <= milliseconds <= _LAST:
        raise InvalidInput(f"{moment.isoformat()} is outside the years 1 to 9999 in UTC: give another date")
    return milliseconds


def to_datetime(milliseconds: int) -> datetime:
    """Return milliseconds as a UTC datetime."""
    seconds, rest = divmod(milliseconds, 1_000)
    return _EPOCH + timedelta(0, seconds, rest * 1_000)


def write_time(moment: datetime) -> str:
    """Return a UTC time as the wire has it: ISO 8601 with three digits behind the second (papra-api, section 1)."""
    return f"{moment.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def find_time_zone(name: str) -> tzinfo:
    """Return the time zone of an IANA name such as Europe/Berlin. Raises InvalidInput when there is none."""
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError, TypeError) as error:
        raise InvalidInput(f"{name!r} is not a time zone: give an IANA name, such as UTC or Europe/Berlin") from error
