"""Reading an export of Paperless-ngx (the folder of its `document_exporter`): its objects as rows of one organization.

Title becomes the name, created the document date, added the time of creation; notes are joined; tags stay tags;
correspondent, document type, storage path, serial number and custom fields become custom properties. Ids are made of
theirs and the organization's, so the same export gives the same ones again.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from papra_index.catalog.row_values import read_time
from papra_index.catalog.rows import ExchangeRow
from papra_index.conventions.times import now_milliseconds
from papra_index.errors import ExportNotFound, PapraIndexError
from papra_index.walks.exchange.fields import CustomFields, make_id
from papra_index.walks.exchange.objects import iterate_objects
from papra_index.walks.exchange.sources import IncomingDocument, IncomingOrganization
from papra_index.walks.exchange.texts import describe_text

_MANIFEST = "manifest.json"
_DOCUMENT = "documents.document"
_MAX_TAG_NAME = 64
_GREY = "#808080"
_MARKS = {
    "documents.correspondent": ("correspondent", "Correspondent"),
    "documents.documenttype": ("document_type", "Document type"),
    "documents.storagepath": ("storage_path", "Storage path"),
}
"""What a document has at most one of: the field that refers to it, and the property it becomes."""

_MISFITS = (AttributeError, KeyError, OverflowError, TypeError, ValueError)
"""What an object raises that is not of the form of its model: one edited by hand, or of another version."""

_OF_OTHERS = ("auth.", "contenttypes.", "admin.", "guardian.", "authtoken.", "socialaccount.", "account.", "mfa.")


class PaperlessExport:
    """An export of Paperless-ngx, taken over into an organization that is here."""

    def __init__(self, folder: Path, organization_key: int, organization_id: str, organization_name: str) -> None:
        """Raises ExportNotFound where there is no manifest, ExportDamaged where it cannot be read."""
        if folder.is_file():
            raise ExportNotFound(f"{folder} is a file: unpack it and give the folder")
        if not (folder / _MANIFEST).is_file():
            raise ExportNotFound(f"there is no export of Paperless-ngx in {folder}: expected {_MANIFEST}")
        self._folder = folder
        self._manifests = [folder / _MANIFEST, *sorted(folder.rglob("*-manifest.json"))]
        self._key = organization_key
        self._own = organization_id
        self._name = organization_name
        self._tags: dict[int, dict[str, Any]] = {}
        self._notes: dict[int, list[tuple[str, str]]] = {}
        self._fields = CustomFields(organization_id)
        self._told: dict[str, int] = {}
        self._misfits: list[str] = []
        self._count = 0
        self._gather()

    def close(self) -> None:
        """Do nothing: no file stays open."""

    def list_organizations(self) -> list[IncomingOrganization]:
        """Return the organization that was given."""
        return [IncomingOrganization({"id": self._own, "name": self._name}, self._key, self._count)]

    def iterate_users(self) -> Iterator[ExchangeRow]:
        """Yield nothing: accounts stay where they are."""
        yield from ()

    def iterate_rows(self, organization: IncomingOrganization, table: str) -> Iterator[ExchangeRow]:  # noqa: ARG002
        """Yield the tags, and the properties with their options."""
        now = now_milliseconds()
        if table == "tags":
            for fields in self._tags.values():
                name = _name_tag(fields)
                color = fields.get("color")
                yield {
                    "id": make_id("tag", self._own, name),
                    "name": name,
                    "normalized_name": name.lower(),
                    "color": str(color).upper() if isinstance(color, str) and len(color) == 7 else _GREY,
                    "description": None,
                    "created_at": now,
                    "updated_at": now,
                }
        yield from self._fields.iterate_rows(table, now)

    def iterate_documents(self, organization: IncomingOrganization) -> Iterator[IncomingDocument]:  # noqa: ARG002
        """Yield the documents, trashed ones too."""
        for item in self._iterate():
            if item.get("model") != _DOCUMENT:
                continue
            try:
                yield self._describe(item)
            except _MISFITS as error:
                name = f"{_DOCUMENT} {item.get('pk')}"
                yield IncomingDocument({"id": name}, None, fault=f"{name} was not taken over: {_say(error)}")

    def list_notes(self) -> list[str]:
        """Return what was left out."""
        left = [f"{count} objects {model} were left out" for model, count in sorted(self._told.items())]
        return left + self._misfits + self._fields.notes

    def _gather(self) -> None:
        """Go through all objects once for what documents refer to."""
        for item in self._iterate():
            try:
                self._note(item)
            except _MISFITS as error:
                self._misfits.append(f"{item.get('model')} {item.get('pk')} was left out: {_say(error)}")

    def _note(self, item: dict[str, Any]) -> None:
        model, fields, pk = str(item.get("model")), item.get("fields"), item.get("pk")
        if not isinstance(fields, dict):
            return
        if model == "documents.tag" and isinstance(pk, int):
            self._tags[pk] = fields
        elif model in _MARKS:
            self._fields.add_mark(*_MARKS[model], pk, str(fields.get("name") or pk))
        elif model == "documents.note":
            entry = (str(fields.get("created") or ""), str(fields.get("note") or ""))
            self._notes.setdefault(int(fields.get("document") or 0), []).append(entry)
        elif model == "documents.customfield":
            self._fields.add_field(pk, fields)
        elif model == "documents.customfieldinstance":
            self._fields.add_value(fields)
        elif model == _DOCUMENT:
            self._count += 1
            self._fields.note_document(pk, self._make_document_id(pk, fields), fields)
        elif not model.startswith(_OF_OTHERS):
            self._told[model] = self._told.get(model, 0) + 1

    def _describe(self, item: dict[str, Any]) -> IncomingDocument:
        fields, pk = item["fields"], item.get("pk")
        original, missing = self._find_original(item)
        added = _read_moment(fields.get("added")) or _read_moment(fields.get("created")) or 0
        deleted = _read_moment(fields.get("deleted_at"))
        title = str(fields.get("title") or "")
        file_name = str(fields.get("original_filename") or (original.name if original else "") or title or "document")
        notes = [text for _, text in sorted(self._notes.get(pk, ()))] if isinstance(pk, int) else []
        row = {
            "id": self._make_document_id(pk, fields),
            "name": title or file_name,
            "created_at": added,
            "updated_at": _read_moment(fields.get("modified")) or added,
            "original_name": file_name,
            "original_size": 0,
            "mime_type": str(fields.get("mime_type") or "application/octet-stream"),
            "document_date": _read_moment(fields.get("created_date") or fields.get("created")),
            "notes": "\n\n".join(notes) or None,
            "is_trashed": int(deleted is not None),
            "deleted_at": deleted,
            **describe_text(str(fields.get("content") or ""), readable=original is not None),
            "document_tags": [
                {"tag": make_id("tag", self._own, _name_tag(self._tags[tag]))}
                for tag in dict.fromkeys(fields.get("tags") or ())
                if tag in self._tags
            ],
            "document_properties": self._fields.describe_values(pk, fields),
            "activity": [
                {"id": make_id("doc_act", self._own, str(pk)), "event": "created", "created_at": added, "user_id": None}
            ],
        }
        return IncomingDocument(row, original, missing)

    def _find_original(self, item: dict[str, Any]) -> tuple[Path | None, str | None]:
        name = item.get("__exported_file_name__")
        if not name:
            return None, "is not named by the export"
        path = (self._folder / str(name)).resolve()
        if not path.is_relative_to(self._folder.resolve()):
            return None, "lies outside of the export and was not read"
        return (path, None) if path.is_file() else (None, f"is missing at {path}")

    def _make_document_id(self, pk: object, fields: dict[str, Any]) -> str:
        return make_id("doc", self._own, f"{pk} {fields.get('checksum')}")

    def _iterate(self) -> Iterator[dict[str, Any]]:
        for manifest in self._manifests:
            yield from iterate_objects(manifest)


def _say(error: Exception) -> str:
    return f"it has no {error}" if isinstance(error, KeyError) else f"it is not of the form of its model ({error})"


def _name_tag(fields: dict[str, Any]) -> str:
    return (str(fields.get("name") or "").strip() or "unnamed")[:_MAX_TAG_NAME]


def _read_moment(value: object) -> int | None:
    if value is None:
        return None
    try:
        return read_time(value)
    except PapraIndexError:
        return None
