import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Harness } from "../../../testing/harness.ts";

const PROJECT = "/api/v1/projects/default";
const CHANGES = `POST ${PROJECT}/changes`;
const on = { enabled: true, off: "off", prerequisites: [], targets: [], rules: [], fallthrough: { variant: "on" } };

describe("a change set", () => {
  let api: Harness;
  beforeEach(async () => {
    api = await createHarness();
    await api.ask(`POST ${FLAGS}`, { body: { key: "a" } });
    await api.ask(`POST ${PROJECT}/segments`, { body: { key: "beta", included: ["u1"] } });
  });

  const newest = () => api.ledger.state("default")?.revision ?? 0;
  const apply = (items: unknown, more: object = {}, token?: string) =>
    api.ask(CHANGES, { body: { items, ...more }, ...(token === undefined ? {} : { token }) });
  const place = { flag: "a", environment: "production" };
  const referring = (segment: string) => ({
    ...on,
    rules: [{ id: "r", when: { all: [{ segment }] }, serve: { variant: "on" } }],
  });

  it("is one revision and one delta, its items referring to each other whatever their order", async () => {
    const before = newest();
    const view = api.ledger.view("default", "production", "server");
    const got = await apply(
      [
        { flag: "a", environment: "production", after: referring("new") },
        { segment: "new", after: { when: { flag: "b", variants: ["on"] } } },
        { flag: "b", environment: "preview", after: on },
        { flag: "b", after: { description: "Made here" } },
        { environment: "preview", after: { name: "Preview" } },
      ],
      { comment: "all at once" },
    );
    expect(got).toMatchObject({ status: 200, body: { revision: before + 1 } });
    const delta = api.ledger.view("default", "production", "server")?.deltaSince(view?.revision ?? 0);
    expect(delta).toMatchObject({ from: view?.revision, to: before + 1, segments: { new: { version: before + 1 } } });
    expect(Object.keys(Object(field(delta, "flags"))).sort()).toEqual(["a", "b"]);
    expect((await api.ask(`GET ${FLAGS}/b`)).body).toMatchObject({
      description: "Made here",
      environments: { production: { enabled: false }, preview: { enabled: true } },
    });
    expect((await api.ask(`GET ${FLAGS}/a/environments/preview`)).body).toMatchObject({ enabled: false });
    const log = (await api.ask(`GET ${PROJECT}/changes?limit=1`)).body;
    expect(field(log, "items", 0)).toMatchObject({ action: "change.apply", comment: "all at once" });
    expect(field(got.body, "items")).toEqual(field(log, "items", 0, "items"));
  });

  it("takes back the documents that the API shows", async () => {
    const targeting = (await api.ask(`GET ${FLAGS}/a/environments/production`)).body;
    const segment = (await api.ask(`GET ${PROJECT}/segments/beta`)).body;
    const { environments: _own, ...flag } = Object((await api.ask(`GET ${FLAGS}/a`)).body);
    const environment = (await api.ask(`GET ${PROJECT}/environments/production`)).body;
    const before = newest();
    const got = await apply([
      { ...place, after: targeting },
      { segment: "beta", after: segment },
      { flag: "a", after: flag },
      { environment: "production", after: environment },
    ]);
    expect(got).toMatchObject({ status: 200, body: { revision: before, items: [] } });
  });

  it("keeps the users of a rollout as far as the weights allow", async () => {
    await api.ask(`PUT ${FLAGS}/a/environments/production/rollout`, { body: { percentage: 10 } });
    await apply([{ ...place, after: { ...on, fallthrough: { rollout: { weights: { on: 50_000, off: 50_000 } } } } }]);
    await apply([{ ...place, after: { ...on, fallthrough: { rollout: { weights: { on: 20_000, off: 80_000 } } } } }]);
    const ruleset = api.ledger.view("default", "production", "server")?.ruleset();
    expect(field(ruleset, "flags", "a", "fallthrough", "rollout", "allocation")).toEqual([
      [20_000, "on"],
      [100_000, "off"],
    ]);
  });

  it("gives a new flag a seed of its own, and keeps that of one that is there", async () => {
    const seedOf = async (key: string) => field((await api.ask(`GET ${FLAGS}/${key}`)).body, "seed");
    const seed = await seedOf("a");
    await apply([
      { flag: "a", after: { tags: ["x"] } },
      { flag: "b", after: {} },
      { flag: "c", after: {} },
      { flag: "d", after: { seed: 7 } },
    ]);
    expect(await seedOf("a")).toBe(seed);
    expect(await seedOf("d")).toBe(7);
    expect(new Set([await seedOf("b"), await seedOf("c"), seed]).size).toBe(3);
  });

  it("archives a flag, brings it back, and removes a segment", async () => {
    await apply([
      { flag: "a", after: { archivedAt: "2020-01-01T00:00:00Z" } },
      { segment: "beta", after: null },
    ]);
    const archived = (await api.ask(`GET ${FLAGS}/a`)).body;
    expect(field(archived, "archivedAt")).toBe("2026-01-31T12:00:00.000Z");
    expect((await api.ask(`GET ${PROJECT}/segments/beta`)).status).toBe(404);
    expect((await apply([{ ...place, after: on }])).body).toMatchObject({
      code: "flag_archived",
      errors: [{ path: "items[0].flag" }],
    });
    expect(
      (
        await apply([
          { flag: "a", after: {} },
          { ...place, after: on },
        ])
      ).status,
    ).toBe(200);
  });

  it("says what would change with dryRun, and changes nothing", async () => {
    const before = newest();
    const items = [
      { flag: "b", after: {} },
      { ...place, after: on },
    ];
    const got = await apply(items, { dryRun: true });
    expect(got).toMatchObject({ status: 200, body: { dryRun: true, revision: before } });
    expect(field(got.body, "items")).toHaveLength(5);
    expect(newest()).toBe(before);
    expect((await apply([{ flag: "b", after: { type: "number" } }], { dryRun: true })).status).toBe(422);
  });

  describe("is refused whole", () => {
    const refused = async (items: unknown, status: number, code: string) => {
      const before = newest();
      const views = api.ledger.view("default", "production", "server");
      const got = await apply(items);
      expect(got).toMatchObject({ status, body: { code } });
      expect(newest()).toBe(before);
      expect(api.ledger.view("default", "production", "server")).toBe(views);
      const errors = field(got.body, "errors");
      return Array.isArray(errors) ? errors.map((error) => [field(error, "path"), field(error, "message")]) : [];
    };
    const good = { segment: "good", after: {} };

    it("for everything that is wrong in it, each with its place", async () => {
      const variants = [{ key: "x", value: 1 }];
      const errors = await refused(
        [
          good,
          { ...place, after: { ...on, rules: [{ when: { all: 1 }, serve: { variant: "nope" } }], off: "none" } },
          { flag: "n", after: { type: "number", variants: [{ key: "x", value: "text" }] } },
          { segment: "beta", after: { included: ["u1"], excluded: ["u1"] } },
          { flag: "m", after: { type: "number", variants, colour: "red" } },
          { flag: "nowhere", environment: "production", after: on },
          { flag: "a", environment: "nowhere", after: on },
          { flag: "n", environment: "production", after: on },
          { segment: "none", after: null },
          { flag: "a", after: null },
        ],
        422,
        "invalid",
      );
      expect(errors.map(([path]) => path)).toEqual([
        "items[2].after.variants[0].value",
        "items[4].after.colour",
        "items[9].after",
        "items[3].after.included[0]",
        "items[8].segment",
        "items[1].after.off",
        "items[1].after.rules[0].when.all",
        "items[1].after.rules[0].serve.variant",
        "items[5].flag",
        "items[6].environment",
      ]);
      for (const [, message] of errors) expect(message).toMatch(/^[A-Z].*\.$/);
    });

    it.each<[string, object[], string]>([
      ["leads nowhere", [{ ...place, after: referring("gone") }], "items[1].after.rules[0].when.all[0].segment"],
      ["goes in a circle", [{ segment: "x", after: { when: { segment: "x" } } }], "items[1].after"],
      [
        "is taken away by it",
        [
          { ...place, after: referring("beta") },
          { segment: "beta", after: null },
        ],
        "items[1].after.rules[0].when.all[0].segment",
      ],
    ])("where a reference %s", async (_, items, path) => {
      expect((await refused([good, ...items], 422, "invalid")).map(([found]) => found)).toEqual([path]);
    });

    it("where it takes away what a document outside of it uses", async () => {
      await apply([{ ...place, after: referring("beta") }]);
      expect(await refused([good, { segment: "beta", after: null }], 422, "invalid")).toEqual([
        ["flags.a.rules[0].when.all[0].segment", expect.stringMatching(/^In production: .*beta/)],
      ]);
    });

    it("where a flag loses a variant that a targeting outside of it serves", async () => {
      const one = [{ key: "on", value: true }];
      const errors = await refused([good, { flag: "a", after: { variants: one } }], 422, "invalid");
      expect(errors).toHaveLength(3);
      expect(errors[2]).toEqual(["items[1].after.variants", expect.stringMatching(/^In production, at off: /)]);
      const targetings = ["development", "staging", "production"].map((environment) => {
        return { flag: "a", environment, after: { ...on, off: "on" } };
      });
      expect((await apply([{ flag: "a", after: { variants: one } }, ...targetings])).status).toBe(200);
    });

    it("where a document is not at the revision that it was read at", async () => {
      const errors = await refused(
        [
          { ...good, ifRevision: 0 },
          { segment: "beta", ifRevision: 1, after: {} },
          { flag: "a", ifRevision: 0, after: {} },
          { flag: "none", ifRevision: 3, after: {} },
        ],
        412,
        "precondition_failed",
      );
      expect(errors).toEqual([
        ["items[1].ifRevision", `It is at revision ${newest()} now.`],
        ["items[2].ifRevision", `It is there, at revision ${newest() - 1}.`],
        ["items[3].ifRevision", "It is not there."],
      ]);
      expect(
        (
          await apply([
            { ...good, ifRevision: 0 },
            { segment: "beta", ifRevision: newest(), after: {} },
          ])
        ).status,
      ).toBe(200);
    });

    it("where the project has moved on since the revision in If-Match", async () => {
      const headers = { "if-match": `"${newest() - 1}"` };
      expect(await api.ask(CHANGES, { body: { items: [good] }, headers })).toMatchObject({ status: 412 });
    });

    it("where a flag would become another one", async () => {
      const variants = [{ key: "x", value: 1 }];
      const items = [good, { flag: "a", after: { type: "number", seed: 1, variants } }];
      expect((await refused(items, 422, "invalid")).map(([path]) => path)).toEqual([
        "items[1].after.type",
        "items[1].after.seed",
      ]);
      await api.ask(`POST ${FLAGS}/a/archive`);
      expect((await refused(items, 409, "key_archived")).length).toBe(2);
    });

    it("where an environment would move, be protected or go", async () => {
      const items = [
        { environment: "production", after: { position: 0 } },
        { environment: "staging", after: { protected: true } },
        { environment: "development", after: null },
      ];
      expect((await refused(items, 422, "invalid")).map(([path]) => path)).toEqual([
        "items[0].after.position",
        "items[1].after.protected",
        "items[2].after",
      ]);
    });

    it("where a pattern in it may run for ever", async () => {
      const when = { attribute: "mail", op: "matches", values: ["(a+)+$"] };
      const errors = await refused([good, { segment: "beta", after: { when } }], 422, "invalid");
      expect(errors.map(([path]) => path)).toEqual(["items[1].after.when.values[0]"]);
    });

    it.each([
      [[], "items"],
      [[{ after: {} }], "items[0]"],
      [[{ segment: "s", flag: "a", after: {} }], "items[0]"],
      [[{ segment: "s" }], "items[0].after"],
      [[good, good], "items[1]"],
      [[{ segment: "__proto__", after: {} }], "items[0].segment"],
      [[{ segment: "s", after: [] }], "items[0].after"],
      [[{ segment: "s", after: "text" }], "items[0].after"],
      [[{ flag: "a", after: { environments: {} } }], "items[0].after.environments"],
      [[{ flag: "a", after: { key: "b" } }], "items[0].after.key"],
      [[{ segment: "s", after: { key: "b" } }], "items[0].after.key"],
      [[{ ...place, after: {} }], "items[0].after.enabled"],
      [[{ segment: "s", after: {}, force: 1 }], "items[0].force"],
      [{ segment: "s" }, "items"],
    ])("with %j for items", async (items, path) => {
      expect((await refused(items, 422, "invalid"))[0]?.[0]).toBe(path);
    });

    it("with as many errors as a person reads, however many there are", async () => {
      const items = Array.from({ length: 5_000 }, (_, index) => ({ flag: `f${index}`, after: null }));
      expect(await refused(items, 422, "invalid")).toHaveLength(100);
    });
  });

  it("may hold megabytes and thousands of documents, up to 16 MiB", async () => {
    const description = "x".repeat(900);
    const items = Array.from({ length: 2_000 }, (_, index) => ({ flag: `f${index}`, after: { description } }));
    const got = await apply(items);
    expect(got).toMatchObject({ status: 200 });
    expect(field(got.body, "items")).toHaveLength(8_000);
    const large = JSON.stringify({ items: [{ segment: "s", after: { included: ["x".repeat(16 * 1024 * 1024)] } }] });
    expect(await api.ask(CHANGES, { body: large })).toMatchObject({ status: 413, body: { code: "body_too_large" } });
  });

  it("holds the limit of a project's flags", async () => {
    const items = Array.from({ length: 10_001 }, (_, index) => ({ flag: `f${index}`, after: {} }));
    expect(await apply(items)).toMatchObject({ status: 422, body: { code: "limit_exceeded" } });
  });

  describe("is for those", () => {
    it("A1, A2: who may change the place of each item", async () => {
      const reach = { project: "default", environment: "staging" };
      const token = await api.makeToken("editor", reach);
      const staging = { flag: "a", environment: "staging", after: on };
      expect((await apply([staging], {}, token)).status).toBe(200);
      for (const item of [
        { ...place, after: on },
        { flag: "a", after: {} },
        { segment: "beta", after: {} },
      ]) {
        const got = await apply([staging, item], {}, token);
        expect(got).toMatchObject({ status: 403, body: { code: "not_allowed" } });
        expect(field(got.body, "detail")).toMatch(/^items\[1\]: .*Nothing was changed\.$/);
      }
      const foreign = await api.makeToken("admin", { project: "other" });
      expect(await apply([staging], {}, foreign)).toMatchObject({ status: 403 });
    });

    it("who are admins, for environments", async () => {
      const items = [{ environment: "preview", after: {} }];
      expect((await apply(items, {}, await api.makeToken("releaser"))).status).toBe(403);
      expect((await apply(items, {}, await api.makeToken("admin"))).status).toBe(200);
    });

    it("whose role covers each item in a protected environment", async () => {
      const after = { key: "production", name: "", position: 2, protected: true };
      await api.write("default", [{ kind: "environment", key: "production", environment: "", after }]);
      const editor = await api.makeToken("editor");
      const releaser = await api.makeToken("releaser");
      const switched = { ...place, after: on };
      const staging = { flag: "a", environment: "staging", after: referring("beta") };
      expect((await apply([staging, switched], {}, editor)).status).toBe(403);
      expect((await apply([{ segment: "beta", after: {} }], {}, releaser)).status).toBe(403);
      expect((await apply([{ ...place, after: referring("beta") }], {}, releaser)).status).toBe(403);
      expect((await apply([staging, switched], {}, releaser)).status).toBe(200);
      expect((await apply([{ ...place, after: referring("beta") }])).status).toBe(200);
    });
  });
});
