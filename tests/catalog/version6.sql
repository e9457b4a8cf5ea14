BEGIN TRANSACTION;
CREATE TABLE activity (
  "key" INTEGER NOT NULL,
  id TEXT NOT NULL,
  document_key INTEGER NOT NULL,
  event TEXT NOT NULL,
  event_data TEXT,
  user_id TEXT,
  tag_key INTEGER,
  created_at INTEGER NOT NULL,
  PRIMARY KEY ("key"),
  FOREIGN KEY(document_key) REFERENCES documents ("key") ON DELETE CASCADE,
  FOREIGN KEY(tag_key) REFERENCES tags ("key") ON DELETE SET NULL
);
INSERT INTO "activity" VALUES(1,'doc_act_crfbrv541ay3wtt1w3fmych5',5,'created',NULL,NULL,NULL,1795671785421);
INSERT INTO "activity" VALUES(2,'doc_act_xzkum80k4gxt855st0f5ehu0',5,'tagged',NULL,NULL,4,1795671785474);
INSERT INTO "activity" VALUES(3,'doc_act_mpuosho50p8l4oc6bsba33hv',5,'updated','{"updatedFields": ["name", "notes"]}',NULL,NULL,1795671785477);
INSERT INTO "activity" VALUES(4,'doc_act_w9ts4xp9bdeinn1glmdymtyi',6,'created',NULL,NULL,NULL,1795671785482);
INSERT INTO "activity" VALUES(5,'doc_act_xkg0fklbhcp3owh67bi76evc',6,'deleted',NULL,NULL,NULL,1795671785500);
INSERT INTO "activity" VALUES(6,'doc_act_ejp3j9jm3si2bqgn8q46ey8b',7,'created',NULL,NULL,NULL,1795671785505);
CREATE TABLE api_key_organizations (
  api_key_key INTEGER NOT NULL,
  organization_key INTEGER NOT NULL,
  PRIMARY KEY (api_key_key, organization_key),
  FOREIGN KEY(api_key_key) REFERENCES api_keys ("key") ON DELETE CASCADE,
  FOREIGN KEY(organization_key) REFERENCES organizations ("key")
) WITHOUT ROWID;
CREATE TABLE api_keys (
  "key" INTEGER NOT NULL,
  id TEXT NOT NULL,
  user_key INTEGER NOT NULL,
  name TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  prefix TEXT NOT NULL,
  permissions TEXT NOT NULL,
  all_organizations INTEGER NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY ("key"),
  UNIQUE (id),
  UNIQUE (token_hash),
  FOREIGN KEY(user_key) REFERENCES users ("key")
);
INSERT INTO "api_keys" VALUES(10,'ak_vcb2pnkwk8ar24tz6wxles4o',1,'laptop','2NcCdQEi8hHlxZLNrrrkFPV3CQQiReztwq7c16PkY0k','ppapi_kBDUQ','organizations:create organizations:read organizations:update organizations:delete documents:create documents:read documents:update documents:delete tags:create tags:read tags:update tags:delete custom-properties:create custom-properties:read custom-properties:update custom-properties:delete',1,NULL,NULL,1795671785517,1795671785517);
CREATE TABLE changes (
  document_key INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (document_key)
);
CREATE TABLE counters (
  name TEXT NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (name)
);
INSERT INTO "counters" VALUES('key',10);
INSERT INTO "counters" VALUES('sequence',6);
INSERT INTO "counters" VALUES('thesaurus',2);
INSERT INTO "counters" VALUES('name_order',3002);
CREATE TABLE document_tags (
  document_key INTEGER NOT NULL,
  tag_key INTEGER NOT NULL,
  PRIMARY KEY (document_key, tag_key),
  FOREIGN KEY(document_key) REFERENCES documents ("key") ON DELETE CASCADE,
  FOREIGN KEY(tag_key) REFERENCES tags ("key") ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO "document_tags" VALUES(5,4);
CREATE TABLE documents (
  "key" INTEGER NOT NULL,
  id TEXT NOT NULL,
  organization_key INTEGER NOT NULL,
  name TEXT NOT NULL,
  name_order TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  created_by TEXT,
  original_name TEXT NOT NULL,
  original_size INTEGER NOT NULL,
  original_sha256 TEXT NOT NULL,
  mime_type TEXT NOT NULL,
  document_date INTEGER,
  notes TEXT,
  is_trashed INTEGER DEFAULT '0' NOT NULL,
  deleted_at INTEGER,
  deleted_by TEXT,
  ocr_languages TEXT DEFAULT '' NOT NULL,
  extraction_status TEXT NOT NULL,
  extraction_reason TEXT,
  extraction_message TEXT,
  extraction_attempts INTEGER DEFAULT '0' NOT NULL,
  page_count INTEGER DEFAULT '0' NOT NULL,
  content_length INTEGER DEFAULT '0' NOT NULL, pages_awaiting_ocr INTEGER DEFAULT '0' NOT NULL, ocr_confidence FLOAT, language TEXT,
  PRIMARY KEY ("key"),
  CONSTRAINT documents_original UNIQUE (organization_key, original_sha256),
  CONSTRAINT documents_trash CHECK (is_trashed = (deleted_at IS NOT NULL)),
  UNIQUE (id),
  FOREIGN KEY(organization_key) REFERENCES organizations ("key")
);
INSERT INTO "documents" VALUES(5,'doc_dkzx85e550qdla1eb6e8b7qe',2,'boiler contract.txt','boiler contract.txt',1795671785421,1795671785477,NULL,'boiler.txt',18,'97d5c5c21a76b2351aaf9534d8cc009ed4e39470774c16261c20fd7c6554d446','text/plain',NULL,'call them',0,NULL,NULL,'','done',NULL,NULL,0,1,33,0,NULL,'en');
INSERT INTO "documents" VALUES(6,'doc_cminhanzdnsfocz3h8j6nvth',2,'trashed.txt','trashed.txt',1795671785482,1795671785500,NULL,'trashed.txt',19,'a47ef56a6b2552bdbabb48be7b40ccd8f3ebd4993f38748c93256bc5947590fe','text/plain',NULL,NULL,1,1795671785500,NULL,'','done',NULL,NULL,0,1,14,0,NULL,NULL);
INSERT INTO "documents" VALUES(7,'doc_vpxjo0lw8e3z7e1npsdy1qru',3,'Übung.txt','ubung.txt',1795671785505,1795671785505,NULL,'Übung.txt',18,'83802ee089005b3ec43adc53e4630029f32e07c0a5f2a20959667fc264cae483','text/plain',NULL,NULL,0,NULL,NULL,'','done',NULL,NULL,0,1,27,0,NULL,NULL);
CREATE TABLE duplicate_checks (
  document_key INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (document_key),
  FOREIGN KEY(document_key) REFERENCES documents ("key") ON DELETE CASCADE
);
CREATE TABLE duplicate_pairs (
  document_key INTEGER NOT NULL,
  other_key INTEGER NOT NULL,
  other_updated_at INTEGER NOT NULL,
  similarity FLOAT NOT NULL,
  PRIMARY KEY (document_key, other_key),
  FOREIGN KEY(document_key) REFERENCES documents ("key") ON DELETE CASCADE,
  FOREIGN KEY(other_key) REFERENCES documents ("key") ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE generations (
  name TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (name)
);
INSERT INTO "generations" VALUES('gen-000001',6);
CREATE TABLE leftovers (
  document_id TEXT NOT NULL,
  organization_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (document_id)
);
CREATE TABLE members (
  organization_key INTEGER NOT NULL,
  user_key INTEGER NOT NULL,
  role TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization_key, user_key),
  FOREIGN KEY(organization_key) REFERENCES organizations ("key"),
  FOREIGN KEY(user_key) REFERENCES users ("key")
) WITHOUT ROWID;
INSERT INTO "members" VALUES(2,1,'owner',1795671785390);
INSERT INTO "members" VALUES(3,1,'owner',1795671785403);
CREATE TABLE organizations (
  "key" INTEGER NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  documents_count INTEGER DEFAULT '0' NOT NULL,
  documents_size INTEGER DEFAULT '0' NOT NULL,
  deleted_documents_count INTEGER DEFAULT '0' NOT NULL,
  deleted_documents_size INTEGER DEFAULT '0' NOT NULL, deleted_at INTEGER, deleted_by TEXT,
  PRIMARY KEY ("key"),
  UNIQUE (id)
);
INSERT INTO "organizations" VALUES(2,'org_mwsla0jyar0jdd8vb19g29cf','Home',1795671785387,1795671785387,1,18,1,19,NULL,NULL);
INSERT INTO "organizations" VALUES(3,'org_c0run7sx5t1tqak2tne8iw9m','Work',1795671785402,1795671785402,1,18,0,0,NULL,NULL);
CREATE TABLE pages (
  document_key INTEGER NOT NULL,
  page_number INTEGER NOT NULL,
  text TEXT NOT NULL,
  source TEXT NOT NULL,
  engine TEXT NOT NULL,
  confidence FLOAT,
  seconds FLOAT NOT NULL, quality FLOAT, language TEXT, label TEXT, awaits_ocr INTEGER DEFAULT '0' NOT NULL, ocr_attempts INTEGER DEFAULT '0' NOT NULL,
  PRIMARY KEY (document_key, page_number),
  FOREIGN KEY(document_key) REFERENCES documents ("key") ON DELETE CASCADE
);
INSERT INTO "pages" VALUES(5,1,'annual maintenance of the boiler','given','',NULL,0.0,NULL,'en',NULL,0,0);
INSERT INTO "pages" VALUES(6,1,'an old letter','given','',NULL,0.0,NULL,NULL,NULL,0,0);
INSERT INTO "pages" VALUES(7,1,'Rechnung über 1.234,56 EUR','given','',NULL,0.0,NULL,NULL,NULL,0,0);
CREATE TABLE saved_searches (
  "key" INTEGER NOT NULL,
  organization_key INTEGER NOT NULL,
  name TEXT NOT NULL,
  folded_name TEXT NOT NULL,
  search_query TEXT NOT NULL,
  options TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY ("key"),
  CONSTRAINT saved_searches_name UNIQUE (organization_key, folded_name),
  FOREIGN KEY(organization_key) REFERENCES organizations ("key")
);
INSERT INTO "saved_searches" VALUES(9,2,'Unpaid','unpaid','-tag:paid','{}',1795671785513,1795671785513);
CREATE TABLE stop_words (
  organization_key INTEGER NOT NULL,
  word TEXT NOT NULL,
  PRIMARY KEY (organization_key, word),
  FOREIGN KEY(organization_key) REFERENCES organizations ("key")
) WITHOUT ROWID;
INSERT INTO "stop_words" VALUES(2,'firma');
CREATE TABLE synonyms (
  "key" INTEGER NOT NULL,
  id TEXT NOT NULL,
  organization_key INTEGER NOT NULL,
  terms TEXT NOT NULL,
  normalized_terms TEXT NOT NULL,
  is_one_way INTEGER DEFAULT '0' NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY ("key"),
  CONSTRAINT synonyms_terms UNIQUE (organization_key, normalized_terms, is_one_way),
  UNIQUE (id),
  FOREIGN KEY(organization_key) REFERENCES organizations ("key")
);
INSERT INTO "synonyms" VALUES(8,'syn_xqdpi0gtopc98a4aefwqqkcs',2,'["invoice", "bill"]','["bill", "invoice"]',0,1795671785510);
CREATE TABLE tags (
  "key" INTEGER NOT NULL,
  id TEXT NOT NULL,
  organization_key INTEGER NOT NULL,
  name TEXT NOT NULL,
  normalized_name TEXT NOT NULL,
  color TEXT NOT NULL,
  description TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  documents_count INTEGER DEFAULT '0' NOT NULL,
  PRIMARY KEY ("key"),
  CONSTRAINT tags_name UNIQUE (organization_key, normalized_name),
  UNIQUE (id),
  FOREIGN KEY(organization_key) REFERENCES organizations ("key")
);
INSERT INTO "tags" VALUES(4,'tag_g7p5plywd6o1qgmhq1ydh0j6',2,'paid','paid','#2ECC71',NULL,1795671785406,1795671785406,1);
CREATE TABLE users (
  "key" INTEGER NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY ("key"),
  UNIQUE (id)
);
INSERT INTO "users" VALUES(1,'usr_j0eaf1ff46cee1ab27a6def2','Owner',1795671785374,1795671785374);
CREATE INDEX changes_by_sequence ON changes (sequence);
CREATE INDEX documents_by_created_at ON documents (organization_key, is_trashed, created_at, "key");
CREATE INDEX documents_by_date ON documents (organization_key, is_trashed, document_date, "key");
CREATE INDEX documents_by_name ON documents (organization_key, is_trashed, name_order, "key");
CREATE INDEX documents_by_size ON documents (organization_key, is_trashed, original_size, "key");
CREATE INDEX documents_by_updated_at ON documents (organization_key, is_trashed, updated_at, "key");
CREATE INDEX documents_incomplete ON documents (organization_key, is_trashed, created_at, "key") WHERE extraction_status NOT IN ('pending', 'done');
CREATE INDEX documents_pending ON documents ("key") WHERE extraction_status = 'pending';
CREATE INDEX documents_trashed ON documents (organization_key, deleted_at, "key") WHERE is_trashed = 1;
CREATE INDEX activity_by_document ON activity (document_key, "key");
CREATE INDEX activity_by_tag ON activity (tag_key) WHERE tag_key IS NOT NULL;
CREATE INDEX document_tags_by_tag ON document_tags (tag_key, document_key);
CREATE INDEX documents_unread ON documents ("key") WHERE extraction_status = 'pending' AND pages_awaiting_ocr = 0;
CREATE INDEX documents_awaiting_ocr ON documents ("key") WHERE extraction_status = 'pending' AND pages_awaiting_ocr > 0;
CREATE INDEX pages_awaiting_ocr ON pages (document_key, page_number) WHERE awaits_ocr = 1;
CREATE INDEX duplicate_pairs_by_other ON duplicate_pairs (other_key);
CREATE INDEX members_by_user ON members (user_key, organization_key);
CREATE INDEX api_keys_by_user ON api_keys (user_key, "key");
COMMIT;
PRAGMA user_version = 6;
