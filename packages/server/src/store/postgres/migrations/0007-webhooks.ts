import type { Migration } from "../../migration.ts";

/** Reviewed by hand: makes tables only, touches no data; the version before runs on it. */
export const webhooks: Migration = {
  version: 7,
  name: "webhooks",
  sql: `
CREATE TABLE webhook_endpoints (
  webhook text COLLATE "C" NOT NULL PRIMARY KEY,
  secret text COLLATE "C" NOT NULL,
  previous text COLLATE "C",
  previous_until bigint,
  holder text COLLATE "C",
  held_until bigint NOT NULL
);
CREATE TABLE webhook_cursors (
  webhook text COLLATE "C" NOT NULL,
  project text COLLATE "C" NOT NULL,
  epoch text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  failures bigint NOT NULL,
  failing_since bigint,
  due_at bigint NOT NULL,
  last_at bigint,
  last_outcome text COLLATE "C",
  PRIMARY KEY (webhook, project)
);
`,
};
