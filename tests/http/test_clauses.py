"""The tests of isolation fail where a clause of the organization is missing: they are run on a copy of the package
without one of them.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import papra_index

PACKAGE = Path(papra_index.__file__).parent
TESTS = Path(__file__).parent.parent
ISOLATION = "tests/http/test_isolation.py"
COMPILER = "index/tantivy/compiler.py"
SOLE = {
    "activity": ["list_activity"],
    "additions": ["_BY_HASH"],
    "bulk": ["_FOUND"],
    "documents": ["_BY_ID", "find_key", "_select_live", "list_trash"],
    "external_ids": ["_BY_EXTERNAL_ID", "find_external"],
    "properties": ["find_property", "list_properties", "_check_unique"],
    "tags": ["find_tag", "list_tags", "_check_unique"],
    "trash": ["_find"],
    "versions": ["_PRESENT"],
}
"""Where in the catalog a clause alone keeps organizations apart that requests reach. Elsewhere there are two: what the
index finds, or what a query selects, is looked at once more when it is fetched or changed.
"""


def find_clause(source: str, name: str) -> tuple[int, int, str]:
    """Return (begin, end, its left side) of the comparison with an organization's key in what has this name."""
    lines = [0]
    for line in source.encode().splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    for node in ast.parse(source).body:
        named = node.targets[0] if isinstance(node, ast.Assign) else node
        if name not in (getattr(named, "id", None), getattr(named, "name", None)):
            continue
        for part in ast.walk(node):
            if isinstance(part, ast.Compare) and ast.unparse(part.left).endswith(".organization_key"):
                assert part.end_lineno is not None
                assert part.end_col_offset is not None
                begin, end = lines[part.lineno - 1] + part.col_offset, lines[part.end_lineno - 1] + part.end_col_offset
                return begin, end, ast.unparse(part.left)
    raise AssertionError(f"{name} has no clause")


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a copy of the package and of its tests, which are run there."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(PACKAGE, folder / "papra_index")
    for path in (*TESTS.glob("*.py"), *(TESTS / "http").glob("*.py")):
        target = folder / "tests" / path.relative_to(TESTS)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = slow\n", encoding="utf-8")
    return folder


def run_isolation_tests(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the tests of isolation in the folder, where `papra_index` is the copy."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", ISOLATION]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # they take longer to load than the tests to run
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def run_without(folder: Path, module: str, begin: int, end: int, instead: str) -> subprocess.CompletedProcess[str]:
    """Run the tests with something else in the place of some bytes of a module, which gets them back then."""
    path = folder / "papra_index" / module
    original = path.read_bytes()
    path.write_bytes(original[:begin] + instead.encode() + original[end:])
    try:
        return run_isolation_tests(folder)
    finally:
        path.write_bytes(original)


@pytest.mark.slow
def test_the_copy_passes(copied: Path) -> None:
    """Else the failures below would say nothing."""
    done = run_isolation_tests(copied)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


@pytest.mark.slow
def test_a_search_without_the_clause_is_found_out(copied: Path) -> None:
    clause = b"(Occur.Must, compiler.documents), "
    source = (PACKAGE / COMPILER).read_bytes()
    assert source.count(clause) == 1, "the one place where searches are bound to an organization"
    begin = source.index(clause)
    done = run_without(copied, COMPILER, begin, begin + len(clause), "")
    assert done.returncode == 1, done.stdout
    assert "AssertionError: /documents?searchQuery=maintenance" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("module", "name"), [(module, name) for module, names in SOLE.items() for name in names])
def test_the_catalog_without_a_clause_is_found_out(copied: Path, module: str, name: str) -> None:
    path = f"catalog/{module}.py"
    begin, end, column = find_clause((PACKAGE / path).read_text(encoding="utf-8"), name)
    done = run_without(copied, path, begin, end, f"{column}.is_not(None)")
    assert done.returncode == 1, done.stdout
    assert re.search("^E +(AssertionError|assert )", done.stdout, re.MULTILINE), done.stdout
