"""OCR of rendered pages, clean and spoiled, beside bare Tesseract and pytesseract; then 100 pages through the workers.

    python -m benchmarks.ocr --output ocr.json
    python -m benchmarks.ocr --quick

On each page the three ways take turns. Words found are those of the page, each as often as it is there; processor
seconds count the children, which is where Tesseract runs.
"""

from __future__ import annotations

import argparse
import os
import random
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytesseract
from PIL import Image

from benchmarks.measure import Stopwatch, describe_environment, print_environment, print_table, rotate, write_result
from benchmarks.pages import DPI, FONTS, SPOILERS, LetterPage, make_page, measure_recall
from papra_index.documents import ExtractionStatus
from papra_index.extraction.content import ExtractionJob, ExtractionLimits
from papra_index.extraction.ocr import recognize_text
from papra_index.extraction.ocr_languages import find_languages
from papra_index.extraction.raster import GreyImage
from papra_index.extraction.tesseract import OSD, find_tesseract
from papra_index.extraction.workers import WorkerPool

_SECONDS = 120.0
_CORES = 2
_AIM_COST = 1.15
_AIM_RECALL = 0.9
_AIM_BUSY = 0.9
_CLEAN = "clean"
_QUICK_KINDS = [_CLEAN, "noise", "uneven light", "photo", "skew 7.5", "turned 90"]
_LEVELLED = ("skew", "turned")

Run = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Spoiled:
    """A page as the three ways are given it: in memory, and as the PNM file that bare Tesseract reads."""

    kind: str
    font: str
    image: Image.Image
    words: tuple[str, ...]
    pnm: Path


def run_bare(page: Spoiled) -> str:
    """Run the same Tesseract with automatic layout, once, on the picture as it is."""
    tesseract = find_tesseract()
    command = [tesseract.command, str(page.pnm), "stdout", "--psm", "3", "--dpi", str(DPI), "-l", "eng"]
    command += ["--tessdata-dir", str(tesseract.data_folder)]
    environment = os.environ | {"OMP_THREAD_LIMIT": "1"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return done.stdout.decode("utf-8")


def run_pytesseract(page: Spoiled) -> str:
    """Call `image_to_string` with nothing but the picture, which it hands on as a PNG file without its resolution."""
    tesseract = find_tesseract()
    pytesseract.pytesseract.tesseract_cmd = tesseract.command
    # The wheel's program does not know where its data is.
    config = f"--tessdata-dir {shlex.quote(str(tesseract.data_folder))}"
    return str(pytesseract.image_to_string(page.image, config=config))


def run_library(page: Spoiled) -> str:
    """Call what the workers call."""
    image = GreyImage(page.image.width, page.image.height, page.image.tobytes(), DPI)
    return recognize_text(image, ("eng",), _SECONDS).text


RUNNERS: dict[str, Callable[[Spoiled], str]] = {
    "bare tesseract": run_bare,
    "pytesseract": run_pytesseract,
    "papra-index": run_library,
}


def measure_pages(kinds: Sequence[str], clean: int, spoiled: int, seed: int, folder: Path) -> list[Run]:
    """Return recall and cost of every way on `clean` clean pages and `spoiled` pages of each other kind."""
    results: list[Run] = []
    for kind in kinds:
        for number in range(clean if kind == _CLEAN else spoiled):
            page = _spoil_page(kind, number, seed, folder)
            result: Run = {"kind": kind, "page": number, "font": page.font, "runs": {}}
            for name in rotate(list(RUNNERS), len(results)):
                watch = Stopwatch()
                text = RUNNERS[name](page)
                cost = watch.stop()
                recall = measure_recall(text, page.words)
                result["runs"][name] = {"recall": recall, "cpu_seconds": cost.cpu, "wall_seconds": cost.wall}
            results.append(result)
            found = ", ".join(f"{name} {run['recall']:.3f} {run['cpu_seconds']:.2f} s" for name, run in
                              sorted(result["runs"].items()))  # fmt: skip
            print(f"{kind}, {page.font}: {found}", file=sys.stderr)
    return results


def _spoil_page(kind: str, number: int, seed: int, folder: Path) -> Spoiled:
    clean: LetterPage = make_page(number, seed)
    image = SPOILERS[kind](clean.image, random.Random(f"{seed} {kind} {number}"))
    image.save(folder / "page.pgm")
    return Spoiled(kind, list(FONTS)[number % len(FONTS)], image, clean.words, folder / "page.pgm")


def measure_workers(pages: int, seed: int, folder: Path) -> Run:
    """Return how busy two workers keep two cores over so many clean pages, each a file."""
    jobs, words = [], {}
    for number in range(pages):
        page = make_page(number, seed)
        page.image.save(folder / f"{number}.png", dpi=(DPI, DPI), compress_level=1)
        jobs.append(ExtractionJob(number, folder / f"{number}.png", f"{number}.png"))
        words[number] = page.words
    watch = Stopwatch()
    recalls = []
    with WorkerPool(_CORES, ExtractionLimits(seconds=_SECONDS)) as pool:
        for content in pool.extract(iter(jobs)):
            if content.status is not ExtractionStatus.DONE:
                raise RuntimeError(f"page {content.job_id} was not read: {content.message}")
            recalls.append(measure_recall(content.pages[0].text, words[content.job_id]))
    cost = watch.stop()
    return {
        "pages": pages,
        "wall_seconds": cost.wall,
        "cpu_seconds": cost.cpu,
        "pages_per_second": pages / cost.wall,
        "cores_busy": cost.cpu / (_CORES * cost.wall),
        "lowest_recall": min(recalls),
    }


def measure_ocr(kinds: Sequence[str], counts: tuple[int, int, int], seed: int, folder: Path) -> Run:
    """Measure pages of these kinds, then pages through the workers; return all with what it comes to.

    `counts` are those of clean pages, of pages of each other kind, and of pages through the workers.
    """
    clean, spoiled, pooled = counts
    tesseract = find_tesseract()
    has_osd = OSD in find_languages(tesseract).files
    environment = describe_environment(folder) | {"engine": tesseract.engine, "osd": has_osd}
    pages = measure_pages(kinds, clean, spoiled, seed, folder)
    result: Run = {"benchmark": "ocr", "environment": environment, "seed": seed, "pages": pages}
    result["workers"] = measure_workers(pooled, seed, folder)
    return result | {"summary": _summarize(pages, result["workers"]), "load_after": os.getloadavg()[0]}


def _summarize(pages: list[Run], workers: Run) -> Run:
    kinds: dict[str, list[Run]] = {}
    for page in pages:
        kinds.setdefault(page["kind"], []).append(page)
    by_kind = {kind: {name: _describe_runs(members, name) for name in RUNNERS} for kind, members in kinds.items()}
    clean = [page["runs"] for page in kinds.get(_CLEAN, [])]
    levelled = [page["runs"]["papra-index"]["recall"] for page in pages if page["kind"].startswith(_LEVELLED)]
    cost = {name: sum(runs[name]["cpu_seconds"] for runs in clean) for name in RUNNERS}
    worse = sum(runs["papra-index"]["recall"] < runs["bare tesseract"]["recall"] for runs in clean)
    return {
        "kinds": by_kind,
        "clean_pages_worse_than_bare": worse,
        "clean_cost_of_bare": cost["papra-index"] / cost["bare tesseract"] if clean else None,
        "lowest_recall_skewed_or_turned": min(levelled, default=None),
        "cores_busy": workers["cores_busy"],
        "aims": {
            "clean_pages_worse_than_bare": 0,
            "clean_cost_of_bare": _AIM_COST,
            "lowest_recall_skewed_or_turned": _AIM_RECALL,
            "cores_busy": _AIM_BUSY,
        },
    }


def _describe_runs(pages: list[Run], name: str) -> Run:
    runs = [page["runs"][name] for page in pages]
    return {
        "recall": sum(run["recall"] for run in runs) / len(runs),
        "lowest_recall": min(run["recall"] for run in runs),
        "cpu_seconds": sum(run["cpu_seconds"] for run in runs) / len(runs),
    }


def print_result(result: Run) -> None:
    """Print the tables of a result."""
    print_environment(result["environment"])
    summary, workers = result["summary"], result["workers"]
    engine = result["environment"]["engine"] + (" with" if result["environment"]["osd"] else " without") + " osd data"
    print(f"{len(result['pages'])} pages, {engine}; recall mean / lowest, CPU seconds a page\n")
    rows = []
    for kind, found in summary["kinds"].items():
        count = sum(page["kind"] == kind for page in result["pages"])
        cells = [
            f"{run['recall']:.3f} / {run['lowest_recall']:.3f}, {run['cpu_seconds']:.2f} s" for run in found.values()
        ]
        rows.append([kind, str(count), *cells])
    print_table(["page", "pages", *RUNNERS], rows)
    aims = summary["aims"]
    cost, lowest = summary["clean_cost_of_bare"], summary["lowest_recall_skewed_or_turned"]
    reached = [
        ["clean pages with fewer words than bare", str(summary["clean_pages_worse_than_bare"]), "0"],
        ["CPU of bare on clean pages", "" if cost is None else f"{cost:.2f}", f"at most {aims['clean_cost_of_bare']}"],
        ["lowest recall, skewed or turned", "" if lowest is None else f"{lowest:.3f}", f"over {_AIM_RECALL}"],
        [f"busy cores over {workers['pages']} pages", f"{workers['cores_busy']:.0%}", f"at least {_AIM_BUSY:.0%}"],
        ["pages per second with two workers", f"{workers['pages_per_second']:.2f}", ""],
    ]
    print()
    print_table(["papra-index", "measured", "aim"], reached)


def main() -> None:
    """Measure OCR of rendered pages beside bare Tesseract and pytesseract."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--quick", action="store_true", help="one page of six kinds, and 4 through the workers")
    parser.add_argument("--kinds", help="only these, with commas between")
    parser.add_argument("--clean", type=int, default=18, help="clean pages")
    parser.add_argument("--spoiled", type=int, default=3, help="pages of each other kind")
    parser.add_argument("--pooled", type=int, default=100, help="pages through the workers")
    parser.add_argument("--without-osd", action="store_true", help="as where no orientation data is installed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, help="file for the result as JSON")
    arguments = parser.parse_args()
    kinds = arguments.kinds.split(",") if arguments.kinds else _QUICK_KINDS if arguments.quick else list(SPOILERS)
    if unknown := set(kinds) - set(SPOILERS):
        parser.error(f"no such kind of page: {', '.join(sorted(unknown))}; known are {', '.join(SPOILERS)}")
    if arguments.without_osd:
        # Wheels put data under the prefix; the workers, which get clean pages only, look there all the same.
        sys.prefix = os.devnull
    counts = (1, 1, 4) if arguments.quick else (arguments.clean, arguments.spoiled, arguments.pooled)
    with tempfile.TemporaryDirectory(prefix="papra-index-benchmark-") as folder:
        result = measure_ocr(kinds, counts, arguments.seed, Path(folder))
    print_result(result)
    write_result(arguments.output, result)


if __name__ == "__main__":
    main()
