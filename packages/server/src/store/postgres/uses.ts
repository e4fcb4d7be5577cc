/** When keys and tokens were last used, in PostgreSQL: each call is one statement, however many they are. */
import type { UseStore } from "../use-store.ts";
import type { Pool } from "./pool.ts";

export function postgresUses(pool: Pool): UseStore {
  return {
    async note(uses) {
      // In one order on every node, so that two which write the same rows never wait for each other in a ring.
      await pool.run(
        ({ sql }) => sql`
          INSERT INTO credential_uses (id, at)
          SELECT id, at FROM json_to_recordset(${JSON.stringify(uses)}::text::json) AS used (id text, at bigint)
          ORDER BY id COLLATE "C"
          ON CONFLICT (id) DO UPDATE SET at = greatest(credential_uses.at, excluded.at)`,
      );
    },
    async last(ids) {
      const rows = await pool.run(
        ({ sql }) => sql<{ id: string; at: string }[]>`
          SELECT id, at FROM credential_uses
          WHERE id IN (SELECT json_array_elements_text(${JSON.stringify(ids)}::text::json))`,
      );
      return rows.map(({ id, at }) => ({ id, at: Number(at) }));
    },
  };
}
