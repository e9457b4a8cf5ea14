"""Texts that are remembered: files of a folder, a share of them with a line of business made by a seeded generator."""

from __future__ import annotations

import random
from pathlib import Path

from papra_index.evaluation.mining import KnownDocument

SUFFIXES = (".txt", ".md", ".rst")
_COMPANIES = ("Nordlicht", "Boulangerie Arnaud", "Hafenwerk", "Clearwater", "Ferretería Luna", "Officina Riva")
_LABELS = {
    "en": ("Invoice", "dated", "total", "EUR"),
    "de": ("Rechnung", "vom", "Summe", "EUR"),
    "fr": ("Facture", "du", "total", "EUR"),
    "es": ("Factura", "del", "total", "EUR"),
    "it": ("Fattura", "del", "totale", "EUR"),
}


def read_documents(folder: Path, seed: int, business_share: float = 0.3) -> list[KnownDocument]:
    """Return the texts in sub-folders named by language; a share of them gets a line with an invoice's facts.

    Raises ValueError for a folder without texts.
    """
    found: list[KnownDocument] = []
    chance = random.Random(f"{seed} facts")
    files = sorted(file for file in folder.rglob("*") if file.suffix in SUFFIXES and file.is_file())
    for number, file in enumerate(files):
        language = file.relative_to(folder).parts[0]
        text = file.read_text(encoding="utf-8", errors="replace")
        facts = None
        if chance.random() < business_share:
            facts, line = _write_business(language, chance)
            text = f"{text}\n{line}\n"
        found.append(KnownDocument(number, language, file.stem, text, facts))
    if not found:
        raise ValueError(f"there is no text in {folder}: give a folder with texts in sub-folders such as en and de")
    return found


def _write_business(language: str, chance: random.Random) -> tuple[tuple[str, str, str, str], str]:
    label, dated, total, currency = _LABELS.get(language, _LABELS["en"])
    prefix = chance.choice(("RE", "INV", "F", "2024", "KD"))
    number = f"{prefix}{chance.choice('-/_')}{chance.randrange(10_000, 99_999)}{chance.choice('ABCDKX')}"
    year, month, day = chance.randrange(2015, 2026), chance.randrange(1, 13), chance.randrange(1, 29)
    date = f"{year}-{month:02}-{day:02}" if language == "en" else f"{day:02}.{month:02}.{year}"
    cents = chance.randrange(10_000, 9_999_999)
    whole = f"{cents // 100:,}"
    amount = f"{whole}.{cents % 100:02}" if language == "en" else f"{whole.replace(',', '.')},{cents % 100:02}"
    country = {"en": "GB", "de": "DE", "fr": "FR", "es": "ES", "it": "IT"}.get(language, "DE")
    iban = (
        f"{country}{chance.randrange(10, 99)} " + " ".join(f"{chance.randrange(10_000):04}" for _ in range(4)) + " 21"
    )
    line = f"{chance.choice(_COMPANIES)}: {label} {number} {dated} {date}, {total} {amount} {currency}, IBAN {iban}"
    return (number, date, amount, iban), line
