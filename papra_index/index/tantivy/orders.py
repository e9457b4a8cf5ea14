"""Total orders as columns: each holds a value with the document's key below it, so that one column orders all documents
and a place in the order is a bound of a range.

Times and sizes are signed 64-bit integers. A name is a text of ASCII letters and digits that sorts as the name does:
the engine takes ranges of texts through its query parser only, which must never see what a user typed. The first of
its symbols are an integer too, since ordering by text costs a look into a dictionary for each candidate.
"""

from __future__ import annotations

import re
import string

from papra_index.conventions.folding import order_text

_KEY_BITS = 25
_VALUE_LIMIT = 1 << 37  # with 25 bits of key the order values fill 63 bits; undated documents take the value below
# The archive's own stamps sort by millisecond, as the catalog does: 41 bits of them reach from 1950 to 2089.
_STAMP_KEY_BITS = 22
_STAMP_ORIGIN = 1_577_836_800_000  # 2020-01-01
_STAMP_LIMIT = 1 << 41
_NAME_CHARACTERS = 400
_HEAD_SYMBOLS = 10  # of six bits each
_SYMBOLS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANKS = {symbol: rank for rank, symbol in enumerate(_SYMBOLS)}
# Characters in order; most of those that names are made of have one symbol, the others have one of these before theirs.
_NAME_END, _CONTROL, _SIGN, _GRAVE, _BEYOND = "0", "1", "S", "U", "v"
_SINGLE = [*" !\"#$%&'()*+,-./0123456789", None, "_", None, *string.ascii_lowercase]
_CHARACTERS = dict(zip(_SYMBOLS[2:], _SINGLE, strict=False))
_NAME = re.compile(f"(?:[{_CONTROL}{_SIGN}{_GRAVE}].|{_BEYOND}....|[^{_NAME_END}])*")
_CODE = re.compile(f"[{_CONTROL}{_SIGN}{_GRAVE}](.)|{_BEYOND}(....)|(.)")

ORDERS_VERSION = (1, _KEY_BITS, _VALUE_LIMIT, _STAMP_KEY_BITS, _STAMP_ORIGIN, _STAMP_LIMIT, _NAME_CHARACTERS)
"""What the values of the columns depend on, beside folding."""


def order_value(value: int | None, key: int) -> int:
    """Return a number that sorts by value, then by the low 25 bits of the key; None sorts below every value."""
    clamped = -_VALUE_LIMIT - 1 if value is None else min(max(value, -_VALUE_LIMIT), _VALUE_LIMIT)
    return (clamped << _KEY_BITS) | (key & ((1 << _KEY_BITS) - 1))


def read_value(order: int) -> int | None:
    """Return the value of an `order_value`."""
    value = order >> _KEY_BITS
    return value if value >= -_VALUE_LIMIT else None


def stamp_order(milliseconds: int, key: int) -> int:
    """Return a number that sorts by a time between 1950 and 2089, then by the low 22 bits of the key."""
    clamped = min(max(milliseconds - _STAMP_ORIGIN, -_STAMP_LIMIT), _STAMP_LIMIT - 1)
    return (clamped << _STAMP_KEY_BITS) | (key & ((1 << _STAMP_KEY_BITS) - 1))


def read_stamp(order: int) -> int:
    """Return the milliseconds of a `stamp_order`."""
    return (order >> _STAMP_KEY_BITS) + _STAMP_ORIGIN


class _Codes(dict[int, str]):
    """The symbols of each character: one for ASCII's letters, digits and most signs, two for the rest, five beyond."""

    def __missing__(self, code: int) -> str:
        if code > ord("z"):
            symbols = _BEYOND + "".join([_SYMBOLS[code // 62**power % 62] for power in (3, 2, 1, 0)])
        elif code < ord(" "):
            symbols = _CONTROL + _SYMBOLS[code]
        else:
            symbols = (_GRAVE if code > ord("_") else _SIGN) + _SYMBOLS[code - ord(":")]
        self[code] = symbols
        return symbols


_CODES = _Codes({ord(character): symbol for symbol, character in _CHARACTERS.items() if character})


def name_order(name: str, key: int) -> str:
    """Return a text of [0-9A-Za-z] that sorts as `order_text` does in its first 400 characters, then by key."""
    return encode_name(order_text(name), key)


def encode_name(ordered: str, key: int) -> str:
    """Return the `name_order` of what `order_text` made of a name."""
    return f"{ordered[:_NAME_CHARACTERS].translate(_CODES)}{_NAME_END}{key & (1 << 63) - 1:016x}"


def decode_name(order: str) -> str:
    """Return the beginning of `order_text` that is in a `name_order`."""
    found = _NAME.match(order)
    assert found is not None  # noqa: S101 - the pattern takes the empty text too
    return _CODE.sub(_decode_character, found.group())


def _decode_character(match: re.Match[str]) -> str:
    paired, beyond, single = match.groups()
    if single:
        return str(_CHARACTERS[single])
    if beyond:
        return chr(sum(_RANKS[symbol] * 62**power for symbol, power in zip(beyond, (3, 2, 1, 0), strict=True)))
    return chr(_RANKS[paired] + (0 if match.group().startswith(_CONTROL) else ord(":")))


def text_heads(text: str, count: int) -> list[int]:
    """Return so many numbers below 2**60 that together sort as the first ten characters of each do in `order_text`."""
    symbols = order_text(text)[: count * _HEAD_SYMBOLS].translate(_CODES).ljust(count * _HEAD_SYMBOLS, _NAME_END)
    return [name_head(symbols[place * _HEAD_SYMBOLS :]) for place in range(count)]


def name_head(order: str) -> int:
    """Return the first symbols of a `name_order` as a number below 2**60 that never sorts otherwise than it does."""
    head = 0
    for symbol in order[:_HEAD_SYMBOLS].ljust(_HEAD_SYMBOLS, _NAME_END):
        head = head << 6 | _RANKS[symbol]
    return head
