"""Times as the wire has them: ISO 8601 in UTC with three digits behind the second (papra-api, section 1)."""

from __future__ import annotations

from datetime import datetime


def write_time(moment: datetime) -> str:
    """Return a UTC time as the wire has it."""
    return f"{moment.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
