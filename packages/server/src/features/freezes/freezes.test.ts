import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Harness, START } from "../../testing/harness.ts";

const PRODUCTION = "/api/v1/projects/default/environments/production";
const FREEZES = `${PRODUCTION}/freezes`;
const HOUR = 60 * 60_000;
const at = (ms: number) => new Date(START + ms).toISOString();

describe("freezes", () => {
  let api: Harness;
  beforeEach(async () => {
    api = await createHarness();
    await api.ask(`POST ${FLAGS}`, { body: { key: "a" } });
    await api.ask(`POST ${FLAGS}/a/environments/production/enable`);
  });

  const freeze = (body: object, token?: string) =>
    api.ask(`POST ${FREEZES}`, { body, ...(token === undefined ? {} : { token }) });
  const patch = (environment = "production") =>
    api.ask(`PATCH ${FLAGS}/a/environments/${environment}`, {
      body: { targets: [{ variant: "on", keys: [`u${Math.random()}`] }] },
    });

  it("let nothing alter the environment while they last but a kill", async () => {
    const made = await freeze({ key: "year-end", from: at(HOUR), until: at(2 * HOUR), reason: "Year end" });
    expect(made).toMatchObject({ status: 201, body: { key: "year-end", environment: "production", active: false } });
    expect((await patch()).status).toBe(200);
    api.advance(HOUR);
    const refused = await patch();
    expect(refused).toMatchObject({ status: 409, body: { code: "frozen" } });
    expect(field(refused.body, "detail")).toContain("until 2026-01-31T14:00:00.000Z by the freeze year-end (Year end)");
    expect((await patch("staging")).status).toBe(200);
    expect((await api.ask(`POST ${FLAGS}/a/archive`)).status).toBe(409);
    expect((await api.ask(`PATCH ${FLAGS}/a`, { body: { description: "d" } })).status).toBe(200);
    expect((await api.ask(`POST ${FLAGS}/a/environments/production/disable`)).status).toBe(409);
    expect((await api.ask(`POST ${FLAGS}/a/environments/production/kill`)).status).toBe(200);
    api.advance(HOUR);
    expect((await patch()).status).toBe(200);
    expect((await api.ask(`GET ${FREEZES}`)).body).toMatchObject({ items: [{ key: "year-end", active: false }] });
  });

  it("begin at once unless they say when, and end when an admin ends them", async () => {
    await freeze({ key: "now", until: at(HOUR) });
    expect((await patch()).status).toBe(409);
    const end = (token?: string) => api.ask(`DELETE ${FREEZES}/now`, token === undefined ? {} : { token });
    expect((await end(await api.makeToken("releaser"))).status).toBe(403);
    expect((await end()).status).toBe(200);
    expect((await patch()).status).toBe(200);
    const { body } = await api.ask("GET /api/v1/projects/default/changes?limit=2");
    expect(field(body, "items", 1)).toMatchObject({ action: "freeze.end", freeze: "now", after: null });
  });

  it("hold what was approved until they are over", async () => {
    await api.ask(`PATCH ${PRODUCTION}`, { body: { protected: true, approvals: 1 } });
    await freeze({ key: "now", until: at(HOUR) });
    const id = field((await patch()).body, "approval", "id");
    const token = await api.makeToken("releaser");
    const approve = () => api.ask(`POST ${PRODUCTION}/approvals/${id}/approve`, { token });
    expect(await approve()).toMatchObject({ status: 409, body: { code: "frozen" } });
    expect((await api.ask(`DELETE ${FREEZES}/now`)).status).toBe(202);
    api.advance(HOUR);
    expect((await approve()).body).toMatchObject({ approval: { status: "applied" } });
  });

  it.each([
    ["that end before they begin", { key: "x", from: at(HOUR), until: at(HOUR) }, 422],
    ["that are over", { key: "x", from: at(-2 * HOUR), until: at(-HOUR) }, 422],
    ["without an end", { key: "x" }, 422],
    ["whose key is taken", { key: "taken", until: at(HOUR) }, 409],
  ])("are refused %s", async (_, body, status) => {
    await api.ask(`POST /api/v1/projects/default/environments/staging/freezes`, {
      body: { key: "taken", until: at(HOUR) },
    });
    expect((await freeze(body)).status).toBe(status);
  });

  it("are an admin's", async () => {
    expect((await freeze({ key: "x", until: at(HOUR) }, await api.makeToken("releaser"))).status).toBe(403);
    expect((await api.ask(`DELETE ${FREEZES}/none`)).status).toBe(404);
  });
});
