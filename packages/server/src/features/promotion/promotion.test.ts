import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Harness } from "../../testing/harness.ts";

const PROJECT = "/api/v1/projects/default";
const PRODUCTION = `${PROJECT}/environments/production`;
const place = (environment: string, flag = "a") => `${FLAGS}/${flag}/environments/${environment}`;

describe("promotion", () => {
  let api: Harness;
  beforeEach(async () => {
    api = await createHarness();
    for (const key of ["a", "b", "old"]) await api.ask(`POST ${FLAGS}`, { body: { key } });
    await api.ask(`PATCH ${place("staging", "old")}`, { body: { enabled: true } });
    await api.ask(`POST ${FLAGS}/old/archive`);
  });

  const put = (environment: string, fields: object, flag = "a") =>
    api.ask(`PATCH ${place(environment, flag)}`, { body: fields });
  const diff = async (query = "?from=staging", token?: string) =>
    api.ask(`GET ${PRODUCTION}/diff${query}`, token === undefined ? {} : { token });
  const promote = (body: object, token?: string) =>
    api.ask(`POST ${PRODUCTION}/promote`, {
      body: { from: "staging", ...body },
      ...(token === undefined ? {} : { token }),
    });
  const allocation = (environment: string) =>
    field(
      api.ledger.view("default", environment, "server")?.ruleset(),
      "flags",
      "a",
      "fallthrough",
      "rollout",
      "allocation",
    );
  const half = (on: number) => ({ rollout: { weights: { on: on * 1_000, off: 100_000 - on * 1_000 } } });

  it("shows what differs, flag by flag and field by field, archived flags left out", async () => {
    expect((await diff()).body).toMatchObject({ from: "staging", environment: "production", items: [] });
    await put("staging", { enabled: true, fallthrough: half(50) });
    await put("staging", { targets: [{ variant: "on", keys: ["u1"] }] }, "b");
    expect(field((await diff()).body, "items")).toEqual([
      {
        flag: "a",
        fields: [
          { field: "enabled", from: true, here: false },
          { field: "fallthrough", from: half(50), here: { variant: "on" } },
        ],
      },
      { flag: "b", fields: [{ field: "targets", from: [{ variant: "on", keys: ["u1"] }], here: [] }] },
    ]);
    expect(field((await diff("?from=staging&flag=b")).body, "items")).toHaveLength(1);
  });

  it("carries the chosen flags over as one change, the others as they were, after a dry run that changes nothing", async () => {
    await put("staging", { enabled: true, fallthrough: half(50) });
    await put("staging", { enabled: true }, "b");
    const before = api.ledger.state("default")?.revision ?? 0;
    expect((await promote({ flags: ["a"], dryRun: true })).body).toMatchObject({ dryRun: true, revision: before });
    const made = await promote({ flags: ["a"] });
    expect(made).toMatchObject({ status: 200, body: { revision: before + 1 } });
    expect(field((await diff()).body, "items")).toMatchObject([{ flag: "b" }]);
    expect(field((await api.ask(`GET ${PROJECT}/changes?limit=1`)).body, "items", 0)).toMatchObject({
      action: "environment.promote",
      comment: "Promoted from staging",
      items: [{ flag: "a", environment: "production" }],
    });
  });

  it("moves the fewest of the target's users: it lays out from where it stands, not from the source's layout", async () => {
    await put("production", { fallthrough: half(30) });
    await put("staging", { fallthrough: half(80) });
    await put("staging", { fallthrough: { rollout: { weights: { on: 60_000, off: 30_000 } } } });
    await put("staging", { fallthrough: half(10) });
    await promote({ flags: ["a"] });
    expect(allocation("production")).toEqual([
      [10_000, "on"],
      [100_000, "off"],
    ]);
    await put("staging", { fallthrough: half(30) });
    await promote({ flags: ["a"] });
    expect(allocation("production")).toEqual([
      [30_000, "on"],
      [100_000, "off"],
    ]);
  });

  it("A3: needs to read there and to write here", async () => {
    await put("staging", { enabled: true });
    const production = await api.makeToken("editor", { project: "default", environment: "production" });
    expect((await diff("?from=staging", production)).status).toBe(403);
    expect((await promote({ flags: ["a"] }, production)).status).toBe(403);
    expect((await promote({ flags: ["a"] }, await api.makeToken("viewer"))).status).toBe(403);
    const staging = await api.makeToken("editor", { project: "default", environment: "staging" });
    expect((await promote({ flags: ["a"] }, staging)).status).toBe(403);
    expect((await promote({ flags: ["a"] }, await api.makeToken("editor"))).status).toBe(200);
  });

  it("is an admin's where the target is protected, but for switches and rollouts, which are a releaser's too", async () => {
    await api.ask(`PATCH ${PRODUCTION}`, { body: { protected: true } });
    await put("staging", { enabled: true, fallthrough: half(20) });
    expect((await promote({ flags: ["a"] }, await api.makeToken("editor"))).status).toBe(403);
    const releaser = await api.makeToken("releaser");
    expect((await promote({ flags: ["a"] }, releaser)).status).toBe(200);
    await put("staging", { targets: [{ variant: "on", keys: ["u1"] }] });
    expect((await promote({ flags: ["a"] }, releaser)).status).toBe(403);
    expect((await promote({ flags: ["a"] })).status).toBe(200);
  });

  it("is refused whole where an invariant of the target would break", async () => {
    const stated = { key: "b-stays-off", environment: "production", flag: "b", context: {}, serves: ["off"] };
    await api.ask(`POST ${PROJECT}/invariants`, { body: stated });
    for (const flag of ["a", "b"]) await put("staging", { enabled: true }, flag);
    expect(await promote({ flags: ["a", "b"] })).toMatchObject({ status: 422, body: { code: "invariant_broken" } });
    expect(field((await diff()).body, "items")).toHaveLength(2);
  });

  it.each([
    ["an environment that is not there", { from: "moon", flags: ["a"] }, 404],
    ["itself", { from: "production", flags: ["a"] }, 400],
    ["a flag that is not there", { flags: ["a", "none"] }, 404],
    ["an archived flag", { flags: ["old"] }, 409],
    ["no flag", { flags: [] }, 422],
    ["one flag twice", { flags: ["a", "a"] }, 422],
  ])("refuses %s", async (_, body, status) => {
    expect((await promote(body)).status).toBe(status);
  });
});
