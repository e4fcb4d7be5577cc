/** What a list of a million keys costs: to ask, to make, to send and to hold. */
import {
  applyListDelta,
  atOnce,
  buildKeyList,
  buildListDelta,
  compileRuleset,
  encodeKeyList,
  type KeyList,
  ListDecoder,
  readRuleset,
  type Sliced,
} from "../../packages/core/src/index.ts";
import { costOf } from "./cost.ts";
import { usersOf } from "./scenarios.ts";
import type { Call } from "./subject.ts";
import { shortNumber } from "./table.ts";

const KEYS = 1_000_000;
const MANY_USERS = 131_072;
const secret = Uint8Array.from({ length: 16 }, (_, at) => at);

/** Rows of a name, a figure and its unit. */
export async function measureLists(rounds: number): Promise<readonly (readonly [string, string, string])[]> {
  const users = usersOf(MANY_USERS).map(({ id }) => id);
  const strangers = users.map((id) => `x${id}`);
  const keys = [...users, ...Array.from({ length: KEYS - MANY_USERS }, (_, at) => `more-${at}`)];
  const made = sliced(buildKeyList({ version: 1, secret, keys }));
  // Once more, since the keys themselves take another form where they are first read.
  const before = await heldBytes();
  const list = atOnce(buildKeyList({ version: 1, secret, keys }));
  const held = (await heldBytes()) - before;
  const sent = decodeTimed(list);
  const delta = atOnce(buildListDelta({ from: 1, version: 2, secret, added: ["a"], removed: ["more-1"] }));
  const changed = sliced(applyListDelta(list, delta));
  const flag = flagOf(list);
  const contexts = users.map((targetingKey) => ({ targetingKey }));
  const ask = async (call: Call, count: number) => shortNumber((await costOf({ call }, count, rounds)).nanoseconds);
  return [
    ["a member is found, 1,024 users", await ask((turn) => list.has(users[turn] ?? ""), 1_024), "ns"],
    ["a member is found, 131,072 users", await ask((turn) => list.has(users[turn] ?? ""), MANY_USERS), "ns"],
    ["a stranger is not, 131,072 users", await ask((turn) => list.has(strangers[turn] ?? ""), MANY_USERS), "ns"],
    ["a flag by a segment, 1,024 users", await ask((turn) => flag?.decide(contexts[turn], 0), 1_024), "ns"],
    ["held", (held / KEYS).toFixed(2), "bytes a key"],
    ["made of keys", made.totalMs, "ms"],
    ["the longest slice of that", made.longestMs, "ms"],
    ["decoded from bytes", sent.totalMs, "ms"],
    ["the longest chunk of that", sent.longestMs, "ms"],
    ["a change applied", changed.totalMs, "ms"],
    ["the longest slice of that", changed.longestMs, "ms"],
  ];
}

async function heldBytes(): Promise<number> {
  for (let turn = 0; turn < 3; turn += 1) {
    globalThis.gc?.();
    // Buffers are let go in turns of their own.
    await new Promise(setImmediate);
  }
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
}

interface Timed<T> {
  readonly result: T;
  readonly totalMs: string;
  readonly longestMs: string;
}

function sliced<T>(work: Sliced<T>): Timed<T> {
  const watch = new StopWatch();
  for (;;) {
    const step = watch.time(() => work.next());
    if (step.done) return watch.read(step.value);
  }
}

function decodeTimed(list: KeyList): Timed<unknown> {
  const chunks = [...encodeKeyList(list)];
  const watch = new StopWatch();
  const decoder = new ListDecoder();
  for (const chunk of chunks) watch.time(() => decoder.push(chunk));
  return watch.read(watch.time(() => decoder.finish()));
}

/** Adds up turns, and keeps the longest. */
class StopWatch {
  #totalMs = 0;
  #longestMs = 0;

  time<T>(work: () => T): T {
    const started = performance.now();
    const result = work();
    const tookMs = performance.now() - started;
    this.#totalMs += tookMs;
    this.#longestMs = Math.max(this.#longestMs, tookMs);
    return result;
  }

  read<T>(result: T): Timed<T> {
    return { result, totalMs: shortNumber(this.#totalMs), longestMs: this.#longestMs.toFixed(2) };
  }
}

function flagOf(list: KeyList) {
  const flag = {
    version: 1,
    type: "boolean",
    seed: 1,
    variants: [
      { key: "on", value: true },
      { key: "off", value: false },
    ],
    enabled: true,
    off: "off",
    prerequisites: [],
    targets: [],
    rules: [{ id: "r", when: { segment: "s" }, serve: { variant: "on" } }],
    fallthrough: { variant: "off" },
  };
  const segments = { s: { version: 1, included: { list: "l", count: KEYS }, excluded: [], when: null } };
  const envelope = { epoch: "bench", revision: 1, project: "default", environment: "production" };
  const ruleset = readRuleset({ ...envelope, flags: { f: flag }, segments });
  return compileRuleset(ruleset, undefined, new Map([["l", list]])).flag("f");
}
