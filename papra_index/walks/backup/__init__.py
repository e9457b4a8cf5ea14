"""The walk `backup`: a consistent copy of an archive in a folder of its own, checked, and put back.

Originals are named by their SHA-256, so a copy that is there need not be made again; the catalog is copied as of one
moment, and a small file says which copy counts. The index is left out: it is built anew from the rest.
"""

from __future__ import annotations

from papra_index.walks.backup.reading import restore_backup, verify_backup
from papra_index.walks.backup.writing import write_backup

__all__ = ["restore_backup", "verify_backup", "write_backup"]
