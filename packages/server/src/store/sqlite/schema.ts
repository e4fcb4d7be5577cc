/** The tables as queries see them. `migrations/` makes them; a test holds the two together. */
import { foreignKey, index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { itemKinds } from "../../state/documents.ts";

/** One row: what is known of the database itself. */
export const installation = sqliteTable("installation", {
  id: integer().primaryKey(),
  epoch: text().notNull(),
});

/** One row a chain: its counter, which every commit moves first, and where the chain stands. */
export const projects = sqliteTable("projects", {
  key: text().primaryKey().notNull(),
  revision: integer().notNull(),
  head: text().notNull(),
  at: integer().notNull(),
  viewFormat: integer("view_format").notNull(),
});

/** The log. `text` is what was hashed; the other columns repeat what filters ask for. */
export const changes = sqliteTable(
  "changes",
  {
    project: text()
      .notNull()
      .references(() => projects.key),
    revision: integer().notNull(),
    at: integer().notNull(),
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
export const changeItems = sqliteTable(
  "change_items",
  { ...itemName, revision: integer().notNull(), position: integer().notNull(), after: text() },
  (table) => [
    primaryKey({ columns: [table.project, table.kind, table.key, table.environment, table.revision] }),
    index("change_items_revision").on(table.project, table.revision, table.position),
    index("change_items_environment").on(table.project, table.environment, table.revision),
    foreignKey({ columns: [table.project, table.revision], foreignColumns: [changes.project, changes.revision] }),
  ],
);

/** The newest state of each document that is there: what a start reads. */
export const documents = sqliteTable(
  "documents",
  { ...itemName, revision: integer().notNull(), document: text().notNull() },
  (table) => [
    primaryKey({ columns: [table.project, table.kind, table.key, table.environment] }),
    foreignKey({ columns: [table.project, table.revision], foreignColumns: [changes.project, changes.revision] }),
  ],
);

/** Which version of which entity each view shows; those that left stay, as dropped. */
export const viewEntities = sqliteTable(
  "view_entities",
  {
    project: text().notNull(),
    environment: text().notNull(),
    class: text({ enum: ["server", "client"] }).notNull(),
    kind: text({ enum: ["flag", "segment"] }).notNull(),
    key: text().notNull(),
    version: integer().notNull(),
    dropped: integer({ mode: "boolean" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.project, table.environment, table.class, table.kind, table.key] }),
    foreignKey({ columns: [table.project, table.version], foreignColumns: [changes.project, changes.revision] }),
  ],
);

/** Digests of secrets, outside the log. */
export const credentials = sqliteTable("credentials", {
  id: text().primaryKey().notNull(),
  project: text()
    .notNull()
    .references(() => projects.key),
  digest: text().notNull(),
});

/** Lists of keys that are too long for a document; `secret` is outside the log. */
export const lists = sqliteTable("lists", {
  id: text().primaryKey().notNull(),
  number: integer().notNull(),
  project: text()
    .notNull()
    .references(() => projects.key),
  secret: text().notNull(),
});

/** Which difference a change made of a list. */
export const listChanges = sqliteTable(
  "list_changes",
  {
    project: text().notNull(),
    list: text()
      .notNull()
      .references(() => lists.id),
    revision: integer().notNull(),
    difference: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.project, table.list, table.revision] }),
    index("list_changes_revision").on(table.project, table.revision),
    index("list_changes_difference").on(table.difference),
    foreignKey({ columns: [table.project, table.revision], foreignColumns: [changes.project, changes.revision] }),
  ],
);

/** The keys that came and went with each difference, in the order in which they were written. */
export const listKeys = sqliteTable(
  "list_keys",
  {
    difference: integer().notNull(),
    position: integer().notNull(),
    list: integer().notNull(),
    key: text().notNull(),
    added: integer({ mode: "boolean" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.difference, table.position] }),
    index("list_keys_key").on(table.list, table.key, table.difference, table.added),
  ],
);

/** Differences that are being written, and that no change names yet. */
export const listStages = sqliteTable("list_stages", {
  difference: integer().primaryKey({ autoIncrement: true }),
  at: integer().notNull(),
});

const usagePlace = { project: text().notNull(), environment: text().notNull(), flag: text().notNull() };

/** Ids of batches of usage that were counted lately. */
export const usageBatches = sqliteTable(
  "usage_batches",
  { keyId: text("key_id").notNull(), id: text().notNull(), at: integer().notNull() },
  (table) => [primaryKey({ columns: [table.keyId, table.id] }), index("usage_batches_at").on(table.at)],
);

/** What flags served, by spans of time. */
export const usageCounts = sqliteTable(
  "usage_counts",
  {
    ...usagePlace,
    variant: text().notNull(),
    reason: text().notNull(),
    spanMs: integer("span_ms").notNull(),
    at: integer().notNull(),
    count: integer().notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.project, table.flag, table.environment, table.spanMs, table.at, table.variant, table.reason],
    }),
    index("usage_counts_age").on(table.spanMs, table.at),
  ],
);

/** When each flag was last counted. */
export const usageAsked = sqliteTable("usage_asked", { ...usagePlace, at: integer().notNull() }, (table) => [
  primaryKey({ columns: [table.project, table.environment, table.flag] }),
]);

/** Flags that were asked for and are not there. */
export const usageMissing = sqliteTable(
  "usage_missing",
  { ...usagePlace, count: integer().notNull(), at: integer().notNull() },
  (table) => [primaryKey({ columns: [table.project, table.environment, table.flag] })],
);

/** Requests that were sent with a key: who carries each out, and what it was answered with. */
export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    caller: text().notNull(),
    key: text().notNull(),
    digest: text().notNull(),
    holder: text().notNull(),
    at: integer().notNull(),
    answer: text(),
  },
  (table) => [primaryKey({ columns: [table.caller, table.key] }), index("idempotency_keys_at").on(table.at)],
);

/** Sums of outcomes, in lists. */
export const evidenceSums = sqliteTable(
  "evidence_sums",
  {
    project: text().notNull(),
    environment: text().notNull(),
    subject: text().notNull(),
    part: integer().notNull(),
    name: text().notNull(),
    side: text().notNull(),
    field: text().notNull(),
    numbers: text().notNull(),
    at: integer().notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.project, table.environment, table.subject, table.part, table.name, table.side, table.field],
    }),
    index("evidence_sums_at").on(table.at),
  ],
);

/** Verdicts on releases, each with what it was given on. */
export const evidenceVerdicts = sqliteTable(
  "evidence_verdicts",
  {
    project: text().notNull(),
    environment: text().notNull(),
    release: text().notNull(),
    at: integer().notNull(),
    flag: text().notNull(),
    step: integer().notNull(),
    body: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.project, table.environment, table.release, table.at] }),
    index("evidence_verdicts_at").on(table.at),
  ],
);

/** Changes that wait until others have approved them, and those that did. */
export const approvals = sqliteTable(
  "approvals",
  {
    project: text()
      .notNull()
      .references(() => projects.key),
    id: text().notNull(),
    status: text({ enum: ["waiting", "applied", "rejected", "withdrawn", "outdated"] }).notNull(),
    version: integer().notNull(),
    at: integer().notNull(),
    expiresAt: integer("expires_at").notNull(),
    document: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.project, table.id] }), index("approvals_at").on(table.project, table.at)],
);

/** Where each is listed. */
export const approvalEnvironments = sqliteTable(
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
export const webhookEndpoints = sqliteTable("webhook_endpoints", {
  webhook: text().notNull().primaryKey(),
  secret: text().notNull(),
  previous: text(),
  previousUntil: integer("previous_until"),
  holder: text(),
  heldUntil: integer("held_until").notNull(),
});

/** Where webhooks stand in the log of each project. */
export const webhookCursors = sqliteTable(
  "webhook_cursors",
  {
    webhook: text().notNull(),
    project: text().notNull(),
    epoch: text().notNull(),
    revision: integer().notNull(),
    failures: integer().notNull(),
    failingSince: integer("failing_since"),
    dueAt: integer("due_at").notNull(),
    lastAt: integer("last_at"),
    lastOutcome: text("last_outcome"),
  },
  (table) => [primaryKey({ columns: [table.webhook, table.project] })],
);

/** When keys and tokens were last used. */
export const credentialUses = sqliteTable("credential_uses", {
  id: text().notNull().primaryKey(),
  at: integer().notNull(),
});
