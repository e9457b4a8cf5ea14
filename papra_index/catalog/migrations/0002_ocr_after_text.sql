-- 0002: text first, OCR after: pages that await it; what is known of how well a page was read.

ALTER TABLE documents ADD COLUMN pages_awaiting_ocr INTEGER DEFAULT '0' NOT NULL;
ALTER TABLE documents ADD COLUMN ocr_confidence FLOAT;
ALTER TABLE documents ADD COLUMN language TEXT;
ALTER TABLE pages ADD COLUMN quality FLOAT;
ALTER TABLE pages ADD COLUMN language TEXT;
ALTER TABLE pages ADD COLUMN label TEXT;
ALTER TABLE pages ADD COLUMN awaits_ocr INTEGER DEFAULT '0' NOT NULL;
ALTER TABLE pages ADD COLUMN ocr_attempts INTEGER DEFAULT '0' NOT NULL;
CREATE INDEX documents_unread ON documents ("key") WHERE extraction_status = 'pending' AND pages_awaiting_ocr = 0;
CREATE INDEX documents_awaiting_ocr ON documents ("key") WHERE extraction_status = 'pending' AND pages_awaiting_ocr > 0;
CREATE INDEX pages_awaiting_ocr ON pages (document_key, page_number) WHERE awaits_ocr = 1;

UPDATE documents SET ocr_confidence = (
  SELECT round(avg(confidence), 1) FROM pages WHERE document_key = documents.key AND confidence IS NOT NULL
);
