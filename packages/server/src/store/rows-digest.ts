import { createHash } from "node:crypto";
import type { KeyRow } from "./list-store.ts";

/**
 * What a record says of the keys that came and went: SHA-256, hexadecimal, over a line for each row in its order, `+` or
 * `-` and the key as a JSON text, each with a line feed behind it.
 */
export class RowsDigest {
  readonly #hash = createHash("sha256");
  added = 0;
  removed = 0;

  take(rows: readonly KeyRow[]): void {
    for (const { key, added } of rows) {
      this.#hash.update(`${added ? "+" : "-"}${JSON.stringify(key)}\n`);
      if (added) this.added += 1;
      else this.removed += 1;
    }
  }

  /** To be asked once, at the end. */
  hex(): string {
    return this.#hash.digest("hex");
  }
}
