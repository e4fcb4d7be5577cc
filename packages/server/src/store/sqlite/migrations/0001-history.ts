import type { Migration } from "../../migration.ts";

/** Reviewed by hand: makes tables only, touches no data. */
export const history: Migration = {
  version: 1,
  name: "history",
  sql: `
CREATE TABLE installation (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  epoch TEXT NOT NULL
) STRICT;

CREATE TABLE projects (
  key TEXT NOT NULL PRIMARY KEY,
  revision INTEGER NOT NULL,
  head TEXT NOT NULL,
  at INTEGER NOT NULL,
  view_format INTEGER NOT NULL
) STRICT;

CREATE TABLE changes (
  project TEXT NOT NULL REFERENCES projects (key),
  revision INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor_type TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  actor_name TEXT NOT NULL,
  action TEXT NOT NULL,
  text TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (project, revision)
) STRICT;
CREATE INDEX changes_at ON changes (project, at);
CREATE INDEX changes_actor_id ON changes (project, actor_id, revision);
CREATE INDEX changes_actor_name ON changes (project, actor_name, revision);

CREATE TABLE change_items (
  project TEXT NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  environment TEXT NOT NULL,
  revision INTEGER NOT NULL,
  position INTEGER NOT NULL,
  after TEXT,
  PRIMARY KEY (project, kind, key, environment, revision),
  FOREIGN KEY (project, revision) REFERENCES changes (project, revision)
) STRICT;
CREATE INDEX change_items_revision ON change_items (project, revision, position);
CREATE INDEX change_items_environment ON change_items (project, environment, revision);

CREATE TABLE documents (
  project TEXT NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  environment TEXT NOT NULL,
  revision INTEGER NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (project, kind, key, environment),
  FOREIGN KEY (project, revision) REFERENCES changes (project, revision)
) STRICT;

CREATE TABLE view_entities (
  project TEXT NOT NULL,
  environment TEXT NOT NULL,
  class TEXT NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  dropped INTEGER NOT NULL,
  PRIMARY KEY (project, environment, class, kind, key),
  FOREIGN KEY (project, version) REFERENCES changes (project, revision)
) STRICT;

CREATE TABLE credentials (
  id TEXT NOT NULL PRIMARY KEY,
  project TEXT NOT NULL REFERENCES projects (key),
  digest TEXT NOT NULL
) STRICT;
`,
};
