/** Claims of requests in SQLite: each call is one short transaction. */
import { and, eq, isNull, lt, type SQL, sql } from "drizzle-orm";
import {
  ANSWER_KEPT_MS,
  CLAIM_HELD_MS,
  type Claim,
  type HeldClaim,
  type IdempotencyStore,
} from "../idempotency-store.ts";
import type { Run } from "./connection.ts";
import { idempotencyKeys as table } from "./schema.ts";

export function sqliteIdempotency(run: Run): IdempotencyStore {
  return {
    async claim(claim) {
      return run((queries) =>
        queries.transaction(
          (write) => {
            const row = { ...claim, answer: null };
            const made = write
              .insert(table)
              .values(row)
              .onConflictDoUpdate({ target: [table.caller, table.key], set: row, setWhere: isFree(claim) })
              .run();
            if (made.changes > 0) return undefined;
            const found = write.select().from(table).where(named(claim)).get();
            return found && { digest: found.digest, answer: found.answer ?? undefined };
          },
          { behavior: "immediate" },
        ),
      );
    },
    async complete(claim, answer) {
      run((queries) => queries.update(table).set({ answer }).where(isHeld(claim)).run());
    },
    async release(claim) {
      return run((queries) => queries.delete(table).where(isHeld(claim)).run()).changes > 0;
    },
    async sweep(before) {
      run((queries) => queries.delete(table).where(lt(table.at, before)).run());
    },
  };
}

function named({ caller, key }: HeldClaim): SQL | undefined {
  return and(eq(table.caller, caller), eq(table.key, key));
}

/** Whether a claim is its holder's, and has no answer yet. */
export function isHeld(claim: HeldClaim): SQL | undefined {
  return and(named(claim), eq(table.holder, claim.holder), isNull(table.answer));
}

function isFree({ at }: Claim): SQL {
  return sql`${table.at} <= ${at - ANSWER_KEPT_MS} OR (${table.answer} IS NULL AND ${table.at} <= ${at - CLAIM_HELD_MS})`;
}
