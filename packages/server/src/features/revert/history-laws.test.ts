import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Harness } from "../../testing/harness.ts";

const PROJECT = "/api/v1/projects/default";
const environments = ["production", "staging"] as const;
const flags = ["a", "b"] as const;
const variants = ["x", "y", "z"].map((key) => ({ key, value: key }));

/** A request that changes one targeting, or a set of them. */
interface Step {
  readonly what: string;
  readonly body: object;
}

const anyFlag = fc.constantFrom(...flags);
const anyEnvironment = fc.constantFrom(...environments);
const anyWeights = fc.record({ x: fc.nat(30_000), y: fc.nat(30_000), z: fc.nat(30_000) });
const anyServe = fc.oneof(
  fc.constantFrom("x", "y", "z").map((variant) => ({ variant })),
  anyWeights.map((weights) => ({ rollout: { weights } })),
);
const anyTargeting = fc.record({
  enabled: fc.boolean(),
  off: fc.constantFrom("x", "z"),
  prerequisites: fc.constant([]),
  targets: fc.constant([]),
  rules: fc.array(anyServe, { maxLength: 1 }).map((serves) => {
    return serves.map((serve) => ({ id: "r", when: { segment: "beta" }, serve }));
  }),
  fallthrough: anyServe,
});

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc
    .tuple(anyFlag, anyEnvironment, anyTargeting)
    .map(([flag, place, body]) => ({ what: `PUT ${FLAGS}/${flag}/environments/${place}`, body })),
  fc
    .tuple(anyFlag, anyEnvironment, fc.constantFrom("enable", "kill"))
    .map(([flag, place, verb]) => ({ what: `POST ${FLAGS}/${flag}/environments/${place}/${verb}`, body: {} })),
  fc.tuple(anyTargeting, anyTargeting).map(([one, other]) => ({
    what: `POST ${PROJECT}/changes`,
    body: {
      items: [
        { flag: "a", environment: "production", after: one },
        { flag: "b", environment: "staging", after: other },
      ],
    },
  })),
);

async function begin(): Promise<Harness> {
  const api = await createHarness();
  for (const key of flags) await api.ask(`POST ${FLAGS}`, { body: { key, type: "string", variants } });
  await api.ask(`POST ${PROJECT}/segments`, { body: { key: "beta", included: ["u1"] } });
  return api;
}

/** The documents of a ruleset without their versions. */
function shown(ruleset: unknown): unknown {
  return JSON.parse(JSON.stringify([field(ruleset, "flags"), field(ruleset, "segments")]), (name, value) =>
    name === "version" ? undefined : value,
  );
}

const rulesetOf = (api: Harness, environment: string) => api.ledger.view("default", environment, "server")?.ruleset();
const newest = (api: Harness): number => api.ledger.state("default")?.revision ?? 0;

describe("any history", () => {
  it("is served at each of its revisions as it was then, and comes back in one environment alone", async () => {
    // One server for all runs: each history begins where the one before has ended.
    const api = await begin();
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 6 }), fc.nat(), async (steps, choice) => {
        const first = newest(api);
        const live = [shown(rulesetOf(api, "production"))];
        for (const { what, body } of steps) {
          const before = newest(api);
          expect((await api.ask(what, { body })).status).toBe(200);
          if (newest(api) > before) live.push(shown(rulesetOf(api, "production")));
        }
        for (const [index, ruleset] of live.entries()) {
          const past = await api.ask(`GET ${PROJECT}/environments/production/ruleset?at=${first + index}`);
          expect(shown(past.body)).toEqual(ruleset);
        }
        const back = choice % live.length;
        const staging = rulesetOf(api, "staging");
        const body = { to: first + back, environment: "production" };
        expect((await api.ask(`POST ${PROJECT}/revert`, { body })).status).toBe(200);
        expect(shown(rulesetOf(api, "production"))).toEqual(live[back]);
        expect(rulesetOf(api, "staging")).toEqual(staging);
      }),
      { numRuns: 12 },
    );
  });

  it("takes a change set whole or not at all, and says beforehand which", async () => {
    const anyItem = fc.oneof(
      { weight: 6, arbitrary: anyTargeting.map((after) => ({ flag: "a", environment: "production", after })) },
      { weight: 6, arbitrary: anyTargeting.map((after) => ({ flag: "b", environment: "staging", after })) },
      { weight: 2, arbitrary: anyFlag.map((flag) => ({ flag, after: { type: "string", variants } })) },
      { weight: 2, arbitrary: fc.constant({ segment: "new", after: { when: { flag: "a", variants: ["x"] } } }) },
      { weight: 1, arbitrary: fc.constant({ segment: "beta", after: null }) },
      { weight: 1, arbitrary: fc.constant({ segment: "beta", after: { when: { segment: "new" } } }) },
      { weight: 1, arbitrary: fc.constant({ flag: "a", environment: "nowhere", after: {} }) },
    );
    const api = await begin();
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyItem, { minLength: 1, maxLength: 4 }), async (items) => {
        const before = newest(api);
        const state = api.ledger.state("default");
        const tried = await api.ask(`POST ${PROJECT}/changes`, { body: { items, dryRun: true } });
        expect(api.ledger.state("default")).toBe(state);
        const got = await api.ask(`POST ${PROJECT}/changes`, { body: { items } });
        expect([got.status, field(got.body, "errors")]).toEqual([tried.status, field(tried.body, "errors")]);
        if (got.status !== 200) {
          expect(api.ledger.state("default")).toBe(state);
          return;
        }
        taken += 1;
        expect(field(got.body, "items")).toEqual(field(tried.body, "items"));
        expect(newest(api) - before).toBe(Object(field(got.body, "items")).length === 0 ? 0 : 1);
      }),
      { numRuns: 40, seed: 7 },
    );
    expect(taken).toBeGreaterThan(5);
  });
});
