-- Documents that a content hook is to be called for, and what it gave them: the fields by name, as JSON.
CREATE TABLE content_fields (
  document_key INTEGER NOT NULL,
  status TEXT NOT NULL,
  message TEXT,
  asked INTEGER NOT NULL DEFAULT 1,
  given TEXT NOT NULL DEFAULT '{}',
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (document_key),
  FOREIGN KEY(document_key) REFERENCES documents ("key") ON DELETE CASCADE
);
CREATE INDEX content_fields_due ON content_fields (document_key) WHERE status = 'due';
CREATE INDEX content_fields_failed ON content_fields (document_key) WHERE status = 'failed';
