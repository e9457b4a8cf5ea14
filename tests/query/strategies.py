"""What hypothesis draws: queries of any kind and expressions with the query text that means them."""

from __future__ import annotations

from hypothesis import strategies as st

from papra_index.documents import ExtractionStatus
from papra_index.query.expression import (
    And,
    Boosted,
    Everything,
    Expression,
    Extracted,
    Has,
    Identified,
    Keyword,
    Near,
    Not,
    Nothing,
    Or,
    Pattern,
    Range,
    Tagged,
    Text,
)

_PIECES = (
    "foo", "baz", "AND", "or", "NOT", "not", "-", "--", "(", ")", "((", "))", '"', '\\"', "\\", "\\:", ":", "name:",
    "tag:", "created:", "date:", "has:", "extraction:", "confidence:", "done", "60", "type:", "mime:", "ext:", "lang:",
    "size:", "page_count:", "notes:", "updated:", "original:", "id:", "sha256:", "is:", "pdf", "image/*", "1.5MB",
    "NEAR/3", " NEAR/0 ", "~2", "~999", "f*o", "*a?", "?", "*", "+", '="', "^2", "^0", ",", "name:(", "size:>(",
    "..", "today", "last-week", "this month", "now-30d",
    "x:", ">", "<=", "=", "2024", "2024-02", "now", "tags", "!!!", '""',
    " ", "\t", "\u00a0", "\u3000", "\ufeff", "\x00", "\x1c", "日本", "\U0001f389", "\ud83d", "é",
    "\ue000",
)  # fmt: skip

ANY_STRING = st.text(st.characters(), max_size=60)
"""Any characters, lone surrogates included."""

QUERY_LIKE = st.lists(st.sampled_from(_PIECES), max_size=40).map("".join)
"""Operators, parentheses, quotes, fields and words without order."""

LONG = st.builds(lambda piece, count: piece * count, st.sampled_from(_PIECES), st.integers(150, 1100))
"""Beyond the limits of length, tokens and depth."""

QUERIES = ANY_STRING | QUERY_LIKE | LONG

_VALUES = st.sampled_from(["foo", "FOO", "bar", "foo bar", "baz", "inv", "2024", "café", "日本", "!!!", "", "and", "a"])

LEAVES: st.SearchStrategy[Expression] = st.one_of(
    st.just(Everything()),
    st.just(Nothing()),
    st.builds(Text, _VALUES, st.sampled_from(["any", "name", "content", "notes", "original_name"]), st.booleans()),
    st.builds(Near, _VALUES, st.integers(0, 3), st.sampled_from(["any", "name", "content"])),
    st.builds(Pattern, st.sampled_from(["f*o", "*baz", "b?r", "inv*e", "?oo*"]), st.sampled_from(["any", "content"])),
    st.builds(Keyword, st.just("language"), st.sampled_from(["de", "fr", "en"])),
    st.builds(Keyword, st.just("extension"), st.sampled_from(["pdf", "txt", "gz", "tar.gz"])),
    st.builds(Keyword, st.just("mime_type"), st.sampled_from(["image/", "text/plain"]), st.booleans()),
    st.builds(Identified, st.just("id"), st.sampled_from(["doc_aaaa", "doc_zzzz"])),
    st.builds(Tagged, st.sampled_from(["invoice", "My Tag", "none"])),
    st.builds(Has, st.sampled_from(["tags", "document_date", "content", "notes", "language"])),
    st.builds(Extracted, st.sampled_from(ExtractionStatus)),
    st.builds(
        Range,
        st.sampled_from(["created_at", "updated_at", "document_date"]),
        st.sampled_from([None, 1704067200000, 1719748800000]),
        st.sampled_from([None, 1719748801000, 1735689600000]),
    ),
    st.builds(
        Range, st.sampled_from(["size", "page_count"]), st.sampled_from([None, 0, 1]), st.sampled_from([None, 2])
    ),
    st.builds(Range, st.just("ocr_confidence"), st.sampled_from([None, 0, 6000]), st.sampled_from([None, 6000, 8751])),
)

EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(Boosted, inner, st.sampled_from([0.5, 1.0, 2.0])),
        st.lists(inner, max_size=4).map(lambda operands: And(tuple(operands))),
        st.lists(inner, max_size=4).map(lambda operands: Or(tuple(operands))),
    ),
    max_leaves=12,
)

_TYPED_LEAVES: st.SearchStrategy[tuple[str, Expression]] = st.sampled_from(
    [
        ("foo", Text("foo")),
        ('"foo bar"', Text("foo bar")),
        ("name:foo", Text("foo", "name")),
        ('content: "baz"', Text("baz", "content")),
        ("tag:INVOICE", Tagged("INVOICE")),
        ("has:date", Has("document_date")),
        ('="foo"', Text("foo", is_exact=True)),
        ("foo NEAR/2 baz", Or((Near("foo baz", 1), Near("baz foo", 1)))),
        ('"foo baz"~2', Or((Text("foo baz"), Near("foo baz", 2)))),
        ('content:"baz foo"~1^2', Or((Text("baz foo", "content"), Near("baz foo", 1, "content")))),
        ("h*schule", Or((Pattern("h*schule"), Text("h schule")))),
        ("content:*ture", Or((Pattern("*ture", "content"), Text("ture", "content")))),
        ("f?o*", Or((Pattern("f?o*"), Text("f o")))),
        ('name:=="ca"', Text("ca", "name", is_exact=True)),
        ("name:(foo OR inv)", Or((Text("foo", "name"), Text("inv", "name")))),
        ('content:(="ba" -foo)', And((Text("ba", "content", is_exact=True), Not(Text("foo", "content"))))),
        ("size:(>2MB OR <100)", Or((Range("size", 2_000_001, None), Range("size", None, 100)))),
        ("tag:invoice,none", Or((Tagged("invoice"), Tagged("none")))),
        ("lang:de,fr", Or((Keyword("language", "de"), Keyword("language", "fr")))),
        ("+foo^2", Text("foo")),
        ('"foo bar"^0.5', Text("foo bar")),
        ("+tag:invoice", Tagged("invoice")),
        ("date:<2025", Range("document_date", None, 1735689600000)),
        ("created:2024", Range("created_at", 1704067200000, 1735689600000)),
        ("extraction:failed", Extracted(ExtractionStatus.FAILED)),
        ("confidence:<60", Range("ocr_confidence", None, 6000)),
        ("type:pdf", Keyword("mime_type", "application/pdf")),
        ("mime:image/*", Keyword("mime_type", "image/", is_beginning=True)),
        ("ext:.GZ", Keyword("extension", "gz")),
        ("lang:de", Keyword("language", "de")),
        ("size:>=2MB", Range("size", 2_000_000, None)),
        ("page_count:3", Range("page_count", 3, 4)),
        ("updated:2026-02", Range("updated_at", 1769904000000, 1772323200000)),
        ("created:2024..2024-12", Range("created_at", 1704067200000, 1735689600000)),
        ("updated:..yesterday", Range("updated_at", None, 1772323200000)),
        ('updated:"last month"', Range("updated_at", 1769904000000, 1772323200000)),
        ("size:..2MB", Range("size", None, 2_000_001)),
        ("confidence:60..87.5", Range("ocr_confidence", 6000, 8751)),
        ("notes:paid", Text("paid", "notes")),
        ("original:facture", Text("facture", "original_name")),
        ("id:aaaa", Identified("id", "doc_aaaa")),
        ('""', Everything()),
    ]
)


def _negate(typed: tuple[str, Expression], sign: str) -> tuple[str, Expression]:
    return f"{sign}({typed[0]})", Not(typed[1])


def _boost(typed: tuple[str, Expression]) -> tuple[str, Expression]:
    return f"({typed[0]})^3", Boosted(typed[1], 3)


def _join(typed: list[tuple[str, Expression]], operator: str, kind: type[And] | type[Or]) -> tuple[str, Expression]:
    text = operator.join(f"({part})" for part, _ in typed)
    return text, kind(tuple(meaning for _, meaning in typed))


def _grow(inner: st.SearchStrategy[tuple[str, Expression]]) -> st.SearchStrategy[tuple[str, Expression]]:
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.builds(_negate, inner, st.sampled_from(["NOT ", "not", "-"])),
        st.builds(_boost, inner),
        st.builds(_join, several, st.sampled_from([" ", "AND", " and "]), st.just(And)),
        st.builds(_join, several, st.sampled_from(["OR", " or "]), st.just(Or)),
    )


TYPED_EXPRESSIONS = _grow(_TYPED_LEAVES) | _grow(_grow(_TYPED_LEAVES)) | _grow(_grow(_grow(_TYPED_LEAVES)))
"""Pairs of a well-formed query, nested at most six levels, and what it means."""
