/** Lines of text from a body that arrives in pieces, cut anywhere. */
import { nextPiece } from "../../../http/next-piece.ts";
import { refuse } from "../../../http/refusal.ts";
import { MAX_KEY_BYTES } from "../../../lists/key-limits.ts";

/** More than a line that is refused, so that what never ends a line is not kept. */
const MAX_PENDING = MAX_KEY_BYTES * 4;

/**
 * The lines of each piece, without their ends (`\n` or `\r\n`). Refuses with 422 what is no UTF-8, and with 413 a line
 * that has no end. Where the caller stops, what is left of the body is another's to read.
 */
export async function* linesOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<readonly string[]> {
  if (body === null) return;
  const splitter = new LineSplitter();
  const reader = body.getReader();
  try {
    for (let next = await nextPiece(reader); !next.done; next = await nextPiece(reader))
      yield splitter.push(next.value);
    yield splitter.finish();
  } finally {
    reader.releaseLock();
  }
}

class LineSplitter {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  #pending = "";
  #lines = 0;

  push(bytes: Uint8Array): readonly string[] {
    return this.#split(this.#decode(bytes));
  }

  /** What is left behind the last line feed, where that is anything. */
  finish(): readonly string[] {
    const lines = this.#split(this.#decode());
    const last = this.#pending;
    this.#pending = "";
    return last === "" ? lines : [...lines, withoutReturn(last)];
  }

  #split(text: string): readonly string[] {
    const parts = (this.#pending + text).split("\n");
    this.#pending = parts.pop() ?? "";
    this.#lines += parts.length;
    if (this.#pending.length > MAX_PENDING) {
      refuse("body_too_large", `Line ${this.#lines + 1} is longer than ${MAX_KEY_BYTES} bytes. Send a key a line.`);
    }
    return parts.map(withoutReturn);
  }

  #decode(bytes?: Uint8Array): string {
    try {
      return bytes === undefined ? this.#decoder.decode() : this.#decoder.decode(bytes, { stream: true });
    } catch {
      return refuse("invalid", `The body is not UTF-8 text, soon after line ${this.#lines}. Send keys in UTF-8.`);
    }
  }
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
