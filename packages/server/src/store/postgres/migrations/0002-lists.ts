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
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  number bigint NOT NULL,
  project text COLLATE "C" NOT NULL REFERENCES projects (key),
  secret text COLLATE "C" NOT NULL
);

CREATE TABLE list_changes (
  project text COLLATE "C" NOT NULL,
  list text COLLATE "C" NOT NULL REFERENCES lists (id),
  revision bigint NOT NULL,
  difference bigint NOT NULL,
  PRIMARY KEY (project, list, revision),
  FOREIGN KEY (project, revision) REFERENCES changes (project, revision)
);
CREATE INDEX list_changes_revision ON list_changes (project, revision);
CREATE INDEX list_changes_difference ON list_changes (difference);

CREATE TABLE list_keys (
  difference bigint NOT NULL,
  position integer NOT NULL,
  list bigint NOT NULL,
  key text COLLATE "C" NOT NULL,
  added boolean NOT NULL,
  PRIMARY KEY (difference, position)
);
CREATE INDEX list_keys_key ON list_keys (list, key, difference, added);

CREATE TABLE list_stages (
  difference bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at bigint NOT NULL
);
`,
};
