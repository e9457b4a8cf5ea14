"""What an export or an import came to: frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from papra_index.conventions.values import dataclass
from papra_index.values.integrity import Finding

SourceKind = Literal["export", "papra", "paperless"]
"""An export of this program, the data folder of Papra, an export of Paperless-ngx."""


@dataclass(frozen=True, slots=True)
class ExportOutcome:
    """An export that is complete; `findings` are originals that are not in it, because they are not in the archive."""

    organizations_count: int
    documents_count: int
    originals_size: int
    findings: tuple[Finding, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What was imported, or with `dry_run` would be.

    `present_count` are documents that were here already, by their id or (in the organization) by their bytes;
    `completed_count` those of them whose missing original was put in its place. `rows_added` has tags, saved searches
    and so on by table. `findings` are the first thousand things that were not taken over as they are, `findings_count`
    all of them; `notes` say what the other archive has that this one has no place for.
    """

    dry_run: bool
    organizations_added: int
    documents_added: int
    present_count: int
    completed_count: int
    rows_added: Mapping[str, int] = field(hash=False)
    findings_count: int
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    seconds: float
