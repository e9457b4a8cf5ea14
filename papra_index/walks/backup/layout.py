"""The folder of a backup.

BACKUP                        JSON: which catalog counts, its SHA-256, when it was made; replaced last
catalog-<16 digits>.sqlite    the catalog as of one moment, by its SHA-256
settings.toml                 if the archive has one
originals/ab/<SHA-256>        each original once
incoming/                     what is being copied
"""

from __future__ import annotations

import json
from pathlib import Path

from papra_index.conventions.durability import write_durably
from papra_index.conventions.values import dataclass
from papra_index.errors import BackupDamaged, BackupNotFound

POINTER = "BACKUP"
FORMAT = "papra-index-backup"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Pointer:
    """What the file BACKUP says: the catalog that counts, and when the archive was as it tells, in milliseconds."""

    catalog: str
    catalog_sha256: str
    catalog_size: int
    documents_count: int
    created_at: int


class BackupFolder:
    """Where things are in the folder of a backup."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.originals = folder / "originals"
        self.incoming = folder / "incoming"
        self.lock_file = folder / ".lock"

    def locate_original(self, sha256: str) -> Path:
        """Return where the original of this hash is."""
        return self.originals / sha256[:2] / sha256

    def has_original(self, sha256: str, size: int) -> bool:
        """Return whether an original is there, by name and size."""
        try:
            return self.locate_original(sha256).stat().st_size == size
        except FileNotFoundError:
            return False

    def read_pointer(self) -> Pointer:
        """Return which catalog counts. Raises BackupNotFound, BackupDamaged."""
        file = self.folder / POINTER
        try:
            values = json.loads(file.read_bytes())
            if values["format"] != FORMAT or values["version"] > VERSION:
                raise BackupNotFound(f"{file} is of a newer papra-index: upgrade it to read this backup")
            return Pointer(*(values[name] for name in Pointer.__slots__))
        except FileNotFoundError as error:
            raise BackupNotFound(f"there is no backup at {self.folder}: make one with `papra-index backup`") from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BackupDamaged(f"{file} cannot be read ({error}): use another backup") from error

    def write_pointer(self, pointer: Pointer) -> None:
        """Have a catalog count from now on, durably. Raises OSError."""
        values = {name: getattr(pointer, name) for name in Pointer.__slots__}
        written = json.dumps({"format": FORMAT, "version": VERSION, **values}, indent=2)
        write_durably(self.folder / POINTER, written.encode())
