import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Harness } from "../../testing/harness.ts";

const PRODUCTION = `${FLAGS}/checkout/environments/production`;
const rule = (serve: object, more: object = {}) => ({ when: { all: [] }, serve, ...more });

describe("targeting", () => {
  let api: Harness;
  beforeEach(async () => {
    api = await createHarness();
    await api.ask(`POST ${FLAGS}`, { body: { key: "checkout" } });
    await api.ask(`POST ${FLAGS}`, {
      body: { key: "colour", type: "string", variants: ["red", "green", "blue"].map((key) => ({ key, value: key })) },
    });
  });

  const rollout = (body: unknown, flag = "checkout") =>
    api.ask(`PUT ${FLAGS}/${flag}/environments/production/rollout`, { body });
  const served = async (users: number, flag = "checkout") => {
    const on = new Set<string>();
    const { ruleset } = { ruleset: api.ledger.view("default", "production", "server")?.ruleset() };
    const allocation = field(ruleset, "flags", flag, "fallthrough", "rollout", "allocation");
    for (let user = 0; user < users; user += 1) {
      const context = { targetingKey: `u${user}` };
      const got = await api.ask("POST /api/v1/projects/default/environments/production/evaluate", {
        body: { flag, context },
      });
      if (field(got.body, "value") === true) on.add(context.targetingKey);
    }
    return { on, allocation };
  };

  it.each([
    [0, { on: 0, off: 100_000 }],
    [100, { on: 100_000, off: 0 }],
    [25, { on: 25_000, off: 75_000 }],
    [12.345, { on: 12_345, off: 87_655 }],
    [0.001, { on: 1, off: 99_999 }],
    [99.999, { on: 99_999, off: 1 }],
    [33.333, { on: 33_333, off: 66_667 }],
    [0.29, { on: 290, off: 99_710 }],
    [-0, { on: 0, off: 100_000 }],
  ])("gives %d %% exactly, and enables nothing", async (percentage, weights) => {
    const got = await rollout({ percentage });
    expect(got).toMatchObject({ status: 200, body: { enabled: false } });
    expect(field(got.body, "fallthrough")).toEqual({ rollout: { weights } });
  });

  it.each([
    ['{"percentage": 12.3456}', "percentage"],
    ['{"percentage": -1}', "percentage"],
    ['{"percentage": 100.001}', "percentage"],
    ['{"percentage": "25"}', "percentage"],
    ['{"percentage": null}', "percentage"],
    ['{"percentage": 1e-7}', "percentage"],
    ['{"percentage": 1e999}', "percentage"],
    ["{}", "percentage"],
    ['{"percentage": 25, "variant": "off"}', "variant"],
    ['{"percentage": 25, "variant": "nope"}', "variant"],
    ['{"percentage": 25, "bucketBy": ""}', "bucketBy"],
    ['{"percentage": 25, "percent": 3}', "percent"],
  ])("refuses %s", async (body, path) => {
    expect(await rollout(body)).toMatchObject({ status: 422, body: { code: "invalid", errors: [{ path }] } });
  });

  it("takes NaN for what it is, no JSON", async () => {
    expect(await rollout('{"percentage": NaN}')).toMatchObject({ status: 400, body: { code: "malformed_json" } });
  });

  it("keeps everybody on the way up, and comes back to the first set on the way down", async () => {
    await api.ask(`POST ${PRODUCTION}/enable`);
    await rollout({ percentage: 25 });
    const first = await served(150);
    await rollout({ percentage: 50 });
    const second = await served(150);
    await rollout({ percentage: 25 });
    const third = await served(150);
    expect([...first.on].filter((user) => !second.on.has(user))).toEqual([]);
    expect(third).toEqual(first);
    expect(first.on.size).toBeGreaterThan(20);
    expect(second.on.size).toBeGreaterThan(first.on.size);
  });

  it("asks which variant to roll out where that is not plain, and remembers it", async () => {
    expect(await rollout({ percentage: 10 }, "colour")).toMatchObject({
      status: 422,
      body: { errors: [{ path: "variant" }] },
    });
    await rollout({ percentage: 10, variant: "green" }, "colour");
    const got = await rollout({ percentage: 20 }, "colour");
    expect(field(got.body, "fallthrough")).toEqual({ rollout: { weights: { green: 20_000, blue: 80_000 } } });
  });

  it("keeps seed and bucketBy of a rollout unless they are named", async () => {
    await rollout({ percentage: 10, bucketBy: "organization.id", seed: 7 });
    const kept = await rollout({ percentage: 20 });
    expect(field(kept.body, "fallthrough", "rollout")).toMatchObject({ bucketBy: "organization.id", seed: 7 });
    const changed = await rollout({ percentage: 20, seed: 8 });
    expect(field(changed.body, "fallthrough", "rollout")).toMatchObject({ bucketBy: "organization.id", seed: 8 });
  });

  it("takes back what it gave, changes nothing by it, and shows no layout", async () => {
    await rollout({ percentage: 40 });
    const before = await api.ask(`GET ${PRODUCTION}`);
    const { revision } = api.ledger.state("default") ?? {};
    const put = await api.ask(`PUT ${PRODUCTION}`, { body: before.body });
    expect(put.body).toEqual({ ...Object(before.body), head: api.ledger.state("default")?.head });
    expect(api.ledger.state("default")?.revision).toBe(revision);
    expect(await api.ask(`PUT ${PRODUCTION}`, { body: put.body })).toMatchObject({ status: 200 });
    expect(before.text).not.toContain("allocation");
  });

  it("gives a rule without id one of its own, and knows it again by that", async () => {
    const rules = [rule({ rollout: { weights: { on: 10_000 } } }), rule({ variant: "on" }, { id: "mine" })];
    const made = await api.ask(`PATCH ${PRODUCTION}`, { body: { rules } });
    const id = String(field(made.body, "rules", 0, "id"));
    expect(id).toMatch(/^[a-z0-9]{8}$/);
    expect(field(made.body, "rules", 1, "id")).toBe("mine");
    const allocation = () =>
      field(
        api.ledger.view("default", "production", "server")?.ruleset(),
        "flags",
        "checkout",
        "rules",
        0,
        "serve",
        "rollout",
        "allocation",
      );
    expect(allocation()).toEqual([[10_000, "on"]]);
    await api.ask(`PATCH ${PRODUCTION}`, { body: { rules: [rule({ rollout: { weights: { on: 20_000 } } }, { id })] } });
    expect(allocation()).toEqual([[20_000, "on"]]);
  });

  it("gives weights that a rollout had before the layout that they had then", async () => {
    const weigh = (red: number, green: number) =>
      api.ask(`PATCH ${FLAGS}/colour/environments/production`, {
        body: { fallthrough: { rollout: { weights: { red, green, blue: 100_000 - red - green } } } },
      });
    const allocation = () =>
      field(
        api.ledger.view("default", "production", "server")?.ruleset(),
        "flags",
        "colour",
        "fallthrough",
        "rollout",
        "allocation",
      );
    await weigh(20_000, 30_000);
    const first = allocation();
    await weigh(50_000, 10_000);
    expect(allocation()).not.toEqual(first);
    await weigh(20_000, 30_000);
    expect(allocation()).toEqual(first);
  });

  it("starts a rollout with another seed from nothing, since its buckets are others", async () => {
    await rollout({ percentage: 50 });
    await api.ask(`PATCH ${PRODUCTION}`, {
      body: { fallthrough: { rollout: { weights: { off: 50_000, on: 50_000 }, seed: 5 } } },
    });
    const ruleset = api.ledger.view("default", "production", "server")?.ruleset();
    expect(field(ruleset, "flags", "checkout", "fallthrough", "rollout", "allocation")).toEqual([
      [50_000, "on"],
      [100_000, "off"],
    ]);
  });

  it("replaces a field that is named whole, and resets it by null to a new flag's", async () => {
    await rollout({ percentage: 40 });
    const patched = await api.ask(`PATCH ${PRODUCTION}`, { body: { fallthrough: { variant: "off" }, enabled: true } });
    expect(patched.body).toMatchObject({ fallthrough: { variant: "off" }, enabled: true });
    expect(field(patched.body, "fallthrough", "rollout")).toBeUndefined();
    const reset = await api.ask(`PATCH ${PRODUCTION}`, { body: { fallthrough: null, enabled: null, rules: null } });
    expect(reset.body).toMatchObject({ fallthrough: { variant: "on" }, enabled: false, rules: [] });
  });

  it.each([
    [{ fallthrough: { variant: "nope" } }, "fallthrough.variant"],
    [{ fallthrough: { variant: "on", rollout: { weights: {} } } }, "fallthrough"],
    [{ fallthrough: { rollout: { weights: { on: 100_001 } } } }, "fallthrough.rollout.weights.on"],
    [{ fallthrough: { rollout: { weights: { on: 1 }, allocation: [[1, "on"]] } } }, "fallthrough.rollout.allocation"],
    [{ rules: [{ serve: { variant: "on" } }] }, "rules[0].when"],
    [{ rules: [rule({ variant: "on" }, { id: "a" }), rule({ variant: "on" }, { id: "a" })] }, "rules[1].id"],
    [{ rules: [rule({ variant: "on" }, { when: { attribute: "a", op: "like", values: ["x"] } })] }, "rules[0].when.op"],
    [{ rules: [rule({ variant: "on" }, { when: { segment: "nope" } })] }, "rules[0].when.segment"],
    [{ prerequisites: [{ flag: "nope", variants: ["on"] }] }, "prerequisites[0].flag"],
    [{ prerequisites: [{ flag: "colour", variants: ["pink"] }] }, "prerequisites[0].variants[0]"],
    [{ prerequisites: [{ flag: "checkout", variants: ["on"] }] }, ""],
    [{ enabled: "yes" }, "enabled"],
    [{ colour: 1 }, "colour"],
  ])("refuses %j and says where it is wrong", async (body, path) => {
    const before = await api.ask(`GET ${PRODUCTION}`);
    const got = await api.ask(`PATCH ${PRODUCTION}`, { body });
    expect(got).toMatchObject({
      status: 422,
      body: { code: "invalid", errors: expect.arrayContaining([expect.objectContaining({ path })]) },
    });
    expect((await api.ask(`GET ${PRODUCTION}`)).body).toEqual(before.body);
  });

  it("names a limit that was exceeded", async () => {
    const rules = Array.from({ length: 201 }, () => rule({ variant: "on" }));
    const got = await api.ask(`PATCH ${PRODUCTION}`, { body: { rules } });
    expect(got).toMatchObject({
      status: 422,
      body: { code: "limit_exceeded", detail: expect.stringContaining("200") },
    });
  });

  it("refuses a circle of prerequisites, and names the way round", async () => {
    const prerequisites = (flag: string, variants: string[]) => ({ body: { prerequisites: [{ flag, variants }] } });
    expect((await api.ask(`PATCH ${PRODUCTION}`, prerequisites("colour", ["red"]))).status).toBe(200);
    const got = await api.ask(`PATCH ${FLAGS}/colour/environments/production`, prerequisites("checkout", ["on"]));
    expect(got).toMatchObject({
      status: 422,
      body: { code: "invalid", detail: expect.stringMatching(/checkout.*→.*colour/) },
    });
    const elsewhere = await api.ask(`PATCH ${FLAGS}/colour/environments/staging`, prerequisites("checkout", ["on"]));
    expect(elsewhere.status).toBe(200);
  });

  it("kills what is enabled, in one change under its own name, and can be enabled again", async () => {
    await api.ask(`POST ${PRODUCTION}/enable`);
    const killed = await api.ask(`POST ${PRODUCTION}/kill`, { body: { comment: "errors" } });
    expect(killed.body).toMatchObject({ enabled: false });
    const { body } = await api.ask("GET /api/v1/projects/default/changes?limit=1");
    expect(body).toMatchObject({
      items: [{ action: "flag.kill", comment: "errors", flag: "checkout", environment: "production" }],
    });
    expect((await api.ask(`POST ${PRODUCTION}/enable`)).body).toMatchObject({ enabled: true });
  });

  it("writes no record where nothing changes, and answers with the revision that stands", async () => {
    const first = await api.ask(`POST ${PRODUCTION}/enable`);
    const again = await api.ask(`POST ${PRODUCTION}/enable`);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get("etag")).toBe(first.headers.get("etag"));
  });

  describe("with If-Match", () => {
    const patch = (ifMatch: string, path = PRODUCTION) =>
      api.ask(`PATCH ${path}`, { body: { enabled: true }, headers: { "if-match": ifMatch } });

    it("changes what is as it was read, and tells the second of two that somebody was faster", async () => {
      const etag = (await api.ask(`GET ${PRODUCTION}`)).headers.get("etag") ?? "";
      const first = await patch(etag);
      expect(first.status).toBe(200);
      const second = await patch(etag);
      expect(second).toMatchObject({ status: 412, body: { code: "precondition_failed" } });
      expect(second.headers.get("etag")).toBe(first.headers.get("etag"));
    });

    it("goes by this document alone: a change elsewhere is in nobody's way", async () => {
      const etag = (await api.ask(`GET ${PRODUCTION}`)).headers.get("etag") ?? "";
      await api.ask(`POST ${FLAGS}/checkout/environments/staging/enable`);
      await api.ask(`PATCH ${FLAGS}/checkout`, { body: { description: "new" } });
      expect((await patch(etag)).status).toBe(200);
    });

    it.each([
      ["*", 200],
      ['"0", "1"', 412],
      ['W/"%"', 412],
      ["%", 412],
      ['"0", "%"', 200],
    ])("%s", async (header, status) => {
      const etag = (await api.ask(`GET ${PRODUCTION}`)).headers.get("etag") ?? "";
      expect((await patch(header.replace("%", etag.replaceAll('"', "")))).status).toBe(status);
    });

    it("F33: lets one of many at once through", async () => {
      const etag = (await api.ask(`GET ${PRODUCTION}`)).headers.get("etag") ?? "";
      const answers = await Promise.all(Array.from({ length: 10 }, () => patch(etag)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 9 }, () => 412)]);
    });
  });

  describe("of a protected environment", () => {
    beforeEach(async () => {
      const after = { key: "production", name: "Production", position: 2, protected: true };
      await api.write("default", [{ kind: "environment", key: "production", environment: "", after }]);
    });

    it.each([
      ["editor", "kill", 403],
      ["editor", "enable", 403],
      ["releaser", "enable", 200],
      ["releaser", "kill", 200],
      ["admin", "enable", 200],
    ] as const)("may be switched by a %s (%s): %d", async (role, verb, status) => {
      const token = await api.makeToken(role);
      await api.ask(`POST ${PRODUCTION}/${verb === "kill" ? "enable" : "disable"}`);
      expect((await api.ask(`POST ${PRODUCTION}/${verb}`, { token })).status).toBe(status);
    });

    it.each([
      ["editor", 403],
      ["releaser", 403],
      ["admin", 200],
    ] as const)("may be edited by a %s: %d", async (role, status) => {
      const token = await api.makeToken(role);
      expect((await api.ask(`PATCH ${PRODUCTION}`, { token, body: { enabled: true } })).status).toBe(status);
      const variants = [
        { key: "on", value: true },
        { key: "off", value: false },
        { key: "also", value: true },
      ];
      expect((await api.ask(`PATCH ${FLAGS}/checkout`, { token, body: { variants } })).status).toBe(status);
    });

    it("leaves an editor the other environments, descriptions and new flags", async () => {
      const token = await api.makeToken("editor");
      expect((await api.ask(`POST ${FLAGS}/checkout/environments/staging/enable`, { token })).status).toBe(200);
      expect((await api.ask(`PATCH ${FLAGS}/checkout`, { token, body: { description: "x" } })).status).toBe(200);
      expect((await api.ask(`POST ${FLAGS}`, { token, body: { key: "fresh" } })).status).toBe(201);
    });
  });
});
