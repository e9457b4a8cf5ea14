"""The questions that `python -m benchmarks` asks, one line each; a new benchmark is one more line here.

A benchmark takes `--quick` and `--output FILE`, writes its numbers there as JSON, and says on standard error, in a
line that begins with `SKIPPED`, what it leaves out and how to have it. What of its JSON is worth a line at the end is
found by `benchmarks.headlines`, or named by itself under `headlines`, a list of the fields of `Headline`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Input = Literal["collections", "files", "texts"]

LIMIT_SECONDS = 150.0
"""How long a benchmark may take unless its line says otherwise: several times what it takes on two quiet cores."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A question, the module that answers it, and the arguments of its quick form.

    `takes` is the kind of folder that the module reads where one is given; without it, it makes or finds something
    small itself. `has_folder`: it takes `--folder`, a place on the disk that is to be measured.
    """

    name: str
    question: str
    arguments: Sequence[str] = ("--quick",)
    module: str = ""
    takes: Input | None = None
    has_folder: bool = False
    limit_seconds: float = LIMIT_SECONDS

    def list_arguments(self, inputs: dict[Input, list[str]], folder: str) -> list[str]:
        """Return the words of its command line behind the interpreter, without `--output`."""
        given = inputs.get(self.takes, []) if self.takes else []
        place = ["--folder", folder] if self.has_folder else []
        return ["-m", f"benchmarks.{self.module or self.name}", *given, *self.arguments, *place]


SUITE = (
    Benchmark("ingest", "How fast is a folder of files added, beside its limits?", has_folder=True),
    Benchmark("bulk", "How fast are records without files put, again, and changed?", has_folder=True),
    Benchmark("sync", "What does a sync of a folder cost, the first time and without a change?", has_folder=True),
    Benchmark("durability", "How fast are durable writes, when are they found, and is one lost?", has_folder=True),
    Benchmark("search", "How long does a search take, part by part, beside engines by hand?"),
    Benchmark("throughput", "How many searches a second do threads and processes get, in both loops?"),
    Benchmark("startup", "What do importing, starting and opening take?"),
    Benchmark(
        "memory",
        "How much memory do searching, adding and rebuilding take, and each further document?",
        has_folder=True,
    ),
    Benchmark("updates", "What does changing documents cost, and what does it do to the index?", has_folder=True),
    Benchmark("size", "How large is the index, and what of it is for what?"),
    Benchmark("worst", "How long does the worst query take that the limits allow?"),
    Benchmark("http", "How long does an answer take over HTTP?"),
    Benchmark("analysis", "What does each analysis of text cost, and what is found by it?"),
    Benchmark("relevance", "Do the best documents come first, beside other engines?", takes="collections"),
    Benchmark("known_items", "Does the remembered document come first, mistyped or misread?", takes="texts"),
    Benchmark("duplicates", "Are copies told from others that look alike?", takes="texts"),
    Benchmark("dates", "Is the date of a document guessed right?"),
    Benchmark("extraction", "How much of a file's text is read, how fast, beside other engines?", takes="files"),
    Benchmark(
        "layers", "How fast are text layers read, beside bare pdfium?", ("--quick", "--layers"), "extraction", "files"
    ),
    Benchmark("ocr", "How much of a scan is read, and how fast, beside bare Tesseract?"),
)

PARTS = (
    "__main__",
    "plots",
    "corpus",
    "manuals",
    "readers",
    "library",
    "writers",
    "searchers",
    "residents",
    "xapian_process",
)
"""Modules that are run by themselves and are no question: they make texts or plots, or are processes of a benchmark."""
