"""The catalog's tables as SQLAlchemy sees them; `migrations` creates them, a test compares the two.

Keys are integers given out by the `counters` table and never used again, ids are the public strings, times are
milliseconds since 1970 UTC.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

# Conditions with an index of their own: SQLite uses it only where it reads the very same words, never for bound values.
PENDING = text("extraction_status = 'pending'")
"""Documents whose originals await reading, or whose pages await OCR."""
UNREAD = text("extraction_status = 'pending' AND pages_awaiting_ocr = 0")
"""Those of them whose originals await reading."""
AWAITING_OCR = text("extraction_status = 'pending' AND pages_awaiting_ocr > 0")
"""Those of them that were read, except for pages that await OCR."""
TRASHED = text("is_trashed = 1")
"""Documents in the trash."""
EXTERNAL = text("external_id <> ''")
"""Documents that their source knows by an id of its own."""
INCOMPLETE = text("extraction_status NOT IN ('pending', 'done')")
"""Documents whose text could not be read in full."""

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Integer, nullable=False),
)

organizations = Table(
    "organizations",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("updated_at", Integer, nullable=False),
    Column("documents_count", Integer, nullable=False, server_default="0"),
    Column("documents_size", Integer, nullable=False, server_default="0"),
    Column("deleted_documents_count", Integer, nullable=False, server_default="0"),
    Column("deleted_documents_size", Integer, nullable=False, server_default="0"),
    Column("deleted_at", Integer),
    Column("deleted_by", Text),
)

documents = Table(
    "documents",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("organization_key", Integer, ForeignKey("organizations.key"), nullable=False),
    Column("external_id", Text, nullable=False, server_default=""),
    Column("name", Text, nullable=False),
    Column("name_order", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("updated_at", Integer, nullable=False),
    Column("created_by", Text),
    Column("version", Integer, nullable=False, server_default="1"),
    # Where the original is kept; NULL stands for the document's own id and time of creation.
    Column("original_id", Text),
    Column("original_arrived_at", Integer),
    # NULL for an index-only document, which has no original.
    Column("original_name", Text),
    Column("original_size", Integer, nullable=False, server_default="0"),
    Column("original_sha256", Text),
    Column("mime_type", Text, nullable=False),
    Column("document_date", Integer),
    Column("notes", Text),
    Column("is_trashed", Integer, nullable=False, server_default="0"),
    Column("deleted_at", Integer),
    Column("deleted_by", Text),
    Column("ocr_languages", Text, nullable=False, server_default=""),
    Column("extraction_status", Text, nullable=False),
    Column("extraction_reason", Text),
    Column("extraction_message", Text),
    Column("extraction_attempts", Integer, nullable=False, server_default="0"),
    Column("page_count", Integer, nullable=False, server_default="0"),
    Column("content_length", Integer, nullable=False, server_default="0"),
    Column("pages_awaiting_ocr", Integer, nullable=False, server_default="0"),
    Column("ocr_confidence", Float),
    Column("language", Text),
    Column("principals", Text),
    Column("guessed_date", Integer),
    # By which extractors the original was read last, and when.
    Column("extractor_version", Integer, nullable=False, server_default="0"),
    Column("extracted_at", Integer),
    CheckConstraint("is_trashed = (deleted_at IS NOT NULL)", name="documents_trash"),
    Index("documents_by_original", "organization_key", "original_sha256"),
    Index("documents_by_created_at", "organization_key", "is_trashed", "created_at", "key"),
    Index("documents_by_updated_at", "organization_key", "is_trashed", "updated_at", "key"),
    Index("documents_by_date", "organization_key", "is_trashed", "document_date", "key"),
    Index("documents_by_name", "organization_key", "is_trashed", "name_order", "key"),
    Index("documents_by_size", "organization_key", "is_trashed", "original_size", "key"),
    Index("documents_trashed", "organization_key", "deleted_at", "key", sqlite_where=TRASHED),
    Index("documents_incomplete", "organization_key", "is_trashed", "created_at", "key", sqlite_where=INCOMPLETE),
    Index("documents_external", "organization_key", "external_id", unique=True, sqlite_where=EXTERNAL),
    Index("documents_by_later_original", "original_id", sqlite_where=text("original_id IS NOT NULL")),
    Index("documents_pending", "key", sqlite_where=PENDING),
    Index("documents_unread", "key", sqlite_where=UNREAD),
    Index("documents_awaiting_ocr", "key", sqlite_where=AWAITING_OCR),
)

document_versions = Table(
    "document_versions",
    metadata,
    Column("document_key", Integer, ForeignKey("documents.key", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("original_id", Text, nullable=False),
    Column("original_arrived_at", Integer, nullable=False),
    Column("original_name", Text, nullable=False),
    Column("original_size", Integer, nullable=False),
    Column("original_sha256", Text, nullable=False),
    Column("mime_type", Text, nullable=False),
    Column("replaced_at", Integer, nullable=False),
    Column("replaced_by", Text),
    PrimaryKeyConstraint("document_key", "version"),
    Index("document_versions_by_original", "original_id"),
    sqlite_with_rowid=False,
)

pages = Table(
    "pages",
    metadata,
    Column("document_key", Integer, ForeignKey("documents.key", ondelete="CASCADE"), nullable=False),
    Column("page_number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("engine", Text, nullable=False),
    Column("confidence", Float),
    Column("seconds", Float, nullable=False),
    Column("quality", Float),
    Column("language", Text),
    Column("label", Text),
    Column("awaits_ocr", Integer, nullable=False, server_default="0"),
    Column("ocr_attempts", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("document_key", "page_number"),
    Index("pages_awaiting_ocr", "document_key", "page_number", sqlite_where=text("awaits_ocr = 1")),
)

tags = Table(
    "tags",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("organization_key", Integer, ForeignKey("organizations.key"), nullable=False),
    Column("name", Text, nullable=False),
    Column("normalized_name", Text, nullable=False),
    Column("color", Text, nullable=False),
    Column("description", Text),
    Column("created_at", Integer, nullable=False),
    Column("updated_at", Integer, nullable=False),
    Column("documents_count", Integer, nullable=False, server_default="0"),
    UniqueConstraint("organization_key", "normalized_name", name="tags_name"),
)

document_tags = Table(
    "document_tags",
    metadata,
    Column("document_key", Integer, ForeignKey("documents.key", ondelete="CASCADE"), nullable=False),
    Column("tag_key", Integer, ForeignKey("tags.key", ondelete="CASCADE"), nullable=False),
    PrimaryKeyConstraint("document_key", "tag_key"),
    Index("document_tags_by_tag", "tag_key", "document_key"),
    sqlite_with_rowid=False,
)

property_definitions = Table(
    "property_definitions",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("organization_key", Integer, ForeignKey("organizations.key"), nullable=False),
    Column("name", Text, nullable=False),
    Column("property_key", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("description", Text),
    Column("display_order", Integer, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("updated_at", Integer, nullable=False),
    UniqueConstraint("organization_key", "property_key", name="property_definitions_key"),
)

property_options = Table(
    "property_options",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("definition_key", Integer, ForeignKey("property_definitions.key", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("option_key", Text, nullable=False),
    Column("display_order", Integer, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("updated_at", Integer, nullable=False),
    Index("property_options_by_definition", "definition_key", "display_order"),
)

document_properties = Table(
    "document_properties",
    metadata,
    Column("document_key", Integer, ForeignKey("documents.key", ondelete="CASCADE"), nullable=False),
    Column("definition_key", Integer, ForeignKey("property_definitions.key", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("text", Text),
    Column("number", Float),
    Column("integer", Integer),
    Column("option_key", Integer, ForeignKey("property_options.key", ondelete="CASCADE")),
    Column("user_key", Integer, ForeignKey("users.key", ondelete="CASCADE")),
    Column("related_key", Integer, ForeignKey("documents.key", ondelete="CASCADE")),
    PrimaryKeyConstraint("document_key", "definition_key", "position"),
    Index("document_properties_by_definition", "definition_key"),
    Index("document_properties_by_option", "option_key", sqlite_where=text("option_key IS NOT NULL")),
    Index("document_properties_by_user", "user_key", sqlite_where=text("user_key IS NOT NULL")),
    Index("document_properties_by_related", "related_key", sqlite_where=text("related_key IS NOT NULL")),
    sqlite_with_rowid=False,
)

synonyms = Table(
    "synonyms",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("organization_key", Integer, ForeignKey("organizations.key"), nullable=False),
    Column("terms", Text, nullable=False),
    Column("normalized_terms", Text, nullable=False),
    Column("is_one_way", Integer, nullable=False, server_default="0"),
    Column("created_at", Integer, nullable=False),
    UniqueConstraint("organization_key", "normalized_terms", "is_one_way", name="synonyms_terms"),
)

stop_words = Table(
    "stop_words",
    metadata,
    Column("organization_key", Integer, ForeignKey("organizations.key"), nullable=False),
    Column("word", Text, nullable=False),
    PrimaryKeyConstraint("organization_key", "word"),
    sqlite_with_rowid=False,
)

activity = Table(
    "activity",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("document_key", Integer, ForeignKey("documents.key", ondelete="CASCADE"), nullable=False),
    Column("event", Text, nullable=False),
    Column("event_data", Text),
    Column("user_id", Text),
    Column("tag_key", Integer, ForeignKey("tags.key", ondelete="SET NULL")),
    Column("created_at", Integer, nullable=False),
    Index("activity_by_document", "document_key", "key"),
    Index("activity_by_tag", "tag_key", sqlite_where=text("tag_key IS NOT NULL")),
)

users = Table(
    "users",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("updated_at", Integer, nullable=False),
)

members = Table(
    "members",
    metadata,
    Column("organization_key", Integer, ForeignKey("organizations.key"), nullable=False),
    Column("user_key", Integer, ForeignKey("users.key"), nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
    PrimaryKeyConstraint("organization_key", "user_key"),
    Index("members_by_user", "user_key", "organization_key"),
    sqlite_with_rowid=False,
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("user_key", Integer, ForeignKey("users.key"), nullable=False),
    Column("name", Text, nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("prefix", Text, nullable=False),
    Column("permissions", Text, nullable=False),
    Column("all_organizations", Integer, nullable=False),
    Column("principals", Text),
    Column("expires_at", Integer),
    Column("last_used_at", Integer),
    Column("created_at", Integer, nullable=False),
    Column("updated_at", Integer, nullable=False),
    Index("api_keys_by_user", "user_key", "key"),
)

api_key_organizations = Table(
    "api_key_organizations",
    metadata,
    Column("api_key_key", Integer, ForeignKey("api_keys.key", ondelete="CASCADE"), nullable=False),
    Column("organization_key", Integer, ForeignKey("organizations.key"), nullable=False),
    PrimaryKeyConstraint("api_key_key", "organization_key"),
    sqlite_with_rowid=False,
)

in_place_originals = Table(
    "in_place_originals",
    metadata,
    Column("document_key", Integer, ForeignKey("documents.key", ondelete="CASCADE"), primary_key=True),
    Column("path", LargeBinary, nullable=False),
    Column("mtime_ns", Integer, nullable=False),
)

folders = Table(
    "folders",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("organization_key", Integer, ForeignKey("organizations.key"), nullable=False),
    Column("path", LargeBinary, nullable=False),
    Column("in_place", Integer, nullable=False),
    Column("synced_at", Integer),
    UniqueConstraint("organization_key", "path", name="folders_path"),
)

folder_files = Table(
    "folder_files",
    metadata,
    Column("folder_key", Integer, ForeignKey("folders.key", ondelete="CASCADE"), nullable=False),
    Column("path", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),
    Column("mtime_ns", Integer, nullable=False),
    Column("inode", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("document_key", Integer, ForeignKey("documents.key", ondelete="SET NULL")),
    # Whether the document came by the folder, so that it goes with its file.
    Column("is_owned", Integer, nullable=False),
    PrimaryKeyConstraint("folder_key", "path"),
    Index("folder_files_by_document", "document_key", "folder_key", "path"),
    sqlite_with_rowid=False,
)

folder_mounts = Table(
    "folder_mounts",
    metadata,
    Column("folder_key", Integer, ForeignKey("folders.key", ondelete="CASCADE"), nullable=False),
    Column("path", LargeBinary, nullable=False),
    PrimaryKeyConstraint("folder_key", "path"),
    sqlite_with_rowid=False,
)

leftovers = Table(
    "leftovers",
    metadata,
    Column("document_id", Text, primary_key=True),
    Column("organization_id", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
)

changes = Table(
    "changes",
    metadata,
    Column("document_key", Integer, primary_key=True),
    Column("sequence", Integer, nullable=False),
    Index("changes_by_sequence", "sequence"),
)

generations = Table(
    "generations",
    metadata,
    Column("name", Text, primary_key=True),
    Column("sequence", Integer, nullable=False),
)

content_fields = Table(
    "content_fields",
    metadata,
    Column("document_key", Integer, ForeignKey("documents.key", ondelete="CASCADE"), primary_key=True),
    Column("status", Text, nullable=False),
    Column("message", Text),
    Column("asked", Integer, nullable=False, server_default="1"),
    Column("given", Text, nullable=False, server_default="{}"),
    Column("updated_at", Integer, nullable=False),
    Index("content_fields_due", "document_key", sqlite_where=text("status = 'due'")),
    Index("content_fields_failed", "document_key", sqlite_where=text("status = 'failed'")),
)

duplicate_checks = Table(
    "duplicate_checks",
    metadata,
    Column("document_key", Integer, ForeignKey("documents.key", ondelete="CASCADE"), primary_key=True),
    Column("updated_at", Integer, nullable=False),
)

duplicate_pairs = Table(
    "duplicate_pairs",
    metadata,
    Column("document_key", Integer, ForeignKey("documents.key", ondelete="CASCADE"), nullable=False),
    Column("other_key", Integer, ForeignKey("documents.key", ondelete="CASCADE"), nullable=False),
    Column("other_updated_at", Integer, nullable=False),
    Column("similarity", Float, nullable=False),
    PrimaryKeyConstraint("document_key", "other_key"),
    Index("duplicate_pairs_by_other", "other_key"),
    sqlite_with_rowid=False,
)

events = Table(
    "events",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("type", Text, nullable=False),
    Column("organization_id", Text, nullable=False),
    Column("document_id", Text, nullable=False),
    Column("occurred_at", Integer, nullable=False),
    Column("data", Text, nullable=False),
    Index("events_by_time", "occurred_at"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("name", Text, primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("created_at", Integer, nullable=False),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("organization_key", Integer, ForeignKey("organizations.key"), nullable=False),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("secret", Text),
    Column("events", Text, nullable=False),
    Column("enabled", Integer, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("updated_at", Integer, nullable=False),
    Index("webhooks_by_organization", "organization_key", "key"),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("webhook_key", Integer, ForeignKey("webhooks.key", ondelete="CASCADE"), nullable=False),
    Column("type", Text, nullable=False),
    Column("document_id", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("occurred_at", Integer, nullable=False),
    Column("attempted_at", Integer),
    # NULL once there is none to come.
    Column("next_attempt_at", Integer),
    Column("response_status", Integer),
    Column("error", Text),
    Index("webhook_deliveries_by_webhook", "webhook_key", "key"),
    Index("webhook_deliveries_due", "webhook_key", "next_attempt_at", sqlite_where=text("next_attempt_at IS NOT NULL")),
)

tagging_rules = Table(
    "tagging_rules",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("organization_key", Integer, ForeignKey("organizations.key"), nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("enabled", Integer, nullable=False),
    Column("match_mode", Text, nullable=False),
    Column("conditions", Text, nullable=False),
    # Of tags that are gone, nothing is given.
    Column("tag_ids", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("updated_at", Integer, nullable=False),
    # While it is applied to the documents there are: under which id, and behind which document it goes on.
    Column("task_id", Text),
    Column("task_after", Integer),
    Index("tagging_rules_by_organization", "organization_key", "key"),
)

saved_searches = Table(
    "saved_searches",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("organization_key", Integer, ForeignKey("organizations.key"), nullable=False),
    Column("name", Text, nullable=False),
    Column("folded_name", Text, nullable=False),
    Column("search_query", Text, nullable=False),
    Column("options", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("updated_at", Integer, nullable=False),
    UniqueConstraint("organization_key", "folded_name", name="saved_searches_name"),
)
