import { createInstance } from "@featurevisor/sdk";
import { type Flag, flagsOf, payloadOf, segmentOf, TESTED, type User, VARIANTS } from "../scenarios.ts";
import type { Subject } from "../subject.ts";

type Datafile = NonNullable<Parameters<typeof createInstance>[0]["datafile"]>;

const ALL = 100_000;

/** Segments are its only conditions, so each rule has one for each of its tests. */
const segmentName = (attribute: string, values: readonly string[]) => `${attribute} in ${values.join()}`;

function trafficOf({ rules, asksSegment, otherwise }: Flag) {
  const matching = rules.map(({ tests, serves }, at) => ({
    key: `rule-${at}`,
    segments: tests.map(([attribute, values]) => segmentName(attribute, values)),
    percentage: ALL,
    enabled: serves,
  }));
  const rest = {
    key: "rest",
    segments: asksSegment ? ["listed"] : "*",
    percentage: otherwise === "half" ? ALL / 2 : ALL,
  };
  if (otherwise === false) return asksSegment ? [rest] : matching;
  if (otherwise !== "variants") return [...matching, rest];
  const allocation = VARIANTS.map((variation, at) => ({ variation, range: [(at * ALL) / 4, ((at + 1) * ALL) / 4] }));
  return [{ ...rest, allocation }];
}

function featureOf(flag: Flag) {
  const { key, otherwise } = flag;
  const more = otherwise === "variants" && {
    variablesSchema: { payload: { type: "json", defaultValue: "{}" } },
    variations: VARIANTS.map((value) => ({ value, variables: { payload: JSON.stringify(payloadOf(value)) } })),
  };
  return [key, { key, bucketBy: "id", traffic: trafficOf(flag), ...more }] as const;
}

function datafileFor(flags: readonly Flag[], ids: readonly string[]) {
  const tests = flags.flatMap(({ rules }) => rules.flatMap((rule) => rule.tests));
  const segments = new Map(tests.map(([attribute, value]) => [segmentName(attribute, value), { attribute, value }]));
  segments.set("listed", { attribute: "id", value: ids });
  return {
    schemaVersion: "2",
    revision: "1",
    segments: Object.fromEntries(
      [...segments].map(([key, test]) => [key, { key, conditions: [{ ...test, operator: "in" }] }]),
    ),
    features: Object.fromEntries(flags.map(featureOf)),
  };
}

const instanceOf = (datafile: unknown) => createInstance({ datafile: datafile as Datafile, logLevel: "fatal" });

export const featurevisor: Subject = {
  async prepare(scenario, users) {
    const instance = instanceOf(datafileFor(flagsOf(scenario), segmentOf(scenario.segmentSize)));
    const contexts = users.map((user: User) => ({ ...user }));
    if (scenario.kind === "variants")
      return { call: (turn) => instance.getVariableJSON(TESTED, "payload", contexts[turn]) };
    if (scenario.kind !== undefined) return { call: (turn) => instance.isEnabled(TESTED, contexts[turn]) };
    return {
      call: (turn) => instance.getAllEvaluations(contexts[turn]),
      read: (answer) => Object.keys(answer as object).length,
    };
  },
  raw: (flags) => JSON.stringify(datafileFor(flags, [])),
  async start(text, user) {
    const instance = instanceOf(text);
    const context = { ...user };
    return { ask: (flag) => instance.isEnabled(flag, context) };
  },
};
