from __future__ import annotations

import pytest

from papra_index.documents import ExtractionStatus
from papra_index.query.expression import Everything, Expression, Extracted, Has, Nothing, Or, Range, Tagged, Text
from papra_index.query.fields import FIELDS
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
    ],
)
def test_filter_means(query: str, expression: Expression) -> None:
    parsed = parse_query(query, now=5)
    assert (parsed.expression, parsed.issues) == (expression, ())


@pytest.mark.parametrize(
    ("query", "code", "advice"),
    [
        ("foo:bar", "unknown-field", "the fields are name, content, tag, created, date, has, extraction, confidence"),
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
        ("has:Tags", "unknown-has-value", "write has:tags or has:date"),
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


@pytest.mark.parametrize("query", ["name:", 'content:""', "name: "])
def test_text_field_without_value_hides_no_document(query: str) -> None:
    parsed = parse_query(query, now=5)
    assert parsed.expression == Everything()
    assert [issue.code for issue in parsed.issues] == ["missing-value"]


def test_table_is_keyed_by_name() -> None:
    assert list(FIELDS) == ["name", "content", "tag", "created", "date", "has", "extraction", "confidence"]
    assert all(name == field.name for name, field in FIELDS.items())


def test_long_value_is_shortened_in_the_message() -> None:
    (issue,) = parse_query("created:" + "x" * 900, now=5).issues
    assert len(issue.message) < 200
