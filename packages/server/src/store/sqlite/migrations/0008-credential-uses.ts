import type { Migration } from "../../migration.ts";

/** Reviewed by hand: makes a table only, touches no data; the version before runs on it. */
export const credentialUses: Migration = {
  version: 8,
  name: "credential uses",
  sql: `
CREATE TABLE credential_uses (
  id TEXT NOT NULL PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT;
`,
};
