import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { describePostgres } from "../../packages/server/src/store/postgres/testing/database.ts";
import { changes } from "./amounts.ts";
import { temporaryFolders } from "./folders.ts";
import { Server } from "./server.ts";

const WRITERS = 8;
/** Readers that ask without a pause would leave writers nothing of a small machine. */
const BETWEEN_LOOKS_MS = 100;
const freshFolder = temporaryFolders();

interface Entry {
  readonly revision: number;
  readonly at: string;
  readonly hash: string;
}

interface Flag {
  readonly description: string;
}

/** Reads a flag and writes it one higher, unless somebody else did in between; then again, until it is done. */
async function countUp(server: Server, flag: string): Promise<{ readonly revision: number; readonly refused: number }> {
  const path = `projects/default/flags/${flag}`;
  for (let refused = 0; ; refused += 1) {
    const read = await server.ask<Flag>("GET", path);
    const description = String(Number(read.body.description) + 1);
    const headers = { "if-match": read.etag ?? "" };
    const written = await server.ask<{ revision: number }>("PATCH", path, { description }, headers);
    if (written.status === 200) return { revision: written.body.revision, refused };
    expect(written, "nothing but somebody who was faster").toMatchObject({ status: 412 });
  }
}

interface Written {
  readonly revisions: number[];
  refused: number;
}

/** By turns the flag that all share and one of its own. */
async function write(server: Server, own: string, written: Written): Promise<void> {
  for (let round = 0; round < changes; round += 1) {
    const { revision, refused } = await countUp(server, round % 2 === 0 ? "shared" : own);
    const previous = written.revisions.at(-1) ?? 0;
    expect(revision, "a writer's own changes come in its order").toBeGreaterThan(previous);
    written.revisions.push(revision);
    written.refused += refused;
  }
}

/** Follows the history as it grows; answers with it, oldest first. */
async function follow(server: Server, until: () => number | undefined): Promise<readonly Entry[]> {
  const seen: Entry[] = [];
  for (;;) {
    const end = until();
    seen.push(...(await changesSince(server, seen.at(-1)?.revision ?? 0)));
    if (end !== undefined && (seen.at(-1)?.revision ?? 0) >= end) return seen;
    await pause(BETWEEN_LOOKS_MS);
  }
}

async function changesSince(server: Server, revision: number): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  for (let cursor = ""; ; ) {
    const page = await server.must<{ items: Entry[]; nextCursor?: string }>(
      "GET",
      `projects/default/changes?since=${revision}&limit=200${cursor === "" ? "" : `&cursor=${cursor}`}`,
    );
    found.push(...page.items.map(({ revision: number, at, hash }) => ({ revision: number, at, hash })));
    if (page.nextCursor === undefined) return found.reverse();
    cursor = encodeURIComponent(page.nextCursor);
  }
}

/** Lets eight writers loose on these servers, with a reader at the first and one at the last. */
async function expectOrder(servers: readonly [Server, ...Server[]]): Promise<void> {
  const [first] = servers;
  const last = servers.at(-1) ?? first;
  const owns = Array.from({ length: WRITERS }, (_, index) => `own-${index}`);
  for (const key of ["shared", ...owns]) {
    await first.must("POST", "projects/default/flags", { key, description: "0" });
  }
  const { revision: before } = await first.must<{ revision: number }>("GET", "projects/default/changes?limit=1");
  let end: number | undefined;
  const reading = Promise.all([follow(first, () => end), follow(last, () => end)]);
  // Where the writers fail first, it is they who say so.
  reading.catch(() => undefined);
  const written = owns.map((): Written => ({ revisions: [], refused: 0 }));
  const started = performance.now();
  await Promise.all(
    owns.map((own, index) =>
      write(servers[index % servers.length] ?? first, own, written[index] ?? { revisions: [], refused: 0 }),
    ),
  );
  const seconds = (performance.now() - started) / 1_000;
  end = before + WRITERS * changes;
  const [history, other] = await reading;

  expect(other, "both readers saw the same").toEqual(history);
  expect(history.map(({ revision }) => revision)).toEqual(Array.from({ length: end }, (_, index) => index + 1));
  const instants = history.map(({ at }) => Date.parse(at));
  expect(instants).toEqual([...instants].sort((a, b) => a - b));
  const acknowledged = written.flatMap(({ revisions }) => revisions).sort((a, b) => a - b);
  expect(acknowledged, "each change has a number of its own").toEqual(
    Array.from({ length: WRITERS * changes }, (_, index) => before + index + 1),
  );
  await expectCounts(last, owns);
  expect(await last.must("GET", "projects/default/changes/verify")).toMatchObject({ ok: true, checked: end });
  const refused = written.reduce((sum, one) => sum + one.refused, 0);
  console.info(`${WRITERS * changes} changes in ${seconds.toFixed(1)} s; ${refused} tries met somebody faster`);
}

async function expectCounts(server: Server, owns: readonly string[]): Promise<void> {
  const countOf = async (flag: string) =>
    Number((await server.must<Flag>("GET", `projects/default/flags/${flag}`)).description);
  expect(await countOf("shared"), "no update of the shared flag was lost").toBe(WRITERS * Math.ceil(changes / 2));
  for (const own of owns) expect(await countOf(own)).toBe(Math.floor(changes / 2));
}

const started: Server[] = [];
afterAll(() => Promise.all(started.map((server) => server.stop("SIGKILL"))));

async function startOn(databaseUrl: string): Promise<Server> {
  const server = new Server(databaseUrl, freshFolder());
  started.push(server);
  await server.start();
  return server;
}

const title = `F20: are eight with ${changes} changes each, gapless, in the order of their commits, no update lost`;

describe("writers on SQLite", () => {
  it(title, async () => {
    await expectOrder([await startOn(`sqlite:${join(freshFolder(), "bannerol.db")}`)]);
  });
});

await describePostgres("writers on PostgreSQL, through two nodes", ({ url, freshSchema }) => {
  it(title, async () => {
    const database = new URL(url);
    database.searchParams.set("search_path", await freshSchema());
    const first = await startOn(database.href);
    await expectOrder([first, await startOn(database.href)]);
  });
});
