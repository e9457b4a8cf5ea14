-- 0019: disks that are mounted below a folder and that documents came from; paths as those of its files.

CREATE TABLE folder_mounts (
  folder_key INTEGER NOT NULL,
  path BLOB NOT NULL,
  PRIMARY KEY (folder_key, path),
  FOREIGN KEY(folder_key) REFERENCES folders ("key") ON DELETE CASCADE
) WITHOUT ROWID;
