"""Highlights where no word begins with what is looked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papra_index.index.highlighting import Highlighter, merge_spans
from papra_index.query.expression import Text


def _mark(text: str, asked: str, language: str | None = None, field: str = "content") -> str:
    spans = merge_spans(Highlighter([Text(asked)], field=field).find_spans(text, language))  # type: ignore[arg-type]
    for start, end in reversed(spans):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text


@pytest.mark.parametrize(
    ("content", "asked", "marked"),
    [
        ("sum 1.234,56 EUR", "1234.56", "sum [1.234,56] EUR"),
        ("sum 1234,56 EUR", "1.234,56", "sum [1234,56] EUR"),
        ("Straße: 12. März 2025", "2025-03-12", "Straße: [12. März 2025]"),
        ("on March 12, 2025", "12.03.2025", "on [March 12, 2025]"),
        ("nr 5UH1-42.", "UH1", "nr 5[UH1]-42."),
        ("nr 5UH1-42.", "5uh142", "nr [5UH1-42]."),
        ("nr 5UH1_42.", "uh1-42", "nr 5[UH1_42]."),
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000", "[DE89 3704 0044 0532 0130 00]"),
        ("the Infor-\nmation of", "information", "the [Infor-\nmation] of"),
        ("この PDF とPDFファイル", "ファイル", "この PDF とPDF[ファイル]"),
        ("このPDFファイル", "pdf", "この[PDF]ファイル"),
        ("東京都庁", "京都", "東[京都]庁"),
        ("ดื่มน้ำเย็น", "น้ำ", "ดื่ม[น้ำ]เย็น"),
        ("invoice", "voice", "invoice"),
        ("115UH1", "5uh1", "115UH1"),
    ],
)
def test_highlights(content: str, asked: str, marked: str) -> None:
    assert _mark(content, asked) == marked


@pytest.mark.parametrize(
    ("content", "asked", "marked"),
    [
        ("Die Hundeschulen und", "Schule", "Die [Hundeschulen] und"),
        ("Krankenversicherungsbeitrag", "versicherung", "[Krankenversicherungsbeitrag]"),
        ("Grundschule und Schule", "schule", "Grundschule und [Schule]"),
        ("verlassen", "lassen", "verlassen"),
        ("die Kranken-\nversicherung", "krankenversicherungen", "die [Kranken-\nversicherung]"),
    ],
)
def test_compounds(content: str, asked: str, marked: str) -> None:
    assert _mark(content, asked, "de") == marked


def test_names_are_marked_anywhere() -> None:
    assert _mark("Hundeschule_5UH1.pdf", "schule", field="name") == "Hunde[schule]_5UH1.pdf"
    assert _mark("Hundeschule_5UH1.pdf", "h1", field="name") == "Hundeschule_5UH1.pdf"


_TEXT = st.text(st.sampled_from("5uhUH1-42_ .schule東京\n\u00ad") | st.characters(codec="utf-8"), max_size=30)


@given(_TEXT, _TEXT, st.sampled_from([None, "de", "ja"]), st.sampled_from(["name", "content"]))
def test_any_text_has_places_inside(text: str, asked: str, language: str | None, field: str) -> None:
    spans = Highlighter([Text(asked)], field=field).find_spans(text, language)  # type: ignore[arg-type]
    assert all(0 <= start < end <= len(text) for start, end, _ in spans)
    assert spans == sorted(spans)
