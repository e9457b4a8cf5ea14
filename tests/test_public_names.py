"""The public names are a promise: sorted, importable, and documented."""

from __future__ import annotations

import subprocess
import sys

import pytest

import papra_index


def test_names_are_sorted_and_complete() -> None:
    assert papra_index.__all__ == sorted(papra_index.__all__)
    assert sorted(papra_index._HOMES) == papra_index.__all__


@pytest.mark.parametrize("name", papra_index.__all__)
def test_name_can_be_imported_and_is_documented(name: str) -> None:
    assert getattr(papra_index, name).__doc__


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = papra_index.Nothing  # type: ignore[attr-defined]


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, papra_index; print([m for m in ('sqlalchemy', 'tantivy', 'rich', 'lxml') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
