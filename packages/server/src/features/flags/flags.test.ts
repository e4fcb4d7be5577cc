import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Harness, START } from "../../testing/harness.ts";

describe("flags", () => {
  let api: Harness;
  beforeEach(async () => {
    api = await createHarness();
  });

  const create = (body: object, token?: string) =>
    api.ask(`POST ${FLAGS}`, { body, ...(token === undefined ? {} : { token }) });
  const keysOf = async (query: string) => {
    const { body } = await api.ask(`GET ${FLAGS}?${query}`);
    const items = field(body, "items");
    return {
      keys: Array.isArray(items) ? items.map((item) => field(item, "key")) : [],
      next: field(body, "nextCursor"),
    };
  };

  it("are boolean, disabled everywhere, and serve on once enabled, unless said otherwise", async () => {
    const made = await create({ key: "new-checkout", comment: "why not" });
    expect(made).toMatchObject({ status: 201, body: { key: "new-checkout", type: "boolean", kind: "release" } });
    const targeting = {
      enabled: false,
      off: "off",
      prerequisites: [],
      targets: [],
      rules: [],
      fallthrough: { variant: "on" },
      revision: field(made.body, "revision"),
    };
    expect(field(made.body, "environments")).toEqual({
      development: targeting,
      staging: targeting,
      production: targeting,
    });
    expect(Object.keys(Object(field(made.body, "environments")))).toEqual(["development", "staging", "production"]);
    expect(made.headers.get("etag")).toBe(`"${field(made.body, "revision")}"`);
  });

  it("of another type are off by their last variant and serve their first, unless named", async () => {
    const variants = ["s", "m", "l"].map((key) => ({ key, value: key }));
    const plain = await create({ key: "size", type: "string", variants });
    expect(field(plain.body, "environments", "production")).toMatchObject({ off: "l", fallthrough: { variant: "s" } });
    const named = await create({ key: "size2", type: "string", variants, off: "m", fallthrough: { variant: "l" } });
    expect(field(named.body, "environments", "production")).toMatchObject({ off: "m", fallthrough: { variant: "l" } });
  });

  it("that are boolean with other keys are off by their false variant", async () => {
    const variants = [
      { key: "old", value: false },
      { key: "new", value: true },
    ];
    const made = await create({ key: "ui", variants });
    expect(field(made.body, "environments", "production")).toMatchObject({
      off: "old",
      fallthrough: { variant: "new" },
    });
  });

  it.each([
    ["string", "variants"],
    ["number", "variants"],
    ["json", "variants"],
  ])("of type %s need variants", async (type, path) => {
    expect(await create({ key: "a", type })).toMatchObject({ status: 422, body: { errors: [{ path }] } });
  });

  it("keep a json variant as it came, whatever its keys", async () => {
    const value = '{"__proto__": {"a": 1}, "constructor": [null, {"deep": true}]}';
    const body = `{"key": "a", "type": "json", "variants": [{"key": "x", "value": ${value}}, {"key": "none", "value": null}]}`;
    const made = await api.ask(`POST ${FLAGS}`, { body });
    expect(made.status).toBe(201);
    expect(made.text).toContain('"__proto__":{"a":1}');
    expect((await api.ask(`GET ${FLAGS}/a`)).text).toContain('"__proto__":{"a":1}');
    expect(JSON.stringify(api.ledger.view("default", "production", "server")?.ruleset())).toContain(
      '"__proto__":{"a":1}',
    );
  });

  it("draw a seed of their own, or take the one that is named", async () => {
    const [a, b] = [await create({ key: "a" }), await create({ key: "b" })];
    expect(field(a.body, "seed")).not.toBe(field(b.body, "seed"));
    expect((await create({ key: "c", seed: 4_294_967_295 })).body).toMatchObject({ seed: 4_294_967_295 });
  });

  it("that exist are not made again", async () => {
    await create({ key: "a" });
    expect(await create({ key: "a", reuseArchivedKey: true })).toMatchObject({
      status: 409,
      body: { code: "already_exists" },
    });
  });

  it("are made once, however many ask at once", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => create({ key: "a" })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 7 }, () => 409)]);
  });

  describe("that are archived", () => {
    beforeEach(async () => {
      await create({ key: "old" });
      await api.ask(`POST ${FLAGS}/old/environments/production/enable`);
      await api.ask(`POST ${FLAGS}/old/archive`);
    });

    it("R19: go on as disabled for SDKs, and are listed only when asked for", async () => {
      const ruleset = api.ledger.view("default", "production", "server")?.ruleset();
      expect(field(ruleset, "flags", "old", "enabled")).toBe(false);
      expect((await keysOf("")).keys).toEqual([]);
      expect((await keysOf("archived=true")).keys).toEqual(["old"]);
      expect((await keysOf("archived=all")).keys).toEqual(["old"]);
    });

    it("come back as they were", async () => {
      const { body } = await api.ask(`POST ${FLAGS}/old/restore`);
      expect(field(body, "archivedAt")).toBeUndefined();
      expect(field(body, "environments", "production", "enabled")).toBe(true);
    });

    it("are neither edited nor enabled, and can always be switched off", async () => {
      const production = `${FLAGS}/old/environments/production`;
      const codes = [
        await api.ask(`PATCH ${production}`, { body: { enabled: true } }),
        await api.ask(`POST ${production}/enable`),
        await api.ask(`PUT ${production}/rollout`, { body: { percentage: 5 } }),
      ];
      for (const got of codes) expect(got).toMatchObject({ status: 409, body: { code: "flag_archived" } });
      expect((await api.ask(`POST ${production}/kill`)).status).toBe(200);
    });

    it("R16, F34: lend their key to another flag only to an admin who says so", async () => {
      expect(await create({ key: "old" })).toMatchObject({ status: 409, body: { code: "key_archived" } });
      const editor = await api.makeToken("editor");
      const body = { key: "old", type: "number", variants: [{ key: "one", value: 1 }], reuseArchivedKey: true };
      expect(await create(body, editor)).toMatchObject({ status: 403, body: { code: "not_allowed" } });
      expect(await create(body)).toMatchObject({
        status: 201,
        body: { type: "number", environments: { production: { enabled: false, fallthrough: { variant: "one" } } } },
      });
    });

    it("R16: lend their key alone: what ran or waited for them is not for the other flag", async () => {
      await api.ask(`POST ${FLAGS}/old/restore`);
      const at = new Date(START + 60_000).toISOString();
      const steps = [{ percentage: 100, hold: "1m" }];
      const places = ["staging", "production"].map((environment) => `${FLAGS}/old/environments/${environment}`);
      const [staging, production] = places;
      for (const place of places) await api.ask(`POST ${place}/schedules`, { body: { at, change: { enabled: true } } });
      await api.ask(`POST ${staging}/release`, { body: { at, steps } });
      await api.ask(`POST ${production}/release`, { body: { steps } });
      await api.ask(`POST ${FLAGS}/old/archive`);
      expect(await create({ key: "old", reuseArchivedKey: true })).toMatchObject({ status: 201 });
      for (const place of places) {
        expect((await api.ask(`GET ${place}/schedules`)).body).toEqual({ items: [] });
        expect((await api.ask(`GET ${place}/release`)).body).toMatchObject({
          state: "aborted",
          reason: "Another flag took its key.",
        });
        expect((await api.ask(`GET ${place}`)).body).toMatchObject({ enabled: false, fallthrough: { variant: "on" } });
      }
    });

    it("cannot be archived while another flag depends on them", async () => {
      await create({ key: "base" });
      const prerequisites = [{ flag: "base", variants: ["on"] }];
      await create({ key: "top" });
      await api.ask(`PATCH ${FLAGS}/top/environments/staging`, { body: { prerequisites } });
      const got = await api.ask(`POST ${FLAGS}/base/archive`);
      expect(got).toMatchObject({
        status: 409,
        body: { code: "still_referenced", detail: "Flag base is used by the flag top. Remove it there first." },
      });
    });
  });

  it("change their definition field by field, and alter no view by a description", async () => {
    await create({ key: "a", description: "old", tags: ["x"] });
    const before = api.ledger.view("default", "production", "server");
    const got = await api.ask(`PATCH ${FLAGS}/a`, { body: { description: "new", owner: "ann" } });
    expect(got.body).toMatchObject({ description: "new", owner: "ann", tags: ["x"] });
    expect(api.ledger.view("default", "production", "server")).toBe(before);
  });

  it("do not lose a variant that an environment serves", async () => {
    await create({ key: "a" });
    const got = await api.ask(`PATCH ${FLAGS}/a`, { body: { variants: [{ key: "on", value: true }] } });
    expect(got).toMatchObject({ status: 422, body: { errors: [{ path: "environments.development.off" }] } });
  });

  it("do not lose a variant that another flag waits for", async () => {
    const variants = ["a", "b", "c"].map((key) => ({ key, value: key }));
    await create({ key: "base", type: "string", variants });
    await create({ key: "top" });
    await api.ask(`PATCH ${FLAGS}/top/environments/staging`, {
      body: { prerequisites: [{ flag: "base", variants: ["b"] }] },
    });
    const got = await api.ask(`PATCH ${FLAGS}/base`, { body: { variants: variants.filter(({ key }) => key !== "b") } });
    expect(got).toMatchObject({ status: 422, body: { errors: [{ path: "flags.top.prerequisites[0].variants[0]" }] } });
  });

  it("are listed by key, page by page, each once", async () => {
    const wanted = ["a", "a.b", "a-b", "a0", "a_b", "b", "constructor", "z"].sort();
    for (const key of [...wanted].reverse()) await create({ key });
    const seen: unknown[] = [];
    for (let cursor: unknown = "", pages = 0; cursor !== undefined && pages < 10; pages += 1) {
      const page = await keysOf(`limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`);
      seen.push(...page.keys);
      cursor = page.next;
    }
    expect(seen).toEqual(wanted);
  });

  it.each([
    ["q=ONE-PAGE", ["checkout"]],
    ["q=check", ["checkout"]],
    ["tag=web", ["checkout", "search"]],
    ["owner=ann", ["search"]],
    ["kind=ops", ["search"]],
    ["type=number", ["size"]],
    ["tag=web&owner=ann", ["search"]],
    ["q=nothing", []],
  ])("are found by %s", async (query, keys) => {
    await create({ key: "checkout", description: "A one-page checkout", tags: ["web"] });
    await create({ key: "search", tags: ["web"], owner: "ann", kind: "ops" });
    await create({ key: "size", type: "number", variants: [{ key: "a", value: 1 }] });
    expect((await keysOf(query)).keys).toEqual(keys);
  });

  it("show a token of one environment that environment alone", async () => {
    await create({ key: "a" });
    const token = await api.makeToken("viewer", { project: "default", environment: "staging" });
    const one = await api.ask(`GET ${FLAGS}/a`, { token });
    const list = await api.ask(`GET ${FLAGS}`, { token });
    expect(Object.keys(Object(field(one.body, "environments")))).toEqual(["staging"]);
    expect(Object.keys(Object(field(list.body, "items", 0, "environments")))).toEqual(["staging"]);
  });
});
