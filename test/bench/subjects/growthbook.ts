import { type FeatureDefinition, GrowthBookClient } from "@growthbook/growthbook";
import { type Flag, flagsOf, payloadOf, segmentOf, TESTED, type User, VARIANTS } from "../scenarios.ts";
import type { Subject } from "../subject.ts";

function featureOf({ key, rules, asksSegment, otherwise }: Flag): FeatureDefinition {
  if (otherwise === "variants") {
    const variations = VARIANTS.map(payloadOf);
    const weights = VARIANTS.map(() => 1 / VARIANTS.length);
    return { defaultValue: null, rules: [{ key, variations, weights, hashAttribute: "id", hashVersion: 2 }] };
  }
  if (otherwise === "half")
    return { defaultValue: false, rules: [{ force: true, coverage: 0.5, hashAttribute: "id", hashVersion: 2 }] };
  if (asksSegment) return { defaultValue: false, rules: [{ condition: { id: { $inGroup: "listed" } }, force: true }] };
  const conditions = rules.map(({ tests, serves }) => ({
    condition: Object.fromEntries(tests.map(([attribute, values]) => [attribute, { $in: [...values] }])),
    force: serves,
  }));
  return { defaultValue: otherwise, rules: conditions };
}

const payloadFor = (flags: readonly Flag[], segment: readonly string[]) => ({
  features: Object.fromEntries(flags.map((flag) => [flag.key, featureOf(flag)])),
  savedGroups: { listed: [...segment] },
});

const contextOf = (user: User) => ({ attributes: { ...user } });

export const growthbook: Subject = {
  async prepare(scenario, users) {
    const flags = flagsOf(scenario);
    const client = new GrowthBookClient().initSync({ payload: payloadFor(flags, segmentOf(scenario.segmentSize)) });
    const contexts = users.map(contextOf);
    const contextAt = (turn: number) => contexts[turn] ?? { attributes: {} };
    if (scenario.kind === "variants") return { call: (turn) => client.getFeatureValue(TESTED, null, contextAt(turn)) };
    if (scenario.kind !== undefined) return { call: (turn) => client.isOn(TESTED, contextAt(turn)) };
    const all = (turn: number) => {
      const results: { [key: string]: unknown } = {};
      for (const { key } of flags) results[key] = client.evalFeature(key, contextAt(turn));
      return results;
    };
    return { call: all, read: (answer) => Object.keys(answer as object).length };
  },
  raw: (flags) => JSON.stringify(payloadFor(flags, [])),
  async start(text, user) {
    const client = new GrowthBookClient().initSync({ payload: JSON.parse(text) });
    const context = contextOf(user);
    return { ask: (flag) => client.isOn(flag, context) };
  },
};
