import { FlagdCore } from "@openfeature/flagd-core";
import { type Flag, flagsOf, payloadOf, segmentOf, TESTED, type User, VARIANTS } from "../scenarios.ts";
import type { Subject } from "../subject.ts";

/** One JsonLogic expression for each flag: the name of the variant. */
function targetingOf({ rules, asksSegment, otherwise }: Flag): object {
  if (otherwise === "variants") return { fractional: VARIANTS.map((variant) => [variant, 25]) };
  if (otherwise === "half")
    return {
      fractional: [
        ["on", 50],
        ["off", 50],
      ],
    };
  if (asksSegment) return { if: [{ $ref: "listed" }, "on", "off"] };
  const steps = rules.flatMap(({ tests, serves }) => {
    const parts = tests.map(([attribute, values]) => ({ in: [{ var: attribute }, values] }));
    return [parts.length === 1 ? parts[0] : { and: parts }, serves ? "on" : "off"];
  });
  return rules.length === 0 ? {} : { if: [...steps, otherwise ? "on" : "off"] };
}

const configurationFor = (flags: readonly Flag[], segment: readonly string[]) =>
  JSON.stringify({
    flags: Object.fromEntries(
      flags.map((flag) => {
        const ofPayloads = Object.fromEntries(VARIANTS.map((variant) => [variant, payloadOf(variant)]));
        return [
          flag.key,
          {
            state: "ENABLED",
            variants: flag.otherwise === "variants" ? ofPayloads : { on: true, off: false },
            defaultVariant: flag.otherwise === "variants" ? "a" : flag.otherwise === false ? "off" : "on",
            targeting: targetingOf(flag),
          },
        ];
      }),
    ),
    $evaluators: { listed: { in: [{ var: "targetingKey" }, segment] } },
  });

const silent = { error() {}, warn() {}, info() {}, debug() {} };

function startWith(configuration: string): FlagdCore {
  const core = new FlagdCore(undefined, silent);
  core.setConfigurations(configuration);
  return core;
}

const contextOf = ({ id, country, plan }: User) => ({ targetingKey: id, country, plan });

export const flagdCore: Subject = {
  async prepare(scenario, users) {
    const core = startWith(configurationFor(flagsOf(scenario), segmentOf(scenario.segmentSize)));
    const contexts = users.map(contextOf);
    if (scenario.kind === "variants") {
      const read = (answer: unknown) => (answer as { value: unknown }).value;
      return { call: (turn) => core.resolveObjectEvaluation(TESTED, {}, contexts[turn], silent), read };
    }
    if (scenario.kind !== undefined)
      return { call: (turn) => core.resolveBooleanEvaluation(TESTED, false, contexts[turn], silent).value };
    const read = (answer: unknown) => (answer as readonly unknown[]).length;
    return { call: (turn) => core.resolveAll(contexts[turn], silent), read };
  },
  raw: (flags) => configurationFor(flags, []),
  async start(text, user) {
    const core = startWith(text);
    const context = contextOf(user);
    return { ask: (flag) => core.resolveBooleanEvaluation(flag, false, context, silent).value };
  },
};
