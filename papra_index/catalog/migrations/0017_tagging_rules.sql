-- 0017: tags that documents get by their name and content.

CREATE TABLE tagging_rules (
  "key" INTEGER NOT NULL,
  id TEXT NOT NULL,
  organization_key INTEGER NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  enabled INTEGER NOT NULL,
  match_mode TEXT NOT NULL,
  conditions TEXT NOT NULL,
  tag_ids TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY ("key"),
  UNIQUE (id),
  FOREIGN KEY(organization_key) REFERENCES organizations ("key")
);
CREATE INDEX tagging_rules_by_organization ON tagging_rules (organization_key, "key");
