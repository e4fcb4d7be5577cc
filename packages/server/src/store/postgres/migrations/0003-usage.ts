import type { Migration } from "../../migration.ts";

/**
 * Reviewed by hand: makes tables only, touches no data; the version before runs on it. `node_connections` is what each
 * process says of itself, and of no worth once it is gone.
 */
export const usage: Migration = {
  version: 3,
  name: "usage",
  sql: `
CREATE TABLE usage_batches (
  key_id text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (key_id, id)
);
CREATE INDEX usage_batches_at ON usage_batches (at);

CREATE TABLE usage_counts (
  project text COLLATE "C" NOT NULL,
  environment text COLLATE "C" NOT NULL,
  flag text COLLATE "C" NOT NULL,
  variant text COLLATE "C" NOT NULL,
  reason text COLLATE "C" NOT NULL,
  span_ms bigint NOT NULL,
  at bigint NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (project, flag, environment, span_ms, at, variant, reason)
);
CREATE INDEX usage_counts_age ON usage_counts (span_ms, at);

CREATE TABLE usage_asked (
  project text COLLATE "C" NOT NULL,
  environment text COLLATE "C" NOT NULL,
  flag text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (project, environment, flag)
);

CREATE TABLE usage_missing (
  project text COLLATE "C" NOT NULL,
  environment text COLLATE "C" NOT NULL,
  flag text COLLATE "C" NOT NULL,
  count bigint NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (project, environment, flag)
);

CREATE UNLOGGED TABLE node_connections (
  node text COLLATE "C" NOT NULL,
  project text COLLATE "C" NOT NULL,
  environment text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  sdks text COLLATE "C" NOT NULL,
  PRIMARY KEY (node, project, environment)
);
CREATE INDEX node_connections_place ON node_connections (project, environment);
`,
};
