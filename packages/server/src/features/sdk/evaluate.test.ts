import { MAX_CONTEXT_BYTES } from "@bannerol/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { VIEW_FORMAT } from "../../log/projection/project.ts";
import { MemoryStore } from "../../store/memory/memory-store.ts";
import { createHarness, FLAGS, field, type Harness, START } from "../../testing/harness.ts";

const SEGMENTS = "/api/v1/projects/default/segments";

describe("POST /sdk/v1/evaluate", () => {
  let api: Harness;
  let server: string;
  let client: string;
  let store: MemoryStore;

  beforeEach(async () => {
    store = new MemoryStore({ epoch: "epoch1" });
    api = await createHarness({ store });
    server = api.keys.get("production") ?? "";
    client = await api.makeKey("client", "production");
    await api.ask(`POST ${SEGMENTS}`, { body: { key: "canary-staff", included: ["canary-member"] } });
    await make("hidden");
    await make("open", { clientSide: true });
    await make("lists", { clientSide: true });
    const rules = [{ when: { segment: "canary-staff" }, serve: { variant: "on" } }];
    await api.ask(`PATCH ${FLAGS}/lists/environments/production`, {
      body: { enabled: true, rules, fallthrough: { variant: "off" } },
    });
  });

  const make = (key: string, more: object = {}) => api.ask(`POST ${FLAGS}`, { body: { key, ...more } });
  const evaluate = (body: unknown, token = client, headers = {}) =>
    api.ask("POST /sdk/v1/evaluate", { token, body, headers });

  it("answers a server key for every flag, with the state that it answers from", async () => {
    const view = api.ledger.view("default", "production", "server");
    const got = await evaluate({ context: { targetingKey: "canary-member" } }, server);
    expect(got.body).toEqual({
      epoch: "epoch1",
      revision: view?.revision,
      flags: {
        hidden: { value: false, variant: "off", reason: "DISABLED" },
        open: { value: false, variant: "off", reason: "DISABLED" },
        lists: { value: true, variant: "on", reason: "TARGETING_MATCH" },
      },
    });
  });

  it("answers a client key for flags marked for clients alone, those that travel as remote too", async () => {
    const asked = (targetingKey: string) => evaluate({ context: { targetingKey } });
    expect((await asked("canary-member")).body).toEqual({
      epoch: "epoch1",
      revision: api.ledger.view("default", "production", "client")?.revision,
      flags: {
        open: { value: false, variant: "off", reason: "DISABLED" },
        lists: { value: true, variant: "on", reason: "TARGETING_MATCH" },
      },
    });
    expect(field((await asked("somebody")).body, "flags", "lists", "value")).toBe(false);
  });

  it("leaves out what is not there exactly as it leaves out what is not for the key", async () => {
    const { body, text } = await evaluate({ flags: ["hidden", "nowhere", "open", "__proto__", "constructor"] });
    expect(Object.keys(Object(field(body, "flags")))).toEqual(["open"]);
    expect(text).not.toContain("hidden");
  });

  it("says of a flag that cannot be read that it failed, and no more", async () => {
    const targeting = { kind: "targeting", key: "open", environment: "production", after: { canary: 1 } } as const;
    await store.commit({
      project: "default",
      expectedRevision: api.ledger.state("default")?.revision ?? 0,
      at: START,
      actor: { type: "system", id: "system", name: "another version" },
      action: "test",
      items: [targeting],
      views: [{ environment: "production", class: "client", put: [{ kind: "flag", key: "open" }], drop: [] }],
      viewFormat: VIEW_FORMAT,
    });
    await api.ledger.catchUp("default");
    const { body, text } = await evaluate({});
    expect(field(body, "flags", "open")).toEqual({ value: null, reason: "ERROR", errorCode: "PARSE_ERROR" });
    expect(text).not.toContain("canary");
  });

  it("moves a client's revision with whatever a flag asked of the server reaches", async () => {
    const revision = async () => Number(field((await evaluate({})).body, "revision"));
    const before = await revision();
    await api.ask(`PUT ${SEGMENTS}/canary-staff`, { body: { included: ["other"] } });
    expect(await revision()).toBeGreaterThan(before);
  });

  it.each([
    ["a context over 64 KiB", { context: { a: "x".repeat(MAX_CONTEXT_BYTES) } }, 413],
    ["a body over 128 KiB", { flags: [], padding: "x".repeat(130 * 1024) }, 413],
    [
      "a context of too many attributes",
      { context: Object.fromEntries(Array.from({ length: 2_001 }, (_, n) => [n, 1])) },
      400,
    ],
    ["a context that is too deep", `{"context":{"a":${"[".repeat(70)}${"]".repeat(70)}}}`, 400],
    ["a context that is no object", { context: ["canary-context"] }, 422],
    ["no body", undefined, 400],
  ])("A5: refuses %s", async (_, body, status) => {
    expect((await evaluate(body)).status).toBe(status);
  });

  it("keeps the context out of the log, whatever becomes of the request", async () => {
    await evaluate({ context: { email: "canary-context" } });
    await evaluate({ context: ["canary-context"] });
    await evaluate('{"context": canary-context');
    expect(api.lines.join("")).toContain("/sdk/v1/evaluate");
    expect(api.lines.join("")).not.toContain("canary-context");
  });

  it("is for pages of any origin", async () => {
    const headers = { origin: "https://shop.example" };
    const got = await evaluate({}, client, headers);
    expect(got.headers.get("access-control-allow-origin")).toBe("*");
    expect((await evaluate({}, server, headers)).status).toBe(403);
  });
});
