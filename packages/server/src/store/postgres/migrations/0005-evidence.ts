import type { Migration } from "../../migration.ts";

/** Reviewed by hand: makes tables only, touches no data; the version before runs on it. */
export const evidence: Migration = {
  version: 5,
  name: "evidence",
  sql: `
CREATE TABLE evidence_sums (
  project text COLLATE "C" NOT NULL,
  environment text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  part bigint NOT NULL,
  name text COLLATE "C" NOT NULL,
  side text COLLATE "C" NOT NULL,
  field text COLLATE "C" NOT NULL,
  numbers double precision[] NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (project, environment, subject, part, name, side, field)
);
CREATE INDEX evidence_sums_at ON evidence_sums (at);

CREATE TABLE evidence_verdicts (
  project text COLLATE "C" NOT NULL,
  environment text COLLATE "C" NOT NULL,
  release text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  flag text COLLATE "C" NOT NULL,
  step bigint NOT NULL,
  body text COLLATE "C" NOT NULL,
  PRIMARY KEY (project, environment, release, at)
);
CREATE INDEX evidence_verdicts_at ON evidence_verdicts (at);
`,
};
