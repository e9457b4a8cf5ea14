-- 0006: organizations that are deleted but not purged yet, and who may restore them.

ALTER TABLE organizations ADD COLUMN deleted_at INTEGER;
ALTER TABLE organizations ADD COLUMN deleted_by TEXT;
