/** Ours: the public calls of the package as it is built, exposures counted. */
import { createClient, type NodeFlagClient } from "@bannerol/sdk-node";
import { rulesetText } from "../../../packages/core/src/documents/ruleset-text.ts";
import { readRuleset } from "../../../packages/core/src/ruleset.ts";
import { type Flag, flagsOf, payloadOf, segmentOf, TESTED, type User, VARIANTS } from "../scenarios.ts";
import type { Call, Prepared, Subject } from "../subject.ts";

const SEED = 1_812_433_253;

const range = (shares: readonly string[]) => ({
  rollout: { allocation: shares.map((variant, at) => [((at + 1) * 100_000) / shares.length, variant]) },
});

function variantsOf({ otherwise }: Flag) {
  if (otherwise === "variants") return VARIANTS.map((key) => ({ key, value: payloadOf(key) }));
  return [
    { key: "on", value: true },
    { key: "off", value: false },
  ];
}

function fallthroughOf({ otherwise }: Flag) {
  if (otherwise === "variants") return range(VARIANTS);
  if (otherwise === "half") return range(["on", "off"]);
  return { variant: otherwise ? "on" : "off" };
}

function rulesOf({ rules, asksSegment }: Flag) {
  if (asksSegment) return [{ id: "members", when: { segment: "listed" }, serve: { variant: "on" } }];
  return rules.map(({ tests, serves }, at) => {
    const parts = tests.map(([attribute, values]) => ({ attribute, op: "in", values }));
    const when = parts.length === 1 ? parts[0] : { all: parts };
    return { id: `rule-${at}`, when, serve: { variant: serves ? "on" : "off" } };
  });
}

const rulesetOf = (flags: readonly Flag[], segment: readonly string[] = []) => ({
  epoch: "bench",
  revision: 1,
  project: "default",
  environment: "production",
  segments: { listed: { version: 1, included: segment, excluded: [], when: null } },
  flags: Object.fromEntries(
    flags.map((flag, index) => {
      const variants = variantsOf(flag);
      return [
        flag.key,
        {
          version: 1,
          type: flag.otherwise === "variants" ? "json" : "boolean",
          seed: (SEED + index * 7_919) >>> 0,
          variants,
          enabled: true,
          off: variants.at(-1)?.key,
          prerequisites: [],
          targets: [],
          rules: rulesOf(flag),
          fallthrough: fallthroughOf(flag),
        },
      ];
    }),
  ),
});

const clientOf = (bootstrap: unknown): NodeFlagClient =>
  createClient({
    url: "http://127.0.0.1:9",
    key: "bench",
    cache: false,
    bootstrap,
    logger: { warn: () => {} },
  });

const contextOf = ({ id, ...attributes }: User) => ({ targetingKey: id, ...attributes });
type Context = ReturnType<typeof contextOf>;

function callsByKey(client: NodeFlagClient, otherwise: Flag["otherwise"], contexts: readonly Context[]): Call {
  if (otherwise === "variants") return (turn) => client.value(TESTED, contexts[turn], null);
  return (turn) => client.isEnabled(TESTED, contexts[turn]);
}

function callsByHandle(client: NodeFlagClient, otherwise: Flag["otherwise"], contexts: readonly Context[]): Call {
  const ask = otherwise === "variants" ? client.json(TESTED, null) : client.boolean(TESTED, false);
  return (turn) => ask(contexts[turn]);
}

function subjectWith(callsOf: typeof callsByKey): Subject {
  return {
    async prepare(scenario, users): Promise<Prepared> {
      const flags = flagsOf(scenario);
      const client = clientOf(rulesetOf(flags, segmentOf(scenario.segmentSize)));
      const contexts = users.map(contextOf);
      const close = () => client.close();
      if (scenario.kind === undefined) {
        const read = (answer: unknown) => Object.keys(answer as object).length;
        return { call: (turn) => client.evaluateAll(contexts[turn]), read, close };
      }
      const tested = flags.find(({ key }) => key === TESTED);
      return { call: callsOf(client, tested?.otherwise ?? true, contexts), close };
    },
    // As the server writes it.
    raw: (flags) => rulesetText(readRuleset(rulesetOf(flags))),
    async start(text, user) {
      const client = clientOf(text);
      const context = contextOf(user);
      return { ask: (flag) => client.isEnabled(flag, context), close: () => client.close() };
    },
  };
}

export const byKey = subjectWith(callsByKey);
export const byHandle = subjectWith(callsByHandle);
