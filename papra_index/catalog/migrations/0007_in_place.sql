-- 0007: originals that stay where they lie; `path` is absolute, in bytes, `mtime_ns` -1 where that time is no proof.

CREATE TABLE in_place_originals (
  document_key INTEGER NOT NULL,
  path BLOB NOT NULL,
  mtime_ns INTEGER NOT NULL,
  PRIMARY KEY (document_key),
  FOREIGN KEY(document_key) REFERENCES documents ("key") ON DELETE CASCADE
);
