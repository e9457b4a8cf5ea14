"""A content hook that reads amount, sender and date of a bill off its text: rules of a few lines, where a backend may
ask a language model. Run it with `python examples/content_hook.py`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from papra_index import Archive, ContentHook, DocumentFields, ReadDocument

BILLS = {
    "scan-1.txt": "Carpenter's Workshop Elmgrove\nInvoice 2023-0815\nDate: 2023-08-14\nTotal to pay 519.80 EUR",
    "scan-2.txt": "Stadtwerke Süd GmbH\nRechnung 4711\nDatum: 2024-03-12\nGesamtbetrag 84,20 EUR",
    "note.txt": "Call the carpenter about the shelf.",
}
AMOUNT = re.compile(r"(?:total|betrag|amount)\D{0,20}(\d+)[.,](\d\d)\b", re.IGNORECASE)
DATE = re.compile(r"(?:date|datum): (\d{4}-\d\d-\d\d)", re.IGNORECASE)


def read_bill(read: ReadDocument) -> DocumentFields | None:
    """Return what a bill says of itself; None for what is none."""
    amount = AMOUNT.search(read.text)
    if amount is None:
        return None
    day = DATE.search(read.text)
    return DocumentFields(
        document_date=datetime.fromisoformat(day[1]).replace(tzinfo=UTC) if day else None,
        tags=["bill"],
        properties={"Amount": float(f"{amount[1]}.{amount[2]}"), "Sender": read.text.splitlines()[0]},
    )


def main() -> None:
    """Add two bills and a note, and search by what the hook found."""
    with Archive.in_memory(content_hook=ContentHook(read_bill, seconds=5)) as archive:
        home = archive.create_organization("Home")
        home.create_property("Amount", "number")
        home.create_property("Sender", "text")
        for name, text in BILLS.items():
            home.add(text.encode(), name=name)
        archive.wait_until_searchable()  # texts read, fields given, all of it in the index
        for hit in home.search("amount:>50 tag:bill").hits:
            values = {item.name: item.value for item in hit.document.properties}
            print(f"{hit.document.document_date:%Y-%m-%d} {values['Amount']:.2f} {values['Sender']}")


if __name__ == "__main__":
    main()
