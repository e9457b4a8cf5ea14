"""Keys and hashes as one value of a statement: a list of parameters is another statement for each length, put together
anew.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Select, bindparam, column, func, select

LISTED_KEYS: Final[Select[tuple[Any]]] = select(column("value")).select_from(func.json_each(bindparam("keys")))
"""What `key.in_(LISTED_KEYS)` looks in; `list_keys` gives the parameter."""

LISTED_VALUES: Final[Select[tuple[Any]]] = select(column("value")).select_from(func.json_each(bindparam("values")))
"""The same for texts; `list_values` gives the parameter."""


def list_keys(keys: Sequence[int]) -> dict[str, str]:
    """Return the parameter of a statement with LISTED_KEYS."""
    return {"keys": json.dumps(list(keys))}


def list_values(values: Sequence[str]) -> dict[str, str]:
    """Return the parameter of a statement with LISTED_VALUES."""
    return {"values": json.dumps(list(values))}
