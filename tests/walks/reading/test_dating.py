"""Guesses of a document's date: right on pages with known dates, bounded, and never instead of what somebody said."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.dates import guess_ours, load_pages, score_guesses
from papra_index import Archive, ExtractionSettings, Organization, Settings
from papra_index.walks.reading.dating import EARLIEST, guess_date

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(("part", "least_recall"), [("rules", 0.95), ("kept", 0.85)])
def test_pages_with_known_dates(part: str, least_recall: float) -> None:
    score, _ = score_guesses((page for page in load_pages() if page.part == part), guess_ours)
    assert score.precision == 1.0
    assert score.recall >= least_recall


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Date: 2024-03-15", date(2024, 3, 15)),
        ("Date: 15/03/2024", date(2024, 3, 15)),
        ("Date: 03/04/2024", date(2024, 4, 3)),
        ("Invoice date: 03/04/2024   Due date: 03/31/2024", date(2024, 3, 4)),
        ("Datum: 15.3.24", date(2024, 3, 15)),
        ("Datum: 15.3.98", date(1998, 3, 15)),
        ("Date: 15-MAR-2024", date(2024, 3, 15)),
        ("Fecha: 1º de marzo de 2024", date(2024, 3, 1)),
        ("Fait le 1er mars 2024", date(2024, 3, 1)),
        ("Date: 30/02/2024", None),
        ("Date: 28/11/2026", date(2026, 11, 28)),
        ("Date: 29/11/2026", None),
        ("Date: 31/12/1899", None),
        ("Due date: 15/03/2024", None),
        ("Geburtsdatum: 15.03.2024", None),
        ("Date of birth 15/03/1980", None),
        ("Version 1.2.2024.5", None),
        ("15/03/2024 - 17/03/2024", None),
        ("Your letter dated 15 March 2024", None),
        ("Date;Item\n2024-01-03;Water\n2024-01-15;Rent", None),
        ("Title\tDate\nThe Lighthouse\t2003-11-18\nFerns\t2003-12-02", None),
        ("Date       Item\n2024-01-03 Water\n2024-01-15 Rent", None),
        ("", None),
    ],
)
def test_a_day_is_judged_by_what_stands_around_it(text: str, expected: date | None) -> None:
    assert guess_date(text, TODAY) == expected


@given(
    st.text(alphabet="0123456789./-: \nDateum,märzé年月日", max_size=300), st.dates(date(1950, 1, 1), date(2100, 1, 1))
)
def test_any_text_gives_a_plausible_day_or_none(text: str, today: date) -> None:
    guessed = guess_date(text, today)
    assert guessed is None or (guessed >= EARLIEST and (guessed - today).days <= 2)


@pytest.mark.parametrize(
    "part", ["1.1.20 ", "due ", "Date: 1 May 2020 to ", "a, ", "1 of march ", "März" * 3, "ihr schreiben "]
)
def test_the_cost_is_bounded(part: str) -> None:
    started = time.process_time()
    guess_date(part * 100_000, TODAY)
    assert time.process_time() - started < 0.5


@pytest.fixture
def guessing() -> Settings:
    return Settings(extraction=ExtractionSettings(guess_dates=True, workers=1))


def day(number: int) -> datetime:
    return datetime(2024, 3, number, tzinfo=UTC)


def read(archive: Archive, home: Organization, document_id: str) -> datetime | None:
    archive.wait_until_searchable()
    return home.get(document_id).document_date


def test_a_guess_gives_way_to_what_somebody_says(guessing: Settings) -> None:
    with Archive.in_memory(settings=guessing) as archive:
        home = archive.create_organization("Home")
        letter = home.add(b"Date: 15 March 2024", name="letter.txt").id
        given = home.add(b"Date: 15 March 2024\n", name="given.txt", document_date=day(1)).id
        assert read(archive, home, letter) == day(15)
        assert read(archive, home, given) == day(1)
        assert home.search("date:2024-03-15").documents_count == 1

        home.replace(letter, b"Date: 16 March 2024")
        assert read(archive, home, letter) == day(16)
        home.update(letter, document_date=None)
        home.extract_again(letter)
        assert read(archive, home, letter) is None
        home.update(letter, document_date=day(2))
        home.replace(letter, b"Date: 17 March 2024")
        assert read(archive, home, letter) == day(2)


def test_a_put_of_the_same_file_leaves_the_guess(guessing: Settings) -> None:
    with Archive.in_memory(settings=guessing) as archive:
        home = archive.create_organization("Home")
        first = home.put("1", b"Date: 15 March 2024", name="letter.txt")
        assert read(archive, home, first.document_id or "") == day(15)
        again = home.put("1", b"Date: 15 March 2024", name="letter.txt")
        assert again.status == "unchanged"
        assert read(archive, home, first.document_id or "") == day(15)
        home.put("1", b"Date: 16 March 2024", name="letter.txt")
        assert read(archive, home, first.document_id or "") == day(16)
        home.put("1", b"Date: 16 March 2024", name="letter.txt", document_date=day(3))
        assert read(archive, home, first.document_id or "") == day(3)


@pytest.mark.slow
def test_the_first_page_may_come_by_ocr(guessing: Settings) -> None:
    with Archive.in_memory(settings=guessing) as archive:
        home = archive.create_organization("Home")
        receipt = home.add("fixtures/documents/receipt.png", ocr_languages=["eng"]).id
        assert read(archive, home, receipt) == datetime(2024, 5, 17, tzinfo=UTC)


def test_without_the_setting_nothing_is_guessed(archive: Archive, home: Organization) -> None:
    letter = home.add(b"Date: 15 March 2024", name="letter.txt").id
    assert read(archive, home, letter) is None
