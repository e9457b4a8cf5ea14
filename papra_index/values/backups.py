"""What copying an archive away, and back, came to: frozen values."""

from __future__ import annotations

from papra_index.conventions.values import dataclass
from papra_index.values.integrity import Finding


@dataclass(frozen=True, slots=True)
class BackupOutcome:
    """A backup that is complete: what the archive has, what of it had to be copied, and what the backup let go.

    `documents_count` counts trashed ones too; `copied_*` are originals that the backup did not have, in number and
    bytes. `findings` are originals that are not in the backup, because the archive does not have them as they were.
    """

    documents_count: int
    copied_count: int
    copied_size: int
    removed_count: int
    catalog_size: int
    findings: tuple[Finding, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class RestoreOutcome:
    """An archive put back: its documents, the originals that were copied, and those that the backup does not have."""

    documents_count: int
    copied_count: int
    copied_size: int
    findings: tuple[Finding, ...]
    seconds: float
