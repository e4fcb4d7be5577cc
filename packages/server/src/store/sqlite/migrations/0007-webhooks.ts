import type { Migration } from "../../migration.ts";

/** Reviewed by hand: makes tables only, touches no data; the version before runs on it. */
export const webhooks: Migration = {
  version: 7,
  name: "webhooks",
  sql: `
CREATE TABLE webhook_endpoints (
  webhook TEXT NOT NULL PRIMARY KEY,
  secret TEXT NOT NULL,
  previous TEXT,
  previous_until INTEGER,
  holder TEXT,
  held_until INTEGER NOT NULL
) STRICT;
CREATE TABLE webhook_cursors (
  webhook TEXT NOT NULL,
  project TEXT NOT NULL,
  epoch TEXT NOT NULL,
  revision INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  failing_since INTEGER,
  due_at INTEGER NOT NULL,
  last_at INTEGER,
  last_outcome TEXT,
  PRIMARY KEY (webhook, project)
) STRICT;
`,
};
