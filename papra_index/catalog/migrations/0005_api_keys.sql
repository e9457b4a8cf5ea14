-- 0005: users, the organizations they are members of, and the API keys that act for them.

CREATE TABLE users (
  "key" INTEGER NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY ("key"),
  UNIQUE (id)
);
CREATE TABLE members (
  organization_key INTEGER NOT NULL,
  user_key INTEGER NOT NULL,
  role TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization_key, user_key),
  FOREIGN KEY(organization_key) REFERENCES organizations ("key"),
  FOREIGN KEY(user_key) REFERENCES users ("key")
) WITHOUT ROWID;
CREATE INDEX members_by_user ON members (user_key, organization_key);
CREATE TABLE api_keys (
  "key" INTEGER NOT NULL,
  id TEXT NOT NULL,
  user_key INTEGER NOT NULL,
  name TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  prefix TEXT NOT NULL,
  permissions TEXT NOT NULL,
  all_organizations INTEGER NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY ("key"),
  UNIQUE (id),
  UNIQUE (token_hash),
  FOREIGN KEY(user_key) REFERENCES users ("key")
);
CREATE INDEX api_keys_by_user ON api_keys (user_key, "key");
CREATE TABLE api_key_organizations (
  api_key_key INTEGER NOT NULL,
  organization_key INTEGER NOT NULL,
  PRIMARY KEY (api_key_key, organization_key),
  FOREIGN KEY(api_key_key) REFERENCES api_keys ("key") ON DELETE CASCADE,
  FOREIGN KEY(organization_key) REFERENCES organizations ("key")
) WITHOUT ROWID;

-- The archive's own user, who owns every organization that is created for no other.
UPDATE counters SET value = value + 1 WHERE name = 'key';
INSERT INTO users ("key", id, name, created_at, updated_at)
SELECT value, 'usr_' || substr('abcdefghijklmnopqrstuvwxyz', 1 + abs(random() % 26), 1) || substr(lower(hex(randomblob(12))), 2),
  'Owner', now, now
FROM counters, (SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) AS now) WHERE name = 'key';
INSERT INTO members (organization_key, user_key, role, created_at)
SELECT organizations."key", users."key", 'owner', organizations.created_at FROM organizations, users;
