import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Harness } from "../../../testing/harness.ts";

const DAY = 24 * 60 * 60_000;

describe("stale flags", () => {
  let api: Harness;
  beforeEach(async () => {
    api = await createHarness();
  });
  const make = (key: string, more: object = {}) => api.ask(`POST ${FLAGS}`, { body: { key, ...more } });
  const stale = async () => Object(field((await api.ask("GET /api/v1/projects/default/stale-flags")).body, "items"));
  const keys = async () => (await stale()).map(({ flag }: { readonly flag: string }) => flag);
  const asked = async (flag: string) => {
    const counts = [{ flag, variant: "on", reason: "STATIC", count: 1 }];
    const body = { id: `b-${flag}`, instance: "i", sdk: { name: "n", version: "1" }, counts };
    const got = await api.ask("POST /sdk/v1/events", { body, token: api.keys.get("production") ?? "" });
    expect(got.status).toBeLessThan(300);
  };

  it("are those that nobody asks for, once their kind's time is over", async () => {
    await make("short");
    await make("long", { kind: "permission" });
    await make("own", { expectedLifetimeDays: 10 });
    expect(await keys()).toEqual([]);
    api.advance(10 * DAY);
    expect(await keys()).toEqual(["own"]);
    api.advance(30 * DAY);
    expect(await stale()).toEqual([
      { flag: "own", kind: "release", owner: "", expectedLifetimeDays: 10, reasons: ["not_asked"] },
      { flag: "short", kind: "release", owner: "", expectedLifetimeDays: 40, reasons: ["not_asked"] },
    ]);
    api.advance(690 * DAY);
    expect(await keys()).toEqual(["long", "own", "short"]);
  });

  it.each([
    [{ enabled: true }, "on"],
    [{ enabled: true, fallthrough: { rollout: { weights: { on: 100_000 } } } }, "on"],
    [{ enabled: true, fallthrough: { rollout: { weights: { on: 99_000 } } } }, undefined],
    [{ enabled: false }, undefined],
    [{ enabled: true, targets: [{ variant: "off", keys: ["u1"] }] }, undefined],
  ])("are those that are asked for and serve everybody the same: %j, %s", async (targeting, serves) => {
    await make("checkout", { owner: "ada" });
    await api.ask(`PATCH ${FLAGS}/checkout/environments/production`, { body: targeting });
    api.advance(40 * DAY);
    await asked("checkout");
    const lastAskedAt = new Date(api.services.now()).toISOString();
    const found = { flag: "checkout", kind: "release", owner: "ada", expectedLifetimeDays: 40 };
    expect(await stale()).toEqual(
      serves === undefined ? [] : [{ ...found, reasons: ["rolled_out"], serves, lastAskedAt }],
    );
  });

  it("are not those that are archived", async () => {
    await make("checkout");
    api.advance(40 * DAY);
    expect(await keys()).toEqual(["checkout"]);
    await api.ask(`POST ${FLAGS}/checkout/archive`, { body: {} });
    expect(await keys()).toEqual([]);
  });

  it("go by a lifetime of their own until that is taken back", async () => {
    await make("checkout");
    const patched = await api.ask(`PATCH ${FLAGS}/checkout`, { body: { expectedLifetimeDays: 5 } });
    expect(patched.body).toMatchObject({ expectedLifetimeDays: 5 });
    api.advance(5 * DAY);
    expect(await keys()).toEqual(["checkout"]);
    const back = await api.ask(`PATCH ${FLAGS}/checkout`, { body: { expectedLifetimeDays: null } });
    expect(field(back.body, "expectedLifetimeDays")).toBeUndefined();
    expect(await keys()).toEqual([]);
    expect((await api.ask(`PATCH ${FLAGS}/checkout`, { body: { expectedLifetimeDays: 0 } })).status).toBe(422);
  });

  it("are told of the places that the token sees", async () => {
    await make("checkout");
    api.advance(40 * DAY);
    await asked("checkout");
    const token = await api.makeToken("viewer", { project: "default", environment: "staging" });
    const seen = await api.ask("GET /api/v1/projects/default/stale-flags", { token });
    expect(field(seen.body, "items", 0, "reasons")).toEqual(["not_asked"]);
    expect(field(seen.body, "items", 0, "lastAskedAt")).toBeUndefined();
  });
});
