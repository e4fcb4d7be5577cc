import { Webhook } from "standardwebhooks";
import { beforeEach, describe, expect, it } from "vitest";
import { StoreFault } from "../store/fault.ts";
import { MemoryStore } from "../store/memory/memory-store.ts";
import { FLAGS, field } from "../testing/harness.ts";
import { GIVEN_UP_AFTER_MS } from "./backoff.ts";
import { answered, HOOKS, ok, type Sending, sending, URL_A } from "./testing/endpoints.ts";

const HOUR = 60 * 60_000;
const B = "https://b.example/hook";

describe("a webhook", () => {
  let hook: Sending;
  const change = (key: string) => hook.api.ask(`POST ${FLAGS}`, { body: { key, comment: `makes ${key}` } });
  const head = () => hook.api.ledger.state("default")?.revision ?? 0;

  beforeEach(async () => {
    hook = await sending();
  });

  it("is told of what comes after it was made, signed, thinly", async () => {
    await change("before");
    const { secret } = await hook.make();
    await hook.send();
    expect(hook.received).toEqual([]);
    await change("checkout");
    await hook.send();
    const [{ method, headers = {}, body = "" } = { method: "" }] = hook.received;
    expect(hook.received).toHaveLength(1);
    expect(method).toBe("POST");
    expect(headers["webhook-id"]).toBe(`epoch1.default.${head()}`);
    const timestamp = Number(headers["webhook-timestamp"]) * 1_000;
    expect(timestamp).toBe(hook.api.services.now());
    const theirs = new Webhook(secret).sign(String(headers["webhook-id"]), new Date(timestamp), body);
    expect(headers["webhook-signature"]).toBe(theirs);
    const newest = (await hook.api.ask("GET /api/v1/projects/default/changes?limit=1")).body;
    expect(JSON.parse(body)).toEqual({
      type: "flag.create",
      timestamp: field(newest, "items", 0, "at"),
      data: {
        project: "default",
        revision: head(),
        actor: { type: "token", name: "BANNEROL_ADMIN_TOKEN" },
        items: [
          { kind: "flag", flag: "checkout" },
          ...["development", "staging", "production"].map((environment) => ({
            kind: "targeting",
            flag: "checkout",
            environment,
          })),
        ],
        itemCount: 4,
        comment: "makes checkout",
        hash: field(newest, "head"),
        link: `/api/v1/projects/default/changes?since=${head() - 1}&until=${head() + 1}`,
      },
    });
    const linked = await hook.api.ask(`GET ${field(JSON.parse(body), "data", "link")}`);
    expect(field(linked.body, "items", 0, "revision")).toBe(head());
    expect(field(linked.body, "items", 1)).toBeUndefined();
  });

  it("gets each change once, in order, over many rounds", async () => {
    await hook.make();
    const first = head();
    for (let n = 0; n < 120; n++) await change(`f${n}`);
    await hook.send();
    await hook.send();
    expect(hook.revisions()).toEqual(Array.from({ length: 120 }, (_, n) => first + n + 1));
  });

  it("hears of the actions that it asks for, and its cursor passes over the rest", async () => {
    const { id } = await hook.make({ events: ["flag.archive", "segment.*"] });
    await change("checkout");
    await hook.api.ask(`POST ${FLAGS}/checkout/archive`, { body: {} });
    await hook.api.ask("POST /api/v1/projects/default/segments", { body: { key: "staff" } });
    await hook.send();
    expect(hook.received.map(({ body = "" }) => JSON.parse(body).type)).toEqual(["flag.archive", "segment.create"]);
    expect(field(await hook.show(id), "deliveries", 0)).toMatchObject({ revision: head(), failures: 0 });
  });

  it("hears of one environment, and of what belongs to none", async () => {
    await hook.make({ environment: "staging" });
    await change("checkout");
    await hook.api.ask(`POST ${FLAGS}/checkout/environments/production/enable`, { body: {} });
    await hook.api.ask(`POST ${FLAGS}/checkout/environments/staging/enable`, { body: {} });
    await hook.send();
    expect(hook.received.map(({ body = "" }) => JSON.parse(body).data.items)).toEqual([
      [
        { kind: "flag", flag: "checkout" },
        { kind: "targeting", flag: "checkout", environment: "staging" },
      ],
      [{ kind: "targeting", flag: "checkout", environment: "staging" }],
    ]);
  });

  it("hears of all projects and of the installation where it names none, new ones from their first change on", async () => {
    await hook.make({ project: undefined });
    await hook.api.ask("POST /api/v1/projects", { body: { key: "mobile" } });
    await hook.api.ask("POST /api/v1/tokens", { body: { name: "ci", role: "viewer" } });
    await hook.send();
    const told = hook.received.map(({ body = "" }) => JSON.parse(body)).map(({ type, data }) => [data.project, type]);
    expect(told).toEqual([
      ["_system", "project.create"],
      ["_system", "token.create"],
      ["mobile", "project.setup"],
    ]);
    expect(JSON.stringify(hook.received)).not.toMatch(/digest|secret/);
  });

  it("stays below 20 kB, however many things one change touches", async () => {
    await hook.make();
    const items = Array.from({ length: 2_000 }, (_, n) => ({ flag: `${"long".repeat(20)}${n}`, after: {} }));
    const made = await hook.api.ask("POST /api/v1/projects/default/changes", {
      body: { items, comment: "x".repeat(2_000) },
    });
    expect(made.status).toBe(200);
    await hook.send();
    const [{ body = "" } = {}] = hook.received;
    expect(Buffer.byteLength(body)).toBeLessThan(20_000);
    expect(JSON.parse(body).data.itemCount).toBe(8_000);
    expect(JSON.parse(body).data.items.length).toBeGreaterThan(50);
  });
});

describe("F43: a webhook whose endpoint fails", () => {
  let hook: Sending;
  const change = (key: string) => hook.api.ask(`POST ${FLAGS}`, { body: { key } });
  const head = () => hook.api.ledger.state("default")?.revision ?? 0;
  const failing = (outcome = answered(500)) => hook.answers.set(URL_A, () => outcome);
  const passes = async (ms: number) => {
    hook.api.advance(ms);
    await hook.send();
  };

  beforeEach(async () => {
    hook = await sending();
  });

  it("is tried again later and later, in order, and gets all once it is back", async () => {
    const { id } = await hook.make();
    failing();
    const first = head() + 1;
    for (const key of ["a", "b", "c"]) await change(key);
    await hook.send();
    expect(hook.revisions()).toEqual([first]);
    await passes(3_749);
    expect(hook.revisions()).toEqual([first]);
    await passes(1);
    expect(hook.revisions()).toEqual([first, first]);
    expect(field(await hook.show(id), "deliveries", 0)).toMatchObject({
      revision: first - 1,
      failures: 2,
      failingSince: "2026-01-31T12:00:00.000Z",
      dueAt: new Date(hook.api.services.now() + 7_500).toISOString(),
      lastOutcome: "HTTP 500",
    });
    hook.answers.clear();
    await passes(HOUR);
    expect(hook.revisions()).toEqual([first, first, first, first + 1, first + 2]);
    expect(field(await hook.show(id), "deliveries", 0)).toMatchObject({ failures: 0, revision: first + 2 });
  });

  it("keeps neither writes nor other endpoints waiting while it hangs", async () => {
    await hook.make();
    await hook.make({ url: B });
    let release: (outcome: typeof ok) => void = () => undefined;
    const hangs = () =>
      new Promise<typeof ok>((resolve) => {
        release = resolve;
      });
    hook.answers.set(URL_A, hangs);
    await change("a");
    await hook.deliveries.round();
    expect((await change("b")).status).toBe(201);
    await expect.poll(() => hook.revisions(B).length).toBeGreaterThan(0);
    await hook.deliveries.round();
    await expect.poll(() => hook.revisions(B)).toEqual([head() - 1, head()]);
    expect(hook.revisions(URL_A)).toEqual([head() - 1]);
    hook.answers.clear();
    release(ok);
    await hook.deliveries.idle();
    await hook.send();
    expect(hook.revisions(URL_A)).toEqual([head() - 1, head()]);
  });

  it("is put off as long as it asks", async () => {
    await hook.make();
    failing(answered(429, { retryAfter: "60" }));
    await change("a");
    await hook.send();
    await passes(59_999);
    expect(hook.received).toHaveLength(1);
    await passes(1);
    expect(hook.received).toHaveLength(2);
  });

  it.each([301, 400, 404, 500, 503])("does not take HTTP %i for an answer that took it", async (status) => {
    await hook.make();
    failing(answered(status));
    await change("a");
    await hook.send();
    await passes(HOUR);
    expect(hook.revisions()).toEqual([head(), head()]);
  });

  it("is disabled with notice after three days: in the history, in the log, and for those who listen", async () => {
    const { id } = await hook.make();
    await hook.make({ url: B, project: undefined, events: ["webhook.*"] });
    failing({ kind: "failed", reason: "unreachable", message: "No connection could be made (ECONNREFUSED).", ms: 1 });
    await change("a");
    await hook.send();
    for (let waited = 0; waited < GIVEN_UP_AFTER_MS - HOUR; waited += HOUR) await passes(HOUR);
    expect(await hook.show(id)).toMatchObject({ enabled: true });
    await passes(5 * HOUR);
    expect(await hook.show(id)).toMatchObject({
      enabled: false,
      disabledBecause: "Nothing was taken for three days; last: No connection could be made (ECONNREFUSED).",
    });
    expect(hook.received.length).toBeLessThan(70);
    expect(hook.api.lines).toContain("a webhook is disabled");
    await hook.send();
    expect(JSON.parse(hook.received.at(-1)?.body ?? "")).toMatchObject({
      type: "webhook.disable",
      data: { actor: { type: "system", name: "server" }, items: [{ kind: "webhook", id }] },
    });
    hook.answers.clear();
    await change("b");
    await passes(HOUR);
    expect(hook.revisions().at(-1)).toBe(head() - 1);
    const enabled = await hook.api.ask(`PATCH ${HOOKS}/${id}`, { body: { enabled: true } });
    expect(enabled.body).toMatchObject({ enabled: true, deliveries: [{ failures: 0 }] });
    expect(field(enabled.body, "disabledBecause")).toBeUndefined();
    await hook.send();
    expect(hook.revisions().slice(-2)).toEqual([head() - 1, head()]);
  });

  it("is disabled at once where it answers that it is gone", async () => {
    const { id } = await hook.make();
    failing(answered(410));
    await change("a");
    await hook.send();
    expect(await hook.show(id)).toMatchObject({ enabled: false, disabledBecause: expect.stringContaining("410") });
  });

  it("fails for one project alone where it takes another's", async () => {
    await hook.make({ project: undefined });
    await hook.api.ask("POST /api/v1/projects", { body: { key: "mobile" } });
    await hook.send();
    hook.received.length = 0;
    let refused = 0;
    hook.answers.set(URL_A, () => {
      const { project } = JSON.parse(hook.received.at(-1)?.body ?? "").data;
      if (project === "default") refused += 1;
      return project === "default" ? answered(500) : ok;
    });
    await change("a");
    await hook.api.ask("POST /api/v1/projects/mobile/flags", { body: { key: "a" } });
    await hook.send();
    const got = hook.received.map(({ body = "" }) => JSON.parse(body).data.project);
    expect(got).toEqual(["default", "mobile"]);
    expect(refused).toBe(1);
  });
});

describe("two nodes", () => {
  it("send each change once between them, whoever holds the endpoint", async () => {
    const store = new MemoryStore({ epoch: "epoch1" });
    const one = await sending({ store });
    await one.make();
    const first = Number(one.api.ledger.state("default")?.revision) + 1;
    for (let n = 0; n < 5; n++) await one.api.ask(`POST ${FLAGS}`, { body: { key: `f${n}` } });
    const two = await sending({ store });
    await Promise.all([one.send(), two.send()]);
    await Promise.all([one.send(), two.send()]);
    const got = [...one.revisions(), ...two.revisions()];
    expect(got.sort((a, b) => Number(a) - Number(b))).toEqual([0, 1, 2, 3, 4].map((n) => first + n));
  });

  it("send it again where the first died before it moved the cursor, once its term is over", async () => {
    const store = new MemoryStore({ epoch: "epoch1" });
    const one = await sending({ store });
    await one.make();
    await one.api.ask(`POST ${FLAGS}`, { body: { key: "a" } });
    const { advance, release } = store.webhooks;
    store.webhooks.advance = async () => Promise.reject(new StoreFault("unavailable", "gone"));
    await one.send();
    store.webhooks.advance = advance.bind(store.webhooks);
    store.webhooks.release = release.bind(store.webhooks);
    const two = await sending({ store });
    await two.send();
    expect(two.received).toEqual([]);
    two.api.advance(60_000);
    await two.send();
    expect(two.received.map(({ headers }) => headers?.["webhook-id"])).toEqual(
      one.received.map(({ headers }) => headers?.["webhook-id"]),
    );
  });
});
