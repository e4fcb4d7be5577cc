import type { Migration } from "../../migration.ts";

/** Reviewed by hand: makes tables only, touches no data; the version before runs on it. */
export const usage: Migration = {
  version: 3,
  name: "usage",
  sql: `
CREATE TABLE usage_batches (
  key_id TEXT NOT NULL,
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (key_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_batches_at ON usage_batches (at);

CREATE TABLE usage_counts (
  project TEXT NOT NULL,
  environment TEXT NOT NULL,
  flag TEXT NOT NULL,
  variant TEXT NOT NULL,
  reason TEXT NOT NULL,
  span_ms INTEGER NOT NULL,
  at INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (project, flag, environment, span_ms, at, variant, reason)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_counts_age ON usage_counts (span_ms, at);

CREATE TABLE usage_asked (
  project TEXT NOT NULL,
  environment TEXT NOT NULL,
  flag TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (project, environment, flag)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage_missing (
  project TEXT NOT NULL,
  environment TEXT NOT NULL,
  flag TEXT NOT NULL,
  count INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (project, environment, flag)
) STRICT, WITHOUT ROWID;
`,
};
