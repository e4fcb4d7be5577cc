import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Harness } from "../../testing/harness.ts";

const PLACE = `${FLAGS}/a/environments/production`;
const half = (on: number) => ({ rollout: { weights: { on: on * 1_000, off: 100_000 - on * 1_000 } } });

describe("a preview", () => {
  let api: Harness;
  beforeEach(async () => {
    api = await createHarness();
    await api.ask(`POST ${FLAGS}`, { body: { key: "a" } });
  });

  const put = (fields: object) => api.ask(`PATCH ${PLACE}`, { body: fields });
  const preview = (fields: object, token?: string) =>
    api.ask(`POST ${PLACE}/preview`, { body: fields, ...(token === undefined ? {} : { token }) });
  const moves = async (fields: object) => field((await preview(fields)).body, "moves");
  const codes = async (fields: object) =>
    Object(field((await preview(fields)).body, "warnings")).map((warning: unknown) => field(warning, "code"));

  it("shows that a rollout on its way up takes nothing from anybody, and writes nothing", async () => {
    await put({ enabled: true, fallthrough: half(10) });
    const before = (await api.ask(`GET ${PLACE}`)).body;
    expect(await moves({ fallthrough: half(25) })).toEqual([{ from: "off", to: "on", share: 0.15 }]);
    expect(await codes({ fallthrough: half(25) })).toEqual([]);
    expect((await api.ask(`GET ${PLACE}`)).body).toEqual(before);
  });

  it("says who loses a variant on its way down", async () => {
    await put({ enabled: true, fallthrough: half(50) });
    expect(await moves({ fallthrough: half(20) })).toEqual([{ from: "on", to: "off", share: 0.3 }]);
    expect(await codes({ fallthrough: half(20) })).toEqual(["taken_away"]);
  });

  it("counts a left-out context as the off variant, and a disabled flag as off for everybody", async () => {
    await put({ fallthrough: { rollout: { weights: { on: 30_000 } } } });
    expect(await moves({ enabled: true })).toEqual([{ from: "off", to: "on", share: 0.3 }]);
    expect(await codes({ fallthrough: half(20) })).toEqual(["disabled"]);
    expect(await moves({ fallthrough: half(20) })).toEqual([]);
  });

  it("calls out what reshuffles, where shares multiply", async () => {
    await put({ enabled: true, fallthrough: half(50) });
    const { rollout } = half(50);
    for (const other of [{ seed: 7 }, { bucketBy: "company" }]) {
      const fields = { fallthrough: { rollout: { ...rollout, ...other } } };
      expect(await moves(fields)).toEqual([
        { from: "on", to: "off", share: 0.25 },
        { from: "off", to: "on", share: 0.25 },
      ]);
      expect(await codes(fields)).toEqual(["reshuffled", "taken_away"]);
    }
  });

  it("gives a rule's moves under its id, and says of new rules that contexts tell", async () => {
    const rule = (id: string, on: number) => ({
      id,
      when: { attribute: "plan", op: "in", values: ["pro"] },
      serve: half(on),
    });
    await put({ enabled: true, fallthrough: { variant: "off" }, rules: [rule("pros", 10)] });
    const got = (await preview({ rules: [rule("pros", 40), rule("more", 40)] })).body;
    expect(field(got, "moves")).toEqual([{ ruleId: "pros", from: "off", to: "on", share: 0.3 }]);
    expect(field(got, "warnings", 0)).toEqual({ code: "rules_differ", message: expect.stringContaining("new: more") });
  });

  it("tries the contexts that it is given", async () => {
    await put({ enabled: true, fallthrough: { variant: "off" } });
    const targets = [{ variant: "on", keys: ["u1"] }];
    const contexts = [{ targetingKey: "u1" }, { targetingKey: "u2" }];
    expect((await preview({ targets, contexts })).body).toMatchObject({
      contexts: {
        source: "given",
        count: 2,
        changed: 1,
        moves: [{ from: "off", to: "on", count: 1 }],
        examples: [
          {
            context: { targetingKey: "u1" },
            before: { variant: "off", reason: "STATIC" },
            after: { variant: "on", reason: "TARGETING_MATCH" },
          },
        ],
      },
      warnings: [{ code: "conditions_differ" }],
    });
  });

  it("makes up contexts that every test of the rules can tell apart, through segments, and the same each time", async () => {
    await api.ask("POST /api/v1/projects/default/segments", {
      body: { key: "big", when: { attribute: "seats", op: "atLeast", values: [100] } },
    });
    await put({ enabled: true, fallthrough: { variant: "off" } });
    const when = { all: [{ segment: "big" }, { attribute: "app", op: "semverAtLeast", values: ["2.1.0"] }] };
    const fields = { rules: [{ id: "r", when, serve: { variant: "on" } }] };
    const got = (await preview(fields)).body;
    expect(got).toMatchObject({ contexts: { source: "synthetic", count: 1_000 } });
    const changed = Number(field(got, "contexts", "changed"));
    expect(changed).toBeGreaterThan(50);
    expect(changed).toBeLessThan(950);
    expect((await preview(fields)).body).toEqual(got);
  });

  it("names the flags that depend on this one", async () => {
    await api.ask(`POST ${FLAGS}`, { body: { key: "b" } });
    await api.ask(`PATCH ${FLAGS}/b/environments/production`, {
      body: { enabled: true, prerequisites: [{ flag: "a", variants: ["on"] }] },
    });
    const got = (await preview({ enabled: true })).body;
    expect(field(got, "affects")).toEqual(["b"]);
    expect(await codes({ enabled: true })).toContain("reaches_others");
  });

  it("refuses what a change would be refused for, at the same place", async () => {
    const fields = { rules: [{ when: { segment: "gone" }, serve: { variant: "nope" } }] };
    const { status, body } = await preview(fields);
    expect([status, body]).toEqual([422, (await put(fields)).body]);
    expect(await api.ask(`POST ${FLAGS}/none/environments/production/preview`, { body: {} })).toMatchObject({
      status: 404,
    });
  });

  it("is shown to whoever may read, where the environment is protected too", async () => {
    await api.ask("PATCH /api/v1/projects/default/environments/production", { body: { protected: true } });
    expect((await preview({ enabled: true }, await api.makeToken("viewer"))).status).toBe(200);
  });

  it("makes up no more contexts than keep the server busy", async () => {
    const long = Array.from({ length: 100 }, (_, at) => `${at} ${"x".repeat(400)}`);
    const matching = Array.from({ length: 200 }, () => ({ attribute: "mail", op: "matches", values: ["a*b"] }));
    const any = [...matching, { attribute: "mail", op: "in", values: long }];
    const { status, body } = await preview({ enabled: true, rules: [{ when: { any }, serve: { variant: "on" } }] });
    expect([status, field(body, "contexts", "source")]).toEqual([200, "synthetic"]);
    expect(field(body, "contexts", "count")).toBeGreaterThan(100);
    expect(field(body, "contexts", "count")).toBeLessThan(1_000);
  });

  it.each([
    ["one holds", 200, [1_000]],
    ["all together hold", 90, Array.from({ length: 50 }, () => 1_000)],
  ])(
    "is of no contexts that would keep the server busy: too much text for its patterns, where %s it",
    async (_, tests, lengths) => {
      const any = Array.from({ length: tests }, () => ({ attribute: "mail", op: "matches", values: ["a*b"] }));
      const rules = [{ when: { any }, serve: { variant: "on" } }];
      const contexts = lengths.map((length) => ({ mail: "a".repeat(length) }));
      const refused = await preview({ enabled: true, rules, contexts });
      expect(refused).toMatchObject({ status: 422, body: { code: "limit_exceeded" } });
      expect(refused.text).toContain(`to try ${tests} patterns on`);
      const short = contexts.map(({ mail }) => ({ mail: mail.slice(0, 30) }));
      expect(await preview({ enabled: true, rules, contexts: short })).toMatchObject({ status: 200 });
    },
  );
});
