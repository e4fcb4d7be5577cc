import type { Migration } from "../../migration.ts";

/** Reviewed by hand: makes tables only, touches no data; the version before runs on it. */
export const approvals: Migration = {
  version: 6,
  name: "approvals",
  sql: `
CREATE TABLE approvals (
  project TEXT NOT NULL REFERENCES projects (key),
  id TEXT NOT NULL,
  status TEXT NOT NULL,
  version INTEGER NOT NULL,
  at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (project, id)
) STRICT;
CREATE INDEX approvals_at ON approvals (project, at);
CREATE TABLE approval_environments (
  project TEXT NOT NULL,
  environment TEXT NOT NULL,
  approval TEXT NOT NULL,
  PRIMARY KEY (project, environment, approval),
  FOREIGN KEY (project, approval) REFERENCES approvals (project, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX approval_environments_approval ON approval_environments (project, approval);
`,
};
