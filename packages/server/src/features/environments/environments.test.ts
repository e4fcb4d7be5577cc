import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Harness } from "../../testing/harness.ts";

const ENVIRONMENTS = "/api/v1/projects/default/environments";

describe("environments", () => {
  let api: Harness;
  beforeEach(async () => {
    api = await createHarness();
    await api.ask(`POST ${FLAGS}`, { body: { key: "a" } });
    await api.ask(`POST ${FLAGS}/a/environments/production/enable`);
  });

  it("that are new come last, and every flag starts there disabled", async () => {
    const made = await api.ask(`POST ${ENVIRONMENTS}`, { body: { key: "preview" } });
    expect(made).toMatchObject({
      status: 201,
      body: { key: "preview", name: "preview", position: 3, protected: false },
    });
    const { body } = await api.ask(`GET ${FLAGS}/a`);
    expect(Object.keys(Object(field(body, "environments")))).toEqual([
      "development",
      "staging",
      "production",
      "preview",
    ]);
    expect(field(body, "environments", "preview")).toMatchObject({ enabled: false });
    expect(field(api.ledger.view("default", "preview", "server")?.ruleset(), "flags", "a", "enabled")).toBe(false);
  });

  it("can be renamed, and keep what they are", async () => {
    const { body } = await api.ask(`PATCH ${ENVIRONMENTS}/production`, { body: { name: "Live" } });
    expect(body).toMatchObject({ key: "production", name: "Live", position: 2 });
    expect(await api.ask(`POST ${ENVIRONMENTS}`, { body: { key: "production" } })).toMatchObject({ status: 409 });
    expect(await api.ask(`PATCH ${ENVIRONMENTS}/production`, { body: { protected: true } })).toMatchObject({
      status: 422,
    });
  });

  it("are shown to a token of one that one alone", async () => {
    const token = await api.makeToken("admin", { project: "default", environment: "staging" });
    const { body } = await api.ask(`GET ${ENVIRONMENTS}`, { token });
    expect(body).toMatchObject({ items: [{ key: "staging" }] });
    expect((await api.ask(`POST ${ENVIRONMENTS}`, { token, body: { key: "x" } })).status).toBe(403);
  });
});
