-- 0011: folders that are synced, and the files known of each; paths are bytes, of files from their folder on.

CREATE TABLE folders (
  "key" INTEGER NOT NULL,
  organization_key INTEGER NOT NULL,
  path BLOB NOT NULL,
  in_place INTEGER NOT NULL,
  synced_at INTEGER,
  PRIMARY KEY ("key"),
  CONSTRAINT folders_path UNIQUE (organization_key, path),
  FOREIGN KEY(organization_key) REFERENCES organizations ("key")
);

CREATE TABLE folder_files (
  folder_key INTEGER NOT NULL,
  path BLOB NOT NULL,
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  document_key INTEGER,
  is_owned INTEGER NOT NULL,
  PRIMARY KEY (folder_key, path),
  FOREIGN KEY(folder_key) REFERENCES folders ("key") ON DELETE CASCADE,
  FOREIGN KEY(document_key) REFERENCES documents ("key") ON DELETE SET NULL
) WITHOUT ROWID;
CREATE INDEX folder_files_by_document ON folder_files (document_key, folder_key, path);
