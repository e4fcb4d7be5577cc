import { type ClientFeaturesResponse, InMemStorageProvider, Unleash } from "unleash-client";
import { type Flag, flagsOf, payloadOf, segmentOf, TESTED, type User, VARIANTS } from "../scenarios.ts";
import type { Subject } from "../subject.ts";

const SEGMENT = 1;

const listed = (contextName: string, values: readonly string[]) => ({
  contextName,
  operator: "IN" as const,
  values: [...values],
  inverted: false,
  caseInsensitive: false,
});

/** A strategy can open a feature and nothing else, so what rules close is left to be closed. */
function strategiesOf({ key, rules, asksSegment, otherwise }: Flag) {
  const rollout = (percentage: number) => ({
    name: "flexibleRollout",
    parameters: { rollout: String(percentage), stickiness: "userId", groupId: key },
    constraints: [],
  });
  if (asksSegment) return [{ ...rollout(100), segments: [SEGMENT] }];
  const matching = rules.map(({ tests }) => ({
    ...rollout(100),
    constraints: tests.map(([attribute, values]) => listed(attribute, values)),
  }));
  return otherwise === false ? matching : [...matching, rollout(otherwise === "half" ? 50 : 100)];
}

const featuresFor = (flags: readonly Flag[], segment: readonly string[]) => ({
  version: 2,
  features: flags.map((flag) => ({
    name: flag.key,
    type: "release",
    enabled: true,
    strategies: strategiesOf(flag),
    variants:
      flag.otherwise !== "variants"
        ? []
        : VARIANTS.map((name) => ({
            name,
            weight: 1_000 / VARIANTS.length,
            weightType: "variable",
            stickiness: "userId",
            payload: { type: "json", value: JSON.stringify(payloadOf(name)) },
          })),
  })),
  segments: [{ id: SEGMENT, name: "listed", constraints: [listed("userId", segment)] }],
});

async function startWith(features: unknown): Promise<Unleash> {
  const unleash = new Unleash({
    appName: "bench",
    url: "http://127.0.0.1:9",
    refreshInterval: 0,
    disableMetrics: true,
    skipInstanceCountWarning: true,
    storageProvider: new InMemStorageProvider(),
    bootstrap: {
      bootstrapProvider: { readBootstrap: async () => features as ClientFeaturesResponse },
    },
  });
  unleash.on("error", () => {});
  await new Promise((resolve) => unleash.once("ready", resolve));
  return unleash;
}

/** Attributes that it does not name itself are its `properties`. */
const contextOf = ({ id, country, plan }: User) => ({ userId: id, properties: { country, plan } });

export const unleash: Subject = {
  async prepare(scenario, users) {
    const client = await startWith(featuresFor(flagsOf(scenario), segmentOf(scenario.segmentSize)));
    const contexts = users.map(contextOf);
    const close = () => client.destroy();
    if (scenario.kind === "variants") {
      const read = (answer: unknown) => JSON.parse((answer as { payload: { value: string } }).payload.value);
      return { call: (turn) => client.getVariant(TESTED, contexts[turn]), read, close };
    }
    if (scenario.kind !== undefined) return { call: (turn) => client.isEnabled(TESTED, contexts[turn]), close };
    const names = client.getFeatureToggleDefinitions().map(({ name }) => name);
    const all = (turn: number) => {
      const results: { [key: string]: unknown } = {};
      for (const name of names) results[name] = client.isEnabled(name, contexts[turn]);
      return results;
    };
    return { call: all, read: (answer) => Object.keys(answer as object).length, close };
  },
  raw: (flags) => JSON.stringify(featuresFor(flags, [])),
  async start(text, user) {
    const client = await startWith(JSON.parse(text));
    const context = contextOf(user);
    return { ask: (flag) => client.isEnabled(flag, context), close: () => client.destroy() };
  },
};
