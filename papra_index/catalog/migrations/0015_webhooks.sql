-- 0015: webhooks, and what is to be posted to them or was.

CREATE TABLE webhooks (
  "key" INTEGER NOT NULL,
  id TEXT NOT NULL,
  organization_key INTEGER NOT NULL,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  secret TEXT,
  events TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY ("key"),
  UNIQUE (id),
  FOREIGN KEY(organization_key) REFERENCES organizations ("key")
);
CREATE INDEX webhooks_by_organization ON webhooks (organization_key, "key");

CREATE TABLE webhook_deliveries (
  "key" INTEGER NOT NULL,
  id TEXT NOT NULL,
  webhook_key INTEGER NOT NULL,
  type TEXT NOT NULL,
  document_id TEXT NOT NULL,
  data TEXT NOT NULL,
  status TEXT NOT NULL,
  attempts INTEGER DEFAULT '0' NOT NULL,
  occurred_at INTEGER NOT NULL,
  attempted_at INTEGER,
  next_attempt_at INTEGER,
  response_status INTEGER,
  error TEXT,
  PRIMARY KEY ("key"),
  UNIQUE (id),
  FOREIGN KEY(webhook_key) REFERENCES webhooks ("key") ON DELETE CASCADE
);
CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_key, "key");
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_key, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
