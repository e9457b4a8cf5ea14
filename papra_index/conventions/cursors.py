"""Where a page ended in a total order, and the text that stands for it: the next page goes on from there, however deep
it is and whatever came or went meanwhile.
"""

from __future__ import annotations

import base64
import json

from papra_index.conventions.values import dataclass
from papra_index.errors import InvalidCursor, InvalidInput
from papra_index.results import MAX_PAGE_INDEX, PageRequest, Sort, SortField, read_sort_field

_FORMAT = 1
_CHARACTERS = 50_000  # above what the longest name makes
_LARGEST = 1 << 62
_VALUES = {SortField.NAME: (str,), SortField.DOCUMENT_DATE: (int, type(None))}


@dataclass(frozen=True, slots=True)
class Position:
    """Where a document stands in an order: its value there, and below it its key.

    The value is milliseconds since 1970 UTC, bytes, what `order_text` makes of a name, or what the index orders a
    property's values by, as text; None for an undated document, or one without a value.
    """

    value: int | str | None
    key: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """The page number `page_index` (from 0) of an order: it goes on behind `position`."""

    sort: Sort
    position: Position
    page_index: int


def start_page(
    cursor: str | None, sort: Sort | None, page: PageRequest, default: Sort
) -> tuple[Sort, PageRequest, Position | None]:
    """Return the order of a page, its number and size, and the place it goes on from, None for a page by its number.

    Without a `sort` the order is the cursor's, or `default`. Raises as `read_cursor`, and InvalidInput when both a
    cursor and a page number are given.
    """
    if cursor is None:
        return sort or default, page, None
    if page.page_index:
        raise InvalidInput("a cursor says which page it gives: leave page_index out, or the cursor")
    read = read_cursor(cursor, sort)
    return read.sort, PageRequest(read.page_index, page.page_size), read.position


def end_page(sort: Sort, page: PageRequest, last: Position | None) -> str | None:
    """Return the cursor of the page behind one that ends at `last`."""
    if last is None or sort.field is SortField.RELEVANCE or page.page_index >= MAX_PAGE_INDEX:
        return None
    return write_cursor(Cursor(sort, last, page.page_index + 1))


def write_cursor(cursor: Cursor) -> str:
    """Return the cursor as text of [A-Za-z0-9_-], for `read_cursor`."""
    sort, position = cursor.sort, cursor.position
    fields = [_FORMAT, str(sort.field), sort.descending, cursor.page_index, position.value, position.key]
    written = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(written).decode().rstrip("=")


def read_cursor(text: str, sort: Sort | None) -> Cursor:
    """Return the cursor of a text that `write_cursor` made for this order; None takes the one it was made for.

    Raises InvalidInput for an order by relevance, InvalidCursor for any other text or order.
    """
    if sort is not None and sort.field is SortField.RELEVANCE:
        raise InvalidInput("pages by relevance have no cursor: use page_index, or sort by another field")
    cursor = _parse_cursor(text)
    if cursor is None:
        raise InvalidCursor("this is no cursor of a page of results: start again without it")
    if sort is not None and sort != cursor.sort:
        made = f"{cursor.sort.field} {'descending' if cursor.sort.descending else 'ascending'}"
        raise InvalidCursor(f"this cursor was made for the order {made}: ask for that, or start again without it")
    return cursor


def _parse_cursor(text: object) -> Cursor | None:
    if not isinstance(text, str) or len(text) > _CHARACTERS:
        return None
    try:
        fields = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        form, name, descending, page_index, value, key = fields
        field = read_sort_field(name)
        if isinstance(value, str):
            value.encode()  # a lone surrogate is in no name
    except (ValueError, TypeError, RecursionError):
        return None
    values = _VALUES.get(field, (int,)) if isinstance(field, SortField) else (str, type(None))
    numbers = [number for number in (page_index, key, value) if not isinstance(number, str) and number is not None]
    if (
        form != _FORMAT
        or field is SortField.RELEVANCE
        or type(descending) is not bool
        or type(value) not in values
        or any(type(number) is not int or abs(number) > _LARGEST for number in numbers)
        or len(numbers) < 2 + (type(value) is int)
        or not 0 <= page_index <= MAX_PAGE_INDEX
    ):
        return None
    return Cursor(Sort(field, descending), Position(value, key), page_index)
