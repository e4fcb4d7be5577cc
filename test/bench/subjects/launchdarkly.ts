import { init, type LDClient } from "@launchdarkly/node-server-sdk";
import { TestData } from "@launchdarkly/node-server-sdk/integrations";
import { type Flag, flagsOf, payloadOf, segmentOf, TESTED, type User, VARIANTS } from "../scenarios.ts";
import type { Subject } from "../subject.ts";

const clause = (attribute: string, op: string, values: readonly string[]) => ({
  attribute,
  op,
  values,
  contextKind: "user",
  negate: false,
});

const split = (count: number) => ({
  rollout: {
    kind: "rollout",
    contextKind: "user",
    variations: Array.from({ length: count }, (_, variation) => ({ variation, weight: 100_000 / count })),
  },
});

function fallthroughOf({ otherwise }: Flag) {
  if (otherwise === "variants") return split(VARIANTS.length);
  if (otherwise === "half") return split(2);
  return { variation: otherwise ? 0 : 1 };
}

function flagOf(flag: Flag) {
  const { key, rules, asksSegment, otherwise } = flag;
  const matching = rules.map(({ tests, serves }, at) => ({
    id: `rule-${at}`,
    clauses: tests.map(([attribute, values]) => clause(attribute, "in", values)),
    variation: serves ? 0 : 1,
    trackEvents: false,
  }));
  const members = { id: "members", clauses: [clause("", "segmentMatch", ["listed"])], variation: 0 };
  return {
    key,
    version: 1,
    on: true,
    variations: otherwise === "variants" ? VARIANTS.map(payloadOf) : [true, false],
    offVariation: 1,
    fallthrough: fallthroughOf(flag),
    rules: asksSegment ? [members] : matching,
    targets: [],
    contextTargets: [],
    prerequisites: [],
    salt: `salt-${key}`,
    trackEvents: false,
    trackEventsFallthrough: false,
    clientSideAvailability: { usingEnvironmentId: true, usingMobileKey: true },
  };
}

type Data = { readonly flags: readonly object[]; readonly segment: readonly string[] };

const dataFor = (flags: readonly Flag[], segment: readonly string[]): Data => ({ flags: flags.map(flagOf), segment });

async function startWith({ flags, segment }: Data): Promise<LDClient> {
  const data = new TestData();
  for (const flag of flags) await data.usePreconfiguredFlag(flag);
  await data.usePreconfiguredSegment({
    key: "listed",
    version: 1,
    included: segment,
    excluded: [],
    rules: [],
    salt: "salt",
  });
  const client = init("sdk-key", {
    updateProcessor: data.getFactory(),
    sendEvents: false,
    diagnosticOptOut: true,
    logger: { error() {}, warn() {}, info() {}, debug() {} },
  });
  await client.waitForInitialization({ timeout: 60 });
  return client;
}

const contextOf = ({ id, country, plan }: User) => ({ kind: "user", key: id, country, plan });

export const launchdarkly: Subject = {
  async prepare(scenario, users) {
    const client = await startWith(dataFor(flagsOf(scenario), segmentOf(scenario.segmentSize)));
    const contexts = users.map(contextOf);
    const contextAt = (turn: number) => contexts[turn] ?? { kind: "user", key: "" };
    const close = () => client.close();
    if (scenario.kind === "variants")
      return { call: (turn) => client.variation(TESTED, contextAt(turn), null), isAsync: true, close };
    if (scenario.kind !== undefined)
      return { call: (turn) => client.boolVariation(TESTED, contextAt(turn), false), isAsync: true, close };
    const read = (answer: unknown) => Object.keys((answer as { allValues(): object }).allValues()).length;
    return { call: (turn) => client.allFlagsState(contextAt(turn)), isAsync: true, read, close };
  },
  raw: (flags) => JSON.stringify(dataFor(flags, [])),
  async start(text, user) {
    const client = await startWith(JSON.parse(text));
    const context = contextOf(user);
    return { ask: (flag) => client.boolVariation(flag, context, false), close: () => client.close() };
  },
};
