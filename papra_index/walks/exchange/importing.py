"""Taking a source over: what an organization has first, then its documents in groups, each whole with its file.

What is here already stays as it is (`catalog.arrivals` has the rule), so an import that was interrupted, or is done
again, adds what is missing and nothing twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field
from typing import TypeVar

from papra_index.catalog.arrivals import (
    IncomingRow,
    OwnedRows,
    RowArrival,
    add_document_rows,
    add_organizations,
    add_owned_rows,
    add_owners,
    add_users,
    find_organization_key,
    find_present,
    refers_to_documents,
)
from papra_index.catalog.database import Catalog
from papra_index.catalog.inventory import find_present_inventory
from papra_index.catalog.row_values import read_time
from papra_index.catalog.rows import DOCUMENT_TABLES, OWNED_TABLES, ExchangeRow
from papra_index.conventions.identifiers import has_id_form
from papra_index.conventions.values import dataclass
from papra_index.errors import DocumentTooLarge, PapraIndexError
from papra_index.originals.base import OriginalPlace, StagedOriginal
from papra_index.originals.local import LocalOriginals
from papra_index.values.exchanges import ImportOutcome
from papra_index.values.integrity import Finding
from papra_index.walks.exchange.sources import ExchangeSource, IncomingDocument, IncomingOrganization
from papra_index.walks.writing.places import place_entry
from papra_index.walks.writing.purge import remove_unknown

Progress = Callable[[int, int], None]
"""Called with documents done and in all."""

_Item = TypeVar("_Item")

_GROUP = 100
_GROUP_BYTES = 64_000_000
_MAX_FINDINGS = 1_000


@dataclass(slots=True)
class _Tally:
    """What was taken over so far."""

    organizations: int = 0
    documents: int = 0
    present: int = 0
    completed: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    findings_count: int = 0

    def report(self, code: str, subject: str, message: str, next_step: str) -> None:
        """Note what was not taken over as it is."""
        self.findings_count += 1
        if len(self.findings) < _MAX_FINDINGS:
            self.findings.append(Finding(f"import.{code}", subject, message, next_step))


def import_source(
    catalog: Catalog, originals: LocalOriginals, source: ExchangeSource, progress: Progress, *, dry_run: bool
) -> ImportOutcome:
    """Take over all that a source has; with `dry_run` nothing is written and all is counted.

    Raises ExportDamaged, and ArchiveError when the disk refuses: what was taken over until then stays, and the same
    import goes on.
    """
    started = time.monotonic()
    importing = _Import(catalog, originals, source, progress, dry_run=dry_run)
    importing.run()
    tally = importing.tally
    counts = tally.organizations, tally.documents, tally.present, tally.completed, tally.rows, tally.findings_count
    told = tuple(tally.findings), tuple(source.list_notes())
    return ImportOutcome(dry_run, *counts, *told, time.monotonic() - started)


class _Import:
    """An import on its way."""

    def __init__(
        self, catalog: Catalog, originals: LocalOriginals, source: ExchangeSource, progress: Progress, *, dry_run: bool
    ) -> None:
        self._catalog = catalog
        self._originals = originals
        self._source = source
        self._progress = progress
        self._dry_run = dry_run
        self._aliases: dict[str, str] = {}
        self._done = 0
        self.tally = _Tally()

    def run(self) -> None:
        """Take over users, then organization by organization what it has, its documents, and what links these."""
        organizations = self._source.list_organizations()
        total = sum(item.documents_count for item in organizations)
        if not self._dry_run:
            for rows in _divide(self._source.iterate_users()):
                self._note_aliases(rows, self._catalog.write(add_users, rows), "users")
        for organization in organizations:
            key = self._add_organization(organization)
            for table in OWNED_TABLES:
                for rows in _divide(self._source.iterate_rows(organization, table)):
                    self._add_owned(key, table, rows)
            if key is not None and not self._dry_run:
                self._catalog.write(add_owners, [key])
            links = False
            for group in _divide(self._source.iterate_documents(organization), _GROUP_BYTES):
                links |= any(refers_to_documents(item.row) for item in group)
                self._add_group(key, str(organization.row["id"]), group)
                self._done += len(group)
                self._progress(self._done, total)
            if links and key is not None and not self._dry_run:
                self._complete(key, organization)

    def _add_organization(self, organization: IncomingOrganization) -> int | None:
        if organization.key is not None:
            return organization.key
        if self._dry_run:
            with self._catalog.read() as connection:
                key = find_organization_key(connection, str(organization.row["id"]))
            self.tally.organizations += key is None
            return key
        key, outcome = self._catalog.write(add_organizations, [organization.row])[0]
        self.tally.organizations += outcome == "added"
        return key

    def _add_owned(self, key: int | None, table: str, rows: Sequence[ExchangeRow]) -> None:
        if self._dry_run or key is None:
            self.tally.rows[table] = self.tally.rows.get(table, 0) + len(rows)
            return
        arrived = self._catalog.write(add_owned_rows, [OwnedRows(key, table, rows, self._aliases)])[0]
        self._note_aliases(rows, arrived, table)
        added = sum(item.outcome == "added" for item in arrived)
        self.tally.rows[table] = self.tally.rows.get(table, 0) + added

    def _note_aliases(self, rows: Sequence[ExchangeRow], arrived: Sequence[RowArrival], table: str) -> None:
        for row, item in zip(rows, arrived, strict=True):
            if item.alias is not None and item.alias != row.get("id"):
                self._aliases[str(row["id"])] = item.alias
            for reason in item.reasons:
                subject = str(row.get("id") or row.get("name") or table)
                self.tally.report(
                    f"{table}_refused", subject, f"{subject} of {table} was not taken over: {reason}", _AGAIN
                )

    def _add_group(self, key: int | None, organization_id: str, group: Sequence[IncomingDocument]) -> None:
        """Take documents over whose files are copied and synced first."""
        items = [item for item in group if self._is_sound(item)]
        with self._catalog.read() as connection:
            known, twins = find_present(connection, -1 if key is None else key, [item.row for item in items])
        ready: list[tuple[IncomingDocument, StagedOriginal | None]] = []
        try:
            for item in items:
                if item.row["id"] in known or item.row["id"] in twins:
                    self._meet_present(item, key, known, twins)
                elif self._dry_run:
                    self._foresee(item)
                elif _is_index_only(item):
                    ready.append((item, None))
                else:
                    staged = self._stage(item)
                    if staged is not None or item.row.get("original_sha256") is not None:
                        ready.append((item, staged))
        except BaseException:
            for _, staged in ready:
                if staged is not None:
                    self._originals.discard(staged)
            raise
        self._insert(key, organization_id, ready)

    def _is_sound(self, item: IncomingDocument) -> bool:
        """Return whether a row has what files and references go by."""
        row = item.row
        if item.fault is not None:
            self.tally.report("document_refused", str(row.get("id")), item.fault, _AGAIN)
            return False
        if not has_id_form("doc", row.get("id")):
            self.tally.report("document_refused", str(row.get("id")), "a document has no id of the form doc_…", _AGAIN)
            return False
        for name in DOCUMENT_TABLES:
            hanging = row.get(name, [])
            if not isinstance(hanging, list) or not all(isinstance(item, dict) for item in hanging):
                self.tally.report("document_refused", str(row["id"]), f"{name} is no list of objects", _AGAIN)
                return False
        try:
            read_time(row.get("created_at"))
        except PapraIndexError as error:
            self.tally.report("document_refused", str(row["id"]), error.message, _AGAIN)
            return False
        return True

    def _meet_present(
        self,
        item: IncomingDocument,
        key: int | None,
        known: dict[str, int],
        twins: dict[str, str],
    ) -> None:
        """Leave a document as it is; an original that is missing here, but not in the source, is put in its place."""
        id_ = str(item.row["id"])
        if id_ not in known:
            self._aliases[id_] = twins[id_]
        elif known[id_] != key:
            message = f"{id_} is in another organization of this archive"
            self.tally.report("document_refused", id_, message, "import into an archive that does not have it")
            return
        self.tally.present += 1
        if id_ not in known or item.original is None or not item.original.is_file():
            return
        with self._catalog.read() as connection:
            entry = find_present_inventory(connection, [id_]).get(id_)
        # It may have been given another original here.
        if entry is None or entry.reference is not None or entry.original_sha256 != item.row.get("original_sha256"):
            return
        place = place_entry(entry)
        if self._originals.locate(place).exists():
            return
        if self._dry_run:
            self.tally.completed += 1
        elif (staged := self._stage(item)) is not None:
            self._originals.keep([(staged, place)])
            self.tally.completed += 1

    def _foresee(self, item: IncomingDocument) -> None:
        there = _is_index_only(item) or (item.original is not None and item.original.is_file())
        if not there:
            self._report_missing(item, item.missing or "is missing")
        self.tally.documents += there or item.row.get("original_sha256") is not None

    def _stage(self, item: IncomingDocument) -> StagedOriginal | None:
        """Copy a document's file; None, and a finding, where it is not there as its row has it."""
        if item.original is None:
            self._report_missing(item, item.missing or "is missing")
            return None
        try:
            with item.original.open("rb", buffering=0) as stream:
                staged = self._originals.stage(stream)
        except OSError as error:
            self._report_missing(item, "is missing" if isinstance(error, FileNotFoundError) else f"{error.strerror}")
            return None
        except DocumentTooLarge as error:
            self._report_missing(item, f"was not taken: {error.message}")
            return None
        expected = item.row.get("original_sha256")
        if expected is not None and staged.sha256 != expected:
            self._originals.discard(staged)
            self._report_missing(item, f"does not have the SHA-256 {expected}")
            return None
        return staged

    def _report_missing(self, item: IncomingDocument, fault: str) -> None:
        """Tell of a missing file, without which a document that has no hash in its row cannot be taken over."""
        id_, hashed = str(item.row["id"]), item.row.get("original_sha256") is not None
        what = "its document is taken over without it" if hashed else "its document is not taken over"
        self.tally.report(
            "original_missing" if hashed else "document_refused",
            id_,
            f"the original of {item.row.get('name')!r} ({id_}) {fault}: {what}",
            "put the file where the source has it, then import again",
        )

    def _insert(
        self, key: int | None, organization_id: str, ready: Sequence[tuple[IncomingDocument, StagedOriginal | None]]
    ) -> None:
        if not ready or key is None:
            return
        kept = [
            (staged, OriginalPlace(organization_id, str(item.row["id"]), read_time(item.row["created_at"])))
            for item, staged in ready
            if staged is not None
        ]
        rows = [_settle_row(item.row, staged) for item, staged in ready]
        places = {place.document_id: place for _, place in kept}
        with self._originals.placing():
            self._originals.keep(kept)
            try:
                arrived = self._catalog.write(add_document_rows, [IncomingRow(key, row, self._aliases) for row in rows])
            except BaseException:
                remove_unknown(self._catalog, self._originals, list(places.values()))
                raise
            # Another import may have written the same document meanwhile, which has this very file then.
            refused = [str(row["id"]) for row, item in zip(rows, arrived, strict=True) if item.outcome != "added"]
            remove_unknown(self._catalog, self._originals, [places[id_] for id_ in refused if id_ in places])
        for row, item in zip(rows, arrived, strict=True):
            id_ = str(row["id"])
            self.tally.documents += item.outcome == "added"
            self.tally.present += item.outcome == "present"
            if item.alias is not None:
                self._aliases[id_] = item.alias
            self._report_reasons(row, item)

    def _report_reasons(self, row: ExchangeRow, item: RowArrival) -> None:
        refused = item.outcome == "refused"
        what = "was not taken over" if refused else "was taken over without a part"
        code = "document_refused" if refused else "part_refused"
        for reason in item.reasons:
            self.tally.report(code, str(row["id"]), f"{row.get('name')!r} ({row['id']}) {what}: {reason}", _AGAIN)

    def _complete(self, key: int, organization: IncomingOrganization) -> None:
        """Add what links documents to such as came after them."""
        for group in _divide(self._source.iterate_documents(organization)):
            rows = [item.row for item in group if refers_to_documents(item.row)]
            if rows:
                incoming = [IncomingRow(key, row, self._aliases, completes=True) for row in rows]
                for row, item in zip(rows, self._catalog.write(add_document_rows, incoming), strict=True):
                    self._report_reasons(row, item)


_AGAIN = "correct it in the source, then import again: what was taken over is not taken twice"


def _is_index_only(item: IncomingDocument) -> bool:
    """Return whether a document is one that has no file, nor ever had one that is wanted."""
    return item.original is None and item.row.get("original_name", "") is None


def _settle_row(row: ExchangeRow, staged: StagedOriginal | None) -> ExchangeRow:
    """Return a row with hash and size of its file where it has none itself."""
    if staged is None:
        return row
    return {**row, "original_sha256": staged.sha256, "original_size": staged.size}


def _divide(items: Iterable[_Item], most_bytes: int = 0) -> Iterator[list[_Item]]:
    """Yield items in lists, of documents such whose files have about so many bytes."""
    group: list[_Item] = []
    size = 0
    for item in items:
        group.append(item)
        if most_bytes and isinstance(item, IncomingDocument):
            sizes = (item.row.get("original_size"), item.row.get("content_length"))
            size += sum(value for value in sizes if isinstance(value, int))
        if len(group) >= _GROUP or (most_bytes and size >= most_bytes):
            yield group
            group, size = [], 0
    if group:
        yield group
