/** When keys and tokens were last used, in SQLite: each call is one statement, however many they are. */
import { inArray, sql } from "drizzle-orm";
import type { UseStore } from "../use-store.ts";
import type { Run } from "./connection.ts";
import { credentialUses as table } from "./schema.ts";

export function sqliteUses(run: Run): UseStore {
  return {
    async note(uses) {
      const rows = JSON.stringify(uses);
      run((queries) =>
        queries.run(sql`
          INSERT INTO credential_uses (id, at) SELECT value ->> 'id', value ->> 'at' FROM json_each(${rows}) WHERE true
          ON CONFLICT (id) DO UPDATE SET at = max(at, excluded.at)`),
      );
    },
    async last(ids) {
      const wanted = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
      return run((queries) => queries.select().from(table).where(inArray(table.id, wanted)).all());
    },
  };
}
