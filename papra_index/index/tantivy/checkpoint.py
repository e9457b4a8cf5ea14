"""The small file that says how far an index directory has come; written after each commit, so that a crash replays."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path

from papra_index.conventions.durability import write_durably
from papra_index.conventions.values import dataclass
from papra_index.errors import IndexUnusable, SearchIndexError

CHECKPOINT_NAME = "CHECKPOINT"

Stamp = tuple[int, int, int]
"""Modification time, inode and size of a checkpoint file: differs after each commit."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The last change sequence that an index directory includes, and the fingerprint it was written with.

    `documents_count` are the live documents of the engine's commit number `opstamp`, which its own list has to agree
    with; None where they are not known.
    """

    sequence: int
    fingerprint: str
    documents_count: int | None = None
    opstamp: int | None = None


def read_checkpoint(directory: Path) -> Checkpoint | None:
    """Return the checkpoint of an index directory; None when there is none, so nothing there can be relied on.

    Raises SearchIndexError when there is one that cannot be read now.
    """
    try:
        values = json.loads((directory / CHECKPOINT_NAME).read_bytes())
        if values.pop("crc", None) not in (None, _compute_checksum(values)):
            return None
        # A later version may have more to say.
        known = {field.name: values[field.name] for field in fields(Checkpoint) if field.name in values}
        return Checkpoint(**known | {"sequence": int(values["sequence"])})
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, AttributeError, TypeError):
        return None
    except OSError as error:
        raise SearchIndexError(f"the checkpoint of {directory} could not be read: {error}") from error


def check_checkpoint(directory: Path, checkpoint: Checkpoint, fingerprint: str) -> None:
    """Raise IndexUnusable when an index directory was written with something else than `fingerprint` describes."""
    if checkpoint.fingerprint != fingerprint:
        raise IndexUnusable(f"the index in {directory} was written by another version: rebuild it")


def write_checkpoint(directory: Path, checkpoint: Checkpoint) -> None:
    """Replace the checkpoint durably. Raises OSError."""
    values = asdict(checkpoint)
    write_durably(directory / CHECKPOINT_NAME, json.dumps(values | {"crc": _compute_checksum(values)}).encode())


def _compute_checksum(values: Mapping[str, object]) -> int:
    return zlib.crc32(json.dumps(values, sort_keys=True).encode())


def stamp_checkpoint(directory: Path) -> Stamp | None:
    """Return what tells this checkpoint from the ones before it, for the cost of one stat; None when there is none."""
    try:
        found = os.stat(directory / CHECKPOINT_NAME)  # noqa: PTH116 - called for each search, a Path costs twice as much
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
