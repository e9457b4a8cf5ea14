"""The 68 worked examples of papra-api, section 8.7, as data; a row with two queries gives two examples.

`matches` is what a matcher that follows the contract to the letter finds with our reading of the query. An
engine that widens text (folding, parts of words, CJK) may find more for a query without negation.
"""

from __future__ import annotations

from dataclasses import dataclass

from .corpus import CORPUS, TAG_IDS

ALL = "ABCDEFGHIJKL"


@dataclass(frozen=True, slots=True)
class Example:
    """A query and the letters of the documents it matches.

    `issues` are the codes reported, in order. `reference` is what the reference finds where we differ,
    `reason` why we do.
    """

    row: int
    query: str
    matches: str
    issues: tuple[str, ...] = ()
    reference: str | None = None
    reason: str = ""


_UNKNOWN = ("unknown-field",)

WORKED_EXAMPLES = (
    Example(1, "", ALL),
    Example(2, "invoice", "A"),
    Example(3, "INV", "A"),
    Example(4, "voice", ""),
    Example(5, "2024 invoice", "A"),
    Example(6, '"invoice 2024"', "A"),
    Example(7, '"2024 invoice"', ""),
    Example(8, "invoice-20", "A"),
    Example(9, "electricite", "A"),
    Example(10, "5uh1-4", "A"),
    Example(11, "UH1", ""),
    Example(12, "1.234,56", "A"),
    Example(13, "hunde", "B"),
    Example(13, "schule", ""),
    Example(14, "foo", "CFG"),
    Example(15, "foo_bar", "CFG"),
    Example(16, '"fo bar"', ""),
    Example(17, "c'est", "C"),
    Example(18, "cest", ""),
    Example(19, "john.doe@example.com", "C"),
    Example(20, "c++", "BCFGJ"),
    Example(21, "日本", "D"),
    Example(21, "本語", ""),
    Example(22, "foo bar", "CFG"),
    Example(23, "foo OR hunde", "BCFG"),
    Example(24, "foo or bar AND baz", "CFG"),
    Example(25, "(foo OR hunde) -has:tags", "FG"),
    Example(26, "foo NOT baz", "F"),
    Example(27, "foo -bar", ""),
    Example(28, '-"foo bar"', "ABDEHIJKL"),
    Example(29, "-(foo)", "ABDEHIJKL", ("negated-group",), "", "a minus negates the group"),
    Example(30, "NOT (foo OR hunde)", "ADEHIJKL"),
    Example(31, "NOT NOT foo", "CFG"),
    Example(32, '"and"', "G"),
    Example(33, "and", ALL),
    Example(34, "OR foo", "CFG", ("missing-operand-for-or",), ALL, "an OR without a left side is ignored"),
    Example(35, "foo) hunde", "", ("unmatched-closing-parenthesis",), "CFG", "text after a stray ) is kept"),
    Example(36, "(foo", "CFG", ("unmatched-opening-parenthesis",)),
    Example(37, "!!!", ALL),
    Example(37, "*", ALL),
    Example(37, '""', ALL),
    Example(38, "foo !!!", "CFG"),
    Example(39, "name:foo", "CF"),
    Example(39, "content:foo", "FG"),
    Example(40, 'name:"foo.txt"', "F"),
    Example(41, "name:>foo", "", ("unsupported-comparator",)),
    Example(42, "NAME:foo", "", _UNKNOWN),
    Example(43, "-NAME:foo", ALL, _UNKNOWN),
    Example(44, "tag:INVOICE", "AB"),
    Example(45, "tag:inv", ""),
    Example(46, 'tag:"my tag"', "B"),
    Example(47, 'tag:invoice tag:"my tag"', "B"),
    Example(48, "tag:unknown", ""),
    Example(48, "-tag:unknown", ALL),
    Example(49, f"tag:{TAG_IDS['Invoice']}", "AB"),
    Example(50, 'tag:"unicode ete"', ""),
    Example(51, "has:tags", "ABC"),
    Example(51, "-has:tags", "DEFGHIJKL"),
    Example(52, "has:TAGS", "", ("unknown-has-value",)),
    Example(52, "has:foo", "", ("unknown-has-value",)),
    Example(53, "has:date", "ACE"),
    Example(54, "created:2024-01-15", "AB", (), "A", "a day without comparator is the whole day"),
    Example(55, "created:>2024-01-15", "BCDEFGHIJKL"),
    Example(56, "created:>=2024-06 created:<2025-02", "CD"),
    Example(57, 'created:>"Dec 31, 2024"', "DEFGHIJKL"),
    Example(58, "created:garbage", "", ("invalid-date",)),
    Example(58, "-created:garbage", ALL, ("invalid-date",)),
    Example(59, "created:<now", ALL),
    Example(60, "date:<2025", "AC"),
    Example(60, "-date:<2025", "E"),
    Example(61, "date:>2024-06-30 OR -has:date", "BCDEFGHIJKL"),
    Example(62, "(tag:invoice OR has:date) -name:invoice", "BCE"),
    Example(63, "foo:bar", "", _UNKNOWN),
    Example(63, "foo:bar OR invoice", "A", _UNKNOWN),
    Example(64, r"http\://x", ""),
    # Rows 65 to 67 are about custom properties, which we do not have yet: to us they are unknown fields.
    Example(65, "amount:>100 paid:yes", "", _UNKNOWN * 2),
    Example(66, '"due date":>=2026', "", _UNKNOWN),
    Example(67, 'has:"due date"', "", ("unknown-has-value",)),
    Example(68, "size:>10", "ABCDFGHIJKL", (), "", "we have a filter by size"),
    Example(68, "type:pdf", "A", (), "", "we have a filter by kind of file"),
    Example(68, "mimeType:text", "", _UNKNOWN),
)

FURTHER_EXAMPLES = (
    Example(0, "extraction:done", "ABCDGHIJKL"),
    Example(0, "-extraction:done", "EF"),
    Example(0, "extraction:encrypted", "E"),
    Example(0, "extraction:incomplete", "EF"),
    Example(0, "foo -extraction:incomplete", "CG"),
    Example(0, "extraction:pending", ""),
    Example(0, "extraction:Partial", "", ("unknown-extraction-status",)),
    Example(0, "confidence:<60", "F"),
    Example(0, "confidence:<=60", "CF"),
    Example(0, "confidence:60", "C"),
    Example(0, "confidence:59", "F"),
    Example(0, "confidence:>60", "D"),
    Example(0, "confidence:>=87.5", "D"),
    Example(0, "-confidence:<60", "CD"),
    Example(0, "NOT (confidence:<60 OR foo)", "D"),
    Example(0, "confidence:>=0 -date:<2025", ""),
    Example(0, "confidence:high", "", ("invalid-number",)),
    Example(0, "type:image", "C"),
    Example(0, "type:Text", "BDEFGHIJKL"),
    Example(0, "type:scan", "", ("unknown-type",)),
    Example(0, "mime:application/pdf", "A"),
    Example(0, "mime:Image/*", "C"),
    Example(0, "mime:image/p*", "C"),
    Example(0, "-mime:text/*", "AC"),
    Example(0, "mime:pdf", "", ("invalid-mime-type",)),
    Example(0, "ext:pdf", "A"),
    Example(0, "ext:.GZ", "C"),
    Example(0, "ext:tar.gz", "C"),
    Example(0, "ext:tar", ""),
    Example(0, "lang:de", "B"),
    Example(0, "-lang:de", "A"),
    Example(0, "NOT (lang:de OR foo)", "A"),
    Example(0, "has:lang", "AB"),
    Example(0, "lang:german", "", ("invalid-language",)),
    Example(0, "size:2MB", "AC"),
    Example(0, "size:2.5MB", "C"),
    Example(0, "size:>2MB", "C"),
    Example(0, "size:>=2000kB", "AC"),
    Example(0, "size:>2.3MiB", "C"),
    Example(0, "size:0", "E"),
    Example(0, "size:<100", "E"),
    Example(0, "size:large", "", ("invalid-size",)),
    Example(0, "page_count:3", "A"),
    Example(0, "page_count:<1", "E"),
    Example(0, "size:2MB..2.4MB", "A"),
    Example(0, "size:..2MB -size:0", "ABDFGHIJKL"),
    Example(0, "page_count:2..", "A"),
    Example(0, "confidence:60..87.5", "CD"),
    Example(0, "-confidence:60..87.4", "DF"),
    Example(0, "created:2025-01..2025-03", "DEF"),
    Example(0, "created:..2024", "ABC"),
    Example(0, "created:2025-08..", "KL"),
    Example(0, "date:2024-01-10..2024-06-30", "AC"),
    Example(0, "-date:2024-01-10..2024-06-30", "E"),
    Example(0, "created:now+1h..", ""),
    Example(0, "created:1970..yesterday", ALL),
    Example(0, "created:2025..2024", "", ("empty-range",)),
    Example(0, "notes:paid", "A"),
    Example(0, 'notes:"in mar"', "A"),
    Example(0, "paid", ""),
    Example(0, "has:notes", "AB"),
    Example(0, "-has:content", "E"),
    Example(0, "original:facture", "A"),
    Example(0, "original:backup", "C"),
    Example(0, "updated:>=2026-02", "B"),
    Example(0, "id:doc_aaaa", "A"),
    Example(0, "id:bbbb", "B"),
    Example(0, "-id:bbbb", "ACDEFGHIJKL"),
    Example(0, f"id:{'c' * 24}", "C"),
    Example(0, "id:aaa", "", ("invalid-id",)),
    Example(0, f"sha256:{CORPUS[0].original_sha256}", "A"),
    Example(0, f"sha256:{CORPUS[1].original_sha256[:8].upper()}", "B"),
    Example(0, "sha256:0123abc", "", ("invalid-sha256",)),
    Example(0, "is:trashed", "", ("trash-not-searched",)),
    Example(0, "-is:trashed", ALL, ("trash-not-searched",)),
    Example(0, "is:new", "", ("unknown-state",)),
)
"""Filters of our own, which are in no row of the contract."""

EXAMPLES = WORKED_EXAMPLES + FURTHER_EXAMPLES
