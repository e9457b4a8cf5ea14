-- 0010: ids of documents' own sources, documents without an original, earlier originals of a document.

-- Made anew, as what an index-only document lacks may be NULL.
CREATE TABLE documents_anew (
  "key" INTEGER NOT NULL,
  id TEXT NOT NULL,
  organization_key INTEGER NOT NULL,
  external_id TEXT DEFAULT '' NOT NULL,
  name TEXT NOT NULL,
  name_order TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  created_by TEXT,
  version INTEGER DEFAULT '1' NOT NULL,
  original_id TEXT,
  original_arrived_at INTEGER,
  original_name TEXT,
  original_size INTEGER DEFAULT '0' NOT NULL,
  original_sha256 TEXT,
  mime_type TEXT NOT NULL,
  document_date INTEGER,
  notes TEXT,
  is_trashed INTEGER DEFAULT '0' NOT NULL,
  deleted_at INTEGER,
  deleted_by TEXT,
  ocr_languages TEXT DEFAULT '' NOT NULL,
  extraction_status TEXT NOT NULL,
  extraction_reason TEXT,
  extraction_message TEXT,
  extraction_attempts INTEGER DEFAULT '0' NOT NULL,
  page_count INTEGER DEFAULT '0' NOT NULL,
  content_length INTEGER DEFAULT '0' NOT NULL,
  pages_awaiting_ocr INTEGER DEFAULT '0' NOT NULL,
  ocr_confidence FLOAT,
  language TEXT,
  principals TEXT,
  PRIMARY KEY ("key"),
  CONSTRAINT documents_trash CHECK (is_trashed = (deleted_at IS NOT NULL)),
  UNIQUE (id),
  FOREIGN KEY(organization_key) REFERENCES organizations ("key")
);
INSERT INTO documents_anew (
  "key", id, organization_key, name, name_order, created_at, updated_at, created_by, original_name, original_size,
  original_sha256, mime_type, document_date, notes, is_trashed, deleted_at, deleted_by, ocr_languages,
  extraction_status, extraction_reason, extraction_message, extraction_attempts, page_count, content_length,
  pages_awaiting_ocr, ocr_confidence, language, principals
) SELECT
  "key", id, organization_key, name, name_order, created_at, updated_at, created_by, original_name, original_size,
  original_sha256, mime_type, document_date, notes, is_trashed, deleted_at, deleted_by, ocr_languages,
  extraction_status, extraction_reason, extraction_message, extraction_attempts, page_count, content_length,
  pages_awaiting_ocr, ocr_confidence, language, principals
FROM documents;
DROP TABLE documents;
ALTER TABLE documents_anew RENAME TO documents;
CREATE INDEX documents_by_original ON documents (organization_key, original_sha256);
CREATE INDEX documents_by_created_at ON documents (organization_key, is_trashed, created_at, "key");
CREATE INDEX documents_by_date ON documents (organization_key, is_trashed, document_date, "key");
CREATE INDEX documents_by_name ON documents (organization_key, is_trashed, name_order, "key");
CREATE INDEX documents_by_size ON documents (organization_key, is_trashed, original_size, "key");
CREATE INDEX documents_by_updated_at ON documents (organization_key, is_trashed, updated_at, "key");
CREATE INDEX documents_incomplete ON documents (organization_key, is_trashed, created_at, "key") WHERE extraction_status NOT IN ('pending', 'done');
CREATE INDEX documents_pending ON documents ("key") WHERE extraction_status = 'pending';
CREATE INDEX documents_trashed ON documents (organization_key, deleted_at, "key") WHERE is_trashed = 1;
CREATE INDEX documents_unread ON documents ("key") WHERE extraction_status = 'pending' AND pages_awaiting_ocr = 0;
CREATE INDEX documents_awaiting_ocr ON documents ("key") WHERE extraction_status = 'pending' AND pages_awaiting_ocr > 0;
CREATE UNIQUE INDEX documents_external ON documents (organization_key, external_id) WHERE external_id <> '';

CREATE TABLE document_versions (
  document_key INTEGER NOT NULL,
  version INTEGER NOT NULL,
  original_id TEXT NOT NULL,
  original_arrived_at INTEGER NOT NULL,
  original_name TEXT NOT NULL,
  original_size INTEGER NOT NULL,
  original_sha256 TEXT NOT NULL,
  mime_type TEXT NOT NULL,
  replaced_at INTEGER NOT NULL,
  replaced_by TEXT,
  PRIMARY KEY (document_key, version),
  FOREIGN KEY(document_key) REFERENCES documents ("key") ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX document_versions_by_original ON document_versions (original_id);
CREATE INDEX documents_by_later_original ON documents (original_id) WHERE original_id IS NOT NULL;
