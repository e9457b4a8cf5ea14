"""Full-text search and indexing for document archives; names are imported at first use, so that this import costs
nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from papra_index.archive import Archive
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
    from papra_index.organization import Organization
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
    from papra_index.settings import ExtractionSettings, IndexSettings, RankingSettings, Settings, WebhookSettings
    from papra_index.upkeep import restore_backup, verify_archive, verify_backup
    from papra_index.values.backups import BackupOutcome, RestoreOutcome
    from papra_index.values.bulk import BulkOutcome, BulkStatus, DeleteRequest, PutRequest, UpdateRequest
    from papra_index.values.content_hooks import ContentHook, ContentReport, ContentStatus, DocumentFields, ReadDocument
    from papra_index.values.events import DocumentEvent, EventType, SubscriptionDetails
    from papra_index.values.exchanges import ExportOutcome, ImportOutcome
    from papra_index.values.explanations import AnalyzedWord, Explanation, Obstacle, ScorePart, Verdict, Why
    from papra_index.values.integrity import Finding, Verification
    from papra_index.values.properties import (
        DocumentProperty,
        Property,
        PropertyOption,
        PropertyReference,
        PropertyStatistics,
        PropertyType,
    )
    from papra_index.values.rebuilds import RebuildProgress
    from papra_index.values.reranks import Candidate, Rerank, Reranking
    from papra_index.values.resemblances import DuplicateGroup, DuplicatePage, NearDuplicate, SimilarHit, SimilarPage
    from papra_index.values.retention import MaintenanceOutcome
    from papra_index.values.saved_searches import SavedSearch
    from papra_index.values.suggestions import Suggestion, SuggestionKind, TermCount
    from papra_index.values.syncs import SyncAction, SyncEvent, SyncIssue, SyncReport
    from papra_index.values.tagging_rules import RuleCondition, RuleMatch, TaggingRule
    from papra_index.values.webhooks import Webhook, WebhookDelivery
    from papra_index.walks.reading.files import ExtractedFile, extract, extract_many
    from papra_index.walks.writing.uploads import AddOutcome, Upload

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
    "RankingSettings",
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
    "AddOutcome": "papra_index.walks.writing.uploads",
    "AnalyzedWord": "papra_index.values.explanations",
    "ApiKey": "papra_index.documents",
    "Archive": "papra_index.archive",
    "BackupOutcome": "papra_index.values.backups",
    "BulkOutcome": "papra_index.values.bulk",
    "BulkStatus": "papra_index.values.bulk",
    "Candidate": "papra_index.values.reranks",
    "ContentHook": "papra_index.values.content_hooks",
    "ContentReport": "papra_index.values.content_hooks",
    "ContentStatus": "papra_index.values.content_hooks",
    "DocumentFields": "papra_index.values.content_hooks",
    "ReadDocument": "papra_index.values.content_hooks",
    "DeleteRequest": "papra_index.values.bulk",
    "Document": "papra_index.documents",
    "DocumentEvent": "papra_index.values.events",
    "DocumentPage": "papra_index.results",
    "DocumentProperty": "papra_index.values.properties",
    "DuplicateGroup": "papra_index.values.resemblances",
    "DuplicatePage": "papra_index.values.resemblances",
    "EventType": "papra_index.values.events",
    "Expansion": "papra_index.results",
    "Explanation": "papra_index.values.explanations",
    "ExportOutcome": "papra_index.values.exchanges",
    "ExtractedFile": "papra_index.walks.reading.files",
    "ExtractionSettings": "papra_index.settings",
    "ExtractionState": "papra_index.documents",
    "ExtractionStatus": "papra_index.documents",
    "FacetCount": "papra_index.results",
    "Finding": "papra_index.values.integrity",
    "Hit": "papra_index.results",
    "ImportOutcome": "papra_index.values.exchanges",
    "IndexSettings": "papra_index.settings",
    "MaintenanceOutcome": "papra_index.values.retention",
    "NearDuplicate": "papra_index.values.resemblances",
    "Obstacle": "papra_index.values.explanations",
    "Organization": "papra_index.organization",
    "OrganizationDetails": "papra_index.documents",
    "Page": "papra_index.documents",
    "PageRequest": "papra_index.results",
    "PageSource": "papra_index.documents",
    "PapraIndexError": "papra_index.errors",
    "Permission": "papra_index.documents",
    "Property": "papra_index.values.properties",
    "PropertyOption": "papra_index.values.properties",
    "PropertyReference": "papra_index.values.properties",
    "PropertyStatistics": "papra_index.values.properties",
    "PropertyType": "papra_index.values.properties",
    "Provenance": "papra_index.documents",
    "PutRequest": "papra_index.values.bulk",
    "QueryIssue": "papra_index.results",
    "RebuildProgress": "papra_index.values.rebuilds",
    "Relaxation": "papra_index.results",
    "Rerank": "papra_index.values.reranks",
    "Reranking": "papra_index.values.reranks",
    "RestoreOutcome": "papra_index.values.backups",
    "ResultPage": "papra_index.results",
    "RuleCondition": "papra_index.values.tagging_rules",
    "RuleMatch": "papra_index.values.tagging_rules",
    "SavedSearch": "papra_index.values.saved_searches",
    "ScorePart": "papra_index.values.explanations",
    "SearchOutcome": "papra_index.results",
    "SearchRequest": "papra_index.results",
    "RankingSettings": "papra_index.settings",
    "Settings": "papra_index.settings",
    "Share": "papra_index.results",
    "SimilarHit": "papra_index.values.resemblances",
    "SimilarPage": "papra_index.values.resemblances",
    "Snippet": "papra_index.results",
    "Sort": "papra_index.results",
    "SortField": "papra_index.results",
    "Statistics": "papra_index.results",
    "SubscriptionDetails": "papra_index.values.events",
    "Suggestion": "papra_index.values.suggestions",
    "SuggestionKind": "papra_index.values.suggestions",
    "SyncAction": "papra_index.values.syncs",
    "SyncEvent": "papra_index.values.syncs",
    "SyncIssue": "papra_index.values.syncs",
    "SyncReport": "papra_index.values.syncs",
    "Summary": "papra_index.results",
    "Synonyms": "papra_index.documents",
    "Tag": "papra_index.documents",
    "TaggingRule": "papra_index.values.tagging_rules",
    "TermCount": "papra_index.values.suggestions",
    "UpdateRequest": "papra_index.values.bulk",
    "Upload": "papra_index.walks.writing.uploads",
    "User": "papra_index.documents",
    "Verdict": "papra_index.values.explanations",
    "Verification": "papra_index.values.integrity",
    "Version": "papra_index.documents",
    "Webhook": "papra_index.values.webhooks",
    "WebhookDelivery": "papra_index.values.webhooks",
    "WebhookSettings": "papra_index.settings",
    "Why": "papra_index.values.explanations",
    "extract": "papra_index.walks.reading.files",
    "extract_many": "papra_index.walks.reading.files",
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
