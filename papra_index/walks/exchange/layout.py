"""The layout of an export, open to read by anything: JSON lines and files.

    manifest.json                                format, version, organizations, and SHA-256, bytes and lines of each
                                                 JSON-lines file; written last
    users.jsonl                                  members of the organizations
    <organization id>/organization.jsonl         one line
    <organization id>/<table>.jsonl              tags, property_definitions, property_options, synonyms, stop_words,
                                                 saved_searches, tagging_rules, members
    <organization id>/documents.jsonl            a line for each document with its pages, document_tags,
                                                 document_properties and activity; `original` is its file's path
    <organization id>/originals/ab/<id>.<ext>    the bytes as they were uploaded; ab begins the id behind doc_

Values have the names of the catalog's columns; times are ISO 8601 in UTC; what refers to something has its id.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from papra_index.catalog.rows import ExchangeRow
from papra_index.conventions.durability import sync_file, write_durably
from papra_index.conventions.values import dataclass
from papra_index.errors import ExportDamaged, ExportNotFound

MANIFEST = "manifest.json"
FORMAT = "papra-index-export"
VERSION = 1

_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A JSON-lines file as the manifest has it."""

    sha256: str
    size: int
    lines: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export consists of: organizations, and its JSON-lines files by path."""

    organizations: tuple[Mapping[str, Any], ...]
    files: Mapping[str, ListedFile]


class LinesFile:
    """A JSON-lines file that is being written; synced at its end."""

    def __init__(self, folder: Path, path: str) -> None:
        self.path = path
        self._stream = (folder / path).open("xb")
        self._digest = hashlib.sha256()
        self._size = 0
        self._lines = 0

    def write(self, row: Mapping[str, Any]) -> None:
        """Add a line."""
        line = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        self._stream.write(line)
        self._digest.update(line)
        self._size += len(line)
        self._lines += 1

    def list(self) -> ListedFile:
        """Return the file as the manifest has it."""
        return ListedFile(self._digest.hexdigest(), self._size, self._lines)

    def __enter__(self) -> LinesFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.flush()
        sync_file(self._stream.fileno())
        self._stream.close()


def name_original(document_id: str, original_name: str) -> str:
    """Return where an original is below the folder of its organization."""
    extension = Path(original_name).suffix
    kept = extension if _EXTENSION.fullmatch(extension) else ""
    return f"originals/{document_id.partition('_')[2][:2]}/{document_id}{kept}"


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Complete an export, durably. Raises OSError."""
    files = {
        path: {"sha256": file.sha256, "size": file.size, "lines": file.lines}
        for path, file in sorted(manifest.files.items())
    }
    values = {"format": FORMAT, "version": VERSION, "organizations": list(manifest.organizations), "files": files}
    write_durably(folder / MANIFEST, json.dumps(values, ensure_ascii=False, indent=2).encode())


def read_manifest(folder: Path) -> Manifest:
    """Return what an export consists of. Raises ExportNotFound, ExportDamaged."""
    file = folder / MANIFEST
    try:
        values = json.loads(file.read_bytes())
        if values["format"] != FORMAT:
            raise ExportNotFound(f"{file} is not that of an export: expected the format {FORMAT}")
        if values["version"] > VERSION:
            raise ExportNotFound(f"{folder} was exported by a newer papra-index: upgrade to import it")
        files = {
            str(path): ListedFile(item["sha256"], item["size"], item["lines"]) for path, item in values["files"].items()
        }
        return Manifest(tuple(values["organizations"]), files)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ExportNotFound(
            f"there is no complete export at {folder}: make one with `papra-index export`, or choose --from"
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExportDamaged(f"{file} cannot be read ({error}): export again") from error


def iterate_lines(folder: Path, path: str) -> Iterator[ExchangeRow]:
    """Yield the lines of a JSON-lines file. Raises ExportDamaged."""
    try:
        with (folder / path).open("rb") as stream:
            for line in stream:
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise ExportDamaged(f"{folder / path} has a line that is no JSON object: export again")
                yield row
    except (OSError, ValueError) as error:
        raise ExportDamaged(f"{folder / path} cannot be read ({error}): export again") from error
