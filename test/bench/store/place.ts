/** A database to measure on: where it is, and how its parts are opened. */

import type { Store } from "../../../packages/server/src/store/port.ts";
import { openPostgresStore } from "../../../packages/server/src/store/postgres/postgres-store.ts";
import { openSqliteStore } from "../../../packages/server/src/store/sqlite/sqlite-store.ts";

export type Place =
  | { readonly kind: "sqlite"; readonly file: string }
  | { readonly kind: "postgres"; readonly url: string; readonly schema: string };

export function openAt(place: Place): Promise<Store> {
  const at = Date.now();
  return place.kind === "sqlite" ? openSqliteStore({ file: place.file, at }) : openPostgresStore({ ...place, at });
}
