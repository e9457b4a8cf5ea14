"""Public ids: a prefix for the kind and 24 random characters in the form of CUID2 (papra-api, section 4)."""

from __future__ import annotations

import os
import re

from papra_index.errors import InvalidIdentifier

_LETTERS = b"abcdefghijklmnopqrstuvwxyz"
_CHARACTERS = b"0123456789" + _LETTERS
# Reducing a random byte modulo 36 favours four characters by a seventh; 118 of the 119 bits remain.
_TO_CHARACTER = bytes(_CHARACTERS[byte % len(_CHARACTERS)] for byte in range(256))
_TO_LETTER = bytes(_LETTERS[byte % len(_LETTERS)] for byte in range(256))

_KINDS = {
    "doc": "a document",
    "tag": "a tag",
    "org": "an organization",
    "doc_act": "an activity",
    "usr": "a user",
    "ak": "an API key",
    "syn": "a synonym",
    "cpd": "a property",
    "cpso": "a property option",
    "wbh": "a webhook",
    "tr": "a tagging rule",
    "task": "a task",
    "msg": "a delivery",
}
_PATTERNS = {prefix: re.compile(f"{prefix}_[a-z0-9]{{24}}") for prefix in _KINDS}


def generate_id(prefix: str) -> str:
    """Return a new id such as `doc_k3x…`; ids are not ordered by time."""
    random = os.urandom(24)
    return f"{prefix}_{(random[:1].translate(_TO_LETTER) + random[1:].translate(_TO_CHARACTER)).decode()}"


def check_id(prefix: str, value: object) -> str:
    """Return `value` if it has the form of its kind; raises InvalidIdentifier otherwise."""
    if not has_id_form(prefix, value):
        raise InvalidIdentifier(_KINDS[prefix], value, prefix)
    return str(value)


def has_id_form(prefix: str, value: object) -> bool:
    """Whether `value` is a string in the form of an id of this kind."""
    return isinstance(value, str) and _PATTERNS[prefix].fullmatch(value) is not None
