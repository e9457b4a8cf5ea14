"""Reading a folder of real files, ours beside the engines one would use instead, file by file in turns.

    python -m benchmarks.extraction FOLDER [--manifest FILE] [--peers pdftotext,pypdf] [--layers] [--output x.json]

Each engine runs in a warm process of its own with the same deadline. How much of a text was read is told by the texts
of a manifest, or else by the words that several engines agree on.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.corpus import list_corpus
from benchmarks.layers import FLATTENED, measure_layers, print_layers
from benchmarks.measure import describe_environment, print_environment, print_table, rotate, write_result
from benchmarks.processes import EngineMissing, EngineProcess, Reading, find_python
from benchmarks.readers import ENGINES, OURS
from benchmarks.words import LEAST_WORDS, Score, find_agreed, read_manifest, score_words, split_words

Result = dict[str, Any]

FIXTURES = Path(__file__).parent.parent / "fixtures"

_PICTURES = frozenset([".png", ".jpg", ".jpeg", ".tif", ".tiff", ".gif", ".bmp", ".webp"])
_TEXT_LAYERS = ("pypdfium2", FLATTENED, "pdftotext", "pypdf")
_AGREEING_VOICES = {"pdf": 3, "scan": 2, "picture": 2, "other": 2}
_KINDS = {"pdf": "PDF", "scan": "PDF without a text layer", "picture": "pictures", "other": "other files"}
_POOR_RECALL = 0.8
_TOLD_EVERY = 50
_AIM_LAYER_RECALL = 0.965


@dataclass(slots=True)
class FileReadings:
    """What all engines made of one file; of texts, the words are kept."""

    path: Path
    kind: str
    readings: dict[str, Reading] = field(default_factory=dict)
    words: dict[str, frozenset[str]] = field(default_factory=dict)
    reference: frozenset[str] = frozenset()
    is_known: bool = False

    @property
    def pages_count(self) -> int:
        """As many pages as the engine that found most."""
        return max((len(reading.texts) for reading in self.readings.values()), default=0)

    def add(self, engine: str, reading: Reading) -> None:
        """Keep what an engine found."""
        self.words[engine] = split_words(reading.texts)
        self.readings[engine] = Reading([""] * len(reading.texts), reading.failure, reading.message, reading.cpu,
                                        reading.wall, reading.facts)  # fmt: skip

    def find_reference(self, known: frozenset[str] | None) -> None:
        """Settle what the file says: words that are known, or those that enough engines agree on."""
        if self.kind == "pdf" and all(len(self.words.get(name, ())) < LEAST_WORDS for name in _TEXT_LAYERS):
            self.kind = "scan"
        if known is not None:
            self.reference, self.is_known = known, True
            return
        voices = {name: ENGINES[name].voice if self.kind == "pdf" else name for name in self.words}
        self.reference = find_agreed(self.words, voices, _AGREEING_VOICES[self.kind])

    def score(self, engine: str) -> Score | None:
        """Return how an engine did, or None when the reference says too little or the engine was not asked."""
        if engine not in self.words or (not self.is_known and len(self.reference) < LEAST_WORDS) or not self.reference:
            return None
        return score_words(self.words[engine], self.reference)


def find_kind(path: Path) -> str:
    """Return `pdf`, `picture` or `other`, by content for PDFs, else by name."""
    with path.open("rb") as file:
        if b"%PDF-" in file.read(1024):
            return "pdf"
    return "picture" if path.suffix.lower() in _PICTURES else "other"


def start_engines(names: list[str], pythons: dict[str, str], settings: dict[str, Any]) -> list[EngineProcess]:
    """Start engines; one that is not installed is left out, and said so with what to install."""
    started = []
    for name in names:
        try:
            started.append(EngineProcess(name, find_python(name, pythons), settings))
        except EngineMissing as error:
            print(f"SKIPPED {name}: {error}; it needs: {ENGINES[name].needs}", file=sys.stderr)
    return started


def read_folder(files: list[Path], engines: list[EngineProcess], seconds: float) -> list[FileReadings]:
    """Let every engine read every file of a kind it knows, each time beginning with another."""
    found = []
    for turn, path in enumerate(files):
        file = FileReadings(path, find_kind(path))
        for engine in rotate(engines, turn):
            only = ENGINES[engine.name].only
            if only is None or file.kind in only:
                file.add(engine.name, engine.read(path, seconds))
        found.append(file)
        if (turn + 1) % _TOLD_EVERY == 0:
            print(f"{turn + 1} of {len(files)} files", file=sys.stderr)
    return found


def summarize(found: list[FileReadings], names: list[str]) -> Result:
    """Return, for each kind of file and engine, what it took and how much was read."""
    kinds: Result = {}
    for kind in _AGREEING_VOICES:
        files = [file for file in found if file.kind == kind]
        engines = {name: _summarize_engine([file for file in files if name in file.readings], name) for name in names}
        kinds[kind] = {name: summary for name, summary in engines.items() if summary["files"]}
    return kinds


def _summarize_engine(files: list[FileReadings], name: str) -> Result:
    readings = [file.readings[name] for file in files]
    scores = [score for file in files if (score := file.score(name)) is not None]
    precisions = [score.precision for score in scores if score.precision is not None]
    cpu = sum(reading.cpu for reading in readings)
    # A file that gave nothing costs its time and counts for no page.
    pages = sum(file.pages_count for file in files if file.readings[name].failure is None)
    return {
        "files": len(files),
        "failures": dict(Counter(reading.failure for reading in readings if reading.failure)),
        "cpu_seconds": cpu,
        "wall_seconds": sum(reading.wall for reading in readings),
        "pages": pages,
        "pages_per_cpu_second": pages / cpu if cpu else 0.0,
        "scored": len(scores),
        "recall": sum(score.recall for score in scores) / len(scores) if scores else None,
        "precision": sum(precisions) / len(precisions) if precisions else None,
        "poor": sum(score.recall < _POOR_RECALL for score in scores),
    }


def count_outcomes(found: list[FileReadings]) -> dict[str, int]:
    """Return how many files ended with each status and reason in ours."""
    outcomes = Counter(_describe_outcome(file.readings[OURS]) for file in found)
    return dict(outcomes.most_common())


def _describe_outcome(reading: Reading) -> str:
    if "status" not in reading.facts:
        return f"LOST: {reading.failure}"
    reason = reading.facts["reason"]
    return f"{reading.facts['status']}: {reason}" if reason else str(reading.facts["status"])


def measure_extraction(arguments: argparse.Namespace) -> Result:
    """Run the benchmark and return its result."""
    files = list_corpus(arguments.folder)
    if arguments.layers:
        files = [path for path in files if find_kind(path) == "pdf"]
    names = [OURS, *(name for name in ENGINES if name != OURS and name in arguments.peers)]
    pythons = dict(pair.split("=", 1) for pair in arguments.python)
    settings = {"workers": 1, "ocr_pages": 0 if arguments.layers else arguments.ocr_pages}
    result: Result = {
        "benchmark": "extraction",
        "environment": describe_environment(arguments.folder),
        "files": len(files),
        "bytes": sum(path.stat().st_size for path in files),
        "settings": settings | {"seconds": arguments.seconds},
    }
    engines = start_engines(names, pythons, settings)
    try:
        found = read_folder(files, engines, arguments.seconds)
        if arguments.layers:
            layers = [file.path for file in found if _has_layer(file)]
            result["layers"] = measure_layers(layers, {engine.name: engine for engine in engines}, arguments.rounds)
            result["layers"]["rescued"] = _count_rescued(found)
    finally:
        for engine in engines:
            engine.close()
    known = read_manifest(arguments.manifest, arguments.folder) if arguments.manifest else {}
    for file in found:
        file.find_reference(known.get(file.path))
    return result | {
        "engines": {engine.name: {"version": engine.version, "peak_rss_bytes": engine.peak_rss} for engine in engines},
        "outcomes": count_outcomes(found),
        "kinds": summarize(found, [engine.name for engine in engines]),
        "each": [_describe_file(file) for file in found],
    }


def _has_layer(file: FileReadings) -> bool:
    """Whether both ours and bare pdfium read all of a file from its text layer."""
    ours, bare = file.readings[OURS], file.readings.get(FLATTENED)
    if bare is None or bare.failure or ours.facts.get("status") != "done" or len(ours.texts) != len(bare.texts):
        return False
    return bool(ours.texts) and not ours.facts["awaiting_ocr"] and not _count_miner_pages(file)


def _count_miner_pages(file: FileReadings) -> int:
    engines = file.readings[OURS].facts.get("engines", {})
    return sum(count for name, count in engines.items() if name.startswith("pdfminer"))


def _count_rescued(found: list[FileReadings]) -> Result:
    """Return how many files and pages fell back to pdfminer, and the processor seconds of these files."""
    files = [file for file in found if _count_miner_pages(file)]
    cpu = sum(file.readings[OURS].cpu for file in files)
    return {"files": len(files), "pages": sum(map(_count_miner_pages, files)), "cpu_seconds": cpu}


def _describe_file(file: FileReadings) -> Result:
    each = {}
    for name, reading in file.readings.items():
        score = file.score(name)
        each[name] = {
            "pages": len(reading.texts),
            "words": len(file.words[name]),
            "cpu": round(reading.cpu, 4),
            "wall": round(reading.wall, 3),
            "recall": None if score is None else round(score.recall, 4),
            "failure": reading.failure,
            "message": reading.message,
        } | reading.facts
    return {"file": str(file.path), "kind": file.kind, "reference": len(file.reference), "engines": each}


def print_result(result: Result) -> None:
    """Print the tables of a result."""
    print_environment(result["environment"])
    print(f"{result['files']:,} files, {result['bytes'] / 1e6:.1f} MB, {result['settings']['seconds']:g} s for each\n")
    print_table(["papra-index", "files"], [[name, f"{count}"] for name, count in result["outcomes"].items()])
    for kind, engines in result["kinds"].items():
        if not engines:
            continue
        print(f"\n{_KINDS[kind]}: {max(engine['files'] for engine in engines.values())} files\n")
        headings = ["", "errors", "timeouts", "died", "CPU s", "pages/CPU-s", "recall", "precision", "under .8"]
        print_table(headings, [_make_row(name, engine) for name, engine in engines.items()])
    print()
    rows = [
        [name, facts["version"], f"{facts['peak_rss_bytes'] / 1e6:.0f} MB"] for name, facts in result["engines"].items()
    ]
    print_table(["engine", "version", "peak RSS"], rows)
    if "layers" in result:
        recall = result["kinds"]["pdf"][OURS]["recall"]
        print_layers(result["layers"])
        print(f"\nconsensus recall {recall or 0:.3f}, aim at least {_AIM_LAYER_RECALL}")


def _make_row(name: str, engine: Result) -> list[str]:
    failures = [f"{engine['failures'].get(kind, 0)}" for kind in ("error", "timeout", "died")]
    shares = ["" if engine[share] is None else f"{engine[share]:.3f}" for share in ("recall", "precision")]
    speed = f"{engine['pages_per_cpu_second']:.1f}"
    return [name, *failures, f"{engine['cpu_seconds']:.1f}", speed, *shares, f"{engine['poor']} of {engine['scored']}"]


def parse_arguments(words: list[str] | None = None) -> argparse.Namespace:
    """Return what was asked for on the command line."""
    parser = argparse.ArgumentParser(description="Measure how a folder of real files is read, beside other engines.")
    parser.add_argument(
        "folder", type=Path, nargs="?", help="real files; without it the fixtures, whose texts are known"
    )
    parser.add_argument("--manifest", type=Path, help="TOML or JSON that names expected texts")
    parser.add_argument("--peers", help="names joined by commas, of: " + ", ".join(list(ENGINES)[1:]))
    parser.add_argument("--python", action="append", default=[], metavar="PEER=PATH", help="its interpreter")
    parser.add_argument("--layers", action="store_true", help="text layers of PDFs only, beside bare pdfium")
    parser.add_argument("--rounds", type=int, default=3, help="times the text layers are timed")
    parser.add_argument("--seconds", type=float, default=120.0, help="deadline of every engine for one file")
    parser.add_argument("--ocr-pages", type=int, default=20, help="pages of one file that go to OCR")
    parser.add_argument("--quick", action="store_true", help="20 s and 3 pages of OCR for a file, one round")
    parser.add_argument("--output", type=Path, help="file for the result as JSON")
    arguments = parser.parse_args(words)
    if arguments.folder is None:
        print("SKIPPED real files: these are the fixtures; give a folder of real ones", file=sys.stderr)
        arguments.folder, arguments.manifest = FIXTURES / "documents", FIXTURES / "documents.toml"
    if arguments.quick:
        arguments.seconds, arguments.ocr_pages = min(arguments.seconds, 20.0), min(arguments.ocr_pages, 3)
        arguments.rounds = 1
    arguments.peers = list(ENGINES)[1:] if arguments.peers is None else [*filter(None, arguments.peers.split(","))]
    if unknown := set(arguments.peers) - set(ENGINES):
        parser.error(f"no such peer: {', '.join(sorted(unknown))}")
    return arguments


def main() -> None:
    """Measure how a folder of real files is read."""
    arguments = parse_arguments()
    result = measure_extraction(arguments)
    print_result(result)
    write_result(arguments.output, result)


if __name__ == "__main__":
    main()
