-- 0004: near-duplicates as they were found; searches under a name.

CREATE TABLE duplicate_checks (
  document_key INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (document_key),
  FOREIGN KEY(document_key) REFERENCES documents ("key") ON DELETE CASCADE
);

CREATE TABLE duplicate_pairs (
  document_key INTEGER NOT NULL,
  other_key INTEGER NOT NULL,
  other_updated_at INTEGER NOT NULL,
  similarity FLOAT NOT NULL,
  PRIMARY KEY (document_key, other_key),
  FOREIGN KEY(document_key) REFERENCES documents ("key") ON DELETE CASCADE,
  FOREIGN KEY(other_key) REFERENCES documents ("key") ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX duplicate_pairs_by_other ON duplicate_pairs (other_key);

CREATE TABLE saved_searches (
  "key" INTEGER NOT NULL,
  organization_key INTEGER NOT NULL,
  name TEXT NOT NULL,
  folded_name TEXT NOT NULL,
  search_query TEXT NOT NULL,
  options TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY ("key"),
  CONSTRAINT saved_searches_name UNIQUE (organization_key, folded_name),
  FOREIGN KEY(organization_key) REFERENCES organizations ("key")
);
