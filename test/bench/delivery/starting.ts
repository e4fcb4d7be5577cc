/** A process that starts once, as an application does, and says how long that took: ours, or the floor under it. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@bannerol/sdk-node";
import { answer } from "./answering.ts";
import { now } from "./figures.ts";
import { getRuleset, type Place } from "./place.ts";

export interface StartInput extends Place {
  readonly cache: string | false;
  /** Where the state has to come from. */
  readonly source: "server" | "cache";
  readonly flags: number;
}

/** Milliseconds from `createClient` to `ready()`. */
async function start({ url, key, cache, source, flags }: StartInput): Promise<number> {
  const began = now();
  const client = createClient({ url, key, cache, logger: { warn: () => undefined } });
  const ready = await client.ready();
  const tookMs = now() - began;
  if (ready.source !== source) throw new Error(`It started from ${ready.source} in place of ${source}.`);
  expectFlags(Object.keys(client.evaluateAll({ targetingKey: "anybody" })), flags);
  await client.close();
  return tookMs;
}

/** Milliseconds to fetch the ruleset and to parse it. */
async function fetchAndParse({ flags, ...place }: Place & { readonly flags: number }): Promise<number> {
  const began = now();
  const ruleset: unknown = JSON.parse((await getRuleset(place)).body.toString());
  const tookMs = now() - began;
  expectFlags(flagsIn(ruleset), flags);
  return tookMs;
}

/** Milliseconds to read what a client kept in the folder, and to parse it. */
async function readAndParse({ cache, flags }: { readonly cache: string; readonly flags: number }): Promise<number> {
  const [name = ""] = await readdir(cache);
  const began = now();
  const text = await readFile(join(cache, name), "utf8");
  // A line that says what it is, one that names whose it is, the ruleset, and lists after it.
  const start = text.indexOf('\n{"epoch"') + 1;
  const ruleset: unknown = JSON.parse(text.slice(start, text.indexOf("\n}}", start) + 3));
  const tookMs = now() - began;
  expectFlags(flagsIn(ruleset), flags);
  return tookMs;
}

function flagsIn(ruleset: unknown): readonly string[] {
  return Object.keys(Object(Object(ruleset).flags));
}

function expectFlags(found: readonly string[], flags: number): void {
  if (found.length !== flags) throw new Error(`It has ${found.length} flags in place of ${flags}.`);
}

const requests = { start, fetchAndParse, readAndParse };
export type StartRequests = typeof requests;
answer(requests);
