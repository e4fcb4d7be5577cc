import { chainHash, type RecordContent, tryReadRecord } from "./record.ts";

/** A change as a table keeps it. */
export interface ChainRow {
  readonly revision: number;
  readonly text: string;
  readonly hash: string;
}

/** Walks a chain from its first change and says what is wrong with the first link that does not fit. */
export class ChainCheck {
  readonly #project: string;
  #revision = 0;
  #head = "";

  constructor(project: string) {
    this.#project = project;
  }

  /** Changes that fitted. */
  get checked(): number {
    return this.#revision;
  }

  /** Hash of the newest of them. */
  get head(): string {
    return this.#head;
  }

  /** Takes the next row; what the record says, or why it does not fit. */
  next(row: ChainRow): { readonly record: RecordContent } | { readonly revision: number; readonly reason: string } {
    const revision = this.#revision + 1;
    if (row.revision !== revision) return { revision, reason: `Change ${revision} is missing.` };
    if (chainHash(this.#head, row.text) !== row.hash) {
      return { revision, reason: "Its hash does not continue the chain: its text, or the hash itself, was altered." };
    }
    const record = tryReadRecord(row.text);
    if (record === undefined) return { revision, reason: "Its text is no record of a change." };
    if (record.project !== this.#project || record.revision !== revision) {
      return { revision, reason: `Its text is that of change ${record.revision} of project ${record.project}.` };
    }
    this.#revision = revision;
    this.#head = row.hash;
    return { record };
  }
}
