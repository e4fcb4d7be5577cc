/**
 * Changes as they are made: on standard output a line each, with `--json` all of them in the one document of the end.
 *
 *     the newest revision ─► every second what came after it ─► a line each, the oldest first ─► `--count`, or Ctrl-C
 */
import type { ChangeForm } from "@bannerol/protocol/schemas";
import { type Call, openSession, type Session } from "../call.ts";
import { UsageError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import { collect } from "../pages.ts";
import { notYet } from "../passing.ts";
import { changeRow, readQuery } from "./log.ts";

const EVERY_MS = 1_000;

export async function watch(call: Call): Promise<Output> {
  const { io, json, words } = call;
  const count = readCount(words.option("count"));
  const { since: named, ...query } = readQuery(words);
  const since = readSince(named);
  const interruption = new AbortController();
  io.interrupts.take(() => interruption.abort());
  const session = await openSession(call);
  let after = since ?? (await newest(session));
  io.stderr.write(`Watching ${printable(session.project)} from revision ${after} on. Ctrl-C ends it.\n`);
  const tell = telling(call);
  const seen: ChangeForm[] = [];
  while (seen.length < count && !interruption.signal.aborted) {
    const asked = await madeAfter(session, { ...query, since: String(after) }).catch(notYet);
    tell(asked);
    if (Array.isArray(asked)) {
      const came = asked.slice(0, count - seen.length);
      for (const change of came) if (!json) io.stdout.write(`${changeLine(change)}\n`);
      seen.push(...came);
      after = came.at(-1)?.revision ?? after;
    }
    if (seen.length < count) await io.clock.sleep(EVERY_MS, interruption.signal);
  }
  const exitCode = seen.length < count ? ExitCode.interrupted : ExitCode.done;
  return { document: { items: seen }, text: () => "", exitCode };
}

async function newest({ admin, project }: Session): Promise<number> {
  return (await admin.history.changes(project, { limit: "1" })).body.revision;
}

/** The oldest first. */
async function madeAfter({ admin, project }: Session, query: object): Promise<ChangeForm[]> {
  const { items } = await collect((page) => admin.history.changes(project, { ...query, ...page }));
  return [...items].reverse();
}

function changeLine(change: ChangeForm): string {
  return changeRow(change)
    .filter((cell) => cell !== "")
    .join("  ")
    .trimStart();
}

/** Says once that nothing is heard, and once that it is again. */
function telling({ io }: Call): (asked: Error | readonly ChangeForm[]) => void {
  let isAway = false;
  return (asked) => {
    if (asked instanceof Error !== isAway) {
      isAway = !isAway;
      const told =
        asked instanceof Error ? `${asked.message} It is asked again until it answers.` : "It answers again.";
      io.stderr.write(`${printable(told)}\n`);
    }
  };
}

function readCount(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`--count is a whole number from 1 to 999999, not ${JSON.stringify(text)}.`);
}

function readSince(text: string | undefined): number | undefined {
  if (text === undefined || /^\d{1,15}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new UsageError(`--since is a revision, like 42, not ${JSON.stringify(text)}.`);
}
