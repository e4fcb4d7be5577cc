import type { DatabaseConfig } from "../config.ts";
import type { Store } from "./port.ts";
import { openPostgresStore } from "./postgres/postgres-store.ts";
import { openSqliteStore } from "./sqlite/sqlite-store.ts";

/** Opens the database that the settings name; `at` is epoch milliseconds, for the record of what migrations ran. */
export function openStore(database: DatabaseConfig, at: number): Promise<Store> {
  switch (database.kind) {
    case "sqlite":
      return openSqliteStore({ file: database.path, at });
    case "postgres":
      return openPostgresStore({ url: database.url, at });
  }
}
