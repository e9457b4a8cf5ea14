"""What goes wrong, as it is told on the wire: the envelope and the catalogue of codes (papra-api, section 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NotRequired

from pydantic_core import to_json
from starlette.responses import Response
from typing_extensions import TypedDict

from papra_index.errors import (
    AlreadyTagged,
    ArchiveReadOnly,
    DiskFull,
    DocumentNotFound,
    DocumentNotTrashed,
    DocumentTooLarge,
    DuplicateDocument,
    ExternalIdTaken,
    IndexRebuilding,
    InvalidInput,
    InvalidPropertyUpdate,
    InvalidPropertyValue,
    InvalidToken,
    NoOriginal,
    NotOrganizationOwner,
    OrganizationLimitReached,
    OrganizationNotFound,
    OriginalNotFound,
    PapraIndexError,
    PrincipalsRestricted,
    PropertyAlreadyExists,
    PropertyLimitReached,
    PropertyNotFound,
    PropertyOptionNotFound,
    PropertyUserNotFound,
    RelatedDocumentNotFound,
    TagAlreadyExists,
    TaggingRuleNotFound,
    TagLimitReached,
    TagNotFound,
    UnknownPropertyOption,
    UnsafeUrl,
    UserNotFound,
    VersionNotFound,
    WaitTimedOut,
    WebhookLimitReached,
    WebhookNotFound,
)

# What the reference sends, but for Strict-Transport-Security: it would bind all of the host that mounts this.
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class ErrorDetail(TypedDict):
    """One failed check: the dotted path of the value (null for the whole), and what is wrong with it."""

    path: str | None
    message: str


class ErrorBody(TypedDict):
    """What went wrong: `code` is for programs; `details` come with values that are not valid."""

    message: str
    code: str
    details: NotRequired[list[ErrorDetail]]


class ErrorReply(TypedDict):
    """The envelope of every error."""

    error: ErrorBody


class Failure(Exception):
    """An answer that is an error."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        details: Sequence[ErrorDetail] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.headers = headers or {}

    def renew(self, headers: Mapping[str, str] | None = None) -> Failure:
        """Return another one alike to raise: one that is raised again and again would hold the frames of each time."""
        return Failure(self.status, self.code, self.message, self.details, headers or self.headers)

    def build_response(self) -> Response:
        """Return the envelope as a response."""
        body: ErrorBody = {"message": self.message, "code": self.code}
        if self.details is not None:
            body["details"] = list(self.details)
        headers = {**SECURITY_HEADERS, "cache-control": "no-store", **self.headers}
        return Response(to_json(ErrorReply(error=body)), self.status, headers, "application/json")


INVALID_MESSAGES = {
    "params": "Invalid URL parameters",
    "query": "Invalid query parameters",
    "body": "Invalid request body",
    "form_data": "Invalid form data",
}

_TRANSLATED: dict[type[PapraIndexError], tuple[int, str, str]] = {
    InvalidToken: (401, "auth.unauthorized", "Unauthorized"),
    OrganizationNotFound: (403, "user.not_in_organization", "You are not part of this organization."),
    NotOrganizationOwner: (403, "user.not_organization_owner", "You are not the owner of this organization."),
    UserNotFound: (403, "auth.forbidden", "Forbidden"),
    DocumentNotFound: (404, "document.not_found", "Document not found."),
    TagNotFound: (404, "tags.not_found", "Tag not found"),
    NoOriginal: (404, "documents.no_original", "Document has no original file."),
    VersionNotFound: (404, "documents.version_not_found", "Document version not found."),
    PropertyNotFound: (
        404,
        "custom_property_definition.not_found",
        "Custom property definition not found.",
    ),
    PropertyAlreadyExists: (
        409,
        "custom_property_definition.already_exists",
        "A custom property definition with this name or key already exists in this organization.",
    ),
    PropertyLimitReached: (
        403,
        "custom_property_definition.organization_limit_reached",
        "The maximum number of custom properties for this organization has been reached.",
    ),
    InvalidPropertyUpdate: (
        400,
        "custom_property_definition.invalid_update",
        "The provided update data is invalid for this property type.",
    ),
    UnknownPropertyOption: (
        400,
        "custom_property_select_option.unknown_id",
        "One or more provided select option IDs do not belong to this property definition.",
    ),
    InvalidPropertyValue: (
        400,
        "custom_property_value.invalid",
        "The provided value is invalid for this property type.",
    ),
    PropertyOptionNotFound: (
        400,
        "custom_property_select_option.not_found",
        "The provided value is not a valid option for this select property.",
    ),
    PropertyUserNotFound: (
        400,
        "custom_property_value.user_not_found",
        "One or more provided user IDs are not members of this organization.",
    ),
    RelatedDocumentNotFound: (
        400,
        "custom_property_value.related_document_not_found",
        "One or more provided document IDs do not belong to this organization.",
    ),
    TaggingRuleNotFound: (404, "tagging-rules.not-found", "Tagging rule not found"),
    WebhookNotFound: (404, "webhooks.not_found", "Webhook not found"),
    UnsafeUrl: (400, "webhooks.ssrf_unsafe_url", "The provided URL is not safe to perform requests to"),
    WebhookLimitReached: (
        403,
        "webhooks.organization_limit_reached",
        "The maximum number of webhooks for this organization has been reached.",
    ),
    PrincipalsRestricted: (403, "auth.forbidden", "Forbidden"),
    OriginalNotFound: (404, "documents.storage.file_not_found", "File not found"),
    DuplicateDocument: (409, "document.already_exists", "Document already exists."),
    ExternalIdTaken: (409, "document.external_id_taken", "Another document has this external id."),
    TagAlreadyExists: (409, "tags.already_exists", "Tag already exists"),
    AlreadyTagged: (409, "documents.already_has_tag", "Document already has tag"),
    DocumentNotTrashed: (400, "document.not_deleted", "Document is not deleted, cannot restore."),
    DocumentTooLarge: (413, "document.size_too_large", "Document size too large."),
    TagLimitReached: (
        403,
        "tags.organization_limit_reached",
        "The maximum number of tags for this organization has been reached.",
    ),
    OrganizationLimitReached: (
        403,
        "user.max_organization_count_reached",
        "You have reached the maximum number of organizations.",
    ),
    ArchiveReadOnly: (403, "server.read_only", "The archive is open for reading only: nothing can be changed here."),
    DiskFull: (507, "server.insufficient_storage", "The server has no space left: delete documents, or ask its owner."),
    IndexRebuilding: (503, "server.index_rebuilding", "The search index is being rebuilt: try again in a moment."),
    WaitTimedOut: (504, "api.timeout", "The request timed out"),
}


def refuse(kind: type[PapraIndexError]) -> Failure:
    """Return the answer that an error of the library is given."""
    return Failure(*_TRANSLATED[kind])


def refuse_values(part: str, details: Sequence[ErrorDetail]) -> Failure:
    """Return the answer to values that are not valid; `part` is params, query, body or form_data."""
    return Failure(400, f"server.invalid_request.{part}", INVALID_MESSAGES[part], details)


def refuse_value(part: str, path: str | None, message: str) -> Failure:
    """Return the answer to one value that is not valid."""
    return refuse_values(part, [{"path": path, "message": message}])


def refuse_malformed_json() -> Failure:
    """Return the answer to a body that is no JSON."""
    return Failure(400, "server.invalid_request.malformed_json", "Invalid request body")


def refuse_unknown_route() -> Failure:
    """Return the answer to an unknown path, and to a known one with a method it does not have."""
    return Failure(404, "api.not-found", "API route not found")


def refuse_when_busy() -> Failure:
    """Return the answer to a request beyond the number that are taken at once."""
    message = "The server is busy: try again in a moment"
    return Failure(503, "server.unavailable", message, headers={"retry-after": "1"})


def fail_inside() -> Failure:
    """Return the answer to what nobody expected: it says nothing of the inside."""
    return Failure(500, "internal.error", "An error occurred")


def translate_error(error: PapraIndexError) -> Failure:
    """Return the answer that an error of the library means."""
    for kind in type(error).__mro__:
        if kind in _TRANSLATED:
            return Failure(*_TRANSLATED[kind])
    if isinstance(error, InvalidInput):
        # Its message says what to do next, and of the inside no more than its caller sent.
        return refuse_value("body", None, error.message)
    return fail_inside()
