import { describe, expect, it } from "vitest";
import { readDescription } from "../testing/described.ts";
import { ADMIN_TOKEN, createHarness, FLAGS, field, routeFor, START } from "../testing/harness.ts";
import { endpoints } from "../webhooks/testing/endpoints.ts";

const START_OF_ALL = new Date(START).toISOString();
const ENVIRONMENT = "/api/v1/projects/default/environments/production";

describe("every route", () => {
  it("answers as the reference says, and is described there", async () => {
    const api = await createHarness({ outbound: endpoints().outbound });
    const document = Object((await api.ask("GET /openapi.json")).body);
    const description = readDescription(document);
    const walked = new Set<string>();
    const takesIfMatch = (what: string) => {
      const { method = "", path = "" } = routeFor(api.routes, what) ?? {};
      const parameters = field(document, "paths", path, method.toLowerCase(), "parameters");
      return Array.isArray(parameters) && parameters.some((one) => field(one, "name") === "If-Match");
    };
    const revisions = () => [api.ledger.system(), api.ledger.state("default")].map((state) => state?.revision);
    const go = async (what: string, body?: unknown, token: string = ADMIN_TOKEN, accept = "*/*") => {
      const before = revisions();
      const sent = { token, ...(body === undefined ? {} : { body }) };
      const stale = { accept, "if-match": '"999999"' };
      const honours = takesIfMatch(what);
      if (honours) {
        expect([what, (await api.ask(what, { ...sent, headers: stale })).status]).toEqual([what, 412]);
        expect([what, revisions()]).toEqual([what, before]);
      }
      const got = await api.ask(what, { ...sent, headers: honours ? { accept } : stale });
      if (what.startsWith("GET ")) expect([what, revisions()]).toEqual([what, before]);
      expect([what, got.status < 300, got.text]).toEqual([what, true, got.text]);
      expect(description.wrongWith(what, got), what).toBeUndefined();
      walked.add(`${routeFor(api.routes, what)?.method} ${routeFor(api.routes, what)?.path}`);
      return got;
    };
    await go("GET /livez");
    await go("GET /readyz");
    await go("GET /metrics");
    const reference = await go("GET /openapi.json");
    await go("GET /docs");
    await go("GET /api/v1/projects");
    await go("POST /api/v1/projects", { key: "mobile", name: "Mobile apps" });
    await go("GET /api/v1/projects/default");
    await go("POST /api/v1/projects/default/environments", { key: "preview" });
    await go("GET /api/v1/projects/default/environments");
    await go(`PATCH ${ENVIRONMENT}`, { name: "Live" });
    await go(`GET ${ENVIRONMENT}`);
    await go("POST /api/v1/projects/default/segments", { key: "staff", included: ["u1"] });
    await go("PUT /api/v1/projects/default/segments/staff", { included: ["u2"] });
    await go("PATCH /api/v1/projects/default/segments/staff", { by: "email" });
    await go("GET /api/v1/projects/default/segments");
    await go("GET /api/v1/projects/default/segments/staff");
    await go("POST /api/v1/projects/default/segments/staff/keys", { add: ["u3"] });
    const keys = Array.from({ length: 10_001 }, (_, at) => `u${at}`).join("\n");
    await go("PUT /api/v1/projects/default/segments/staff/keys", keys);
    await go("GET /api/v1/projects/default/segments/staff/keys");
    await go(`POST ${FLAGS}`, { key: "checkout" });
    await go(`PATCH ${FLAGS}/checkout`, { description: "One page" });
    await go(`GET ${FLAGS}`);
    await go(`GET ${FLAGS}/checkout`);
    const targeting = await go(`GET ${FLAGS}/checkout/environments/production`);
    await go(`PUT ${FLAGS}/checkout/environments/production`, targeting.body);
    await go(`PATCH ${FLAGS}/checkout/environments/production`, { enabled: true });
    await go(`POST ${FLAGS}/checkout/environments/production/disable`);
    await go(`POST ${FLAGS}/checkout/environments/production/enable`);
    await go(`PUT ${FLAGS}/checkout/environments/production/rollout`, { percentage: 25 });
    await go(`POST ${FLAGS}/checkout/environments/production/preview`, {
      enabled: true,
      fallthrough: { variant: "on" },
    });
    const schedules = `${FLAGS}/checkout/environments/production/schedules`;
    const schedule = await go(`POST ${schedules}`, { at: "2999-01-01T00:00:00Z", change: { enabled: false } });
    await go(`GET ${schedules}`);
    await go(`GET ${schedules}/${field(schedule.body, "id")}`);
    await go(`DELETE ${schedules}/${field(schedule.body, "id")}`);
    const release = `${FLAGS}/checkout/environments/production/release`;
    const steps = [50, 75, 100].map((percentage) => ({ percentage, hold: "10m", approval: true }));
    for (const end of ["rollback", "abort"]) {
      const plan = { steps, guards: [{ metric: "checkout", measure: "errors" }] };
      await go(`POST ${release}/preview`, plan);
      await go(`POST ${release}`, plan);
      for (const verb of ["pause", "resume", "approve", "advance"]) await go(`POST ${release}/${verb}`);
      await go(`GET ${release}`);
      await go(`GET ${release}/verdicts`);
      await go(`GET ${ENVIRONMENT}/releases`);
      await go(`POST ${release}/${end}`, { comment: "enough" });
    }
    await go(`POST ${FLAGS}/checkout/environments/production/kill`, { comment: "down" });
    const stated = { key: "off", environment: "production", flag: "checkout", context: {}, serves: ["off"] };
    await go("POST /api/v1/projects/default/invariants", stated);
    await go("GET /api/v1/projects/default/invariants?environment=production");
    await go("GET /api/v1/projects/default/invariants/off");
    await go("DELETE /api/v1/projects/default/invariants/off");
    await go(`GET ${ENVIRONMENT}/diff?from=staging`);
    await go(`POST ${ENVIRONMENT}/promote`, { from: "staging", flags: ["checkout"], dryRun: true });
    await go(`GET ${ENVIRONMENT}/ruleset`);
    await go(`POST ${ENVIRONMENT}/evaluate`, {});
    await go(`POST ${ENVIRONMENT}/evaluate`, { flag: "checkout", context: { targetingKey: "u1" } });
    await go(`GET ${ENVIRONMENT}/ruleset?at=1`);
    await go(`POST ${ENVIRONMENT}/evaluate`, { flag: "checkout", at: START_OF_ALL });
    await go("POST /api/v1/projects/default/changes", { items: [{ segment: "beta", after: {} }], comment: "many" });
    await go("POST /api/v1/projects/default/changes", { items: [{ segment: "beta", after: null }], dryRun: true });
    await go("POST /api/v1/projects/default/revert", { to: START_OF_ALL, flag: "checkout", dryRun: true });
    await go(`GET ${ENVIRONMENT}/connections`);
    await go(`GET ${ENVIRONMENT}/connections?revision=1`);
    const key = await go("POST /api/v1/keys", { project: "default", environment: "production", kind: "server" });
    await go("GET /api/v1/changes?actor=environment");
    await go("GET /api/v1/changes/verify");
    await go("GET /api/v1/keys");
    const sdkKey = String(field(key.body, "key"));
    await go("GET /sdk/v1/ruleset", undefined, sdkKey);
    const [list = ""] = api.ledger.lists("default").keys();
    await go(`GET /sdk/v1/lists/${list}`, undefined, sdkKey);
    await go("GET /route/v1/checkout", undefined, sdkKey);
    await go("POST /sdk/v1/ack", { epoch: "epoch1", revision: 1 }, sdkKey);
    await go("POST /sdk/v1/evaluate", { context: { targetingKey: "u1" } }, sdkKey);
    const asked = { flag: "checkout", variant: "on", reason: "DEFAULT", count: 3 };
    await go(
      "POST /sdk/v1/events",
      { id: "b1", instance: "i", sdk: { name: "n", version: "1" }, counts: [asked] },
      sdkKey,
    );
    await go(`GET ${FLAGS}/checkout/usage?by=day`);
    await go(`GET ${FLAGS}/checkout/environments/production/parallel`);
    await go(`GET ${ENVIRONMENT}/missing-flags`);
    await go("GET /api/v1/projects/default/stale-flags");
    // A stream ends only when the server does.
    await api.stream.drain(0);
    await go("GET /sdk/v1/stream", undefined, sdkKey, "text/event-stream");
    await go(`POST /api/v1/keys/${field(key.body, "id")}/rotate`, {});
    await go(`DELETE /api/v1/keys/${field(key.body, "id")}?comment=old`);
    const token = await go("POST /api/v1/tokens", { name: "ci", role: "editor" });
    await go("GET /api/v1/tokens");
    await go(`POST /api/v1/tokens/${field(token.body, "id")}/rotate`, {});
    await go(`DELETE /api/v1/tokens/${field(token.body, "id")}`);
    const hook = await go("POST /api/v1/webhooks", { url: "https://hooks.example.com/", project: "default" });
    const webhook = `/api/v1/webhooks/${field(hook.body, "id")}`;
    await go("GET /api/v1/webhooks");
    await go(`PATCH ${webhook}`, { events: ["flag.*"], name: "chat" });
    await go(`POST ${webhook}/test`);
    await go(`POST ${webhook}/replay`, { from: 1 });
    await go(`POST ${webhook}/rotate`, { overlapHours: 1 });
    await go(`GET ${webhook}`);
    await go(`DELETE ${webhook}?comment=old`);
    await go(`POST ${FLAGS}/checkout/archive`);
    await go(`POST ${FLAGS}/checkout/restore`);
    const person = await go("POST /api/v1/users", { name: "Ada", email: "ada@example.com", role: "releaser" });
    const user = `/api/v1/users/${field(person.body, "id")}`;
    await go("GET /api/v1/users");
    await go(`PATCH ${user}`, { name: "Ada L." });
    await go(`GET ${user}`);
    await go("GET /api/v1/whoami");
    const freezes = `${ENVIRONMENT}/freezes`;
    await go(`POST ${freezes}`, { key: "year-end", until: "2999-01-01T00:00:00Z" });
    await go(`GET ${freezes}`);
    await go(`DELETE ${freezes}/year-end`);
    const [author, approver] = [await api.makeToken("editor"), await api.makeToken("releaser")];
    await go(`PATCH ${ENVIRONMENT}`, { protected: true, approvals: 1 });
    const patch = `PATCH ${FLAGS}/checkout/environments/production`;
    for (const [verb, by] of [
      ["withdraw", author],
      ["reject", approver],
      ["approve", approver],
    ] as const) {
      const waits = await go(patch, { enabled: true, comment: verb }, author);
      const approval = `${ENVIRONMENT}/approvals/${field(waits.body, "approval", "id")}`;
      await go(`GET ${ENVIRONMENT}/approvals`);
      await go(`GET ${approval}`);
      await go(`POST ${approval}/${verb}`, {}, by);
    }
    await go("DELETE /api/v1/projects/default/segments/staff");
    await go("GET /api/v1/projects/default/changes?limit=200");
    await go("GET /api/v1/projects/default/changes/verify");
    await go(`GET /api/v1/projects/default/changes/verify?head=${"0".repeat(12)}&revision=1`);

    const all = api.routes.map(({ method, path }) => `${method} ${path}`);
    expect(all.filter((route) => !walked.has(route))).toEqual([]);
    const described = all
      .map((route) => route.split(" "))
      .filter(([, path]) => path !== "/openapi.json" && path !== "/docs");
    for (const [method = "", path = ""] of described) {
      expect(field(reference.body, "paths", path, method.toLowerCase(), "summary"), `${method} ${path}`).toBeTypeOf(
        "string",
      );
    }
  });

  it("says of each parameter of a path what it is", async () => {
    const api = await createHarness();
    const { body } = await api.ask("GET /openapi.json");
    const said = new Map<string, unknown>();
    for (const { method, path } of api.routes) {
      const parameters = field(body, "paths", path, method.toLowerCase(), "parameters");
      for (const one of Array.isArray(parameters) ? parameters : []) {
        if (field(one, "in") === "path") said.set(`${path} ${field(one, "name")}`, field(one, "description"));
      }
    }
    expect([...said].filter(([, description]) => !/^The \w+'s (key|id)/.test(String(description)))).toEqual([]);
    const schedule = "/api/v1/projects/{p}/flags/{f}/environments/{e}/schedules/{s}";
    expect(["p", "f", "e", "s"].map((name) => said.get(`${schedule} ${name}`))).toEqual([
      "The project's key",
      "The flag's key",
      "The environment's key",
      "The schedule's id",
    ]);
  });

  it("refers in its description only to schemas that are there", async () => {
    const api = await createHarness();
    const { text, body } = await api.ask("GET /openapi.json");
    const names = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name) => field(body, "components", "schemas", name ?? "") === undefined)).toEqual([]);
    expect(text).not.toContain("#/$defs/");
  });
});
