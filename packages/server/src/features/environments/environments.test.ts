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

  it("that are copies serve what the other serves, to the same contexts, as one change, unguarded", async () => {
    const weights = (on: number) => ({ on: on * 1_000, off: 100_000 - on * 1_000 });
    for (const on of [10, 60, 20]) {
      await api.ask(`PATCH ${FLAGS}/a/environments/production`, {
        body: { fallthrough: { rollout: { weights: weights(on) } } },
      });
    }
    await api.ask(`PATCH ${FLAGS}/a/environments/production`, {
      body: { rules: [{ id: "staff", when: { attribute: "staff", op: "exists" }, serve: { variant: "on" } }] },
    });
    await api.ask(`POST ${FLAGS}`, { body: { key: "old" } });
    await api.ask(`POST ${FLAGS}/old/environments/production/enable`);
    await api.ask(`POST ${FLAGS}/old/archive`);
    await api.ask(`PATCH ${ENVIRONMENTS}/production`, { body: { protected: true, approvals: 2 } });
    const before = api.ledger.state("default")?.revision ?? 0;

    const made = await api.ask(`POST ${ENVIRONMENTS}`, { body: { key: "drill", from: "production" } });
    expect(made).toMatchObject({ status: 201, body: { key: "drill", position: 3, protected: false, approvals: 0 } });
    const changes = await api.ask("GET /api/v1/projects/default/changes?limit=1");
    expect(field(changes.body, "items", 0)).toMatchObject({
      revision: before + 1,
      action: "environment.create",
      comment: "Copied from production",
    });
    const served = (environment: string) =>
      ["a", "old"].map((key) => {
        const { version: _, ...flag } = Object(
          field(api.ledger.view("default", environment, "server")?.ruleset(), "flags", key),
        );
        return flag;
      });
    expect(served("drill")).toEqual(served("production"));
    expect(served("drill")[0]).toMatchObject({ enabled: true, rules: [{ id: "staff" }] });
  });

  it("A3: are copied by those who may read the one and make the other", async () => {
    const copy = (token: string, from = "production") =>
      api.ask(`POST ${ENVIRONMENTS}`, { body: { key: "drill", from }, token });
    await api.ask("POST /api/v1/projects", { body: { key: "other", environments: ["secret"] } });
    expect((await copy(await api.makeToken("editor"))).status).toBe(403);
    const ofOne = await api.makeToken("admin", { project: "default", environment: "production" });
    expect((await copy(ofOne)).status).toBe(403);
    const admin = await api.makeToken("admin", { project: "default" });
    expect(await copy(admin, "secret")).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect((await copy(admin)).status).toBe(201);
  });

  it("can be renamed, and keep what they are", async () => {
    const { body } = await api.ask(`PATCH ${ENVIRONMENTS}/production`, { body: { name: "Live" } });
    expect(body).toMatchObject({ key: "production", name: "Live", position: 2 });
    expect(await api.ask(`POST ${ENVIRONMENTS}`, { body: { key: "production" } })).toMatchObject({ status: 409 });
    expect(await api.ask(`PATCH ${ENVIRONMENTS}/production`, { body: { key: "live" } })).toMatchObject({
      status: 422,
    });
  });

  it("move in promotion order, the others around them", async () => {
    const order = async () =>
      Object(field((await api.ask(`GET ${ENVIRONMENTS}`)).body, "items")).map((one: unknown) => [
        field(one, "key"),
        field(one, "position"),
      ]);
    expect((await api.ask(`PATCH ${ENVIRONMENTS}/production`, { body: { position: 0 } })).status).toBe(200);
    expect(await order()).toEqual([
      ["production", 0],
      ["development", 1],
      ["staging", 2],
    ]);
    await api.ask(`PATCH ${ENVIRONMENTS}/production`, { body: { position: 99 } });
    expect((await order()).at(-1)).toEqual(["production", 2]);
  });

  it("are protected by an admin, from then on for all but the few who may", async () => {
    const editor = await api.makeToken("editor");
    const rename = (token: string) => api.ask(`PATCH ${ENVIRONMENTS}/production`, { token, body: { protected: true } });
    expect((await rename(editor)).status).toBe(403);
    await api.ask(`POST ${FLAGS}`, { body: { key: "guarded" } });
    const enable = (token: string) => api.ask(`POST ${FLAGS}/guarded/environments/production/enable`, { token });
    expect((await enable(editor)).status).toBe(200);
    expect((await api.ask(`PATCH ${ENVIRONMENTS}/production`, { body: { protected: true } })).body).toMatchObject({
      protected: true,
      position: 2,
    });
    expect((await api.ask(`POST ${FLAGS}/guarded/environments/production/disable`, { token: editor })).status).toBe(
      403,
    );
    expect((await enable(await api.makeToken("releaser"))).status).toBe(200);
    expect((await api.ask(`PATCH ${ENVIRONMENTS}/production`, { body: { protected: false } })).status).toBe(200);
    expect((await api.ask(`POST ${FLAGS}/guarded/environments/production/disable`, { token: editor })).status).toBe(
      200,
    );
  });

  it("ask for approvals where they are protected, and say so where they are not", async () => {
    const patch = (body: object) => api.ask(`PATCH ${ENVIRONMENTS}/production`, { body });
    const refused = { status: 422, body: { code: "invalid", errors: [{ path: "approvals" }] } };
    expect(await patch({ approvals: 1 })).toMatchObject(refused);
    expect(await patch({ approvals: 1, protected: false })).toMatchObject(refused);
    expect((await patch({ approvals: 0 })).status).toBe(200);
    expect((await patch({ protected: true })).status).toBe(200);
    expect((await patch({ approvals: 1 })).body).toMatchObject({ protected: true, approvals: 1 });
  });

  it("are shown to a token of one that one alone", async () => {
    const token = await api.makeToken("admin", { project: "default", environment: "staging" });
    const { body } = await api.ask(`GET ${ENVIRONMENTS}`, { token });
    expect(body).toMatchObject({ items: [{ key: "staging" }] });
    expect((await api.ask(`POST ${ENVIRONMENTS}`, { token, body: { key: "x" } })).status).toBe(403);
  });
});
