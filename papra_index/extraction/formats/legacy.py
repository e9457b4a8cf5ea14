"""XLS: workbooks before 2007 through calamine, and what tells that a modern office file is locked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from importlib.metadata import version

from papra_index.documents import Page
from papra_index.errors import ContentDamaged, ContentEncrypted
from papra_index.extraction.containers import list_ole_streams
from papra_index.extraction.content import BeginOcr, ExtractionJob, ExtractionLimits
from papra_index.extraction.formats.number_formats import format_general
from papra_index.extraction.formats.packages import number_pages

Value = int | float | str | bool | time | date | datetime | timedelta


def read_workbook(job: ExtractionJob, limits: ExtractionLimits, _begin_ocr: BeginOcr) -> Iterator[Page]:
    """Yield the sheets of an XLS as pages, dates as ISO dates.

    Raises ContentEncrypted, ContentDamaged and ContentTooLarge.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    refuse_encrypted(job)
    try:
        with CalamineWorkbook.from_path(str(job.path)) as workbook:
            texts = (
                _join_rows(name, workbook.get_sheet_by_name(name).iter_rows(), limits.max_text_bytes)
                for name in workbook.sheet_names
            )
            yield from number_pages(texts, limits, f"calamine {version('python-calamine')}")
    except PasswordError as error:
        raise ContentEncrypted("the workbook needs a password: save it without one and add it again") from error
    except CalamineError as error:
        raise ContentDamaged(f"the workbook cannot be read ({error}): save it as XLSX and add that") from error
    except BaseException as error:
        # Rust gives up on damaged files by a panic, which is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise ContentDamaged("the workbook is damaged: save it as XLSX and add that") from error


def refuse_encrypted(job: ExtractionJob) -> None:
    """Raise ContentEncrypted for a modern office file with a password, which comes in an OLE file."""
    if "EncryptedPackage" in list_ole_streams(job.path):
        raise ContentEncrypted("the file needs a password: save it without one and add it again")


def _join_rows(name: str, rows: Iterator[list[Value]], max_characters: int) -> str:
    lines: list[str] = []
    characters = 0
    for row in rows:
        line = "\t".join(filter(None, map(_show_value, row)))
        characters += len(line) + 1
        if line:
            lines.append(line)
        if characters > max_characters:
            break
    return "\n".join([name, *lines]) if lines else ""


def _show_value(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return format_general(value)
    if isinstance(value, datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    return str(value)
