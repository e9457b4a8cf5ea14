from __future__ import annotations

import pytest

from papra_index.documents import ExtractionStatus
from papra_index.query.expression import (
    Everything,
    Expression,
    Extracted,
    Has,
    Identified,
    Keyword,
    Nothing,
    Or,
    Range,
    Tagged,
    Text,
)
from papra_index.query.fields import FIELDS
from papra_index.query.kinds import KINDS
from papra_index.query.parser import parse_query

START, END, DAY_END = 1704067200000, 1735689600000, 1704153600000  # 2024-01-01, 2025-01-01, 2024-01-02


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("name:foo", Text("foo", "name")),
        ('content:="l\'été"', Text("l été", "content")),
        ("tag:Invoice", Tagged("Invoice")),
        ("tag:<=Invoice", Tagged("Invoice")),
        ('tag:" it\'s "', Tagged(" it's ")),
        ("has:tags", Has("tags")),
        ("has:=date", Has("document_date")),
        ("created:2024", Range("created_at", START, END)),
        ("created:=2024-01-01", Range("created_at", START, DAY_END)),
        ("created:2024-01-01T00:00Z", Range("created_at", START, START + 1)),
        ("date:>2024", Range("document_date", START + 1, None)),
        ("date:>=2024", Range("document_date", START, None)),
        ("date:<2024", Range("document_date", None, START)),
        ("date:<=2024", Range("document_date", None, START + 1)),
        ("created:now", Range("created_at", 5, 6)),
        ("extraction:failed", Extracted(ExtractionStatus.FAILED)),
        ("extraction:=pending", Extracted(ExtractionStatus.PENDING)),
        (
            "extraction:incomplete",
            Or(tuple(Extracted(ExtractionStatus(name)) for name in ("partial", "failed", "unsupported", "encrypted"))),
        ),
        ("confidence:<60", Range("ocr_confidence", None, 6000)),
        ("confidence:<=87.5", Range("ocr_confidence", None, 8751)),
        ("confidence:>0", Range("ocr_confidence", 1, None)),
        ("confidence:>=99.99", Range("ocr_confidence", 9999, None)),
        ("confidence:87", Range("ocr_confidence", 8700, 8800)),
        ("confidence:=087.5", Range("ocr_confidence", 8750, 8760)),
        ("confidence:87.05", Range("ocr_confidence", 8705, 8706)),
        ("created:2024-01-01..2024", Range("created_at", START, END)),
        ("created:2024..", Range("created_at", START, None)),
        ("date:..2024-12", Range("document_date", None, END)),
        ("updated:=2024.01.01..2024-12-31", Range("updated_at", START, END)),
        ('created:"2024-01-01T00:00Z .. 2024-01-01"', Range("created_at", START, DAY_END)),
        ("created:1970..now", Range("created_at", 0, 6)),
        ("created:>=yesterday", Range("created_at", -86_400_000, None)),
        ("created:this-year", Range("created_at", 0, 31_536_000_000)),
        ('created:"this  year"', Range("created_at", 0, 31_536_000_000)),
        ("created:now-1h..", Range("created_at", 5 - 3_600_000, None)),
        ("size:1MB..5MB", Range("size", 1_000_000, 5_000_001)),
        ("size:..5MB", Range("size", None, 5_000_001)),
        ("page_count:10..20", Range("page_count", 10, 21)),
        ("page_count:3..3", Range("page_count", 3, 4)),
        ("confidence:60..87.5", Range("ocr_confidence", 6000, 8751)),
        ("type:PDF", Keyword("mime_type", "application/pdf")),
        ("type:image", Keyword("mime_type", "image/", is_beginning=True)),
        ("mime:Text/*", Keyword("mime_type", "text/", is_beginning=True)),
        ("mime:application/vnd.ms-*", Keyword("mime_type", "application/vnd.ms-", is_beginning=True)),
        ("ext:.Tar.GZ", Keyword("extension", "tar.gz")),
        ("lang:PT-br", Keyword("language", "pt-br")),
        ("size:>2MB", Range("size", 2_000_001, None)),
        ("size:0", Range("size", 0, 1)),
        ("size:1234", Range("size", 1234, 1235)),
        ("size:1b", Range("size", 1, 2)),
        ("size:2mb", Range("size", 2_000_000, 3_000_000)),
        ("size:2.5MB", Range("size", 2_500_000, 2_600_000)),
        ('size:<="1.25 kB"', Range("size", None, 1251)),
        ("size:1KiB", Range("size", 1024, 2048)),
        ("size:1.5GiB", Range("size", 1_610_612_736, 1_717_986_919)),
        ("size:<0.001B", Range("size", None, 1)),
        ("page_count:>=10", Range("page_count", 10, None)),
        ("updated:<2024", Range("updated_at", None, START)),
        ("notes:paid", Text("paid", "notes")),
        ("original:scan", Text("scan", "original_name")),
        ("has:content", Has("content")),
        ("has:lang", Has("language")),
        ("id:doc_abcd", Identified("id", "doc_abcd")),
        ("id:abcd", Identified("id", "doc_abcd")),
        ("sha256:ABCDEF01", Identified("original_sha256", "abcdef01")),
    ],
)
def test_filter_means(query: str, expression: Expression) -> None:
    parsed = parse_query(query, now=5)
    assert (parsed.expression, parsed.issues) == (expression, ())


@pytest.mark.parametrize(
    ("query", "code", "advice"),
    [
        ("foo:bar", "unknown-field", "the fields are name, content, notes, original, tag, type, mime, ext, lang, size"),
        ("TAG:bar", "unknown-field", "write tag:"),
        ("Name:>bar", "unknown-field", "write name:"),
        (":bar", "unknown-field", "put \\ before the colon"),
        ("foo:", "unknown-field", "put \\ before the colon"),
        ("name:<foo", "unsupported-comparator", "write name:value"),
        ("content:>=", "unsupported-comparator", "write content:value"),
        ("has:>tags", "unsupported-comparator", "write has:value"),
        ("tag:", "missing-value", "write one behind it"),
        ('tag:""', "missing-value", "write one behind it"),
        ("created:>", "missing-value", "write one behind it"),
        ("has:", "missing-value", "write one behind it"),
        ("has:Tags", "unknown-has-value", "write has:tags or has:date or has:content or has:notes"),
        ("created:2025..2024", "empty-range", "2025 is after 2024; write the lower one first"),
        ("size:5MB..1MB", "empty-range", "write the lower one first"),
        ("size:..", "empty-range", "write a..b, a.. or ..b"),
        ("created:>2024..2025", "unsupported-comparator", "write one or the other"),
        ("created:2024..soon", "invalid-date", '"soon" is not a date'),
        ("created:soon..2024", "invalid-date", '"soon" is not a date'),
        ("created:2024...2025", "invalid-date", '".2025" is not a date'),
        ("size:1..2..3", "invalid-size", '"2..3" is not a size'),
        ("created:Today", "invalid-date", "or now, today, last-month or now-30d"),
        ("type:scan", "unknown-type", "write one of pdf, image, text, document, spreadsheet, presentation"),
        ("type:>pdf", "unsupported-comparator", "write type:value"),
        ("mime:pdf", "invalid-mime-type", "application/pdf or image/*"),
        ("mime:*/pdf", "invalid-mime-type", "application/pdf or image/*"),
        ("mime:*", "invalid-mime-type", "application/pdf or image/*"),
        ("ext:a/b", "invalid-extension", "write one such as pdf"),
        ("ext:.", "invalid-extension", "write one such as pdf"),
        ("ext:p*", "invalid-extension", "write one such as pdf"),
        ("lang:e", "invalid-language", "such as en or de"),
        ("size:2XB", "invalid-size", "1500, 20kB, 2.5MB or 1GiB"),
        ("size:-1", "invalid-size", "1500, 20kB, 2.5MB or 1GiB"),
        ("size:٢", "invalid-size", "1500, 20kB, 2.5MB or 1GiB"),
        ("page_count:1.5", "invalid-number", "write one such as 12"),
        ("updated:soon", "invalid-date", "write a year, month or day"),
        ("id:doc_abc", "invalid-id", "the first 4 of its 24"),
        ("id:ABCD", "invalid-id", "the first 4 of its 24"),
        ("sha256:abcdefg0", "invalid-sha256", "the first 8 of 64"),
        ("is:trashed", "trash-not-searched", "papra-index trash --list"),
        ("is:new", "unknown-state", "take it out of the query"),
        ("extraction:broken", "unknown-extraction-status", "extraction:encrypted or extraction:incomplete"),
        ("extraction:Failed", "unknown-extraction-status", "write extraction:pending, extraction:done"),
        ("extraction:>failed", "unsupported-comparator", "write extraction:value"),
        ("confidence:low", "invalid-number", "write a number from 0 to 100"),
        ("confidence:<100.01", "invalid-number", "write a number from 0 to 100"),
        ("confidence:-1", "invalid-number", "write a number from 0 to 100"),
        ("confidence:1.234", "invalid-number", "write a number from 0 to 100"),
        ("confidence:٦٠", "invalid-number", "write a number from 0 to 100"),
        ("confidence:<", "missing-value", "write one behind it"),
        ("created:NOW", "invalid-date", "write a year, month or day"),
        ("date:5", "invalid-date", "write a year, month or day"),
        ('date:" "', "invalid-date", "write a year, month or day"),
    ],
)
def test_invalid_filter_is_nothing_and_its_negation_everything(query: str, code: str, advice: str) -> None:
    parsed = parse_query(query, now=5)
    assert parsed.expression == Nothing()
    assert [issue.code for issue in parsed.issues] == [code]
    assert advice in parsed.issues[0].message
    assert parse_query(f"-{query}", now=5).expression == Everything()


@pytest.mark.parametrize("query", ["name:", 'content:""', "name: ", "notes:", "original: "])
def test_text_field_without_value_hides_no_document(query: str) -> None:
    parsed = parse_query(query, now=5)
    assert parsed.expression == Everything()
    assert [issue.code for issue in parsed.issues] == ["missing-value"]


def test_table_is_keyed_by_name() -> None:
    assert all(name == field.name for name, field in FIELDS.items())


def test_long_value_is_shortened_in_the_message() -> None:
    (issue,) = parse_query("created:" + "x" * 900, now=5).issues
    assert len(issue.message) < 200


def test_a_kind_is_any_of_its_mime_types() -> None:
    expression = parse_query("type:spreadsheet", now=5).expression
    assert isinstance(expression, Or)
    assert Keyword("mime_type", "text/csv") in expression.operands
    assert all(parse_query(f"mime:{mime_type}", now=5).issues == () for kind in KINDS.values() for mime_type in kind)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("TAG", "tag"),
        ("tags", "tag"),
        ("filename", "name"),
        ("language", "lang"),
        ("Title", "name"),
        ("mimeType", "mime"),
    ],
)
def test_a_field_that_may_be_meant_is_named(typed: str, meant: str) -> None:
    (issue,) = parse_query(f"{typed}:x", now=0).issues
    assert issue.code == "unknown-field"
    assert f"; write {meant}:, or" in issue.message
