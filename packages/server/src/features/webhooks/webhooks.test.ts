import { Webhook } from "standardwebhooks";
import { beforeEach, describe, expect, it } from "vitest";
import { createOutbound } from "../../outbound/outbound.ts";
import { lyingResolver } from "../../outbound/testing/lying-resolver.ts";
import { createHarness, FLAGS, field } from "../../testing/harness.ts";
import { answered, HOOKS, type Sending, sending, URL_A } from "../../webhooks/testing/endpoints.ts";

const HOUR = 60 * 60_000;

describe("webhooks", () => {
  let hook: Sending;
  const ask: Sending["api"]["ask"] = (...asked) => hook.api.ask(...asked);

  beforeEach(async () => {
    hook = await sending();
  });

  it("show their secret when they are made, and never again", async () => {
    const { id, secret } = await hook.make({ name: "chat" });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const shown = [await ask(`GET ${HOOKS}`), await ask(`GET ${HOOKS}/${id}`), await ask("GET /metrics")];
    await ask(`PATCH ${HOOKS}/${id}`, { body: { name: "talk" } });
    const log = await hook.api.ledger.changes("_system", { limit: 50 });
    const everything = JSON.stringify([shown, log, hook.api.lines]);
    expect(everything).toContain(id);
    expect(everything).not.toContain(secret.slice(6, 30));
  });

  it("are changed, switched off and on, and deleted", async () => {
    const { id } = await hook.make();
    const changes = [
      [{ name: "chat", events: ["flag.*"] }, "webhook.update"],
      [{ enabled: false }, "webhook.disable"],
      [{ enabled: true }, "webhook.enable"],
    ] as const;
    for (const [body, action] of changes) {
      expect((await ask(`PATCH ${HOOKS}/${id}`, { body })).body).toMatchObject(body);
      const [newest] = await hook.api.ledger.changes("_system", { limit: 1 });
      expect(newest?.change.action).toBe(action);
    }
    expect((await ask(`DELETE ${HOOKS}/${id}?comment=old`)).status).toBe(200);
    expect((await ask(`GET ${HOOKS}/${id}`)).status).toBe(404);
    expect(await hook.api.services.webhooks.secrets(id)).toBeUndefined();
    expect(await hook.api.services.webhooks.cursors(id)).toEqual([]);
  });

  it("miss nothing that happens while they are off", async () => {
    const { id } = await hook.make();
    await ask(`PATCH ${HOOKS}/${id}`, { body: { enabled: false } });
    await ask(`POST ${FLAGS}`, { body: { key: "a" } });
    await hook.send();
    expect(hook.received).toEqual([]);
    await ask(`PATCH ${HOOKS}/${id}`, { body: { enabled: true } });
    await hook.send();
    expect(hook.revisions()).toEqual([hook.api.ledger.state("default")?.revision]);
  });

  it.each([
    [{ url: "https://inside.example/" }, "url"],
    [{ url: "https://a.example/", environment: "production" }, "project"],
    [{ url: "https://a.example/", events: [] }, "events"],
    [{ url: "https://a.example/", events: ["Flag create"] }, "events[0]"],
  ])("are refused where they are not valid: %j", async (body, path) => {
    const got = await ask(`POST ${HOOKS}`, { body });
    expect(got).toMatchObject({ status: 422, body: { code: "invalid", errors: [{ path }] } });
  });

  it.each([{ project: "nowhere" }, { project: "default", environment: "nowhere" }])(
    "are refused for what is not there: %j",
    async (reach) => {
      expect((await ask(`POST ${HOOKS}`, { body: { url: URL_A, ...reach } })).status).toBe(404);
    },
  );

  it("are a project's admin's where they are the project's, and nobody else's", async () => {
    const all = await hook.make({ project: undefined });
    const own = await hook.make();
    const token = await hook.api.makeToken("admin", { project: "default" });
    const listed = (await ask(`GET ${HOOKS}`, { token })).body;
    expect(field(listed, "items", 0, "id")).toBe(own.id);
    expect(field(listed, "items", 1)).toBeUndefined();
    const others: readonly (readonly [string, object?])[] = [
      [`GET ${HOOKS}/${all.id}`],
      [`PATCH ${HOOKS}/${all.id}`, { enabled: false }],
      [`DELETE ${HOOKS}/${all.id}`],
      [`POST ${HOOKS}/${all.id}/test`],
      [`POST ${HOOKS}/${all.id}/replay`, { from: 1, project: "default" }],
      [`POST ${HOOKS}/${all.id}/rotate`, {}],
    ];
    for (const [what, body] of others) expect([what, (await ask(what, { token, body })).status]).toEqual([what, 404]);
    expect((await ask(`POST ${HOOKS}`, { token, body: { url: URL_A } })).status).toBe(403);
    expect((await ask(`POST ${HOOKS}`, { token, body: { url: URL_A, project: "default" } })).status).toBe(201);
  });

  it("are tested: signed, and the answer's status alone is told", async () => {
    const { id, secret } = await hook.make();
    hook.answers.set(URL_A, () => answered(500));
    const got = await ask(`POST ${HOOKS}/${id}/test`);
    expect(got.body).toEqual({ delivered: false, status: 500, ms: 1, message: "HTTP 500" });
    const [{ headers = {}, body = "" } = {}] = hook.received;
    const at = new Date(Number(headers["webhook-timestamp"]) * 1_000);
    expect(headers["webhook-signature"]).toBe(new Webhook(secret).sign(String(headers["webhook-id"]), at, body));
    expect(JSON.parse(body)).toMatchObject({ type: "webhook.test", data: { webhook: id } });
    hook.answers.clear();
    expect((await ask(`POST ${HOOKS}/${id}/test`)).body).toMatchObject({ delivered: true, status: 204 });
  });

  it("send again from any revision on", async () => {
    const { id } = await hook.make();
    for (const key of ["a", "b"]) await ask(`POST ${FLAGS}`, { body: { key } });
    await hook.send();
    const head = Number(hook.api.ledger.state("default")?.revision);
    hook.received.length = 0;
    const replayed = await ask(`POST ${HOOKS}/${id}/replay`, { body: { from: head } });
    expect(replayed.body).toMatchObject({ deliveries: [{ project: "default", revision: head - 1 }] });
    await hook.send();
    expect(hook.revisions()).toEqual([head]);
    await ask(`POST ${HOOKS}/${id}/replay`, { body: { from: 1 } });
    await hook.send();
    expect(hook.revisions()).toEqual([head, ...Array.from({ length: head }, (_, n) => n + 1)]);
  });

  it.each([
    [{ from: 999 }, "from"],
    [{ from: 1, project: "other" }, "project"],
  ])("do not send again what is not there: %j", async (body, path) => {
    const { id } = await hook.make();
    expect((await ask(`POST ${HOOKS}/${id}/replay`, { body })).body).toMatchObject({ errors: [{ path }] });
  });

  it("sign with both secrets for a day after a rotation, then with the new one", async () => {
    const { id, secret } = await hook.make();
    const rotated = await ask(`POST ${HOOKS}/${id}/rotate`, { body: {} });
    const fresh = String(field(rotated.body, "secret"));
    expect(fresh).not.toBe(secret);
    const signatures = async (key: string) => {
      await ask(`POST ${FLAGS}`, { body: { key } });
      await hook.send();
      const { headers = {}, body = "" } = hook.received.at(-1) ?? {};
      const at = new Date(Number(headers["webhook-timestamp"]) * 1_000);
      const by = (known: string) => new Webhook(known).sign(String(headers["webhook-id"]), at, body);
      return { sent: headers["webhook-signature"]?.split(" "), old: by(secret), fresh: by(fresh) };
    };
    const during = await signatures("a");
    expect(during.sent).toEqual([during.fresh, during.old]);
    hook.api.advance(24 * HOUR);
    const after = await signatures("b");
    expect(after.sent).toEqual([after.fresh]);
  });

  it("work again with a secret where an installation was moved without them", async () => {
    const { id } = await hook.make();
    await hook.api.services.webhooks.remove(id);
    await ask(`POST ${FLAGS}`, { body: { key: "a" } });
    await hook.send();
    expect(hook.received).toEqual([]);
    expect((await ask(`POST ${HOOKS}/${id}/test`)).body).toMatchObject({ code: "conflict" });
    const head = Number(hook.api.ledger.state("default")?.revision);
    await ask(`POST ${HOOKS}/${id}/rotate`, { body: {} });
    await hook.send();
    expect(hook.received, "nor all that ever happened").toEqual([]);
    await ask(`POST ${HOOKS}/${id}/replay`, { body: { from: head } });
    await hook.send();
    expect(hook.revisions()).toEqual([head]);
  });
});

describe("A11, A17, F42: the address of a webhook", () => {
  const within = [
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://[::ffff:7f00:1]/",
    "https://0x7f.1/",
    "http://a.example/",
  ];

  it.each(within)("is checked when it is saved, whichever way: %s", async (url) => {
    const outbound = createOutbound({ allow: [], resolve: async () => ["93.184.215.14"] });
    const api = await createHarness({ outbound });
    const made = await api.ask(`POST ${HOOKS}`, { body: { url: "https://good.example/" } });
    const id = field(made.body, "id");
    for (const what of [`POST ${HOOKS}`, `PATCH ${HOOKS}/${id}`]) {
      const got = await api.ask(what, { body: { url } });
      expect(got).toMatchObject({ status: 422, body: { code: "invalid", errors: [{ path: "url" }] } });
    }
    expect((await api.ask(`GET ${HOOKS}/${id}`)).body).toMatchObject({ url: "https://good.example/" });
  });

  it("is checked again when it is tested and when it is switched on: the name leads elsewhere by then", async () => {
    await using names = await lyingResolver(["93.184.215.14"], ["169.254.169.254"]);
    const api = await createHarness({ outbound: createOutbound({ allow: [], resolve: names.resolve }) });
    const made = await api.ask(`POST ${HOOKS}`, { body: { url: "https://rebind.example/" } });
    expect(made.status).toBe(201);
    const id = field(made.body, "id");
    const tested = await api.ask(`POST ${HOOKS}/${id}/test`);
    expect(tested.body).toMatchObject({ delivered: false, message: expect.stringContaining("not public") });
    expect(tested.text).not.toContain("169.254");
    expect((await api.ask(`PATCH ${HOOKS}/${id}`, { body: { enabled: true } })).status).toBe(422);
  });
});
