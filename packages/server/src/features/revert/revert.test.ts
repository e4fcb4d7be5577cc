import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Harness, START } from "../../testing/harness.ts";

const PROJECT = "/api/v1/projects/default";
const REVERT = `POST ${PROJECT}/revert`;
const A = `${FLAGS}/a/environments/production`;

describe("revert", () => {
  let api: Harness;
  /** The flag `a`, as it was made. */
  let made: number;
  beforeEach(async () => {
    api = await createHarness();
    made = await change(`POST ${FLAGS}`, { key: "a" });
  });

  const change = async (what: string, body?: unknown): Promise<number> => {
    api.advance(1_000);
    const got = await api.ask(what, body === undefined ? {} : { body });
    expect([what, got.status < 300, got.text]).toEqual([what, true, got.text]);
    return Number(field(got.body, "revision"));
  };
  const newest = () => api.ledger.state("default")?.revision ?? 0;
  const served = () => api.ledger.view("default", "production", "server")?.ruleset();
  const protect = async () => {
    const after = { key: "production", name: "", position: 2, protected: true };
    await api.write("default", [{ kind: "environment", key: "production", environment: "", after }]);
  };

  it("brings a targeting back as it was, layout included, as one new change", async () => {
    const variants = ["x", "y", "z"].map((key) => ({ key, value: key }));
    await change(`POST ${FLAGS}`, { key: "many", type: "string", variants });
    const many = `${FLAGS}/many/environments/production`;
    const put = (weights: object) => change(`PATCH ${many}`, { enabled: true, fallthrough: { rollout: { weights } } });
    await put({ x: 20_000, y: 30_000 });
    const to = await put({ x: 10_000, y: 50_000, z: 5_000 });
    const then = field(served(), "flags", "many", "fallthrough");
    await put({ z: 70_000, x: 1 });
    await change(`POST ${many}/kill`);
    const got = await api.ask(REVERT, { body: { to, flag: "many", environment: "production", comment: "back" } });
    expect(got).toMatchObject({
      status: 200,
      body: {
        revision: newest(),
        items: [{ flag: "many", environment: "production", before: { enabled: false }, after: { enabled: true } }],
      },
    });
    expect(got.text).not.toContain("allocation");
    expect(field(served(), "flags", "many", "fallthrough")).toEqual(then);
    expect(got.headers.get("etag")).toBe(`"${newest()}"`);
    const log = (await api.ask(`GET ${PROJECT}/changes?limit=1`)).body;
    expect(field(log, "items", 0)).toMatchObject({ action: "targeting.revert", comment: "back", revision: newest() });
  });

  it("takes an instant, and refuses the future", async () => {
    await change(`POST ${A}/enable`);
    const ask = (to: unknown) => api.ask(REVERT, { body: { to, flag: "a", environment: "production" } });
    expect(await ask(new Date(START + 1_500).toISOString())).toMatchObject({ status: 200 });
    expect(field(served(), "flags", "a", "enabled")).toBe(false);
    expect(await ask(new Date(START + 60_000).toISOString())).toMatchObject({ status: 400 });
    expect(await ask(newest() + 1)).toMatchObject({ status: 400, body: { code: "malformed_request" } });
  });

  it("of a flag brings back its definition and every targeting, of one environment that alone", async () => {
    const to = newest();
    await change(`PATCH ${FLAGS}/a`, { description: "other" });
    await change(`POST ${FLAGS}/a/environments/staging/enable`);
    await change(`POST ${A}/enable`);
    await api.ask(REVERT, { body: { to, flag: "a", environment: "staging" } });
    expect((await api.ask(`GET ${FLAGS}/a`)).body).toMatchObject({
      description: "other",
      environments: { staging: { enabled: false }, production: { enabled: true } },
    });
    const got = await api.ask(REVERT, { body: { to, flag: "a" } });
    expect(field(got.body, "items")).toMatchObject([{ flag: "a" }, { flag: "a", environment: "production" }]);
    expect((await api.ask(`GET ${FLAGS}/a`)).body).toMatchObject({
      description: "",
      environments: { staging: { enabled: false }, production: { enabled: false } },
    });
  });

  it("of a segment brings it back, a deleted one too", async () => {
    const to = await change(`POST ${PROJECT}/segments`, { key: "beta", included: ["u1"], when: { any: [] } });
    await change(`PUT ${PROJECT}/segments/beta`, { excluded: ["u1"] });
    await change(`DELETE ${PROJECT}/segments/beta`);
    expect((await api.ask(REVERT, { body: { to, segment: "beta" } })).status).toBe(200);
    expect((await api.ask(`GET ${PROJECT}/segments/beta`)).body).toMatchObject({ included: ["u1"], excluded: [] });
  });

  it("of an environment brings back all its targetings, those of flags made since to a new flag's", async () => {
    const to = await change(`PUT ${A}/rollout`, { percentage: 10 });
    await change(`POST ${FLAGS}`, { key: "late" });
    await change(`POST ${FLAGS}/late/environments/production/enable`);
    await change(`POST ${FLAGS}/late/environments/staging/enable`);
    await change(`PUT ${A}/rollout`, { percentage: 90 });
    const got = await api.ask(REVERT, { body: { to, environment: "production" } });
    expect(got).toMatchObject({ status: 200 });
    expect(field(served(), "flags", "a", "fallthrough", "rollout", "allocation", 0)).toEqual([10_000, "on"]);
    expect(field(served(), "flags", "late", "enabled")).toBe(false);
    expect((await api.ask(`GET ${FLAGS}/late`)).body).toMatchObject({ environments: { staging: { enabled: true } } });
  });

  it("says what would change with dryRun, and changes nothing", async () => {
    await change(`POST ${A}/enable`);
    const before = newest();
    const got = await api.ask(REVERT, { body: { to: made, flag: "a", environment: "production", dryRun: true } });
    expect(got).toMatchObject({
      status: 200,
      body: { dryRun: true, revision: before, items: [{ before: { enabled: true }, after: { enabled: false } }] },
    });
    expect(newest()).toBe(before);
    expect(field(served(), "flags", "a", "enabled")).toBe(true);
  });

  it("makes no change where nothing is different", async () => {
    const before = newest();
    const got = await api.ask(REVERT, { body: { to: before, environment: "production" } });
    expect(got).toMatchObject({ status: 200, body: { revision: before, items: [] } });
    expect(newest()).toBe(before);
  });

  describe("is refused", () => {
    const refused = async (body: object, status: number, code: string) => {
      const before = newest();
      const got = await api.ask(REVERT, { body });
      expect(got).toMatchObject({ status, body: { code } });
      expect(newest()).toBe(before);
      return got.body;
    };

    it("where a variant, a flag or a segment that it refers to is gone today, and names it", async () => {
      const variants = ["x", "y", "z"].map((key) => ({ key, value: key }));
      await change(`POST ${FLAGS}`, { key: "many", type: "string", variants });
      await change(`POST ${PROJECT}/segments`, { key: "beta" });
      const when = { all: [{ segment: "beta" }, { flag: "many", variants: ["y"] }] };
      const to = await change(`PATCH ${A}`, { rules: [{ id: "r", when, serve: { variant: "on" } }] });
      await change(`PATCH ${A}`, { rules: [] });
      await change(`DELETE ${PROJECT}/segments/beta`);
      const body = { to, flag: "a", environment: "production" };
      expect(await refused(body, 422, "invalid")).toMatchObject({
        errors: [{ path: "rules[0].when.all[0].segment", message: expect.stringContaining("beta") }],
      });
      await change(`POST ${PROJECT}/segments`, { key: "beta" });
      await change(`PATCH ${FLAGS}/many`, { variants: variants.filter(({ key }) => key !== "y") });
      expect(await refused(body, 422, "invalid")).toMatchObject({
        errors: [{ path: "rules[0].when.all[1].variants[0]" }],
      });
      const was = await change(`PATCH ${FLAGS}/many/environments/production`, { fallthrough: { variant: "z" } });
      await change(`PATCH ${FLAGS}/many/environments/production`, { fallthrough: { variant: "x" }, off: "x" });
      await change(`PATCH ${FLAGS}/many/environments/staging`, { off: "x" });
      await change(`PATCH ${FLAGS}/many/environments/development`, { off: "x" });
      await change(`PATCH ${FLAGS}/many`, { variants: variants.filter(({ key }) => key === "x") });
      expect(await refused({ to: was, flag: "many", environment: "production" }, 422, "invalid")).toMatchObject({
        errors: [{ path: "off" }, { path: "fallthrough.variant" }],
      });
      expect(await refused({ to: was, environment: "production" }, 422, "invalid")).toMatchObject({
        errors: [{ path: "flags.many.off" }, { path: "flags.many.fallthrough.variant" }],
      });
    });

    it("where a segment would lose what it refers to", async () => {
      await change(`POST ${PROJECT}/segments`, { key: "inner" });
      const to = await change(`POST ${PROJECT}/segments`, { key: "outer", when: { segment: "inner" } });
      await change(`PATCH ${PROJECT}/segments/outer`, { when: null });
      await change(`DELETE ${PROJECT}/segments/inner`);
      expect(await refused({ to, segment: "outer" }, 422, "invalid")).toMatchObject({
        errors: [{ path: "when.segment" }],
      });
    });

    it("where it was not there yet", async () => {
      const before = made - 1;
      await change(`POST ${PROJECT}/segments`, { key: "beta" });
      await change(`POST ${PROJECT}/environments`, { key: "late" });
      await refused({ to: before, flag: "a" }, 404, "not_found");
      await refused({ to: before, flag: "a", environment: "production" }, 404, "not_found");
      await refused({ to: before, segment: "beta" }, 404, "not_found");
      await refused({ to: before, environment: "late" }, 404, "not_found");
      await refused({ to: 0, environment: "production" }, 404, "not_found");
      await refused({ to: made, flag: "nothing" }, 404, "not_found");
      await refused({ to: made, environment: "nowhere" }, 404, "not_found");
    });

    it("R16, F34: where another flag has taken the key since, unless an admin says so", async () => {
      await change(`POST ${FLAGS}/a/archive`);
      await change(`POST ${FLAGS}`, { key: "a", reuseArchivedKey: true, description: "another" });
      await refused({ to: made, flag: "a" }, 409, "key_archived");
      await refused({ to: made, flag: "a", environment: "production" }, 409, "key_archived");
      const editor = await api.makeToken("editor");
      const body = { to: made, flag: "a", reuseArchivedKey: true };
      expect(await api.ask(REVERT, { body, token: editor })).toMatchObject({ status: 403 });
      expect(await api.ask(REVERT, { body })).toMatchObject({ status: 200 });
      expect((await api.ask(`GET ${FLAGS}/a`)).body).toMatchObject({ description: "" });
    });

    it("R16: and what waits for that other flag does not wait for this one", async () => {
      await change(`POST ${FLAGS}/a/archive`);
      await change(`POST ${FLAGS}`, { key: "a", reuseArchivedKey: true });
      await change(`POST ${A}/schedules`, { at: "2999-01-01T00:00:00Z", change: { enabled: true } });
      await change(`POST ${A}/release`, { steps: [{ percentage: 100, hold: "1h" }] });
      const body = { to: made, flag: "a", reuseArchivedKey: true };
      expect(await api.ask(REVERT, { body })).toMatchObject({ status: 200 });
      expect((await api.ask(`GET ${A}/schedules`)).body).toEqual({ items: [] });
      expect((await api.ask(`GET ${A}/release`)).body).toMatchObject({ state: "aborted" });
    });

    it("where the flag is archived today, unless the flag whole comes back", async () => {
      await change(`POST ${A}/enable`);
      await change(`POST ${FLAGS}/a/archive`);
      await refused({ to: made, flag: "a", environment: "production" }, 409, "flag_archived");
      expect((await api.ask(REVERT, { body: { to: made, environment: "production" } })).body).toMatchObject({
        items: [],
      });
      expect((await api.ask(REVERT, { body: { to: made, flag: "a" } })).status).toBe(200);
      expect(field((await api.ask(`GET ${FLAGS}/a`)).body, "archivedAt")).toBeUndefined();
    });

    it("where it would archive a flag that another depends on today", async () => {
      const to = await change(`POST ${FLAGS}/a/archive`);
      await change(`POST ${FLAGS}/a/restore`);
      await change(`POST ${FLAGS}`, { key: "top" });
      await change(`PATCH ${FLAGS}/top/environments/production`, { prerequisites: [{ flag: "a", variants: ["on"] }] });
      expect(await refused({ to, flag: "a" }, 422, "invalid")).toMatchObject({
        errors: [{ path: "flags.top.prerequisites[0].flag" }],
      });
    });

    it.each([
      [{ flag: "a" }, "to"],
      [{ to: 1 }, ""],
      [{ to: 1, segment: "s", flag: "a" }, ""],
      [{ to: 1, segment: "s", environment: "production" }, ""],
      [{ to: "yesterday", flag: "a" }, "to"],
      [{ to: -1, flag: "a" }, "to"],
      [{ to: 1, flag: "../x" }, "flag"],
      [{ to: 1, flag: "a", force: true }, "force"],
      [{ to: 1, flag: "a", dryRun: "yes" }, "dryRun"],
    ])("with %j for a body", async (body, path) => {
      expect(await refused(body, 422, "invalid")).toMatchObject({ errors: [{ path }] });
    });

    it("where somebody was faster, by the tag that the dry run gave", async () => {
      await change(`POST ${A}/enable`);
      const body = { to: made, environment: "production" };
      const seen = await api.ask(REVERT, { body: { ...body, dryRun: true } });
      const tag = seen.headers.get("etag") ?? "";
      await change(`PUT ${A}/rollout`, { percentage: 5 });
      const late = await api.ask(REVERT, { body, headers: { "if-match": tag } });
      expect(late).toMatchObject({ status: 412, body: { code: "precondition_failed" } });
      const again = late.headers.get("etag") ?? "";
      expect((await api.ask(REVERT, { body, headers: { "if-match": again } })).status).toBe(200);
    });
  });

  describe("is for those", () => {
    it("who may change that place: a token of one environment that environment alone", async () => {
      await change(`POST ${PROJECT}/segments`, { key: "beta" });
      const reach = { project: "default", environment: "staging" };
      const token = await api.makeToken("editor", reach);
      const to = newest();
      const status = async (body: object) => (await api.ask(REVERT, { body: { to, ...body }, token })).status;
      expect(await status({ environment: "staging" })).toBe(200);
      expect(await status({ flag: "a", environment: "staging" })).toBe(200);
      expect(await status({ environment: "production" })).toBe(403);
      expect(await status({ environment: "nowhere" })).toBe(403);
      expect(await status({ flag: "a", environment: "production" })).toBe(403);
      expect(await status({ flag: "a" })).toBe(403);
      expect(await status({ segment: "beta" })).toBe(403);
    });

    it("A3: of the project, whatever it names", async () => {
      const token = await api.makeToken("admin", { project: "other" });
      const got = await api.ask(REVERT, { body: { to: 1, flag: "a" }, token });
      expect(got).toMatchObject({ status: 403, body: { code: "not_allowed" } });
    });

    it("whose role covers a protected environment: a releaser for a rollout or a switch, an admin for all", async () => {
      const rolled = await change(`PUT ${A}/rollout`, { percentage: 5 });
      const ruled = await change(`PATCH ${A}`, {
        rules: [{ id: "r", when: { all: [] }, serve: { variant: "on" } }],
      });
      await change(`POST ${A}/enable`);
      await protect();
      const token = await api.makeToken("releaser");
      const editor = await api.makeToken("editor");
      const ask = (to: number, by: string) => {
        return api.ask(REVERT, { body: { to, flag: "a", environment: "production" }, token: by });
      };
      expect(await ask(ruled, editor)).toMatchObject({ status: 403 });
      expect(await ask(rolled, token)).toMatchObject({ status: 403, body: { code: "not_allowed" } });
      expect(await ask(ruled, token)).toMatchObject({ status: 200 });
      expect((await api.ask(REVERT, { body: { to: rolled, flag: "a", environment: "production" } })).status).toBe(200);
    });
  });
});
