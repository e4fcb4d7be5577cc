/** What brings a database from one schema to the next; each adapter runs its own in its own way. */
import { StoreFault } from "./fault.ts";

export interface Migration {
  /** 1, 2, 3, … */
  readonly version: number;
  readonly name: string;
  /** Reviewed by hand. */
  readonly sql: string;
}

export interface MigrationOptions {
  /** In order. */
  readonly migrations: readonly Migration[];
  /** Epoch milliseconds, for the record of what ran. */
  readonly at: number;
}

/** What a run of migrations did. */
export interface Migrated {
  /** The schema that was found; 0 in a new database. */
  readonly from: number;
  readonly to: number;
  /** Names of the migrations that ran, in order. */
  readonly ran: readonly string[];
  /** Where the copy is that was made before, of a database that held data in a file. */
  readonly backup?: string;
}

/** The schema is newer than the program, which must not start on it. */
export class SchemaTooNew extends Error {
  override readonly name = "SchemaTooNew";

  /** `database` as an operator knows it: a file, or a host and a name. */
  constructor(input: { readonly database: string; readonly found: number; readonly known: number }) {
    const { database, found, known } = input;
    super(
      `The database ${database} has schema ${found}, and this program knows up to ${known}. Start the newer program, or restore a backup made before it.`,
    );
  }
}

/** The schema that this program works with. */
export function newestVersion(migrations: readonly Migration[]): number {
  return migrations.at(-1)?.version ?? 0;
}

/** Throws where a database has another schema than the program knows, for work that migrates nothing by itself. */
export function requireSchema(input: {
  readonly database: string;
  readonly found: number;
  readonly known: number;
}): void {
  const { database, found, known } = input;
  if (found > known) throw new SchemaTooNew(input);
  if (found === 0)
    throw new StoreFault("unavailable", `The database ${database} is none of Bannerol. Name another one.`);
  if (found < known) {
    const detail = `The database ${database} has schema ${found}, and this program works with ${known}. Migrate it first: bannerol server migrate.`;
    throw new StoreFault("unavailable", detail);
  }
}
