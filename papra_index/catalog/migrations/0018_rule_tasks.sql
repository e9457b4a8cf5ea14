-- 0018: rules that are being applied to the documents there are, and behind which document that goes on.

ALTER TABLE tagging_rules ADD COLUMN task_id TEXT;
ALTER TABLE tagging_rules ADD COLUMN task_after INTEGER;
