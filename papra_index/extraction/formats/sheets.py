"""XLSX: every sheet is a page, read row by row as it streams by; a sheet costs what it holds, not what it spans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from datetime import datetime

from lxml import etree  # type: ignore[import-untyped]

from papra_index.conventions.values import dataclass
from papra_index.documents import Page
from papra_index.errors import ContentUnsupported
from papra_index.extraction.content import BeginOcr, ExtractionJob, ExtractionLimits
from papra_index.extraction.formats.flowing import read_flow, tidy_text
from papra_index.extraction.formats.number_formats import BUILT_IN, format_general, format_number
from papra_index.extraction.formats.packages import (
    Package,
    get_local_name,
    number_pages,
    open_package,
    read_relations,
)
from papra_index.extraction.formats.word import find_main_part

_RELATION_ID = "}id"
_BESIDE = ("comments", "threadedComment")
_BOOLEANS = {"1": "TRUE", "true": "TRUE", "0": "FALSE", "false": "FALSE"}


@dataclass(slots=True)
class Workbook:
    """What the cells of a workbook refer to."""

    strings: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    from_1904: bool = False
    sheets: list[tuple[str, str]] = field(default_factory=list)


def read_sheets(job: ExtractionJob, limits: ExtractionLimits, _begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield the sheets of an XLSX in the order of their tabs: name, rows, comments, text of drawings and charts.

    Raises ContentEncrypted, ContentTooLarge, and ContentDamaged behind what could be read.
    """
    with open_package(job.path, limits) as package:
        if "xl/workbook.bin" in package:
            raise ContentUnsupported("binary workbooks (xlsb) are not read: save it as XLSX")
        workbook = _read_workbook(package)
        texts = (_read_sheet(package, workbook, sheet, limits) for sheet in workbook.sheets)
        yield from number_pages(texts, limits)


def _read_workbook(package: Package) -> Workbook:
    main = find_main_part(package, "xl/workbook.xml")
    relations = read_relations(package, main)
    workbook = Workbook()
    for element in package.iterate_elements(main, "workbookPr", "sheet"):
        if get_local_name(element.tag) == "workbookPr":
            workbook.from_1904 = element.get("date1904") in ("1", "true")
            continue
        for name, value in element.attrib.items():
            if name.endswith(_RELATION_ID) and value in relations:
                workbook.sheets.append((element.get("name") or "", relations[value][1]))
    for kind, part in relations.values():
        with package.survive_damage():
            if kind == "sharedStrings" and part in package:
                workbook.strings.extend(_join_text(item) for item in package.iterate_elements(part, "si"))
            elif kind == "styles" and part in package:
                workbook.formats = _read_formats(package, part)
    return workbook


def _read_formats(package: Package, part: str) -> list[str]:
    """Return the number format of every cell style, the empty one for General."""
    codes = dict(BUILT_IN)
    formats: list[str] = []
    for element in package.iterate_elements(part, "numFmt", "cellXfs"):
        if get_local_name(element.tag) == "numFmt":
            codes[_parse_index(element.get("numFmtId"))] = element.get("formatCode") or ""
        else:
            formats = [codes.get(_parse_index(style.get("numFmtId")), "") for style in element.iterfind("{*}xf")]
    return formats


def _read_sheet(package: Package, workbook: Workbook, sheet: tuple[str, str], limits: ExtractionLimits) -> str:
    name, part = sheet
    lines: list[str] = []
    beside: list[str] = []
    with package.survive_damage():
        for line in _read_rows(package, workbook, part, limits.max_text_bytes):
            lines.append(line)
    with package.survive_damage():
        beside += _list_beside(package, part)
    text = tidy_text("\n".join([*lines, read_flow(package, *beside)]))
    return f"{name}\n{text}" if text else ""


def _read_rows(package: Package, workbook: Workbook, part: str, max_characters: int) -> Iterator[str]:
    characters = 0
    for row in package.iterate_elements(part, "row"):
        line = "\t".join(filter(None, (_read_cell(cell, workbook) for cell in row.iterfind("{*}c"))))
        characters += len(line) + 1
        if line:
            yield line
        # Many cells may refer to one long string: the text outgrows the file.
        if characters > max_characters:
            return


def _list_beside(package: Package, part: str) -> list[str]:
    """Return the parts with the comments of a sheet, and with what is drawn on it."""
    relations = read_relations(package, part).values()
    beside = [target for kind in _BESIDE for found, target in relations if found == kind and target in package]
    for kind, drawing in relations:
        if kind == "drawing" and drawing in package:
            charts = (target for found, target in read_relations(package, drawing).values() if found == "chart")
            beside += [drawing, *(chart for chart in charts if chart in package)]
    return beside


def _read_cell(cell: etree._Element, workbook: Workbook) -> str:
    kind = cell.get("t")
    if kind == "inlineStr":
        inline = cell.find("{*}is")
        return "" if inline is None else _join_text(inline)
    value = cell.findtext("{*}v") or ""
    if kind == "s":
        index = _parse_index(value)
        return workbook.strings[index] if 0 <= index < len(workbook.strings) else ""
    if kind == "b":
        return _BOOLEANS.get(value.strip(), value)
    if kind == "str" or kind == "e" or not value:
        return value
    style = _parse_index(cell.get("s"), 0)
    code = workbook.formats[style] if 0 <= style < len(workbook.formats) else ""
    return _format_moment(value) if kind == "d" else _format_value(value, code, workbook.from_1904)


def _format_value(text: str, code: str, from_1904: bool) -> str:
    try:
        number = float(text)
    except ValueError:
        return text

    try:
        return format_number(number, code, from_1904) if code else format_general(number)
    except (ValueError, OverflowError, IndexError):
        return text


def _format_moment(text: str) -> str:
    try:
        return datetime.fromisoformat(text).isoformat(" ").removesuffix(" 00:00:00")
    except ValueError:
        return text


def _join_text(element: etree._Element) -> str:
    """Return the text of a string with its differently formatted runs, without the reading aids of East Asia."""
    pieces = []
    for child in element:
        name = get_local_name(child.tag) if isinstance(child.tag, str) else ""
        if name == "t":
            pieces.append(child.text or "")
        elif name == "r":
            pieces.append(child.findtext("{*}t") or "")
    return "".join(pieces)


def _parse_index(text: str | None, missing: int = -1) -> int:
    try:
        return int(text) if text else missing
    except ValueError:
        return missing
