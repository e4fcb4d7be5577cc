/**
 * What a process did to files, read from what `strace -f -xx` wrote down: one event a call, in the order in which they
 * ended. Text in a trace is hexadecimal, so nothing in it can be mistaken for the trace's own words.
 */

export type TraceEvent =
  | { readonly call: "open"; readonly fd: number; readonly path: string; readonly flags: readonly string[] }
  | { readonly call: "close"; readonly fd: number }
  | { readonly call: "sync"; readonly fd: number }
  /** `offset` is absent where the file's own position counts. */
  | { readonly call: "write"; readonly fd: number; readonly data: Buffer; readonly offset?: number }
  | { readonly call: "truncate"; readonly fd: number; readonly size: number }
  | { readonly call: "rename" | "link"; readonly from: string; readonly to: string }
  | { readonly call: "unlink" | "mkdir"; readonly path: string };

/** What is traced; others that change files are refused by `readTrace`, so that none is overlooked. */
export const tracedCalls = [
  ...["open", "openat", "creat", "close", "dup", "dup2", "dup3", "write", "writev", "pwrite64", "pwritev", "pwritev2"],
  ...["truncate", "ftruncate", "fallocate", "copy_file_range", "sendfile", "rename", "renameat", "renameat2", "link"],
  ...["linkat", "symlink", "symlinkat", "unlink", "unlinkat", "rmdir", "mkdir", "mkdirat", "fsync", "fdatasync"],
  ...["sync_file_range", "sync", "syncfs"],
];

interface Call {
  readonly name: string;
  readonly args: readonly string[];
  readonly result: number;
}

/** Yields what changed files. Calls that failed changed nothing, and are left out. */
export async function* readTrace(lines: AsyncIterable<string>): AsyncGenerator<TraceEvent> {
  const unfinished = new Map<string, string>();
  for await (const line of lines) {
    const text = joined(line, unfinished);
    const call = text === undefined ? undefined : parseCall(text);
    if (call === undefined || call.result < 0) continue;
    const event = toEvent(call);
    if (event !== undefined) yield event;
  }
}

/** A call that another thread's came into is told in two lines; its whole text is had with the second. */
function joined(line: string, unfinished: Map<string, string>): string | undefined {
  const [, thread = "", rest = ""] = /^(\d+) +(.*)$/s.exec(line) ?? [];
  const begun = /^(.*?) <unfinished \.\.\.>$/s.exec(rest)?.[1];
  if (begun !== undefined) {
    unfinished.set(thread, begun);
    return undefined;
  }
  const resumed = /^<\.\.\. \w+ resumed>(.*)$/s.exec(rest)?.[1];
  if (resumed === undefined) return rest;
  const text = (unfinished.get(thread) ?? "") + resumed;
  unfinished.delete(thread);
  return text;
}

function parseCall(text: string): Call | undefined {
  const opening = text.indexOf("(");
  const closing = text.lastIndexOf(") ");
  const result = /^\) += (-?\d+)/.exec(text.slice(closing))?.[1];
  if (opening < 1 || result === undefined) return undefined;
  return { name: text.slice(0, opening), args: text.slice(opening + 1, closing).split(", "), result: Number(result) };
}

function toEvent({ name, args, result }: Call): TraceEvent | undefined {
  const [first = "", second = "", third = "", fourth = ""] = args;
  const fd = Number(first);
  switch (name) {
    case "open":
      return { call: "open", fd: result, path: pathOf(first), flags: second.split("|") };
    case "openat":
      return { call: "open", fd: result, path: pathOf(second), flags: third.split("|") };
    case "close":
      return { call: "close", fd };
    case "fsync":
    case "fdatasync":
      return { call: "sync", fd };
    case "write":
      return { call: "write", fd, data: bytesOf(second).subarray(0, result) };
    case "pwrite64":
      return { call: "write", fd, data: bytesOf(second).subarray(0, result), offset: Number(fourth) };
    case "ftruncate":
      return { call: "truncate", fd, size: Number(second) };
    case "rename":
    case "link":
      return { call: name, from: pathOf(first), to: pathOf(second) };
    case "unlink":
    case "mkdir":
      return { call: name, path: pathOf(first) };
    default:
      throw new Error(`The trace holds ${name}, which no image knows how to replay. Teach toEvent what it does.`);
  }
}

function pathOf(text: string): string {
  return bytesOf(text).toString("utf8");
}

function bytesOf(text: string): Buffer {
  if (!text.startsWith('"') || !text.endsWith('"')) throw new Error(`The trace cut off ${text.slice(0, 40)}.`);
  return Buffer.from(text.slice(1, -1).replaceAll("\\x", ""), "hex");
}
