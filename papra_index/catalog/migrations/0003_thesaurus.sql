-- 0003: synonyms and stop words of each organization; the counter says when any of them changed.

CREATE TABLE synonyms (
  "key" INTEGER NOT NULL,
  id TEXT NOT NULL,
  organization_key INTEGER NOT NULL,
  terms TEXT NOT NULL,
  normalized_terms TEXT NOT NULL,
  is_one_way INTEGER DEFAULT '0' NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY ("key"),
  CONSTRAINT synonyms_terms UNIQUE (organization_key, normalized_terms, is_one_way),
  UNIQUE (id),
  FOREIGN KEY(organization_key) REFERENCES organizations ("key")
);
CREATE TABLE stop_words (
  organization_key INTEGER NOT NULL,
  word TEXT NOT NULL,
  PRIMARY KEY (organization_key, word),
  FOREIGN KEY(organization_key) REFERENCES organizations ("key")
) WITHOUT ROWID;

INSERT INTO counters (name, value) VALUES ('thesaurus', 0);
