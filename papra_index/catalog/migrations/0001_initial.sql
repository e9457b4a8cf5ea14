-- 0001: the first catalog.

CREATE TABLE changes (
  document_key INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (document_key)
);
CREATE INDEX changes_by_sequence ON changes (sequence);
CREATE TABLE counters (
  name TEXT NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (name)
);
CREATE TABLE generations (
  name TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (name)
);
CREATE TABLE leftovers (
  document_id TEXT NOT NULL,
  organization_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (document_id)
);
CREATE TABLE organizations (
  "key" INTEGER NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  documents_count INTEGER DEFAULT '0' NOT NULL,
  documents_size INTEGER DEFAULT '0' NOT NULL,
  deleted_documents_count INTEGER DEFAULT '0' NOT NULL,
  deleted_documents_size INTEGER DEFAULT '0' NOT NULL,
  PRIMARY KEY ("key"),
  UNIQUE (id)
);
CREATE TABLE documents (
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
  PRIMARY KEY ("key"),
  CONSTRAINT documents_original UNIQUE (organization_key, original_sha256),
  CONSTRAINT documents_trash CHECK (is_trashed = (deleted_at IS NOT NULL)),
  UNIQUE (id),
  FOREIGN KEY(organization_key) REFERENCES organizations ("key")
);
CREATE INDEX documents_by_created_at ON documents (organization_key, is_trashed, created_at, "key");
CREATE INDEX documents_by_date ON documents (organization_key, is_trashed, document_date, "key");
CREATE INDEX documents_by_name ON documents (organization_key, is_trashed, name_order, "key");
CREATE INDEX documents_by_size ON documents (organization_key, is_trashed, original_size, "key");
CREATE INDEX documents_by_updated_at ON documents (organization_key, is_trashed, updated_at, "key");
CREATE INDEX documents_incomplete ON documents (organization_key, is_trashed, created_at, "key") WHERE extraction_status NOT IN ('pending', 'done');
CREATE INDEX documents_pending ON documents ("key") WHERE extraction_status = 'pending';
CREATE INDEX documents_trashed ON documents (organization_key, deleted_at, "key") WHERE is_trashed = 1;
CREATE TABLE tags (
  "key" INTEGER NOT NULL,
  id TEXT NOT NULL,
  organization_key INTEGER NOT NULL,
  name TEXT NOT NULL,
  normalized_name TEXT NOT NULL,
  color TEXT NOT NULL,
  description TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  documents_count INTEGER DEFAULT '0' NOT NULL,
  PRIMARY KEY ("key"),
  CONSTRAINT tags_name UNIQUE (organization_key, normalized_name),
  UNIQUE (id),
  FOREIGN KEY(organization_key) REFERENCES organizations ("key")
);
CREATE TABLE activity (
  "key" INTEGER NOT NULL,
  id TEXT NOT NULL,
  document_key INTEGER NOT NULL,
  event TEXT NOT NULL,
  event_data TEXT,
  user_id TEXT,
  tag_key INTEGER,
  created_at INTEGER NOT NULL,
  PRIMARY KEY ("key"),
  FOREIGN KEY(document_key) REFERENCES documents ("key") ON DELETE CASCADE,
  FOREIGN KEY(tag_key) REFERENCES tags ("key") ON DELETE SET NULL
);
CREATE INDEX activity_by_document ON activity (document_key, "key");
CREATE INDEX activity_by_tag ON activity (tag_key) WHERE tag_key IS NOT NULL;
CREATE TABLE document_tags (
  document_key INTEGER NOT NULL,
  tag_key INTEGER NOT NULL,
  PRIMARY KEY (document_key, tag_key),
  FOREIGN KEY(document_key) REFERENCES documents ("key") ON DELETE CASCADE,
  FOREIGN KEY(tag_key) REFERENCES tags ("key") ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX document_tags_by_tag ON document_tags (tag_key, document_key);
CREATE TABLE pages (
  document_key INTEGER NOT NULL,
  page_number INTEGER NOT NULL,
  text TEXT NOT NULL,
  source TEXT NOT NULL,
  engine TEXT NOT NULL,
  confidence FLOAT,
  seconds FLOAT NOT NULL,
  PRIMARY KEY (document_key, page_number),
  FOREIGN KEY(document_key) REFERENCES documents ("key") ON DELETE CASCADE
);

INSERT INTO counters (name, value) VALUES ('key', 0), ('sequence', 0);
