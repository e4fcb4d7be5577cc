/** What webhooks need, in SQLite: each call is one short transaction. */
import { and, asc, eq, inArray, lte, type SQL } from "drizzle-orm";
import type {
  WebhookClaim,
  WebhookCursor,
  WebhookSecrets,
  WebhookStep,
  WebhookStore,
  WebhookTerm,
} from "../webhook-store.ts";
import type { Queries, Run } from "./connection.ts";
import { webhookCursors as cursors, webhookEndpoints as endpoints } from "./schema.ts";

export function sqliteWebhooks(run: Run): WebhookStore {
  return {
    async secrets(webhook) {
      const row = run((queries) => queries.select().from(endpoints).where(eq(endpoints.webhook, webhook)).get());
      return row && secretsOf(row);
    },
    async putSecrets(webhook, { secret, previous }) {
      const set = { secret, previous: previous?.secret ?? null, previousUntil: previous?.until ?? null };
      const row = { webhook, ...set, heldUntil: 0 };
      run((queries) =>
        queries.insert(endpoints).values(row).onConflictDoUpdate({ target: endpoints.webhook, set }).run(),
      );
    },
    async cursors(webhook) {
      const isWanted = webhook === undefined ? undefined : eq(cursors.webhook, webhook);
      const order = [asc(cursors.webhook), asc(cursors.project)];
      return run((queries) =>
        queries
          .select()
          .from(cursors)
          .where(isWanted)
          .orderBy(...order)
          .all(),
      ).map(cursorOf);
    },
    async setCursors(all) {
      run((queries) =>
        exclusively(queries, (write) => {
          for (const cursor of all) put(write, cursor);
        }),
      );
    },
    async forgive(webhook) {
      const set = { failures: 0, failingSince: null, dueAt: 0 };
      run((queries) => queries.update(cursors).set(set).where(eq(cursors.webhook, webhook)).run());
    },
    async claim(webhooks, term) {
      return run((queries) => exclusively(queries, (write) => takeFree(write, webhooks, term)));
    },
    async advance(claim, step) {
      return run((queries) => exclusively(queries, (write) => move(write, claim, step)));
    },
    async release(claim) {
      run((queries) => queries.update(endpoints).set({ holder: null, heldUntil: 0 }).where(isHeld(claim)).run());
    },
    async remove(webhook) {
      run((queries) =>
        exclusively(queries, (write) => {
          write.delete(endpoints).where(eq(endpoints.webhook, webhook)).run();
          write.delete(cursors).where(eq(cursors.webhook, webhook)).run();
        }),
      );
    },
  };
}

type Write = Parameters<Parameters<Queries["transaction"]>[0]>[0];

function exclusively<T>(queries: Queries, work: (write: Write) => T): T {
  return queries.transaction(work, { behavior: "immediate" });
}

function isHeld({ webhook, holder }: WebhookClaim): SQL | undefined {
  return and(eq(endpoints.webhook, webhook), eq(endpoints.holder, holder));
}

function takeFree(write: Write, webhooks: readonly string[], { holder, at, until }: WebhookTerm): string | undefined {
  const isFree = and(inArray(endpoints.webhook, [...webhooks]), lte(endpoints.heldUntil, at));
  const free = write.select().from(endpoints).where(isFree).orderBy(asc(endpoints.heldUntil)).get();
  if (free === undefined) return undefined;
  write.update(endpoints).set({ holder, heldUntil: until }).where(eq(endpoints.webhook, free.webhook)).run();
  return free.webhook;
}

function move(write: Write, claim: WebhookClaim, { to, from, until }: WebhookStep): boolean {
  if (write.update(endpoints).set({ heldUntil: until }).where(isHeld(claim)).run().changes === 0) return false;
  const isSame = and(eq(cursors.webhook, to.webhook), eq(cursors.project, to.project));
  const found = write.select().from(cursors).where(isSame).get();
  if (found?.epoch !== from?.epoch || found?.revision !== from?.revision) return false;
  put(write, to);
  return true;
}

function put(write: Write, cursor: WebhookCursor): void {
  const row = rowOf(cursor);
  const target = [cursors.webhook, cursors.project];
  write.insert(cursors).values(row).onConflictDoUpdate({ target, set: row }).run();
}

function secretsOf({ secret, previous, previousUntil }: typeof endpoints.$inferSelect): WebhookSecrets {
  if (previous === null || previousUntil === null) return { secret };
  return { secret, previous: { secret: previous, until: previousUntil } };
}

function rowOf({ failingSince, last, ...cursor }: WebhookCursor): typeof cursors.$inferSelect {
  return {
    ...cursor,
    failingSince: failingSince ?? null,
    lastAt: last?.at ?? null,
    lastOutcome: last?.outcome ?? null,
  };
}

function cursorOf(row: typeof cursors.$inferSelect): WebhookCursor {
  const { failingSince, lastAt, lastOutcome, ...cursor } = row;
  return {
    ...cursor,
    ...(failingSince === null ? {} : { failingSince }),
    ...(lastAt === null || lastOutcome === null ? {} : { last: { at: lastAt, outcome: lastOutcome } }),
  };
}
