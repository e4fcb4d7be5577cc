/** Claims of requests in PostgreSQL, the same for every node. */
import {
  ANSWER_KEPT_MS,
  CLAIM_HELD_MS,
  type Claim,
  type FoundClaim,
  type HeldClaim,
  type IdempotencyStore,
  type WorkClaim,
} from "../idempotency-store.ts";
import type { Sql } from "./driver.ts";
import type { Pool } from "./pool.ts";

export function postgresIdempotency(pool: Pool): IdempotencyStore {
  return {
    async claim(claim) {
      for (;;) {
        const claimed = await pool.run(({ sql }) => takeClaim(sql, claim));
        if (claimed.length > 0) return undefined;
        const [found] = await pool.run(({ sql }) => readClaim(sql, claim));
        // It may have been given back in between.
        if (found !== undefined) return { digest: found.digest, answer: found.answer ?? undefined };
      }
    },
    async complete(claim, answer) {
      await pool.run(({ sql }) => sql`UPDATE idempotency_keys SET answer = ${answer} WHERE ${isHeld(sql, claim)}`);
    },
    async release(claim) {
      const gone = await pool.run(({ sql }) => sql`DELETE FROM idempotency_keys WHERE ${isHeld(sql, claim)}`);
      return gone.count > 0;
    },
    async sweep(before) {
      await pool.run(({ sql }) => sql`DELETE FROM idempotency_keys WHERE at < ${before}`);
    },
  };
}

/** What stands for no claim, since a statement's form is the same with one and without. */
export const NO_CLAIM: WorkClaim = { caller: "", key: "", holder: "" };

/** Whether a claim is its holder's, and has no answer yet. */
export function isHeld(sql: Sql, { caller, key, holder }: HeldClaim) {
  return sql`caller = ${caller} AND key = ${key} AND holder = ${holder} AND answer IS NULL`;
}

/** Answers with a row where the claim is the caller's now. */
function takeClaim(sql: Sql, { caller, key, digest, holder, at }: Claim) {
  return sql`
    INSERT INTO idempotency_keys AS found (caller, key, digest, holder, at)
    VALUES (${caller}, ${key}, ${digest}, ${holder}, ${at})
    ON CONFLICT (caller, key) DO UPDATE
    SET digest = excluded.digest, holder = excluded.holder, at = excluded.at, answer = NULL
    WHERE found.at <= ${at - ANSWER_KEPT_MS} OR (found.answer IS NULL AND found.at <= ${at - CLAIM_HELD_MS})
    RETURNING 1`;
}

function readClaim(sql: Sql, { caller, key }: Claim) {
  return sql<{ digest: FoundClaim["digest"]; answer: string | null }[]>`
    SELECT digest, answer FROM idempotency_keys WHERE caller = ${caller} AND key = ${key}`;
}
