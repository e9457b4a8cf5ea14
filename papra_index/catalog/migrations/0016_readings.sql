-- 0016: by which version of the extractors, and when, an original was read last.

ALTER TABLE documents ADD COLUMN extractor_version INTEGER DEFAULT '0' NOT NULL;
ALTER TABLE documents ADD COLUMN extracted_at INTEGER;
