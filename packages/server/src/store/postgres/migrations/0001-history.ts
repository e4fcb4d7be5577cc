import type { Migration } from "../../migration.ts";

/**
 * Reviewed by hand: makes tables only, touches no data. Text is compared by its bytes, so that no order and no index
 * depends on the locale of the machine, or moves with the next version of its C library.
 */
export const history: Migration = {
  version: 1,
  name: "history",
  sql: `
CREATE TABLE installation (
  id integer PRIMARY KEY CHECK (id = 1),
  epoch text COLLATE "C" NOT NULL
);

CREATE TABLE projects (
  key text COLLATE "C" NOT NULL PRIMARY KEY,
  revision bigint NOT NULL,
  head text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  view_format integer NOT NULL
);

CREATE TABLE changes (
  project text COLLATE "C" NOT NULL REFERENCES projects (key),
  revision bigint NOT NULL,
  at bigint NOT NULL,
  actor_type text COLLATE "C" NOT NULL,
  actor_id text COLLATE "C" NOT NULL,
  actor_name text COLLATE "C" NOT NULL,
  action text COLLATE "C" NOT NULL,
  text text COLLATE "C" NOT NULL,
  hash text COLLATE "C" NOT NULL,
  PRIMARY KEY (project, revision)
);
CREATE INDEX changes_at ON changes (project, at);
CREATE INDEX changes_actor_id ON changes (project, actor_id, revision);
CREATE INDEX changes_actor_name ON changes (project, actor_name, revision);

CREATE TABLE change_items (
  project text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  environment text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  position integer NOT NULL,
  after text COLLATE "C",
  PRIMARY KEY (project, kind, key, environment, revision),
  FOREIGN KEY (project, revision) REFERENCES changes (project, revision)
);
CREATE INDEX change_items_revision ON change_items (project, revision, position);
CREATE INDEX change_items_environment ON change_items (project, environment, revision);

CREATE TABLE documents (
  project text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  environment text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  document text COLLATE "C" NOT NULL,
  PRIMARY KEY (project, kind, key, environment),
  FOREIGN KEY (project, revision) REFERENCES changes (project, revision)
);

CREATE TABLE view_entities (
  project text COLLATE "C" NOT NULL,
  environment text COLLATE "C" NOT NULL,
  class text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  dropped boolean NOT NULL,
  PRIMARY KEY (project, environment, class, kind, key),
  FOREIGN KEY (project, version) REFERENCES changes (project, revision)
);

CREATE TABLE credentials (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  project text COLLATE "C" NOT NULL REFERENCES projects (key),
  digest text COLLATE "C" NOT NULL
);
`,
};
