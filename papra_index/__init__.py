"""Full-text search and indexing for document archives; names are imported at first use, so that this import costs
nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from papra_index.archive import Archive
    from papra_index.backups import BackupOutcome, RestoreOutcome
    from papra_index.bulk import BulkOutcome, BulkStatus, DeleteRequest, PutRequest, UpdateRequest
    from papra_index.content_hooks import ContentHook, ContentReport, ContentStatus, DocumentFields, ReadDocument
    from papra_index.documents import (
        Activity,
        ApiKey,
        Document,
        ExtractionState,
        ExtractionStatus,
        OrganizationDetails,
        Page,
        PageSource,
        Permission,
        Provenance,
        Tag,
        User,
        Version,
    )
    from papra_index.errors import PapraIndexError
    from papra_index.events import DocumentEvent, EventType, SubscriptionDetails
    from papra_index.exchanges import ExportOutcome, ImportOutcome
    from papra_index.explanations import AnalyzedWord, Explanation, Obstacle, ScorePart, Verdict, Why
    from papra_index.files import ExtractedFile, extract, extract_many
    from papra_index.ingest import AddOutcome, Upload
    from papra_index.integrity import Finding, Verification
    from papra_index.organization import Organization
    from papra_index.properties import (
        DocumentProperty,
        Property,
        PropertyOption,
        PropertyReference,
        PropertyStatistics,
        PropertyType,
    )
    from papra_index.rebuilds import RebuildProgress
    from papra_index.reranks import Candidate, Rerank, Reranking
    from papra_index.resemblances import DuplicateGroup, DuplicatePage, NearDuplicate, SimilarHit, SimilarPage
    from papra_index.results import (
        DocumentPage,
        FacetCount,
        Hit,
        PageRequest,
        QueryIssue,
        Relaxation,
        ResultPage,
        Share,
        Snippet,
        Sort,
        SortField,
        Statistics,
        Summary,
    )
    from papra_index.retention import MaintenanceOutcome
    from papra_index.saved_searches import SavedSearch
    from papra_index.settings import ExtractionSettings, IndexSettings, Settings, WebhookSettings
    from papra_index.suggestions import Suggestion, SuggestionKind, TermCount
    from papra_index.syncs import SyncAction, SyncEvent, SyncIssue, SyncReport
    from papra_index.tagging_rules import RuleCondition, RuleMatch, TaggingRule
    from papra_index.upkeep import restore_backup, verify_archive, verify_backup
    from papra_index.webhooks import Webhook, WebhookDelivery

__version__ = "0.1.0"

__all__ = [
    "Activity",
    "AddOutcome",
    "AnalyzedWord",
    "ApiKey",
    "Archive",
    "BackupOutcome",
    "BulkOutcome",
    "BulkStatus",
    "Candidate",
    "ContentHook",
    "ContentReport",
    "ContentStatus",
    "DeleteRequest",
    "Document",
    "DocumentEvent",
    "DocumentFields",
    "DocumentPage",
    "DocumentProperty",
    "DuplicateGroup",
    "DuplicatePage",
    "EventType",
    "Expansion",
    "Explanation",
    "ExportOutcome",
    "ExtractedFile",
    "ExtractionSettings",
    "ExtractionState",
    "ExtractionStatus",
    "FacetCount",
    "Finding",
    "Hit",
    "ImportOutcome",
    "IndexSettings",
    "MaintenanceOutcome",
    "NearDuplicate",
    "Obstacle",
    "Organization",
    "OrganizationDetails",
    "Page",
    "PageRequest",
    "PageSource",
    "PapraIndexError",
    "Permission",
    "Property",
    "PropertyOption",
    "PropertyReference",
    "PropertyStatistics",
    "PropertyType",
    "Provenance",
    "PutRequest",
    "QueryIssue",
    "ReadDocument",
    "RebuildProgress",
    "Relaxation",
    "Rerank",
    "Reranking",
    "RestoreOutcome",
    "ResultPage",
    "RuleCondition",
    "RuleMatch",
    "SavedSearch",
    "ScorePart",
    "SearchOutcome",
    "SearchRequest",
    "Settings",
    "Share",
    "SimilarHit",
    "SimilarPage",
    "Snippet",
    "Sort",
    "SortField",
    "Statistics",
    "SubscriptionDetails",
    "Suggestion",
    "SuggestionKind",
    "Summary",
    "SyncAction",
    "SyncEvent",
    "SyncIssue",
    "SyncReport",
    "Synonyms",
    "Tag",
    "TaggingRule",
    "TermCount",
    "UpdateRequest",
    "Upload",
    "User",
    "Verdict",
    "Verification",
    "Version",
    "Webhook",
    "WebhookDelivery",
    "WebhookSettings",
    "Why",
    "extract",
    "extract_many",
    "restore_backup",
    "verify_archive",
    "verify_backup",
]

_HOMES = {
    "Activity": "papra_index.documents",
    "AddOutcome": "papra_index.ingest",
    "AnalyzedWord": "papra_index.explanations",
    "ApiKey": "papra_index.documents",
    "Archive": "papra_index.archive",
    "BackupOutcome": "papra_index.backups",
    "BulkOutcome": "papra_index.bulk",
    "BulkStatus": "papra_index.bulk",
    "Candidate": "papra_index.reranks",
    "ContentHook": "papra_index.content_hooks",
    "ContentReport": "papra_index.content_hooks",
    "ContentStatus": "papra_index.content_hooks",
    "DocumentFields": "papra_index.content_hooks",
    "ReadDocument": "papra_index.content_hooks",
    "DeleteRequest": "papra_index.bulk",
    "Document": "papra_index.documents",
    "DocumentEvent": "papra_index.events",
    "DocumentPage": "papra_index.results",
    "DocumentProperty": "papra_index.properties",
    "DuplicateGroup": "papra_index.resemblances",
    "DuplicatePage": "papra_index.resemblances",
    "EventType": "papra_index.events",
    "Expansion": "papra_index.results",
    "Explanation": "papra_index.explanations",
    "ExportOutcome": "papra_index.exchanges",
    "ExtractedFile": "papra_index.files",
    "ExtractionSettings": "papra_index.settings",
    "ExtractionState": "papra_index.documents",
    "ExtractionStatus": "papra_index.documents",
    "FacetCount": "papra_index.results",
    "Finding": "papra_index.integrity",
    "Hit": "papra_index.results",
    "ImportOutcome": "papra_index.exchanges",
    "IndexSettings": "papra_index.settings",
    "MaintenanceOutcome": "papra_index.retention",
    "NearDuplicate": "papra_index.resemblances",
    "Obstacle": "papra_index.explanations",
    "Organization": "papra_index.organization",
    "OrganizationDetails": "papra_index.documents",
    "Page": "papra_index.documents",
    "PageRequest": "papra_index.results",
    "PageSource": "papra_index.documents",
    "PapraIndexError": "papra_index.errors",
    "Permission": "papra_index.documents",
    "Property": "papra_index.properties",
    "PropertyOption": "papra_index.properties",
    "PropertyReference": "papra_index.properties",
    "PropertyStatistics": "papra_index.properties",
    "PropertyType": "papra_index.properties",
    "Provenance": "papra_index.documents",
    "PutRequest": "papra_index.bulk",
    "QueryIssue": "papra_index.results",
    "RebuildProgress": "papra_index.rebuilds",
    "Relaxation": "papra_index.results",
    "Rerank": "papra_index.reranks",
    "Reranking": "papra_index.reranks",
    "RestoreOutcome": "papra_index.backups",
    "ResultPage": "papra_index.results",
    "RuleCondition": "papra_index.tagging_rules",
    "RuleMatch": "papra_index.tagging_rules",
    "SavedSearch": "papra_index.saved_searches",
    "ScorePart": "papra_index.explanations",
    "SearchOutcome": "papra_index.results",
    "SearchRequest": "papra_index.results",
    "Settings": "papra_index.settings",
    "Share": "papra_index.results",
    "SimilarHit": "papra_index.resemblances",
    "SimilarPage": "papra_index.resemblances",
    "Snippet": "papra_index.results",
    "Sort": "papra_index.results",
    "SortField": "papra_index.results",
    "Statistics": "papra_index.results",
    "SubscriptionDetails": "papra_index.events",
    "Suggestion": "papra_index.suggestions",
    "SuggestionKind": "papra_index.suggestions",
    "SyncAction": "papra_index.syncs",
    "SyncEvent": "papra_index.syncs",
    "SyncIssue": "papra_index.syncs",
    "SyncReport": "papra_index.syncs",
    "Summary": "papra_index.results",
    "Synonyms": "papra_index.documents",
    "Tag": "papra_index.documents",
    "TaggingRule": "papra_index.tagging_rules",
    "TermCount": "papra_index.suggestions",
    "UpdateRequest": "papra_index.bulk",
    "Upload": "papra_index.ingest",
    "User": "papra_index.documents",
    "Verdict": "papra_index.explanations",
    "Verification": "papra_index.integrity",
    "Version": "papra_index.documents",
    "Webhook": "papra_index.webhooks",
    "WebhookDelivery": "papra_index.webhooks",
    "WebhookSettings": "papra_index.settings",
    "Why": "papra_index.explanations",
    "extract": "papra_index.files",
    "extract_many": "papra_index.files",
    "restore_backup": "papra_index.upkeep",
    "verify_archive": "papra_index.upkeep",
    "verify_backup": "papra_index.upkeep",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'papra_index' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
