import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Harness } from "../../testing/harness.ts";

const PROJECT = "/api/v1/projects/default";
const PATH = `${PROJECT}/invariants`;
const place = (flag: string) => `${FLAGS}/${flag}/environments/production`;

describe("an invariant", () => {
  let api: Harness;
  beforeEach(async () => {
    api = await createHarness();
    for (const key of ["a", "b"]) await api.ask(`POST ${FLAGS}`, { body: { key } });
  });

  const state = (statement: object, token?: string) =>
    api.ask(`POST ${PATH}`, {
      body: { key: "rule", environment: "production", ...statement },
      ...(token === undefined ? {} : { token }),
    });
  const enable = (flag: string, environment = "production") =>
    api.ask(`POST ${FLAGS}/${flag}/environments/${environment}/enable`);
  const ada = { targetingKey: "ada", plan: "free" };
  const offForAda = { flag: "a", context: ada, serves: ["off"] };

  it("refuses the write that breaks it, naming it, the context and both answers; another environment is free", async () => {
    expect((await state(offForAda)).status).toBe(201);
    const before = (await api.ask(`GET ${place("a")}`)).body;
    const refused = await enable("a");
    expect(refused).toMatchObject({ status: 422, body: { code: "invariant_broken" } });
    expect(field(refused.body, "errors")).toEqual([
      {
        path: "invariants.rule",
        message: `rule does not hold after it: a serves on instead of off, with ${JSON.stringify(ada)}; before it a serves off.`,
      },
    ]);
    expect((await api.ask(`GET ${place("a")}`)).body).toEqual(before);
    expect((await enable("a", "staging")).status).toBe(200);
  });

  it.each([
    ["a change set", (api: Harness) => api.ask(`POST ${PROJECT}/changes`, { body: { items: [enabling] } })],
    [
      "a dry run of one",
      (api: Harness) => api.ask(`POST ${PROJECT}/changes`, { body: { items: [enabling], dryRun: true } }),
    ],
    [
      "a segment that a rule asks",
      async (api: Harness) => {
        const when = { segment: "s" };
        await api.ask(`POST ${PROJECT}/segments`, { body: { key: "s" } });
        await api.ask(`PATCH ${place("a")}`, {
          body: { rules: [{ when, serve: { variant: "on" } }], fallthrough: { variant: "off" } },
        });
        expect((await api.ask(`POST ${place("a")}/enable`)).status).toBe(200);
        return api.ask(`PATCH ${PROJECT}/segments/s`, { body: { included: ["ada"] } });
      },
    ],
    [
      "a revert",
      async (api: Harness) => {
        await api.ask(`DELETE ${PATH}/rule`);
        await api.ask(`POST ${place("a")}/enable`);
        const { revision } = Object((await api.ask(`GET ${place("a")}`)).body);
        await api.ask(`POST ${place("a")}/disable`);
        await api.ask(`POST ${PATH}`, { body: { key: "rule", environment: "production", ...offForAda } });
        return api.ask(`POST ${PROJECT}/revert`, { body: { to: revision, flag: "a", environment: "production" } });
      },
    ],
    [
      "a change of the flag",
      async (api: Harness) => {
        await api.ask(`DELETE ${PATH}/rule`);
        await api.ask(`POST ${FLAGS}/a/archive`);
        await api.ask(`POST ${PATH}`, { body: { key: "rule", environment: "production", ...offForAda } });
        await api.ask(`POST ${place("a")}/enable`);
        const items = [{ flag: "a", after: {} }, enabling];
        return api.ask(`POST ${PROJECT}/changes`, { body: { items } });
      },
    ],
  ])("is asked on %s", async (_, write) => {
    await state(offForAda);
    expect(await write(api)).toMatchObject({ status: 422, body: { code: "invariant_broken" } });
  });

  it("is reported and not enforced by a kill, and stands in nobody's way while it is broken", async () => {
    await enable("a");
    expect((await state({ flag: "a", context: ada, serves: ["on"] })).status).toBe(201);
    const killed = await api.ask(`POST ${place("a")}/kill`);
    expect(killed).toMatchObject({ status: 200, body: { enabled: false, broken: [{ invariant: "rule" }] } });
    expect(await api.ask(`GET ${PATH}/rule`)).toMatchObject({
      body: { holds: false, breach: expect.stringContaining("a serves off") },
    });
    expect((await enable("b")).status).toBe(200);
    expect((await enable("a")).body).not.toHaveProperty("broken");
    expect(field((await api.ask(`GET ${PATH}`)).body, "items", 0)).toMatchObject({ key: "rule", holds: true });
  });

  it("finds two flags that are never to be on together, on contexts that it makes up, and says so", async () => {
    const when = { attribute: "country", op: "in", values: ["se", "no"] };
    const rules = (condition: object) => ({
      rules: [{ when: condition, serve: { variant: "on" } }],
      fallthrough: { variant: "off" },
      enabled: true,
    });
    await api.ask(`PATCH ${place("a")}`, { body: rules(when) });
    const never = [
      { flag: "a", variant: "on" },
      { flag: "b", variant: "on" },
    ];
    expect((await state({ never })).body).toMatchObject({ sampled: true, holds: true });
    const apart = { not: when };
    expect((await api.ask(`PATCH ${place("b")}`, { body: rules(apart) })).status).toBe(200);
    const overlapping = { attribute: "country", op: "in", values: ["no", "dk"] };
    const refused = await api.ask(`PATCH ${place("b")}`, { body: rules(overlapping) });
    expect(refused).toMatchObject({ status: 422, body: { code: "invariant_broken" } });
    expect(field(refused.body, "detail")).toMatch(/a serves on and b serves on, with .*"no"/);
  });

  it("keeps an enabled flag's rollout from falling below a share, and lets it be disabled", async () => {
    await state({ flag: "a", minimumPercentage: 100 });
    const rollout = (percentage: number) => api.ask(`PUT ${place("a")}/rollout`, { body: { percentage } });
    expect((await rollout(50)).status).toBe(200);
    expect(await enable("a")).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining("rolled out to 50 %") },
    });
    expect((await rollout(100)).status).toBe(200);
    expect((await enable("a")).status).toBe(200);
    expect((await rollout(99.999)).status).toBe(422);
    expect((await api.ask(`POST ${place("a")}/disable`)).status).toBe(200);
  });

  it("is not made where it does not hold, speaks of what is not there, or has a name that is taken", async () => {
    expect(await state({ ...offForAda, serves: ["on"] })).toMatchObject({
      status: 422,
      body: { code: "invariant_broken" },
    });
    const wrong = await state({ flag: "a", context: {}, serves: ["no", "off"], environment: "moon" });
    expect(wrong).toMatchObject({ status: 422, body: { code: "invalid" } });
    expect(Object(field(wrong.body, "errors")).map((error: unknown) => field(error, "path"))).toEqual([
      "environment",
      "serves[0]",
    ]);
    await state(offForAda);
    expect(await state(offForAda)).toMatchObject({ status: 409, body: { code: "already_exists" } });
    expect((await state({ key: "other", never: [{ flag: "zzz", variant: "on" }] })).status).toBe(422);
  });

  it("is in the history, comes back by no accident, and is removed by whoever may edit", async () => {
    await state({ ...offForAda, comment: "because" });
    const log = (await api.ask(`GET ${PROJECT}/changes?limit=1`)).body;
    expect(field(log, "items", 0)).toMatchObject({
      action: "invariant.create",
      invariant: "rule",
      environment: "production",
      before: null,
      after: { key: "rule", flag: "a", serves: ["off"] },
      comment: "because",
    });
    expect((await api.ask(`DELETE ${PATH}/rule`, { token: await api.makeToken("viewer") })).status).toBe(403);
    expect((await api.ask(`DELETE ${PATH}/rule`, { token: await api.makeToken("editor") })).status).toBe(200);
    expect((await api.ask(`GET ${PATH}/rule`)).status).toBe(404);
    expect((await enable("a")).status).toBe(200);
  });

  it("of a protected environment is an admin's to make and to remove", async () => {
    await state(offForAda);
    expect(await api.ask(`PATCH ${PROJECT}/environments/production`, { body: { protected: true } })).toMatchObject({
      status: 200,
    });
    for (const role of ["editor", "releaser"] as const) {
      const token = await api.makeToken(role);
      expect((await api.ask(`DELETE ${PATH}/rule`, { token })).status).toBe(403);
      expect((await state({ ...offForAda, key: "second" }, token)).status).toBe(403);
    }
    expect((await api.ask(`DELETE ${PATH}/rule`)).status).toBe(200);
  });

  it("is shown to no token of another environment", async () => {
    await state(offForAda);
    await state({ ...offForAda, key: "staged", environment: "staging" });
    const token = await api.makeToken("viewer", { project: "default", environment: "staging" });
    const { body } = await api.ask(`GET ${PATH}`, { token });
    expect(field(body, "items")).toMatchObject([{ key: "staged" }]);
    const asked = await Promise.all(["staged", "rule", "none"].map((key) => api.ask(`GET ${PATH}/${key}`, { token })));
    expect(asked.map(({ status }) => status)).toEqual([200, 404, 404]);
  });
});

const enabling = {
  flag: "a",
  environment: "production",
  after: { enabled: true, off: "off", prerequisites: [], targets: [], rules: [], fallthrough: { variant: "on" } },
};
