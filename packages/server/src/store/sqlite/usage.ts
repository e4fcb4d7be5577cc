/** Counts of usage in SQLite: each call is one short transaction. */
import { and, asc, desc, eq, gte, lt, sql } from "drizzle-orm";
import {
  BATCH_KEPT_MS,
  FINEST_MS,
  MISSING_KEPT,
  MISSING_KEPT_MS,
  SPANS,
  spanStart,
  type UsageBatch,
  type UsageCount,
  type UsageStore,
} from "../usage-store.ts";
import type { Queries, Run } from "./connection.ts";
import { putSums } from "./evidence.ts";
import { usageAsked, usageBatches, usageCounts, usageMissing } from "./schema.ts";

export function sqliteUsage(run: Run): UsageStore {
  const inOne = <T>(work: (queries: Write) => T): T =>
    run((queries) => queries.transaction((write) => work(write), { behavior: "immediate" }));
  return {
    async add(batches) {
      return inOne((write) => {
        const counted = new Set(newOnes(write, batches));
        const fresh = batches.filter((_, position) => counted.has(position));
        putCounts(write, fresh);
        putMissing(write, fresh);
        putSums(write, fresh);
        return counted;
      });
    },
    async counts({ project, flag, since, spanMs }) {
      const { environment, variant, reason, at } = usageCounts;
      const start = sql<number>`${at} - ${at} % ${spanMs}`;
      const columns = {
        environment,
        flag: usageCounts.flag,
        variant,
        reason,
        at: start,
        count: sql<number>`sum(${usageCounts.count})`,
      };
      const which = and(eq(usageCounts.project, project), eq(usageCounts.flag, flag), gte(at, since));
      return run((queries) =>
        queries
          .select(columns)
          .from(usageCounts)
          .where(which)
          .groupBy(environment, variant, reason, start)
          .orderBy(start, environment, variant, reason)
          .all(),
      );
    },
    async asked(project) {
      const { environment, flag, at } = usageAsked;
      const which = eq(usageAsked.project, project);
      return run((queries) =>
        queries.select({ environment, flag, at }).from(usageAsked).where(which).orderBy(environment, flag).all(),
      );
    },
    async missing(project, environment) {
      const { flag, count: times, at } = usageMissing;
      const which = and(eq(usageMissing.project, project), eq(usageMissing.environment, environment));
      return run((queries) =>
        queries.select({ flag, count: times, at }).from(usageMissing).where(which).orderBy(desc(at), asc(flag)).all(),
      );
    },
    async age(now) {
      inOne((write) => {
        write
          .delete(usageBatches)
          .where(lt(usageBatches.at, now - BATCH_KEPT_MS))
          .run();
        ageCounts(write, now);
        ageMissing(write, now);
      });
    },
  };
}

type Write = Pick<Queries, "all" | "delete" | "run">;

/** Positions of the batches that were not counted before. Rows travel as JSON, so that many are one short statement. */
function newOnes(write: Write, batches: readonly UsageBatch[]): readonly number[] {
  const heads = JSON.stringify(batches.map(({ keyId, id, at }) => ({ keyId, id, at })));
  const written = write.all<{ readonly key_id: string; readonly id: string }>(sql`
    INSERT INTO usage_batches (key_id, id, at)
    SELECT value ->> 'keyId', value ->> 'id', value ->> 'at' FROM json_each(${heads}) WHERE true
    ON CONFLICT DO NOTHING RETURNING key_id, id`);
  const isNew = new Set(written.map((row) => JSON.stringify([row.key_id, row.id])));
  // Of two of one name, the first counts.
  return batches.flatMap(({ keyId, id }, position) => (isNew.delete(JSON.stringify([keyId, id])) ? [position] : []));
}

function putCounts(write: Write, batches: readonly UsageBatch[]): void {
  const json = JSON.stringify([...summed(batches).values()]);
  write.run(sql`
    INSERT INTO usage_counts (project, environment, flag, variant, reason, span_ms, at, count)
    SELECT value ->> 'project', value ->> 'environment', value ->> 'flag', value ->> 'variant', value ->> 'reason',
      ${FINEST_MS}, value ->> 'at', value ->> 'count'
    FROM json_each(${json}) WHERE true
    ON CONFLICT DO UPDATE SET count = count + excluded.count`);
  write.run(sql`
    INSERT INTO usage_asked (project, environment, flag, at)
    SELECT value ->> 'project', value ->> 'environment', value ->> 'flag', max(value ->> 'askedAt')
    FROM json_each(${json}) WHERE true GROUP BY 1, 2, 3
    ON CONFLICT DO UPDATE SET at = max(at, excluded.at)`);
}

interface CountRow extends UsageCount {
  readonly project: string;
  readonly environment: string;
  readonly at: number;
  askedAt: number;
  count: number;
}

/** Thousands of SDKs say the same few things, so they are added up before the database is asked. */
function summed(batches: readonly UsageBatch[]): ReadonlyMap<string, CountRow> {
  const sums = new Map<string, CountRow>();
  for (const { project, environment, at: askedAt, counts } of batches) {
    const at = spanStart(askedAt, FINEST_MS);
    for (const row of counts) {
      const name = `${project}\0${environment}\0${row.flag}\0${row.variant}\0${row.reason}\0${at}`;
      const sum = sums.get(name);
      if (sum === undefined) sums.set(name, { ...row, project, environment, at, askedAt });
      else {
        sum.count += row.count;
        sum.askedAt = Math.max(sum.askedAt, askedAt);
      }
    }
  }
  return sums;
}

function putMissing(write: Write, batches: readonly UsageBatch[]): void {
  const rows = batches.flatMap(({ project, environment, at, missing }) =>
    missing.map((row) => ({ project, environment, at, ...row })),
  );
  write.run(sql`
    INSERT INTO usage_missing (project, environment, flag, count, at)
    SELECT value ->> 'project', value ->> 'environment', value ->> 'flag', sum(value ->> 'count'), max(value ->> 'at')
    FROM json_each(${JSON.stringify(rows)}) WHERE true GROUP BY 1, 2, 3
    ON CONFLICT DO UPDATE SET count = count + excluded.count, at = max(at, excluded.at)`);
}

/** What has been kept by one span for long enough is added to the next; what has been by the widest is gone. */
function ageCounts(write: Write, now: number): void {
  for (const [position, { spanMs, keptMs }] of SPANS.entries()) {
    const next = SPANS[position + 1];
    const before = now - keptMs;
    if (next !== undefined) {
      write.run(sql`
        INSERT INTO usage_counts (project, environment, flag, variant, reason, span_ms, at, count)
        SELECT project, environment, flag, variant, reason, ${next.spanMs}, at - at % ${next.spanMs}, sum(count)
        FROM usage_counts WHERE span_ms = ${spanMs} AND at < ${before}
        GROUP BY project, environment, flag, variant, reason, at - at % ${next.spanMs}
        ON CONFLICT DO UPDATE SET count = count + excluded.count`);
    }
    write
      .delete(usageCounts)
      .where(and(eq(usageCounts.spanMs, spanMs), lt(usageCounts.at, before)))
      .run();
  }
}

function ageMissing(write: Write, now: number): void {
  write
    .delete(usageMissing)
    .where(lt(usageMissing.at, now - MISSING_KEPT_MS))
    .run();
  write.run(sql`
    DELETE FROM usage_missing WHERE (project, environment, flag) IN (
      SELECT project, environment, flag FROM (
        SELECT project, environment, flag,
          row_number() OVER (PARTITION BY project, environment ORDER BY at DESC, flag) AS place
        FROM usage_missing
      ) WHERE place > ${MISSING_KEPT}
    )`);
}
