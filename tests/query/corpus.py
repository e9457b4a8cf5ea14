"""The twelve documents of papra-api, section 8.7, as plain data: A to L by the first letter of the name.

Contents are invented, consistent with every row of the table there.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from papra_index.documents import ExtractionStatus

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
"""What `now` means in the worked examples: later than every document."""

TAG_IDS = {
    "Invoice": "tag_invoice00000000000000000",
    "My Tag": "tag_mytag0000000000000000000",
    "Ünïcode ÉTÉ": "tag_unicode00000000000000000",
}
"""Ids of the tags by name, of the form that real ids have."""


@dataclass(frozen=True, slots=True)
class CorpusDocument:
    """A document as a search sees it; `tags` are names, times are UTC, confidence is in 0..100, size in bytes."""

    name: str
    content: str
    created_at: datetime
    document_date: datetime | None = None
    tags: tuple[str, ...] = ()
    extraction: ExtractionStatus = ExtractionStatus.DONE
    ocr_confidence: float | None = None
    mime_type: str = "text/plain"
    size: int = 100
    page_count: int = 1
    language: str | None = None
    notes: str | None = None
    original_name: str = "scan.txt"
    updated_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    @property
    def id(self) -> str:
        """A public id, another for each document."""
        return f"doc_{self.letter.lower() * 24}"

    @property
    def original_sha256(self) -> str:
        """The hash of bytes that only this document has."""
        return hashlib.sha256(self.name.encode()).hexdigest()

    @property
    def letter(self) -> str:
        """The letter that the worked examples call it by."""
        return self.name[0]


def _day(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


CORPUS = (
    CorpusDocument(
        name="A Invoice-2024.pdf",
        content="Électricité de France\nfacture n° 5UH1-42\ntotal 1.234,56 EUR",
        created_at=_day(2024, 1, 15),
        document_date=_day(2024, 1, 10),
        tags=("Invoice",),
        mime_type="application/pdf",
        size=2_000_000,
        page_count=3,
        language="fr",
        notes="Paid in March",
        original_name="EDF facture.PDF",
    ),
    CorpusDocument(
        name="B Hundeschule.txt",
        content="Kurse im Club: Anmeldung bis Mai",
        created_at=_day(2024, 1, 15, 10, 30),
        tags=("Invoice", "My Tag"),
        language="de",
        notes="call the club",
        updated_at=_day(2026, 2, 1),
    ),
    CorpusDocument(
        name="C foo_bar baz.txt",
        content="c'est la vie; write to john.doe@example.com",
        created_at=_day(2024, 6, 30, 12),
        document_date=_day(2024, 6, 30, 12),
        tags=("Ünïcode ÉTÉ",),
        ocr_confidence=60.0,
        mime_type="image/png",
        size=2_500_000,
        original_name="backup.tar.gz",
    ),
    CorpusDocument(
        name="D 日本語.txt",
        content="日本語の請求書です。東京都の会社。\n대한민국 세금",
        created_at=_day(2025, 1, 10),
        ocr_confidence=87.5,
    ),
    CorpusDocument(
        name="E empty.txt",
        content="",
        created_at=_day(2025, 2, 1),
        document_date=_day(2025, 2, 1),
        extraction=ExtractionStatus.ENCRYPTED,
        size=0,
        page_count=0,
        original_name="no extension",
    ),
    CorpusDocument(
        name="F foo.txt",
        content="Foo bar, chapter one",
        created_at=_day(2025, 3, 1),
        extraction=ExtractionStatus.PARTIAL,
        ocr_confidence=59.9,
    ),
    CorpusDocument(name="G and or not near.txt", content="foo bar baz in capitals", created_at=_day(2025, 4, 1)),
    CorpusDocument(name="H Việt Nam.txt", content="Hợp đồng tiếng Việt, Hà Nội", created_at=_day(2025, 5, 1)),
    CorpusDocument(name="I Ελλάδα.txt", content="Ο ΣΟΦΌΣ άνθρωπος στην Αθήνα", created_at=_day(2025, 6, 1)),
    CorpusDocument(
        name="J cafe\u0301.txt",
        content="re\u0301sume\u0301 \N{PARTY POPPER} piñata",
        created_at=_day(2025, 7, 1),
    ),
    CorpusDocument(name="K Łódź.txt", content="Zażółć gęślą jaźń, ёлка, Příbram", created_at=_day(2025, 8, 1)),
    CorpusDocument(name="L symbols.txt", content="½ ² Ⅳ ① € 100 % # @ _ Straße ﬁn", created_at=_day(2025, 9, 1)),
)
