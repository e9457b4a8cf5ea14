"""The walks `export` and `import`: archives in an open format, and other programs' archives taken over.

Every source gives rows in the form of an export, so one walk takes all of them over by one rule.
"""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from papra_index.catalog.database import Catalog
from papra_index.catalog.organizations import find_organization
from papra_index.errors import InvalidInput
from papra_index.values.exchanges import SourceKind
from papra_index.walks.exchange.exporting import write_export
from papra_index.walks.exchange.folders import ExportFolder
from papra_index.walks.exchange.importing import import_source
from papra_index.walks.exchange.paperless import PaperlessExport
from papra_index.walks.exchange.papra import PapraFolder
from papra_index.walks.exchange.sources import ExchangeSource

__all__ = ["import_source", "open_source", "write_export"]


def open_source(kind: SourceKind, folder: Path, catalog: Catalog, organization_id: str | None) -> ExchangeSource:
    """Return what is to be imported.

    Raises InvalidInput for another kind and where an organization is to be given, or not; OrganizationNotFound,
    ExportNotFound, ExportDamaged.
    """
    if kind not in get_args(SourceKind):
        raise InvalidInput(f"{kind!r} cannot be imported: choose among {', '.join(get_args(SourceKind))}")
    if (organization_id is not None) != (kind == "paperless"):
        raise InvalidInput(
            "Paperless-ngx has no organizations: say into which its documents go (organization_id, --org)"
            if kind == "paperless"
            else "the organizations of this source are taken over as they are: give none to import into"
        )
    if kind == "papra":
        return PapraFolder(folder)
    if kind == "paperless" and organization_id is not None:
        with catalog.read() as connection:
            key, details = find_organization(connection, organization_id)
        return PaperlessExport(folder, key, details.id, details.name)
    return ExportFolder(folder)
