import type { Migration } from "../../migration.ts";

/**
 * Reviewed by hand: makes tables only, touches no data; the version before runs on it. The keys of a difference lie one
 * behind the other, as they were written, and are found again by list and key.
 */
export const lists: Migration = {
  version: 2,
  name: "lists",
  sql: `
CREATE TABLE lists (
  id TEXT NOT NULL PRIMARY KEY,
  number INTEGER NOT NULL,
  project TEXT NOT NULL REFERENCES projects (key),
  secret TEXT NOT NULL
) STRICT;

CREATE TABLE list_changes (
  project TEXT NOT NULL,
  list TEXT NOT NULL REFERENCES lists (id),
  revision INTEGER NOT NULL,
  difference INTEGER NOT NULL,
  PRIMARY KEY (project, list, revision),
  FOREIGN KEY (project, revision) REFERENCES changes (project, revision)
) STRICT;
CREATE INDEX list_changes_revision ON list_changes (project, revision);
CREATE INDEX list_changes_difference ON list_changes (difference);

CREATE TABLE list_keys (
  difference INTEGER NOT NULL,
  position INTEGER NOT NULL,
  list INTEGER NOT NULL,
  key TEXT NOT NULL,
  added INTEGER NOT NULL,
  PRIMARY KEY (difference, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX list_keys_key ON list_keys (list, key, difference, added);

CREATE TABLE list_stages (
  difference INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL
) STRICT;
`,
};
