import type { Migration } from "../../migration.ts";

/** Reviewed by hand: makes tables only, touches no data; the version before runs on it. */
export const approvals: Migration = {
  version: 6,
  name: "approvals",
  sql: `
CREATE TABLE approvals (
  project text COLLATE "C" NOT NULL REFERENCES projects (key),
  id text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  at bigint NOT NULL,
  expires_at bigint NOT NULL,
  document text COLLATE "C" NOT NULL,
  PRIMARY KEY (project, id)
);
CREATE INDEX approvals_at ON approvals (project, at);
CREATE TABLE approval_environments (
  project text COLLATE "C" NOT NULL,
  environment text COLLATE "C" NOT NULL,
  approval text COLLATE "C" NOT NULL,
  PRIMARY KEY (project, environment, approval),
  FOREIGN KEY (project, approval) REFERENCES approvals (project, id) ON DELETE CASCADE
);
CREATE INDEX approval_environments_approval ON approval_environments (project, approval);
`,
};
