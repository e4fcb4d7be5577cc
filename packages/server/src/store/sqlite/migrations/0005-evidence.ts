import type { Migration } from "../../migration.ts";

/** Reviewed by hand: makes tables only, touches no data; the version before runs on it. */
export const evidence: Migration = {
  version: 5,
  name: "evidence",
  sql: `
CREATE TABLE evidence_sums (
  project TEXT NOT NULL,
  environment TEXT NOT NULL,
  subject TEXT NOT NULL,
  part INTEGER NOT NULL,
  name TEXT NOT NULL,
  side TEXT NOT NULL,
  field TEXT NOT NULL,
  numbers TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (project, environment, subject, part, name, side, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX evidence_sums_at ON evidence_sums (at);

CREATE TABLE evidence_verdicts (
  project TEXT NOT NULL,
  environment TEXT NOT NULL,
  release TEXT NOT NULL,
  at INTEGER NOT NULL,
  flag TEXT NOT NULL,
  step INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (project, environment, release, at)
) STRICT, WITHOUT ROWID;
CREATE INDEX evidence_verdicts_at ON evidence_verdicts (at);
`,
};
