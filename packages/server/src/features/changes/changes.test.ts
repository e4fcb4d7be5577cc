import { beforeEach, describe, expect, it, vi } from "vitest";
import { createOutbound } from "../../outbound/outbound.ts";
import { createHarness, FLAGS, field, type Harness, START } from "../../testing/harness.ts";

const CHANGES = "/api/v1/projects/default/changes";

describe("the history", () => {
  let api: Harness;
  /** Of the first change that a test makes. */
  let first: number;
  beforeEach(async () => {
    api = await createHarness();
    first = (api.ledger.state("default")?.revision ?? 0) + 1;
    await api.ask(`POST ${FLAGS}`, { body: { key: "a", comment: "begin" }, headers: { "x-request-id": "req-1" } });
    api.advance(60_000);
    await api.ask(`POST ${FLAGS}/a/environments/production/enable`);
    api.advance(60_000);
    await api.ask("POST /api/v1/projects/default/segments", { body: { key: "beta" } });
  });

  const revisions = async (query: string) => {
    const { body } = await api.ask(`GET ${CHANGES}?${query}`);
    const items = field(body, "items");
    return Array.isArray(items) ? items.map((item) => Number(field(item, "revision")) - first) : [];
  };
  const at = (ms: number) => encodeURIComponent(new Date(START + ms).toISOString());

  it("tells who did what, when and why, with the state before and after, newest first", async () => {
    const { body } = await api.ask(`GET ${CHANGES}`);
    expect(field(body, "items", 1)).toMatchObject({
      revision: first + 1,
      at: "2026-01-31T12:01:00.000Z",
      actor: { type: "token", id: "environment", name: "BANNEROL_ADMIN_TOKEN" },
      action: "flag.enable",
      flag: "a",
      environment: "production",
      before: { enabled: false },
      after: { enabled: true, fallthrough: { variant: "on" } },
      items: [{ flag: "a", environment: "production" }],
    });
    expect(field(body, "items", 2)).toMatchObject({
      action: "flag.create",
      comment: "begin",
      requestId: "req-1",
      flag: "a",
      before: null,
    });
    expect(Object(field(body, "items", 2, "items"))).toHaveLength(4);
    expect(field(body, "head")).toBe(field(body, "items", 0, "hash"));
    expect(field(body, "revision")).toBe(first + 2);
  });

  it("has the head of the newest change that it tells, also of one that is made meanwhile", async () => {
    const read = api.ledger.changes.bind(api.ledger);
    vi.spyOn(api.ledger, "changes").mockImplementation(async (project, filter) => {
      await api.ask(`POST ${FLAGS}/a/environments/production/disable`);
      return read(project, filter);
    });
    const { body } = await api.ask(`GET ${CHANGES}`);
    expect(field(body, "head")).toBe(field(body, "items", 0, "hash"));
  });

  it.each([
    ["flag=a", [1, 0]],
    ["segment=beta", [2]],
    ["environment=production&flag=a", [1, 0]],
    ["environment=staging&flag=a", [0]],
    ["actor=BANNEROL_ADMIN_TOKEN", [2, 1, 0]],
    ["actor=somebody", []],
    ["flag=nothing", []],
  ])("is filtered by %s", async (query, expected) => {
    expect(await revisions(query)).toEqual(expected);
  });

  it("begins after and ends before a revision, or at instants", async () => {
    expect(await revisions(`since=${first}`)).toEqual([2, 1]);
    expect(await revisions(`flag=a&until=${first + 1}`)).toEqual([0]);
    expect(await revisions(`since=${at(60_000)}`)).toEqual([2, 1]);
    expect(await revisions(`flag=a&until=${at(60_000)}`)).toEqual([1, 0]);
    expect(await revisions(`since=${first + 2}`)).toEqual([]);
  });

  it("comes page by page, each change once", async () => {
    const seen: unknown[] = [];
    let cursor: unknown = "";
    for (let pages = 0; cursor !== undefined && pages < 20; pages += 1) {
      const { body } = await api.ask(`GET ${CHANGES}?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`);
      const items = field(body, "items");
      if (Array.isArray(items)) seen.push(...items.map((item) => field(item, "revision")));
      cursor = field(body, "nextCursor");
    }
    expect(seen).toEqual(Array.from({ length: first + 2 }, (_, index) => first + 2 - index));
  });

  it("shows weights and no layout", async () => {
    await api.ask(`PUT ${FLAGS}/a/environments/production/rollout`, { body: { percentage: 10 } });
    const { text, body } = await api.ask(`GET ${CHANGES}`);
    const weights = { on: 10_000, off: 90_000 };
    expect(field(body, "items", 0, "after", "fallthrough")).toEqual({ rollout: { weights } });
    expect(text).not.toContain("allocation");
  });

  it("is found whole", async () => {
    const { body } = await api.ask(`GET ${CHANGES}/verify`);
    expect(body).toEqual({ ok: true, head: api.ledger.state("default")?.head, checked: first + 2 });
  });

  it("is checked against a head that was kept elsewhere, whole or as the command line prints it", async () => {
    const { items } = Object((await api.ask(`GET ${CHANGES}`)).body);
    const [newest, middle] = items;
    const verify = async (query: string) => (await api.ask(`GET ${CHANGES}/verify?${query}`)).body;
    const fine = { ok: true, head: newest.hash, checked: first + 2 };
    expect(await verify(`head=${middle.hash}&revision=${middle.revision}`)).toEqual(fine);
    expect(await verify(`head=${middle.hash.slice(0, 12)}&revision=${middle.revision}`)).toEqual(fine);
    expect(await verify(`head=${middle.hash}`)).toEqual(fine);
    const wrong = "0".repeat(64);
    expect(await verify(`head=${wrong}&revision=1`)).toMatchObject({
      ok: false,
      revision: 1,
      reason: expect.stringContaining("rewritten"),
    });
    expect(await verify(`head=${newest.hash}&revision=1`)).toMatchObject({ ok: false, revision: 1 });
    expect(await verify(`head=${wrong}&revision=${first + 9}`)).toMatchObject({
      ok: false,
      revision: first + 3,
      reason: expect.stringContaining(`ends at revision ${first + 2}`),
    });
    expect(await verify(`head=${wrong}`)).toMatchObject({ ok: false, revision: first + 2 });
  });

  it.each(["head=abc", "head=XYZ", "revision=1", "revision=-1&head=000000000000", "head="])(
    "is not checked against %s",
    async (query) => {
      expect(await api.ask(`GET ${CHANGES}/verify?${query}`)).toMatchObject({ status: 400 });
    },
  );

  it("shows a token of one environment what happened there alone", async () => {
    const token = await api.makeToken("viewer", { project: "default", environment: "staging" });
    const { body, text } = await api.ask(`GET ${CHANGES}`, { token });
    expect(text).not.toContain("production");
    expect(field(body, "items", 0)).toMatchObject({ action: "flag.create" });
    expect((await api.ask(`GET ${CHANGES}?environment=production`, { token })).status).toBe(403);
  });
});

describe("the installation's history", () => {
  const INSTALLATION = "/api/v1/changes";
  let api: Harness;
  beforeEach(async () => {
    api = await createHarness({ outbound: createOutbound({ allow: [], resolve: async () => ["93.184.215.14"] }) });
  });

  it("tells of projects, people, tokens and webhooks, and of no secret", async () => {
    await api.ask("POST /api/v1/projects", { body: { key: "mobile", name: "Mobile apps" } });
    const ada = await api.ask("POST /api/v1/users", {
      body: { name: "Ada", email: "ada@example.com", role: "editor" },
    });
    const made = await api.ask("POST /api/v1/tokens", { body: { name: "ci", role: "viewer", comment: "for CI" } });
    const webhook = await api.ask("POST /api/v1/webhooks", { body: { name: "chat", url: "https://a.example/" } });
    const [user, token] = [ada, made].map(({ body }) => field(body, "id"));
    await api.ask(`PATCH /api/v1/users/${user}`, { body: { disabled: true } });
    await api.ask(`DELETE /api/v1/tokens/${token}`);
    const { body, text } = await api.ask(`GET ${INSTALLATION}`);
    const at = new Date(START).toISOString();
    expect(field(body, "items")).toMatchObject([
      { action: "token.revoke", token, before: { name: "ci" }, after: { revokedAt: at } },
      { action: "user.update", user, before: { name: "Ada", createdAt: at }, after: { disabledAt: at } },
      { action: "webhook.create", webhook: field(webhook.body, "id"), before: null, after: { createdAt: at } },
      { action: "token.create", token, comment: "for CI", before: null, after: { role: "viewer", createdAt: at } },
      { action: "user.create", user, actor: { id: "environment" }, before: null },
      { action: "project.create", project: "mobile", after: { name: "Mobile apps" } },
      ...Array(Object(field(body, "items")).length - 6).fill({}),
    ]);
    for (const secret of [field(made.body, "token"), field(webhook.body, "secret")]) {
      expect(typeof secret).toBe("string");
      expect(text).not.toContain(secret);
    }
    expect(field(body, "head")).toBe(field(body, "items", 0, "hash"));
  });

  it("comes by pages and by who did it, and can be checked", async () => {
    for (const name of ["a", "b", "c"]) await api.ask("POST /api/v1/tokens", { body: { name, role: "viewer" } });
    const names = (body: unknown) => Object(field(body, "items")).map((item: unknown) => field(item, "after", "name"));
    const { body } = await api.ask(`GET ${INSTALLATION}?limit=2`);
    expect(names(body)).toEqual(["c", "b"]);
    const next = await api.ask(`GET ${INSTALLATION}?limit=2&cursor=${field(body, "nextCursor")}`);
    expect(names(next.body)[0]).toBe("a");
    expect(names((await api.ask(`GET ${INSTALLATION}?actor=nobody`)).body)).toEqual([]);
    const { head, revision } = api.ledger.system();
    expect((await api.ask(`GET ${INSTALLATION}/verify`)).body).toEqual({ ok: true, head, checked: revision });
    const asked = `head=${"0".repeat(64)}&revision=${revision}`;
    expect((await api.ask(`GET ${INSTALLATION}/verify?${asked}`)).body).toMatchObject({ ok: false, revision });
    expect((await api.ask(`GET ${INSTALLATION}?flag=a`)).status).toBe(400);
  });

  it("is for admins of the whole installation alone", async () => {
    const tokens = [
      await api.makeToken("releaser"),
      await api.makeToken("admin", { project: "default" }),
      await api.makeToken("admin", { project: "default", environment: "staging" }),
    ];
    for (const token of tokens) {
      expect((await api.ask(`GET ${INSTALLATION}`, { token })).status).toBe(403);
      expect((await api.ask(`GET ${INSTALLATION}/verify`, { token })).status).toBe(403);
    }
  });
});
