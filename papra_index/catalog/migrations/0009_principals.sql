-- 0009: who may see a document, as a list in JSON (NULL: everyone in its organization), and whom an API key acts for.
-- The table is made anew, as what somebody may not see must not keep them from adding the same bytes: that an original
-- is archived once is looked after where documents are added.

CREATE TABLE documents_anew (
  "key" INTEGER NOT NULL,
  id TEXT NOT NULL,
  organization_key INTEGER NOT NULL,
  name TEXT NOT NULL,
  name_order TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  created_by TEXT,
  original_name TEXT NOT NULL,
  original_size INTEGER NOT NULL,
  original_sha256 TEXT NOT NULL,
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
INSERT INTO documents_anew SELECT
  "key", id, organization_key, name, name_order, created_at, updated_at, created_by, original_name, original_size,
  original_sha256, mime_type, document_date, notes, is_trashed, deleted_at, deleted_by, ocr_languages,
  extraction_status, extraction_reason, extraction_message, extraction_attempts, page_count, content_length,
  pages_awaiting_ocr, ocr_confidence, language, NULL
FROM documents ORDER BY "key";
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

ALTER TABLE api_keys ADD COLUMN principals TEXT;
