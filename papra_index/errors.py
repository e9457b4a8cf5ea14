"""Every error the library raises, in one tree: a dotted code for programs, a message that says what to do next.

    PapraIndexError
    ├── InvalidInput                input.invalid
    │   ├── InvalidIdentifier       input.invalid_id
    │   ├── InvalidPageRequest      input.invalid_page
    │   ├── InvalidCursor           input.invalid_cursor
    │   ├── InvalidSettings         settings.invalid
    │   ├── InvalidPropertyUpdate   custom_property_definition.invalid_update
    │   │   └── UnknownPropertyOption  custom_property_select_option.unknown_id
    │   ├── InvalidPropertyValue    custom_property_value.invalid
    │   │   ├── PropertyOptionNotFound  custom_property_select_option.not_found
    │   │   ├── PropertyUserNotFound  custom_property_value.user_not_found
    │   │   └── RelatedDocumentNotFound  custom_property_value.related_document_not_found
    │   ├── InvalidEvaluationFile   evaluation.invalid_file
    │   ├── UnsafeUrl               webhooks.ssrf_unsafe_url
    │   └── InvalidQuery            query.invalid
    ├── SourceUnreadable            source.unreadable
    │   ├── FolderUnavailable       folder.unavailable
    │   └── FolderUnmounted         folder.unmounted
    ├── NotFound
    │   ├── OrganizationNotFound    organization.not_found
    │   ├── DocumentNotFound        document.not_found
    │   ├── TagNotFound             tags.not_found
    │   ├── PropertyNotFound        custom_property_definition.not_found
    │   ├── SynonymsNotFound        synonyms.not_found
    │   ├── SavedSearchNotFound     saved_searches.not_found
    │   ├── OriginalNotFound        documents.storage.file_not_found
    │   │   ├── OriginalChanged     documents.storage.file_changed
    │   │   ├── NoOriginal          documents.no_original
    │   │   └── VersionNotFound     documents.version_not_found
    │   ├── TaggingRuleNotFound     tagging-rules.not-found
    │   ├── WebhookNotFound         webhooks.not_found
    │   ├── UserNotFound            users.not_found
    │   └── ApiKeyNotFound          api_keys.not_found
    ├── Conflict
    │   ├── DuplicateDocument       document.already_exists
    │   ├── ExternalIdTaken         document.external_id_taken
    │   ├── DocumentNotTrashed      document.not_deleted
    │   ├── FolderEmptied           folder.emptied
    │   ├── TagAlreadyExists        tags.already_exists
    │   ├── PropertyAlreadyExists   custom_property_definition.already_exists
    │   ├── SavedSearchAlreadyExists  saved_searches.already_exists
    │   └── AlreadyTagged           documents.already_has_tag
    ├── LimitReached
    │   ├── DocumentTooLarge        document.size_too_large
    │   ├── TagLimitReached         tags.organization_limit_reached
    │   ├── PropertyLimitReached    custom_property_definition.organization_limit_reached
    │   ├── SynonymLimitReached     synonyms.limit_reached
    │   ├── StopWordLimitReached    stop_words.limit_reached
    │   ├── SavedSearchLimitReached  saved_searches.limit_reached
    │   ├── WebhookLimitReached     webhooks.organization_limit_reached
    │   └── OrganizationLimitReached user.max_organization_count_reached
    ├── PrincipalsRestricted        principals.restricted
    ├── InvalidToken                auth.unauthorized
    ├── ExtractionError             extraction.failed
    │   ├── ContentUnsupported      extraction.unsupported
    │   ├── ContentEncrypted        extraction.encrypted
    │   ├── ContentDamaged          extraction.damaged
    │   ├── ContentTooLarge         extraction.too_large
    │   ├── ExtractionTimedOut      extraction.timed_out
    │   ├── WorkerDied              extraction.worker_died
    │   ├── OcrUnavailable          ocr.unavailable
    │   └── OcrLanguageMissing      ocr.language_missing
    ├── SearchIndexError            index.failed
    │   ├── IndexUnusable           index.unusable
    │   │   └── IndexDamaged        index.damaged
    │   ├── IndexRebuilding         index.rebuilding
    │   └── WaitTimedOut            index.wait_timed_out
    └── ArchiveError                archive.failed
        ├── DiskFull                archive.disk_full
        ├── ArchiveNotFound         archive.not_found
        ├── ArchiveDamaged          archive.damaged
        ├── ArchiveTooNew           archive.too_new
        ├── NetworkFolder           archive.network_folder
        ├── ArchiveReadOnly         archive.read_only
        ├── BackupNotFound          backup.not_found
        ├── BackupDamaged           backup.damaged
        ├── ExportNotFound          export.not_found
        ├── ExportDamaged           export.damaged
        ├── ArchiveLocked           archive.locked
        └── ArchiveClosed           archive.closed

Only doors (command line, HTTP) translate these to exit and response statuses.
"""

from __future__ import annotations

from typing import ClassVar


class PapraIndexError(Exception):
    """Root of every error raised on purpose by this library."""

    code: ClassVar[str] = "internal.error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInput(PapraIndexError):
    """A value given by the caller is outside its rules."""

    code = "input.invalid"


class InvalidIdentifier(InvalidInput):
    """An id does not have the form of its kind (`doc_` and 24 of `[a-z0-9]`, ...)."""

    code = "input.invalid_id"

    def __init__(self, kind: str, value: object, prefix: str) -> None:
        super().__init__(f"{value!r} is not {kind} id: expected {prefix}_ followed by 24 characters of a-z and 0-9")


class InvalidPageRequest(InvalidInput):
    """A page index or page size outside its bounds."""

    code = "input.invalid_page"


class InvalidCursor(InvalidInput):
    """A cursor that no page of results gave, or that was given for another order."""

    code = "input.invalid_cursor"


class InvalidSettings(InvalidInput):
    """A settings file or environment variable holds a value that is not allowed."""

    code = "settings.invalid"


class InvalidEvaluationFile(InvalidInput):
    """A collection, run, file of judgements or of configurations cannot be read as such."""

    code = "evaluation.invalid_file"


class InvalidQuery(InvalidInput):
    """Raised only in strict mode: the search query has at least one issue."""

    code = "query.invalid"


class InvalidPropertyUpdate(InvalidInput):
    """What is to change of a property does not go with its type."""

    code = "custom_property_definition.invalid_update"


class UnknownPropertyOption(InvalidPropertyUpdate):
    """An option to keep is none of the property."""

    code = "custom_property_select_option.unknown_id"


class InvalidPropertyValue(InvalidInput):
    """The value is not one of the property's type."""

    code = "custom_property_value.invalid"


class PropertyOptionNotFound(InvalidPropertyValue):
    """The value is none of the property's options."""

    code = "custom_property_select_option.not_found"


class PropertyUserNotFound(InvalidPropertyValue):
    """The value names a user who is no member of the organization."""

    code = "custom_property_value.user_not_found"


class RelatedDocumentNotFound(InvalidPropertyValue):
    """The value names a document that is not in the organization."""

    code = "custom_property_value.related_document_not_found"


class UnsafeUrl(InvalidInput):
    """A webhook's URL leads to an address within a network, not to one of the public internet."""

    code = "webhooks.ssrf_unsafe_url"


class SourceUnreadable(PapraIndexError):
    """The file to add is missing, a folder, or not readable."""

    code = "source.unreadable"


class FolderUnavailable(SourceUnreadable):
    """The folder to sync is missing, cannot be listed, or is no longer the one it was."""

    code = "folder.unavailable"


class FolderUnmounted(SourceUnreadable):
    """A disk that was mounted below the folder to sync is not mounted now; it is named in the report."""

    code = "folder.unmounted"


class NotFound(PapraIndexError):
    """What an id or name refers to is not in this organization."""

    code = "not_found"


class NotOrganizationOwner(PapraIndexError):
    """Only an owner of the organization may do this."""

    code = "user.not_organization_owner"


class OrganizationNotFound(NotFound):
    """No such organization in this archive."""

    code = "organization.not_found"


class DocumentNotFound(NotFound):
    """No such document in this organization."""

    code = "document.not_found"


class TagNotFound(NotFound):
    """No such tag in this organization."""

    code = "tags.not_found"


class PropertyNotFound(NotFound):
    """No such custom property in this organization."""

    code = "custom_property_definition.not_found"


class SynonymsNotFound(NotFound):
    """No such group of synonyms in this organization."""

    code = "synonyms.not_found"


class SavedSearchNotFound(NotFound):
    """No saved search of this name in this organization."""

    code = "saved_searches.not_found"


class OriginalNotFound(NotFound):
    """The catalog knows the document but its uploaded bytes are gone."""

    code = "documents.storage.file_not_found"


class OriginalChanged(OriginalNotFound):
    """The original was left where it lies, and the file there is another one now."""

    code = "documents.storage.file_changed"


class NoOriginal(OriginalNotFound):
    """The document is index-only: it was put without a file."""

    code = "documents.no_original"

    def __init__(self, document_id: str) -> None:
        super().__init__(
            f"document {document_id} is index-only, it has no original: its text is its content; "
            "give it a file with put or replace"
        )


class VersionNotFound(OriginalNotFound):
    """The document has no original of this number, or no longer."""

    code = "documents.version_not_found"


class TaggingRuleNotFound(NotFound):
    """No such tagging rule in this organization."""

    code = "tagging-rules.not-found"


class WebhookNotFound(NotFound):
    """No such webhook in this organization."""

    code = "webhooks.not_found"


class UserNotFound(NotFound):
    """No such user in this archive."""

    code = "users.not_found"


class ApiKeyNotFound(NotFound):
    """No such API key in this archive."""

    code = "api_keys.not_found"


class Conflict(PapraIndexError):
    """The state of the archive does not allow this."""

    code = "conflict"


class DuplicateDocument(Conflict):
    """The same bytes are already a live document; `document_id` names it."""

    code = "document.already_exists"

    def __init__(self, document_id: str, name: str) -> None:
        super().__init__(f"the same bytes are already archived as {name!r} ({document_id}); nothing was added")
        self.document_id = document_id


class ExternalIdTaken(Conflict):
    """Another document of the organization, trashed or not, has this external id; `document_id` names it."""

    code = "document.external_id_taken"

    def __init__(self, document_id: str, external_id: str) -> None:
        super().__init__(
            f"the external id {external_id[:100]!r} is that of {document_id} already, which may be in the trash: "
            "change that document's first, or choose another"
        )
        self.document_id = document_id


class DocumentNotTrashed(Conflict):
    """Restore and purge work on documents in the trash only."""

    code = "document.not_deleted"


class FolderEmptied(Conflict):
    """The folder to sync has no file any more, though documents come from it: a disk may not be mounted."""

    code = "folder.emptied"


class TagAlreadyExists(Conflict):
    """Another tag of the organization has this name, letter case apart."""

    code = "tags.already_exists"


class PropertyAlreadyExists(Conflict):
    """Another property of the organization has this name, or one of the same letters and digits."""

    code = "custom_property_definition.already_exists"


class SavedSearchAlreadyExists(Conflict):
    """Another saved search of the organization has this name, case and accents apart."""

    code = "saved_searches.already_exists"


class AlreadyTagged(Conflict):
    """The document has this tag already."""

    code = "documents.already_has_tag"


class LimitReached(PapraIndexError):
    """A configured limit is reached."""

    code = "limit.reached"


class DocumentTooLarge(LimitReached):
    """The upload is larger than `Settings.max_original_size`."""

    code = "document.size_too_large"


class TagLimitReached(LimitReached):
    """The organization has `Settings.max_tags` tags already."""

    code = "tags.organization_limit_reached"


class PropertyLimitReached(LimitReached):
    """The organization has `Settings.max_properties` properties already."""

    code = "custom_property_definition.organization_limit_reached"


class SynonymLimitReached(LimitReached):
    """The organization has as many groups of synonyms as one may have."""

    code = "synonyms.limit_reached"


class StopWordLimitReached(LimitReached):
    """The organization would have more stop words than one may have."""

    code = "stop_words.limit_reached"


class SavedSearchLimitReached(LimitReached):
    """The organization has as many saved searches as it may."""

    code = "saved_searches.limit_reached"


class WebhookLimitReached(LimitReached):
    """The organization has as many webhooks as it may."""

    code = "webhooks.organization_limit_reached"


class OrganizationLimitReached(LimitReached):
    """The user owns `Settings.max_organizations` organizations already."""

    code = "user.max_organization_count_reached"


class PrincipalsRestricted(PapraIndexError):
    """The handle sees some of the documents only, and this is about all of them."""

    code = "principals.restricted"


class InvalidToken(PapraIndexError):
    """The token is that of no API key, or of one that has expired or was revoked."""

    code = "auth.unauthorized"


class ExtractionError(PapraIndexError):
    """A file's text could not be read; the document is archived all the same, with this reason."""

    code = "extraction.failed"


class ContentUnsupported(ExtractionError):
    """No extractor reads this kind of file."""

    code = "extraction.unsupported"


class ContentEncrypted(ExtractionError):
    """The file needs a password."""

    code = "extraction.encrypted"


class ContentDamaged(ExtractionError):
    """The file does not follow its own format."""

    code = "extraction.damaged"


class ContentTooLarge(ExtractionError):
    """Reading the file would exceed the extraction limits."""

    code = "extraction.too_large"


class ExtractionTimedOut(ExtractionError):
    """The deadline passed before the file was read."""

    code = "extraction.timed_out"


class WorkerDied(ExtractionError):
    """The isolated worker ended (crash, memory limit) while reading the file."""

    code = "extraction.worker_died"


class OcrUnavailable(ExtractionError):
    """No Tesseract executable was found."""

    code = "ocr.unavailable"


class OcrLanguageMissing(ExtractionError):
    """A requested OCR language is not installed."""

    code = "ocr.language_missing"


class SearchIndexError(PapraIndexError):
    """The search engine refused or failed."""

    code = "index.failed"


class IndexUnusable(SearchIndexError):
    """The index's files are not those of this library, or are damaged: it is to be built anew."""

    code = "index.unusable"


class IndexDamaged(IndexUnusable):
    """The index's files are not as they were written: it is set aside, and built anew."""

    code = "index.damaged"


class IndexRebuilding(SearchIndexError):
    """There is no index that answers yet, or any more: one is being built."""

    code = "index.rebuilding"


class WaitTimedOut(SearchIndexError):
    """What was waited for did not happen in time; what was written before is durable all the same.

    `ticket` is what `Archive.wait_for` takes to wait on, `result` what the verb that wrote would have returned.
    """

    code = "index.wait_timed_out"

    def __init__(self, message: str, ticket: int | None = None) -> None:
        super().__init__(message)
        self.ticket = ticket
        self.result: object = None


class ArchiveError(PapraIndexError):
    """The archive as a whole cannot be used."""

    code = "archive.failed"


class DiskFull(ArchiveError):
    """The disk of the archive has no space left for it, the reserve of the settings apart."""

    code = "archive.disk_full"


class ArchiveNotFound(ArchiveError):
    """There is no archive at this path."""

    code = "archive.not_found"


class ArchiveDamaged(ArchiveError):
    """The folder holds an archive that cannot be opened."""

    code = "archive.damaged"


class NetworkFolder(ArchiveError):
    """The archive lies on a network file system, whose locks and shared memory are not to be relied on."""

    code = "archive.network_folder"


class ArchiveReadOnly(ArchiveError):
    """The archive is open for reading only, or cannot be written here."""

    code = "archive.read_only"


class ArchiveTooNew(ArchiveError):
    """The archive was written by a newer version of this library."""

    code = "archive.too_new"


class BackupNotFound(ArchiveError):
    """There is no backup of this format at this path."""

    code = "backup.not_found"


class BackupDamaged(ArchiveError):
    """A backup is not as it was written."""

    code = "backup.damaged"


class ExportNotFound(ArchiveError):
    """There is no export, of this or another program, at this path."""

    code = "export.not_found"


class ExportDamaged(ArchiveError):
    """An export is not as it was written."""

    code = "export.damaged"


class ArchiveLocked(ArchiveError):
    """Work that only one process may do is running in another."""

    code = "archive.locked"


class ArchiveClosed(ArchiveError):
    """The archive was closed."""

    code = "archive.closed"
