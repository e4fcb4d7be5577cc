/** What an evaluation costs, through the public call with exposures counted, beside what nobody can go below. */
import { createClient } from "@bannerol/sdk-node";
import murmurhash from "murmurhash";
import { murmur3 } from "../../packages/core/src/hash.ts";

export interface Row {
  readonly name: string;
  readonly nanoseconds: number;
  readonly bytes: number;
}

const USERS = 1_024;
const rule = (attribute: string, value: string) => ({
  id: `${attribute}-${value}`,
  when: { attribute, op: "in", values: [value] },
  serve: { variant: "on" },
});

function flag(more: object) {
  return {
    version: 1,
    type: "boolean",
    seed: 1_812_433_253,
    variants: [
      { key: "on", value: true },
      { key: "off", value: false },
    ],
    enabled: true,
    off: "off",
    prerequisites: [],
    targets: [],
    rules: [],
    fallthrough: { variant: "on" },
    ...more,
  };
}

function ruleset() {
  const others = Array.from({ length: 497 }, (_, index) => [`other-${index}`, flag({})] as const);
  return {
    epoch: "bench",
    revision: 1,
    project: "default",
    environment: "production",
    segments: {},
    flags: {
      ...Object.fromEntries(others),
      plain: flag({}),
      rollout: flag({
        fallthrough: {
          rollout: {
            allocation: [
              [50_000, "on"],
              [100_000, "off"],
            ],
          },
        },
      }),
      rules: flag({
        rules: [
          ...["a", "b", "c", "d"].map((value) => rule("country", value)),
          { id: "last", when: { attribute: "plan", op: "in", values: ["pro"] }, serve: { variant: "on" } },
        ],
      }),
    },
  };
}

export async function measureEvaluation(rounds: number): Promise<readonly Row[]> {
  const client = createClient({
    url: "http://127.0.0.1:9",
    key: process.env.BANNEROL_BENCH_KEY ?? "bench",
    cache: false,
    bootstrap: ruleset(),
    logger: { warn: () => {} },
  });
  await client.ready();
  const users = Array.from({ length: USERS }, (_, index) =>
    `user-${String(index).padStart(8, "0")}-of-the-bench`.slice(0, 24),
  );
  const contexts = users.map((targetingKey) => ({ targetingKey, country: "z", plan: "pro" }));
  const keys = new Map(users.map((user) => [user, 1]));
  const handle = client.boolean("rollout", false);
  const share = contexts.filter((context) => client.isEnabled("rollout", context)).length / USERS;
  if (Math.abs(share - 0.5) > 0.1)
    throw new Error(`the rollout serves ${share} of the users: it is not what is measured`);
  const calls: readonly (readonly [string, Call])[] = [
    ["an empty call", (turn) => turn],
    ["Map.get among 1,024 keys", (turn) => keys.get(users[turn] ?? "")],
    ["murmur3 of 24 bytes, npm murmurhash", (turn) => murmurhash.v3(users[turn] ?? "", 7)],
    ["murmur3 of 24 bytes, ours", (turn) => murmur3(users[turn] ?? "", 7)],
    ["isEnabled, a plain flag that is on", (turn) => client.isEnabled("plain", contexts[turn])],
    ["isEnabled, 50 % rollout", (turn) => client.isEnabled("rollout", contexts[turn])],
    ["handle, 50 % rollout", (turn) => handle(contexts[turn])],
    ["isEnabled, five rules, the last matches", (turn) => client.isEnabled("rules", contexts[turn])],
    ["evaluate, 50 % rollout, with reason", (turn) => client.evaluate("rollout", contexts[turn] ?? {}, false)],
  ];
  const rows = calls.map(([name, call]) => ({ name, ...cost(call, rounds) }));
  await client.close();
  return rows;
}

type Call = (turn: number) => unknown;

const CALLS_PER_ROUND = 200_000;

/** The median of several rounds, and the heap's growth a call between two collections. */
function cost(call: Call, rounds: number): Omit<Row, "name"> {
  const loop = loopOf(call);
  for (let warm = 0; warm < 3; warm += 1) loop();
  const times = Array.from({ length: rounds }, () => {
    const started = process.hrtime.bigint();
    loop();
    return Number(process.hrtime.bigint() - started) / CALLS_PER_ROUND;
  }).sort((a, b) => a - b);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  loop();
  const bytes = (process.memoryUsage().heapUsed - before) / CALLS_PER_ROUND;
  return { nanoseconds: times[rounds >> 1] ?? Number.NaN, bytes: Math.max(0, Math.round(bytes)) };
}

/** Somewhere for answers to go, so that no call can be found superfluous and left out. */
export const sink: { last: unknown } = { last: undefined };

/**
 * A loop of its own for each call: one that all shared would have seen many functions and could inline none of them,
 * which an application's call site can.
 */
function loopOf(call: Call): () => void {
  const source = `for (let i = 0; i < ${CALLS_PER_ROUND}; i += 1) sink.last = call(i & ${USERS - 1});`;
  const make = new Function("call", "sink", `return () => { ${source} };`);
  return make(call, sink);
}
