-- 0012: events for those who listen, and how far each of them has got.

CREATE TABLE events (
  sequence INTEGER NOT NULL,
  type TEXT NOT NULL,
  organization_id TEXT NOT NULL,
  document_id TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (sequence)
);
CREATE INDEX events_by_time ON events (occurred_at);

CREATE TABLE subscriptions (
  name TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (name)
);

INSERT INTO counters (name, value) VALUES ('event', 0);
