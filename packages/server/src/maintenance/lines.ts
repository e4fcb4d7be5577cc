/** Bytes as lines of text, and their checksum on the way. */
import { createHash } from "node:crypto";
import { StoreFault } from "../store/fault.ts";

/** A line of a file, counted from 1, without its line feed. */
export interface Line {
  readonly number: number;
  readonly text: string;
  /** SHA-256, hexadecimal, of all bytes before it. */
  readonly before: () => string;
}

/** One change with everything beside it; what is longer was not written by an export. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;
const LINE_FEED = 0x0a;

/** Rejects with a `StoreFault` for bytes that are no UTF-8 and for a line without end. What follows the last line feed is a line too. */
export async function* linesOf(
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number = MAX_LINE_BYTES,
): AsyncGenerator<Line> {
  const checksum = createHash("sha256");
  let number = 0;
  let parts: Uint8Array[] = [];
  let length = 0;
  const take = (part: Uint8Array): void => {
    parts.push(part);
    length += part.length;
    if (length > maxBytes) throw badLine(number + 1, `it has more than ${maxBytes} bytes`);
  };
  const finish = (): Line => {
    number += 1;
    const whole = Buffer.concat(parts);
    parts = [];
    length = 0;
    const before = checksum.copy();
    checksum.update(whole).update("\n");
    return { number, text: decoded(whole, number), before: () => before.digest("hex") };
  };
  for await (const chunk of bytes) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      take(chunk.subarray(from, at));
      yield finish();
      from = at + 1;
    }
    take(chunk.subarray(from));
  }
  if (length > 0) yield finish();
}

/** Something is wrong with a line of an export. */
export function badLine(number: number, reason: string): StoreFault {
  return new StoreFault("corrupt", `Line ${number} of the export cannot be taken: ${reason}. Nothing was imported.`);
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decoded(bytes: Uint8Array, number: number): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw badLine(number, "it is no UTF-8");
  }
}
