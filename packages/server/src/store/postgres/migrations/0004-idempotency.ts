import type { Migration } from "../../migration.ts";

/** Reviewed by hand: makes a table only, touches no data; the version before runs on it. */
export const idempotency: Migration = {
  version: 4,
  name: "idempotency",
  sql: `
CREATE TABLE idempotency_keys (
  caller text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL,
  holder text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  answer text COLLATE "C",
  PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_keys_at ON idempotency_keys (at);
`,
};
