"""The guess of a document's date on pages whose date is known: how many are found, how many are wrong, at which cost.

    python -m benchmarks.dates --wrong

Beside ours, where they are installed, dateparser and datefinder, of whose days the first plausible one counts.
"""

from __future__ import annotations

import argparse
import sys
import time
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path

from benchmarks.measure import describe_environment, print_environment, print_table, write_result
from papra_index.walks.reading.dating import EARLIEST, guess_date

FILE = Path(__file__).parent.parent / "fixtures" / "dates.toml"
_TODAY = date(2026, 6, 1)
_ROUNDS = 5

Guess = Callable[[str], date | None]


@dataclass(frozen=True)
class DatedPage:
    """A first page and the day that it is of, if it says one."""

    part: str
    language: str
    text: str
    date: date | None


@dataclass(frozen=True)
class Score:
    """Pages, those with a date, those guessed right, those guessed wrong (another day, or none to find)."""

    pages: int
    dated: int
    right: int
    wrong: int

    @property
    def precision(self) -> float:
        """Share of the guesses that are right."""
        return self.right / max(self.right + self.wrong, 1)

    @property
    def recall(self) -> float:
        """Share of the dated pages that are guessed right."""
        return self.right / max(self.dated, 1)


def load_pages(file: Path = FILE) -> list[DatedPage]:
    """Return the pages of the fixture."""
    listed = tomllib.loads(file.read_text(encoding="utf-8"))["page"]
    return [
        DatedPage(
            item["part"], item["language"], item["text"], date.fromisoformat(item["date"]) if "date" in item else None
        )
        for item in listed
    ]


def score_guesses(pages: Iterable[DatedPage], guess: Guess) -> tuple[Score, list[tuple[DatedPage, date | None]]]:
    """Return how good the guesses for pages are, and those that are wrong or missing."""
    asked = [(page, guess(page.text)) for page in pages]
    right = sum(page.date is not None and page.date == guessed for page, guessed in asked)
    wrong = sum(guessed is not None and page.date != guessed for page, guessed in asked)
    missed = [(page, guessed) for page, guessed in asked if page.date != guessed]
    return Score(len(asked), sum(page.date is not None for page, _ in asked), right, wrong), missed


def guess_ours(text: str) -> date | None:
    """Return our guess, as of a day after all pages."""
    return guess_date(text, _TODAY)


def guess_by_dateparser(text: str) -> date | None:
    """Return the first plausible day that dateparser.search finds."""
    from dateparser.search import search_dates

    found = search_dates(
        text, languages=["en", "de", "fr", "es", "it"], settings={"REQUIRE_PARTS": ["year", "month", "day"]}
    )
    return _first_plausible(moment for _, moment in found or ())


def guess_by_datefinder(text: str) -> date | None:
    """Return the first plausible day that datefinder finds."""
    from datefinder import find_dates

    return _first_plausible(find_dates(text, strict=True))


def _first_plausible(moments: Iterable[datetime]) -> date | None:
    return next((moment.date() for moment in moments if EARLIEST <= moment.date() <= _TODAY), None)


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wrong", action="store_true", help="print the pages that ours guesses wrong or not at all")
    parser.add_argument("--quick", action="store_true", help="each page once: the times say little")
    parser.add_argument("--output", type=Path, help="write the figures as JSON there")
    options = parser.parse_args()
    environment = describe_environment(FILE.parent)
    print_environment(environment)
    guesses: dict[str, Guess] = {"ours": guess_ours}
    others: dict[str, Guess] = {"dateparser": guess_by_dateparser, "datefinder": guess_by_datefinder}
    for name, guess in others.items():
        if find_spec(name):
            guesses[name] = guess
        else:
            print(f"SKIPPED {name}: it needs pip install --group peers", file=sys.stderr)
    pages = load_pages()
    rows: list[dict[str, object]] = []
    for name, guess in guesses.items():
        guess(pages[0].text)
        started = time.process_time()
        rounds = _ROUNDS if name == "ours" and not options.quick else 1
        for _ in range(rounds):
            score_guesses(pages, guess)
        milliseconds = 1_000 * (time.process_time() - started) / rounds / len(pages)
        for part in ("rules", "kept"):
            score, missed = score_guesses((page for page in pages if page.part == part), guess)
            rows.append({
                "guess": name, "part": part, "pages": score.pages, "dated": score.dated, "right": score.right,
                "wrong": score.wrong, "precision": round(score.precision, 3), "recall": round(score.recall, 3),
                "CPU ms a page": round(milliseconds, 3),
            })  # fmt: skip
            if options.wrong and name == "ours" and part == "rules":
                for page, guessed in missed:
                    print(f"{page.date} guessed {guessed}:\n{page.text}\n")
    print_table(list(rows[0]), [[str(value) for value in row.values()] for row in rows])
    write_result(options.output, {"environment": environment, "rows": rows})


if __name__ == "__main__":
    main()
