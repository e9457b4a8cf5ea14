-- 0008: custom properties of each organization, their options, and what documents have of them.

CREATE TABLE property_definitions (
  "key" INTEGER NOT NULL,
  id TEXT NOT NULL,
  organization_key INTEGER NOT NULL,
  name TEXT NOT NULL,
  property_key TEXT NOT NULL,
  type TEXT NOT NULL,
  description TEXT,
  display_order INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY ("key"),
  CONSTRAINT property_definitions_key UNIQUE (organization_key, property_key),
  UNIQUE (id),
  FOREIGN KEY(organization_key) REFERENCES organizations ("key")
);
CREATE TABLE property_options (
  "key" INTEGER NOT NULL,
  id TEXT NOT NULL,
  definition_key INTEGER NOT NULL,
  name TEXT NOT NULL,
  option_key TEXT NOT NULL,
  display_order INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY ("key"),
  UNIQUE (id),
  FOREIGN KEY(definition_key) REFERENCES property_definitions ("key") ON DELETE CASCADE
);
CREATE INDEX property_options_by_definition ON property_options (definition_key, display_order);
CREATE TABLE document_properties (
  document_key INTEGER NOT NULL,
  definition_key INTEGER NOT NULL,
  position INTEGER NOT NULL,
  text TEXT,
  number FLOAT,
  integer INTEGER,
  option_key INTEGER,
  user_key INTEGER,
  related_key INTEGER,
  PRIMARY KEY (document_key, definition_key, position),
  FOREIGN KEY(document_key) REFERENCES documents ("key") ON DELETE CASCADE,
  FOREIGN KEY(definition_key) REFERENCES property_definitions ("key") ON DELETE CASCADE,
  FOREIGN KEY(option_key) REFERENCES property_options ("key") ON DELETE CASCADE,
  FOREIGN KEY(user_key) REFERENCES users ("key") ON DELETE CASCADE,
  FOREIGN KEY(related_key) REFERENCES documents ("key") ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX document_properties_by_definition ON document_properties (definition_key);
CREATE INDEX document_properties_by_option ON document_properties (option_key) WHERE option_key IS NOT NULL;
CREATE INDEX document_properties_by_related ON document_properties (related_key) WHERE related_key IS NOT NULL;
CREATE INDEX document_properties_by_user ON document_properties (user_key) WHERE user_key IS NOT NULL;
