"""Calendars (.ics) and address cards (.vcf): what each entry says, in the order in which people read it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from papra_index.documents import Page, PageSource, Provenance
from papra_index.errors import ContentTooLarge
from papra_index.extraction.content import BeginOcr, ExtractionJob, ExtractionLimits
from papra_index.extraction.formats.contentlines import ContentLine, parse_lines
from papra_index.extraction.formats.text import read_bytes, read_text

ENTRIES_PER_PAGE = 100
"""A calendar of years is too long for one page."""

_ENTRIES = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VCARD"})
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?$")
_TIMES = {
    "DTSTART": "Begins",
    "DTEND": "Ends",
    "DUE": "Due",
    "COMPLETED": "Completed",
    "BDAY": "Born",
    "ANNIVERSARY": "Anniversary",
}
_PEOPLE = {"ORGANIZER": "Organizer", "ATTENDEE": "Attendee"}
_EVENT_TEXTS = ("DESCRIPTION", "COMMENT", "CONTACT", "CATEGORIES", "RESOURCES", "URL")
_EVENT_ORDER = {name: place for place, name in enumerate(("SUMMARY", *_TIMES, "LOCATION", *_PEOPLE, *_EVENT_TEXTS))}
_CARD_TEXTS = ("NICKNAME", "TITLE", "ROLE", "TEL", "EMAIL", "IMPP", "URL", "CATEGORIES", "NOTE")
_CARD_FIELDS = ("ORG", "ADR", "LABEL")


def read_calendar(job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield the events, tasks and notes of a calendar, many to a page.

    Raises ContentTooLarge, after what was read.
    """
    return _read_entries(job, limits, begin_ocr, _describe_event)


def read_cards(job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield the people of an address book, many to a page.

    Raises ContentTooLarge, after what was read.
    """
    return _read_entries(job, limits, begin_ocr, _describe_person)


def _read_entries(
    job: ExtractionJob, limits: ExtractionLimits, begin_ocr: BeginOcr, describe: Callable[[list[ContentLine]], str]
) -> Iterator[Page]:
    data, complete = read_bytes(job, limits.max_text_bytes)
    lines = list(parse_lines(data))
    # Names of calendars stand outside the entries.
    texts = [line.text for line in lines if line.name in {"X-WR-CALNAME", "X-WR-CALDESC"}]
    texts += [text for entry in _list_entries(lines) if (text := describe(entry))]
    if not texts:
        # A name that says so does not keep other text from being read.
        yield from read_text(job, limits, begin_ocr)
        return
    for index, start in enumerate(range(0, len(texts), ENTRIES_PER_PAGE)):
        if index == limits.max_pages:
            raise ContentTooLarge(f"there are more than {start} entries in it; those after were left out")
        page = "\n\n".join(texts[start : start + ENTRIES_PER_PAGE])
        yield Page(index + 1, page, Provenance(PageSource.TEXT, "papra_index"))
    if not complete:
        raise ContentTooLarge(f"it is larger than {limits.max_text_bytes >> 20} MB; the rest was left out")


def _list_entries(lines: list[ContentLine]) -> Iterator[list[ContentLine]]:
    """Yield the properties of each entry; alarms and other parts of an entry are passed by."""
    entry: list[ContentLine] | None = None
    inner = 0
    for line in lines:
        kind = line.value.upper()
        if line.name == "BEGIN" and kind in _ENTRIES:
            if entry:
                yield entry
            entry, inner = [], 0
        elif line.name == "BEGIN":
            inner += 1
        elif line.name == "END" and kind in _ENTRIES:
            if entry:
                yield entry
            entry = None
        elif line.name == "END":
            inner = max(0, inner - 1)
        elif entry is not None and not inner:
            entry.append(line)
    if entry:
        yield entry


def _describe_event(entry: list[ContentLine]) -> str:
    texts = []
    for line in sorted((line for line in entry if line.name in _EVENT_ORDER), key=lambda line: _EVENT_ORDER[line.name]):
        if line.name in _TIMES:
            texts.append(f"{_TIMES[line.name]}: {_describe_time(line)}")
        elif line.name in _PEOPLE:
            texts.append(f"{_PEOPLE[line.name]}: {_describe_attendee(line)}")
        else:
            texts.append(line.text)
    return "\n".join(filter(None, texts))


def _describe_time(line: ContentLine) -> str:
    match = _STAMP.match(line.value)
    if match is None:
        return line.text
    year, month, day, hour, minute, zulu = match.groups()
    time = f" {hour}:{minute}" if hour else ""
    return f"{year}-{month}-{day}{time}{' UTC' if zulu else ''}"


def _describe_attendee(line: ContentLine) -> str:
    address = re.sub(r"^mailto:", "", line.text, flags=re.IGNORECASE)
    name = line.parameters.get("CN", "")
    return f"{name} <{address}>" if name and name != address else address


def _describe_person(card: list[ContentLine]) -> str:
    name = next((line.text for line in card if line.name == "FN"), "")
    parts = next((line.split_fields() for line in card if line.name == "N"), [])
    texts = [name]
    # The full name may leave out some of what the name is made of, or not be there.
    if not set(" ".join(parts).casefold().split()) <= set(name.casefold().split()):
        texts.append(" ".join(parts))
    for line in card:
        if line.name in _CARD_FIELDS:
            texts.append(", ".join(line.split_fields()))
        elif line.name in _CARD_TEXTS:
            texts.append(re.sub(r"^(?:tel|mailto):", "", line.text))
        elif line.name in _TIMES:
            texts.append(f"{_TIMES[line.name]}: {_describe_time(line)}")
    return "\n".join(filter(None, texts))
