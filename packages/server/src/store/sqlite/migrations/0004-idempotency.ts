import type { Migration } from "../../migration.ts";

/** Reviewed by hand: makes a table only, touches no data; the version before runs on it. */
export const idempotency: Migration = {
  version: 4,
  name: "idempotency",
  sql: `
CREATE TABLE idempotency_keys (
  caller TEXT NOT NULL,
  key TEXT NOT NULL,
  digest TEXT NOT NULL,
  holder TEXT NOT NULL,
  at INTEGER NOT NULL,
  answer TEXT,
  PRIMARY KEY (caller, key)
) STRICT;
CREATE INDEX idempotency_keys_at ON idempotency_keys (at);
`,
};
