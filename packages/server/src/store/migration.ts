/** What brings a database from one schema to the next; each adapter runs its own in its own way. */
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
