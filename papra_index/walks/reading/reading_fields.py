"""The walk `read fields`: documents whose text was just read -> a backend's callable -> date, name, tags and values.

That a document awaits the callable is written with its text, and what it gave together with that it is done, so a crash
loses neither and gives nothing twice.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from papra_index.catalog.content_fields import DueDocument, FieldsOutcome, list_due, store_fields
from papra_index.catalog.database import Catalog
from papra_index.catalog.documents import fetch_live_documents
from papra_index.catalog.edits import check_document_name
from papra_index.catalog.pages import read_beginning
from papra_index.catalog.properties import list_properties
from papra_index.conventions.deadlines import CallsExhausted, CallTimedOut
from papra_index.conventions.durability import FileLock
from papra_index.conventions.folding import replace_surrogates
from papra_index.conventions.times import to_milliseconds
from papra_index.errors import ArchiveClosed, DocumentNotFound, PapraIndexError
from papra_index.values.content_hooks import ContentHook, DocumentFields, ReadDocument
from papra_index.walks.writing.property_values import prepare_values

_CHUNK = 64
_POLL_SECONDS = 0.5
_MAX_MESSAGE = 1_000

logger = logging.getLogger(__name__)


class FieldReading:
    """The background thread that calls a content hook, in the one process of the archive that holds its lock."""

    def __init__(self, catalog: Catalog, lock_file: Path, hook: ContentHook, max_tags: int) -> None:
        self._catalog = catalog
        self._lock = FileLock(lock_file)
        self._hook = hook
        self._max_tags = max_tags
        self._wake = threading.Event()
        self._closed = False
        catalog.add_listener(self._wake.set)
        self._thread = threading.Thread(target=self._run, name="papra-index-fields", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; a call that is under way is not waited for, and made again after the next open."""
        self._closed = True
        self._wake.set()
        self._thread.join(self._hook.seconds)
        self._lock.close()

    def _run(self) -> None:
        while not self._closed and not self._lock.try_acquire():
            self._wake.wait(_POLL_SECONDS)
            self._wake.clear()
        while not self._closed:
            self._wake.clear()
            try:
                self._read_all()
            except ArchiveClosed:
                return
            except Exception:
                if not self._closed:
                    logger.exception("fields could not be read; trying again")
            self._wake.wait(_POLL_SECONDS)

    def _read_all(self) -> None:
        after = 0
        while not self._closed:
            with self._catalog.read() as connection:
                found = list_due(connection, after, _CHUNK)
            if not found:
                return
            for due in found:
                after = due.key
                self._settle(due)

    def _settle(self, due: DueDocument) -> None:
        """Call the hook for a document and write what it gave, or what was wrong."""
        if self._closed:
            return
        try:
            outcome = self._ask(due)
            if not self._closed:
                self._catalog.write(store_fields, [outcome])
            return
        except (CallsExhausted, DocumentNotFound):
            return  # until an earlier call has come to its end, or the document is back from the trash
        except ArchiveClosed:
            raise
        except PapraIndexError as error:
            message = error.message
        except CallTimedOut as error:
            message = f"the content hook {error}"
        except Exception as error:
            message = f"the content hook failed with {type(error).__name__}: {error}"
            logger.warning("a content hook failed for %s", due.id, exc_info=True)
        if not self._closed:
            self._catalog.write(store_fields, [FieldsOutcome(due, {}, message=message[:_MAX_MESSAGE])])

    def _ask(self, due: DueDocument) -> FieldsOutcome:
        """Return what the hook gives for a document. Raises what is wrong with it, and what the hook raises."""
        with self._catalog.read() as connection:
            live = fetch_live_documents(connection, due.organization_key, due.organization_id, [due.key])
            text = read_beginning(connection, due.key, self._hook.characters) if live else ""
        if not live:
            raise DocumentNotFound(due.id)  # trashed or purged meanwhile
        read = ReadDocument(live[due.key][0], text)
        try:
            given = self._hook.calls.run(partial(self._hook.call, read), self._hook.seconds)
        except PapraIndexError as error:
            # One of the callable's own, such as that of an archive it has closed, says nothing of this one.
            raise RuntimeError(f"{type(error).__name__}: {error.message}") from error
        if given is None:
            return FieldsOutcome(due, {})
        if not isinstance(given, DocumentFields):
            raise TypeError(f"it returned {type(given).__name__}, not DocumentFields or None")
        with self._catalog.read() as connection:
            definitions = [item for _, item in list_properties(connection, due.organization_key)]
        told = {name: value for name, value in given.properties.items() if value is not None}
        properties = prepare_values(definitions, told)
        return FieldsOutcome(due, _check_values(given), _check_tags(given), properties, max_tags=self._max_tags)


def _check_values(given: DocumentFields) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if given.document_date is not None:
        if not isinstance(given.document_date, datetime):
            raise TypeError(f"document_date is {given.document_date!r}, not a datetime")
        values["document_date"] = to_milliseconds(given.document_date)
    if given.name is not None:
        values["name"] = replace_surrogates(check_document_name(given.name))
    return values


def _check_tags(given: DocumentFields) -> tuple[str, ...]:
    if isinstance(given.tags, str) or not all(isinstance(tag, str) for tag in given.tags):
        raise TypeError("tags are a sequence of ids or names")
    return tuple(given.tags)
