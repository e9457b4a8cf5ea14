-- The document's date as its first page has it, in milliseconds: where document_date is the same, nobody has set it.
ALTER TABLE documents ADD COLUMN guessed_date INTEGER;
