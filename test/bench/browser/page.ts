/** Runs in the page: each SDK with flags that mean the same, asked in turns, so that what disturbs one disturbs all. */
import { createInstance } from "@featurevisor/sdk";
import { GrowthBook } from "@growthbook/growthbook";
import { createClient } from "../../../packages/sdk-browser/dist/index.js";

const PLANS = ["free", "team", "gold"];
const USERS = 1_024;

/** Keeps a result from being found unused. */
let sink = 0;

interface Subject {
  readonly name: string;
  /** By scenario: one question. */
  readonly ask: { readonly [scenario: string]: (turn: number) => unknown };
}

const user = (at: number) => ({
  id: `user-${at}`,
  targetingKey: `user-${at}`,
  plan: PLANS[at % 3] ?? "free",
  country: "AT",
});

async function bannerol(): Promise<Subject> {
  const on = { key: "on", value: true };
  const off = { key: "off", value: false };
  const plain = {
    version: 1,
    type: "boolean",
    seed: 7,
    enabled: true,
    off: "off",
    variants: [on, off],
    prerequisites: [],
    targets: [],
    rules: [],
  };
  const rules = [0, 1, 2, 3, 4].map((at) => ({
    id: `r${at}`,
    when: {
      all: [
        { attribute: "plan", op: "in", values: at === 4 ? PLANS : [`none-${at}`] },
        { attribute: "country", op: "in", values: ["AT", "DE"] },
      ],
    },
    serve: { variant: "on" },
  }));
  const flags = {
    plain: { ...plain, fallthrough: { variant: "on" } },
    half: { ...plain, fallthrough: { rollout: { allocation: [[50_000, "on"]] } } },
    rules: { ...plain, rules, fallthrough: { variant: "off" } },
  };
  const snapshot = { epoch: "e", revision: 1, project: "p", environment: "e", flags, segments: {} };
  const served = { ...snapshot, checksum: 0 };
  // Its server is in the page: nothing but evaluation is measured.
  const fetched = globalThis.fetch;
  globalThis.fetch = async () =>
    new Response(JSON.stringify(snapshot), { headers: { "content-type": "application/json" } });
  globalThis.WebSocket = class {
    onopen?: () => void;
    onmessage?: (event: { data: string }) => void;
    constructor() {
      setTimeout(() => this.onopen?.());
    }
    send() {
      setTimeout(() => this.onmessage?.({ data: JSON.stringify({ type: "fetch", revision: 1, afterMs: 0 }) }));
    }
    close() {}
  } as unknown as typeof WebSocket;
  const client = createClient({
    url: "http://localhost:9",
    key: "k",
    context: user(0),
    cache: false,
    shareTabs: false,
    events: false,
  });
  await client.ready();
  globalThis.fetch = fetched;
  sink += served.checksum;
  const handle = client.boolean("rules", false);
  return {
    name: "Bannerol",
    ask: {
      "plain flag": () => client.isEnabled("plain"),
      "50 % rollout": () => client.isEnabled("half"),
      "five rules, the last matches": () => client.isEnabled("rules"),
      "the same, by a handle": () => handle(),
      "another user, five rules": (turn) => {
        void client.setContext(user(turn % USERS));
        return client.isEnabled("rules");
      },
    },
  };
}

function growthbook(): Subject {
  const conditions = [0, 1, 2, 3, 4].map((at) => ({
    condition: { plan: { $in: at === 4 ? PLANS : [`none-${at}`] }, country: { $in: ["AT", "DE"] } },
    force: true,
  }));
  const features = {
    plain: { defaultValue: true },
    half: {
      defaultValue: false,
      rules: [{ force: true, coverage: 0.5, hashAttribute: "id", hashVersion: 2 as const }],
    },
    rules: { defaultValue: false, rules: conditions },
  };
  const client = new GrowthBook({ attributes: user(0) }).initSync({ payload: { features } });
  return {
    name: "GrowthBook",
    ask: {
      "plain flag": () => client.isOn("plain"),
      "50 % rollout": () => client.isOn("half"),
      "five rules, the last matches": () => client.isOn("rules"),
      "another user, five rules": (turn) => {
        void client.setAttributes(user(turn % USERS));
        return client.isOn("rules");
      },
    },
  };
}

function featurevisor(): Subject {
  const test = (attribute: string, value: readonly string[]) => ({
    conditions: [{ attribute, operator: "in", value }],
  });
  const segments = Object.fromEntries([
    ...[0, 1, 2, 3, 4].map((at) => [
      `plan-${at}`,
      { key: `plan-${at}`, ...test("plan", at === 4 ? PLANS : [`none-${at}`]) },
    ]),
    ["near", { key: "near", ...test("country", ["AT", "DE"]) }],
  ]);
  const feature = (key: string, traffic: readonly object[]) => ({ key, bucketBy: "id", traffic });
  const rest = (percentage: number) => ({ key: "rest", segments: "*", percentage });
  const datafile = {
    schemaVersion: "2",
    revision: "1",
    segments,
    features: {
      plain: feature("plain", [rest(100_000)]),
      half: feature("half", [rest(50_000)]),
      rules: feature(
        "rules",
        [0, 1, 2, 3, 4].map((at) => ({ key: `r${at}`, segments: [`plan-${at}`, "near"], percentage: 100_000 })),
      ),
    },
  };
  const instance = createInstance({ datafile, logLevel: "fatal" } as unknown as Parameters<typeof createInstance>[0]);
  let context = user(0);
  return {
    name: "Featurevisor",
    ask: {
      "plain flag": () => instance.isEnabled("plain", context),
      "50 % rollout": () => instance.isEnabled("half", context),
      "five rules, the last matches": () => instance.isEnabled("rules", context),
      "another user, five rules": (turn) => {
        context = user(turn % USERS);
        return instance.isEnabled("rules", context);
      },
    },
  };
}

/** Nanoseconds a call. */
function timed(ask: (turn: number) => unknown, ms: number): number {
  let calls = 0;
  let took = 0;
  const began = performance.now();
  while (took < ms) {
    for (let turn = 0; turn < 1_000; turn++) if (ask(calls + turn) === true) sink++;
    calls += 1_000;
    took = performance.now() - began;
  }
  return (took * 1e6) / calls;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

export async function measure(rounds: number, ms: number) {
  const subjects = [await bannerol(), growthbook(), featurevisor()];
  for (const { name, ask } of subjects) {
    for (const scenario of Object.keys(ask))
      if (ask[scenario]?.(1) === undefined) throw new Error(`${name}: ${scenario}`);
  }
  const scenarios = Object.keys(subjects[0]?.ask ?? {});
  return scenarios.map((scenario) => {
    const took = subjects.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [at, { ask }] of subjects.entries()) {
        const one = ask[scenario];
        if (one !== undefined) took[at]?.push(timed(one, ms));
      }
    }
    return { scenario, ns: Object.fromEntries(subjects.map(({ name }, at) => [name, median(took[at] ?? [])])), sink };
  });
}

Object.assign(globalThis, { measure });
