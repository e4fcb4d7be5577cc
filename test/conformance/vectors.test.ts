import { readFileSync } from "node:fs";
import { createClient } from "@bannerol/sdk-node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  type AllocateInput,
  allocate,
  applyDelta,
  applyListDelta,
  atOnce,
  bucketOf,
  buildKeyList,
  checksumOf,
  compileRuleset,
  type DecodedList,
  diffRulesets,
  type EvaluationContext,
  evaluate,
  type FlagType,
  type JsonValue,
  type KeyList,
  ListDecoder,
  murmur3,
  toDocument,
  variantAt,
} from "../../packages/core/src/index.ts";
import { smallRuleset } from "../../packages/core/src/small/index.ts";
import { learnOperators } from "../../packages/core/src/small/learnt.ts";
import { evaluateSmall } from "../../packages/core/src/testing/evaluate-small.ts";
import { buildVectors, fingerprintHex, fromHex, rulesetOf, sharesOf, toHex } from "./build.ts";
import { broken, committed, folder, schemaText, textOf } from "./files.ts";
import { type VectorFile, type VectorsOf, vectorFile } from "./schema.ts";

const files = new Map([...committed()].map(([name, text]): [string, VectorFile] => [name, JSON.parse(text)]));

/** As they stand in the files: what a check makes of them might lack a field such as `__proto__`. */
const all = [...files.values()];
const vectors = {
  buckets: all.flatMap((file) => (file.kind === "buckets" ? file.vectors : [])),
  conditions: all.flatMap((file) => (file.kind === "conditions" ? file.vectors : [])),
  decisions: all.flatMap((file) => (file.kind === "decisions" ? file.vectors : [])),
  allocations: all.flatMap((file) => (file.kind === "allocations" ? file.vectors : [])),
  laws: all.flatMap((file) => (file.kind === "allocation-laws" ? file.vectors : [])),
  patches: all.flatMap((file) => (file.kind === "patches" ? file.vectors : [])),
  fingerprints: all.flatMap((file) => (file.kind === "fingerprints" ? file.vectors : [])),
  lists: all.flatMap((file) => (file.kind === "lists" ? file.vectors : [])),
};

describe("the vectors", () => {
  it("fit their schema", () => {
    expect(files.size).toBeGreaterThan(10);
    for (const [name, file] of files) expect(vectorFile.safeParse(file).error, name).toBe(undefined);
    expect(readFileSync(new URL("schema.json", folder), "utf8")).toBe(schemaText());
  });

  it("are those that were there before, and perhaps more", () => {
    expect(broken(committed(), buildVectors())).toEqual([]);
  });

  it("are all written: else run test/conformance/generate.ts", () => {
    const made = [...buildVectors()].map(([name, file]) => [name, textOf(file)]);
    expect(Object.fromEntries(made)).toEqual(Object.fromEntries(committed()));
  });
});

/** Everything that answers evaluations. */
interface Evaluator {
  readonly name: string;
  readonly takesLists: boolean;
  evaluateAll(ruleset: object, asks: readonly Ask[], lists?: Lists): Promise<readonly unknown[]>;
}

type Lists = { readonly [id: string]: readonly string[] } | undefined;
type Ask = Omit<VectorsOf<"decisions">[number]["evaluations"][number], "expect">;

function listsFrom(lists: Lists): ReadonlyMap<string, KeyList> {
  const secret = new Uint8Array(16);
  return new Map(
    Object.entries(lists ?? {}).map(([id, keys]) => [id, atOnce(buildKeyList({ version: 1, secret, keys }))]),
  );
}

const core: Evaluator = {
  name: "core",
  takesLists: true,
  async evaluateAll(ruleset, asks, lists) {
    const compiled = compileRuleset(rulesetOf(ruleset), undefined, listsFrom(lists));
    return asks.map((ask) => evaluate(compiled, ask.flag, ask.context, ask.default as JsonValue, ask.now));
  },
};

learnOperators();

const small: Evaluator = {
  name: "core, written for size",
  takesLists: false,
  async evaluateAll(ruleset, asks) {
    const compiled = smallRuleset(rulesetOf(ruleset));
    return asks.map((ask) => evaluateSmall(compiled, ask.flag, ask.context, ask.default as JsonValue, ask.now));
  },
};

const sdk: Evaluator = {
  name: "the SDK for Node.js",
  takesLists: false,
  async evaluateAll(ruleset, asks) {
    const bootstrap = toDocument(rulesetOf(ruleset));
    const logger = { warn: () => undefined };
    const client = createClient({ url: "http://127.0.0.1:9", key: "conformance", cache: false, bootstrap, logger });
    await client.ready();
    const results = asks.map((ask) => {
      vi.setSystemTime(ask.now);
      return client.evaluate(ask.flag, ask.context as EvaluationContext, ask.default as JsonValue);
    });
    await client.close();
    return results;
  },
};

/** Without what is no part of the contract: the text of an error. */
function told(result: unknown): object {
  const { errorMessage: _, ...rest } = result as { readonly errorMessage?: string };
  return rest;
}

describe.each([core, small, sdk])("$name", ({ takesLists, evaluateAll }) => {
  beforeAll(() => {
    vi.useFakeTimers({ toFake: ["Date"] });
  });
  afterAll(() => {
    vi.useRealTimers();
  });

  it.each(vectors.decisions.filter(({ lists }) => takesLists || lists === undefined))(
    "decides: $name",
    async (vector) => {
      const results = await evaluateAll(vector.ruleset, vector.evaluations, vector.lists);
      const expected = vector.evaluations.map(({ expect: result }) => ({ ...result, revision: 1 }));
      expect(results.map(told)).toEqual(expected);
    },
  );

  it.each(vectors.conditions)("tests: $name", async ({ when, understood, cases }) => {
    const ruleset = { flags: { when: onWhere(when), not: onWhere({ not: when }) }, segments: {} };
    const ask = (flag: string) =>
      evaluateAll(
        ruleset,
        cases.map(({ context, now }) => ({ flag, context, default: false, now })),
      );
    const [plain, negated] = [await ask("when"), await ask("not")];
    const wrong = cases.filter(({ holds }, at) => {
      const answers = [plain[at], negated[at]].map((result) => (result as { readonly value: boolean }).value);
      return answers[0] !== holds || answers[1] !== (understood && !holds);
    });
    expect(wrong).toEqual([]);
  });
});

function onWhere(when: unknown): object {
  return {
    version: 1,
    type: "boolean" satisfies FlagType,
    seed: 1,
    variants: [
      { key: "on", value: true },
      { key: "off", value: false },
    ],
    enabled: true,
    off: "off",
    prerequisites: [],
    targets: [],
    rules: [{ id: "r", when, serve: { variant: "on" } }],
    fallthrough: { variant: "off" },
  };
}

describe("core", () => {
  it("hashes and gives buckets", () => {
    const wrong = vectors.buckets.filter(
      ({ key, seed, hash, bucket }) => murmur3(key, seed) !== hash || bucketOf(key, seed) !== bucket,
    );
    expect(wrong).toEqual([]);
  });

  it.each(vectors.allocations)("lays out: $name", ({ allocation, ...input }) => {
    expect(allocate(input as AllocateInput)).toEqual(allocation);
  });

  it.each(vectors.laws)("lays out by the laws: $name", ({ shares, leftOut, moved, ...input }) => {
    const before = input.previous ?? [];
    const after = allocate(input as AllocateInput);
    const [wanted, got] = [
      new Map<string | null, number>([...Object.entries(shares), [null, leftOut]]),
      sharesOf(after),
    ];
    for (const share of new Set([...wanted.keys(), ...got.keys()]))
      expect(got.get(share) ?? 0).toBe(wanted.get(share) ?? 0);
    const changed = [...Array(100_000).keys()].filter(
      (bucket) => variantAt(before, bucket) !== variantAt(after, bucket),
    );
    expect(changed).toHaveLength(moved);
  });

  it.each(vectors.patches)("patches: $name", ({ before, delta, after, checksum }) => {
    const next = rulesetOf(after, 2);
    const patched = applyDelta(rulesetOf(before, 1), { from: 1, to: 2, ...delta });
    expect(patched).toEqual(next);
    expect(checksumOf(patched)).toBe(checksum);
    const { flags, segments } = diffRulesets(rulesetOf(before, 1), next);
    expect({ flags, segments }).toEqual(delta);
  });

  it("takes fingerprints", () => {
    const wrong = vectors.fingerprints.filter(
      ({ key, secret, fingerprint }) => fingerprintHex(key, secret) !== fingerprint,
    );
    expect(wrong).toEqual([]);
  });

  it.each(vectors.lists)("reads a list, $kind: $name", (vector) => {
    if (vector.kind === "refused") {
      expect(() => decoded(vector.bytes)).toThrow("cannot be used");
      return;
    }
    const list = vector.kind === "list" ? listIn(decoded(vector.bytes)) : changed(vector.before, vector.bytes);
    expect(list.version).toBe(vector.version);
    expect(toHex(new Uint8Array(list.listKey.buffer))).toBe(vector.secret);
    const fingerprints = [...list.fingerprints.highs].map(
      (high, at) => hexOf(high) + hexOf(list.fingerprints.lows[at] ?? 0),
    );
    expect(fingerprints).toEqual(vector.kind === "list" ? vector.fingerprints : vector.after);
  });
});

const hexOf = (half: number): string => half.toString(16).padStart(8, "0");

function decoded(hex: string): DecodedList {
  const decoder = new ListDecoder();
  decoder.push(fromHex(hex));
  return decoder.finish();
}

function listIn(found: DecodedList): KeyList {
  if (found.kind === "list") return found.list;
  throw new Error("a list was expected");
}

function changed(before: string, bytes: string): KeyList {
  const found = decoded(bytes);
  if (found.kind === "list") throw new Error("a change was expected");
  return atOnce(applyListDelta(listIn(decoded(before)), found.delta));
}
