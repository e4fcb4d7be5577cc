/** The tables as queries see them. `migrations/` makes them; a test holds the two together. */
import {
  bigint,
  boolean,
  doublePrecision,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
} from "drizzle-orm/pg-core";
import { itemKinds } from "../../state/documents.ts";

const number = () => bigint({ mode: "number" });

/** One row: what is known of the database itself. */
export const installation = pgTable("installation", { id: integer().primaryKey(), epoch: text().notNull() });

/** One row a chain: its counter, which every commit moves first, and where the chain stands. */
export const projects = pgTable("projects", {
  key: text().primaryKey(),
  revision: number().notNull(),
  head: text().notNull(),
  at: number().notNull(),
  viewFormat: integer("view_format").notNull(),
});

/** The log. `text` is what was hashed; the other columns repeat what filters ask for. */
export const changes = pgTable(
  "changes",
  {
    project: text()
      .notNull()
      .references(() => projects.key),
    revision: number().notNull(),
    at: number().notNull(),
    actorType: text("actor_type", { enum: ["token", "user", "system"] }).notNull(),
    actorId: text("actor_id").notNull(),
    actorName: text("actor_name").notNull(),
    action: text().notNull(),
    text: text().notNull(),
    hash: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.project, table.revision] }),
    index("changes_at").on(table.project, table.at),
    index("changes_actor_id").on(table.project, table.actorId, table.revision),
    index("changes_actor_name").on(table.project, table.actorName, table.revision),
  ],
);

const itemName = {
  project: text().notNull(),
  kind: text({ enum: itemKinds }).notNull(),
  key: text().notNull(),
  environment: text().notNull(),
};

/** Each document in each of its states: the newest row at or before R is the state at R. `after` is JSON. */
export const changeItems = pgTable(
  "change_items",
  { ...itemName, revision: number().notNull(), position: integer().notNull(), after: text() },
  (table) => [
    primaryKey({ columns: [table.project, table.kind, table.key, table.environment, table.revision] }),
    index("change_items_revision").on(table.project, table.revision, table.position),
    index("change_items_environment").on(table.project, table.environment, table.revision),
    foreignKey({ columns: [table.project, table.revision], foreignColumns: [changes.project, changes.revision] }),
  ],
);

/** The newest state of each document that is there: what a start reads. */
export const documents = pgTable(
  "documents",
  { ...itemName, revision: number().notNull(), document: text().notNull() },
  (table) => [
    primaryKey({ columns: [table.project, table.kind, table.key, table.environment] }),
    foreignKey({ columns: [table.project, table.revision], foreignColumns: [changes.project, changes.revision] }),
  ],
);

/** Which version of which entity each view shows; those that left stay, as dropped. */
export const viewEntities = pgTable(
  "view_entities",
  {
    project: text().notNull(),
    environment: text().notNull(),
    class: text({ enum: ["server", "client"] }).notNull(),
    kind: text({ enum: ["flag", "segment"] }).notNull(),
    key: text().notNull(),
    version: number().notNull(),
    dropped: boolean().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.project, table.environment, table.class, table.kind, table.key] }),
    foreignKey({ columns: [table.project, table.version], foreignColumns: [changes.project, changes.revision] }),
  ],
);

/** Digests of secrets, outside the log. */
export const credentials = pgTable("credentials", {
  id: text().primaryKey(),
  project: text()
    .notNull()
    .references(() => projects.key),
  digest: text().notNull(),
});

/** Lists of keys that are too long for a document; `secret` is outside the log. */
export const lists = pgTable("lists", {
  id: text().primaryKey(),
  number: number().notNull(),
  project: text()
    .notNull()
    .references(() => projects.key),
  secret: text().notNull(),
});

/** Which difference a change made of a list. */
export const listChanges = pgTable(
  "list_changes",
  {
    project: text().notNull(),
    list: text()
      .notNull()
      .references(() => lists.id),
    revision: number().notNull(),
    difference: number().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.project, table.list, table.revision] }),
    index("list_changes_revision").on(table.project, table.revision),
    index("list_changes_difference").on(table.difference),
    foreignKey({ columns: [table.project, table.revision], foreignColumns: [changes.project, changes.revision] }),
  ],
);

/** The keys that came and went with each difference, in the order in which they were written. */
export const listKeys = pgTable(
  "list_keys",
  {
    difference: number().notNull(),
    position: integer().notNull(),
    list: number().notNull(),
    key: text().notNull(),
    added: boolean().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.difference, table.position] }),
    index("list_keys_key").on(table.list, table.key, table.difference, table.added),
  ],
);

/** Differences that are being written, and that no change names yet. */
export const listStages = pgTable("list_stages", {
  difference: number().primaryKey().generatedAlwaysAsIdentity(),
  at: number().notNull(),
});

const usagePlace = { project: text().notNull(), environment: text().notNull(), flag: text().notNull() };

/** Ids of batches of usage that were counted lately. */
export const usageBatches = pgTable(
  "usage_batches",
  { keyId: text("key_id").notNull(), id: text().notNull(), at: number().notNull() },
  (table) => [primaryKey({ columns: [table.keyId, table.id] }), index("usage_batches_at").on(table.at)],
);

/** What flags served, by spans of time. */
export const usageCounts = pgTable(
  "usage_counts",
  {
    ...usagePlace,
    variant: text().notNull(),
    reason: text().notNull(),
    spanMs: bigint("span_ms", { mode: "number" }).notNull(),
    at: number().notNull(),
    count: number().notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.project, table.flag, table.environment, table.spanMs, table.at, table.variant, table.reason],
    }),
    index("usage_counts_age").on(table.spanMs, table.at),
  ],
);

/** When each flag was last counted. */
export const usageAsked = pgTable("usage_asked", { ...usagePlace, at: number().notNull() }, (table) => [
  primaryKey({ columns: [table.project, table.environment, table.flag] }),
]);

/** Flags that were asked for and are not there. */
export const usageMissing = pgTable(
  "usage_missing",
  { ...usagePlace, count: number().notNull(), at: number().notNull() },
  (table) => [primaryKey({ columns: [table.project, table.environment, table.flag] })],
);

/** Who is connected to which process; not logged. */
export const nodeConnections = pgTable(
  "node_connections",
  {
    node: text().notNull(),
    project: text().notNull(),
    environment: text().notNull(),
    at: number().notNull(),
    sdks: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.node, table.project, table.environment] }),
    index("node_connections_place").on(table.project, table.environment),
  ],
);

/** Requests that were sent with a key: who carries each out, and what it was answered with. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    caller: text().notNull(),
    key: text().notNull(),
    digest: text().notNull(),
    holder: text().notNull(),
    at: number().notNull(),
    answer: text(),
  },
  (table) => [primaryKey({ columns: [table.caller, table.key] }), index("idempotency_keys_at").on(table.at)],
);

/** Sums of outcomes, in lists. */
export const evidenceSums = pgTable(
  "evidence_sums",
  {
    project: text().notNull(),
    environment: text().notNull(),
    subject: text().notNull(),
    part: number().notNull(),
    name: text().notNull(),
    side: text().notNull(),
    field: text().notNull(),
    numbers: doublePrecision().array().notNull(),
    at: number().notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.project, table.environment, table.subject, table.part, table.name, table.side, table.field],
    }),
    index("evidence_sums_at").on(table.at),
  ],
);

/** Verdicts on releases, each with what it was given on. */
export const evidenceVerdicts = pgTable(
  "evidence_verdicts",
  {
    project: text().notNull(),
    environment: text().notNull(),
    release: text().notNull(),
    at: number().notNull(),
    flag: text().notNull(),
    step: number().notNull(),
    body: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.project, table.environment, table.release, table.at] }),
    index("evidence_verdicts_at").on(table.at),
  ],
);

/** Changes that wait until others have approved them, and those that did. */
export const approvals = pgTable(
  "approvals",
  {
    project: text()
      .notNull()
      .references(() => projects.key),
    id: text().notNull(),
    status: text({ enum: ["waiting", "applied", "rejected", "withdrawn", "outdated"] }).notNull(),
    version: integer().notNull(),
    at: number().notNull(),
    expiresAt: bigint("expires_at", { mode: "number" }).notNull(),
    document: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.project, table.id] }), index("approvals_at").on(table.project, table.at)],
);

/** Where each is listed. */
export const approvalEnvironments = pgTable(
  "approval_environments",
  { project: text().notNull(), environment: text().notNull(), approval: text().notNull() },
  (table) => [
    primaryKey({ columns: [table.project, table.environment, table.approval] }),
    index("approval_environments_approval").on(table.project, table.approval),
    foreignKey({
      columns: [table.project, table.approval],
      foreignColumns: [approvals.project, approvals.id],
    }).onDelete("cascade"),
  ],
);

/** Secrets of webhooks, and which node sends for each now. */
export const webhookEndpoints = pgTable("webhook_endpoints", {
  webhook: text().notNull().primaryKey(),
  secret: text().notNull(),
  previous: text(),
  previousUntil: bigint("previous_until", { mode: "number" }),
  holder: text(),
  heldUntil: bigint("held_until", { mode: "number" }).notNull(),
});

/** Where webhooks stand in the log of each project. */
export const webhookCursors = pgTable(
  "webhook_cursors",
  {
    webhook: text().notNull(),
    project: text().notNull(),
    epoch: text().notNull(),
    revision: number().notNull(),
    failures: number().notNull(),
    failingSince: bigint("failing_since", { mode: "number" }),
    dueAt: bigint("due_at", { mode: "number" }).notNull(),
    lastAt: bigint("last_at", { mode: "number" }),
    lastOutcome: text("last_outcome"),
  },
  (table) => [primaryKey({ columns: [table.webhook, table.project] })],
);

/** When keys and tokens were last used. */
export const credentialUses = pgTable("credential_uses", {
  id: text().notNull().primaryKey(),
  at: number().notNull(),
});
