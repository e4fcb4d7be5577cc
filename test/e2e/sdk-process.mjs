/**
 * An application in miniature: a process with one client, which does what the test asks over IPC. It uses the package
 * as it is published. Anything unexpected ends it, so that a test sees it.
 */
import { createClient } from "@bannerol/sdk-node";

const flags = createClient(JSON.parse(process.argv[2] ?? "{}"));

/** What listeners were told, in order. */
const told = { changes: [], states: [], problems: [] };
flags.on("change", ({ epoch, revision }) => told.changes.push({ epoch, revision }));
flags.on("status", ({ state }) => told.states.push(state));
flags.on("error", ({ code }) => told.problems.push(code));

/** Keeps asking, as an application under load does, and counts what it was told. */
const answers = { asked: 0, wrong: 0 };
let asking;

const requests = {
  ready: async () => await flags.ready(),
  status: () => flags.status(),
  atLeast: async ({ revision, timeoutMs }) => {
    const started = performance.now();
    await flags.atLeast(revision, { timeoutMs });
    return performance.now() - started;
  },
  /** The users among `count` for whom the flag is on, by number. */
  usersWith: ({ flag, count, from = 0 }) => {
    const on = [];
    for (let user = from; user < from + count; user += 1) {
      if (flags.isEnabled(flag, { targetingKey: `user-${user}` })) on.push(user);
    }
    return on;
  },
  evaluate: ({ flag, context, defaultValue }) => flags.evaluate(flag, context, defaultValue),
  evaluateHostile: ({ flag }) => hostileContexts().map((context) => flags.evaluate(flag, context, false)),
  /** Asks all the time for a flag that must be `expected` for everybody, whatever happens to the server. */
  startAsking: ({ flag, expected }) => {
    asking = setInterval(() => {
      for (let times = 0; times < 200; times += 1) {
        answers.asked += 1;
        if (flags.isEnabled(flag, { targetingKey: `user-${answers.asked % 1_000}` }) !== expected) answers.wrong += 1;
      }
    }, 5);
  },
  /** Asks all the time for two flags that are always changed together. */
  startComparing: ({ flags: [one, other] }) => {
    asking = setInterval(() => {
      for (let times = 0; times < 500; times += 1) {
        answers.asked += 1;
        if (flags.isEnabled(one) !== flags.isEnabled(other)) answers.wrong += 1;
      }
    }, 1);
  },
  stopAsking: () => {
    clearInterval(asking);
    return answers;
  },
  /** How many of so many evaluations gave something else. */
  wrongOf: ({ flag, times, expected }) => {
    let wrong = 0;
    for (let user = 0; user < times; user += 1) {
      if (flags.isEnabled(flag, { targetingKey: `user-${user}` }) !== expected) wrong += 1;
    }
    return wrong;
  },
  told: () => told,
  flush: async () => await flags.flush(),
  close: async () => {
    await flags.close();
    process.disconnect();
  },
};

process.on("message", async ({ id, name, input }) => {
  try {
    process.send({ id, result: await requests[name](input ?? {}) });
  } catch (error) {
    process.send({ id, error: String(error?.stack ?? error) });
  }
});
process.on("disconnect", () => process.exit());

function hostileContexts() {
  const cyclic = { targetingKey: "u" };
  cyclic.self = cyclic;
  const refuse = () => {
    throw new Error("this context refuses to be looked at");
  };
  return [
    undefined,
    null,
    [],
    42,
    "text",
    Symbol("context"),
    10n,
    () => {},
    cyclic,
    {
      get targetingKey() {
        return refuse();
      },
    },
    new Proxy({}, { get: refuse, has: refuse, getOwnPropertyDescriptor: refuse, ownKeys: refuse }),
    JSON.parse('{"targetingKey":"u","__proto__":{"plan":"pro"}}'),
    { targetingKey: 10n, plan: Symbol("plan") },
    { targetingKey: "\ud800", plan: Number.NaN },
    { targetingKey: "x".repeat(1_000_000) },
    { targetingKey: { toString: refuse } },
    new Date(Number.NaN),
  ];
}
