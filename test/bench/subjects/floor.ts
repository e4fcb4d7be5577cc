/**
 * What nobody goes below: a closure for each flag, made at load, behind one `Map`, and murmur3. No type check, no
 * reason, no counting, no `try`; attributes by their name in the code, ids in a `Set`.
 */
import { murmur3 } from "../../../packages/core/src/hash.ts";
import { type Flag, flagsOf, payloadOf, segmentOf, TESTED, type User, VARIANTS } from "../scenarios.ts";
import type { Subject } from "../subject.ts";

type Decide = (user: User) => unknown;

const payloads = VARIANTS.map(payloadOf);

function otherwiseOf({ otherwise }: Flag, seed: number): Decide {
  if (otherwise === "half") return ({ id }) => murmur3(id, seed) < 0x8000_0000;
  if (otherwise === "variants") return ({ id }) => payloads[murmur3(id, seed) >>> 30];
  return () => otherwise;
}

function decideOf(flag: Flag, seed: number, segment: ReadonlySet<string>): Decide {
  const otherwise = otherwiseOf(flag, seed);
  if (flag.asksSegment) return (user) => segment.has(user.id);
  if (flag.rules.length === 0) return otherwise;
  const rules = flag.rules.map(({ tests, serves }) => {
    const values = new Map(tests);
    return { serves, plan: values.get("plan")?.[0], countries: values.get("country") ?? [] };
  });
  return (user) => {
    for (const { plan, countries, serves } of rules)
      if ((plan === undefined || user.plan === plan) && countries.includes(user.country)) return serves;
    return otherwise(user);
  };
}

const load = (flags: readonly Flag[], ids: readonly string[]) => {
  const segment = new Set(ids);
  return new Map(flags.map((flag, index) => [flag.key, decideOf(flag, index, segment)]));
};

export const floor: Subject = {
  async prepare(scenario, users) {
    const decides = load(flagsOf(scenario), segmentOf(scenario.segmentSize));
    const fallback = users[0] ?? { id: "", country: "", plan: "" };
    if (scenario.kind !== undefined) return { call: (turn) => decides.get(TESTED)?.(users[turn] ?? fallback) };
    const all = (turn: number) => {
      const results = new Map<string, unknown>();
      for (const [key, decide] of decides) results.set(key, decide(users[turn] ?? fallback));
      return results;
    };
    return { call: all, read: (answer) => (answer as ReadonlyMap<string, unknown>).size };
  },
  raw: (flags) => JSON.stringify(flags),
  async start(text, user) {
    const decides = load(JSON.parse(text), []);
    return { ask: (flag) => decides.get(flag)?.(user) };
  },
};
