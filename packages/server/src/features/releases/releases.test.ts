import { beforeEach, describe, expect, it } from "vitest";
import { parseAllow } from "../../outbound/allow.ts";
import { createOutbound } from "../../outbound/outbound.ts";
import { field, START } from "../../testing/harness.ts";
import { ReleaseRunner } from "./run.ts";
import { createReleases, MINUTE, PLACE, plan, RELEASE, type Releases } from "./testing/releases.ts";

let checkout: Releases;
beforeEach(async () => {
  checkout = await createReleases();
});

describe("a release", () => {
  it("goes through its steps, each held for its time, and is completed", async () => {
    const started = await checkout.start();
    expect(started).toMatchObject({ status: 201, body: { state: "running", step: 0, percentage: 1, steps: plan } });
    expect(await checkout.targeting()).toMatchObject({ enabled: true });
    expect(await checkout.served()).toEqual({ on: 1_000, off: 99_000 });
    await checkout.passes(MINUTE - 1);
    expect(await checkout.release()).toMatchObject({ step: 0, waitsFor: "hold", heldMs: MINUTE - 1 });
    await checkout.passes(1);
    expect(await checkout.release()).toMatchObject({ step: 1, heldMs: 0 });
    expect(await checkout.served()).toEqual({ on: 25_000, off: 75_000 });
    await checkout.passes(MINUTE);
    expect(await checkout.served()).toEqual({ on: 100_000, off: 0 });
    await checkout.passes(MINUTE);
    expect(await checkout.release()).toMatchObject({ state: "completed", step: 2, percentage: 100 });
    expect(await checkout.actions()).toEqual([
      "release.complete",
      "release.step",
      "release.step",
      "release.start",
      "flag.create",
    ]);
  });

  it.each([
    ["http", { http: "http://169.254.169.254/latest/meta-data/", path: "/rate" }],
    ["http", { http: "https://2852039166/", path: "" }],
    ["http", { http: "https://[::ffff:10.0.0.1]/$variant", path: "" }],
    ["http", { http: "https://public.example/", path: "" }],
    ["url", { prometheus: "x", url: "http://localhost:9090" }],
    ["url", { prometheus: "x", url: "https://u:p@prometheus.internal:9090" }],
  ])("A11, A17, F42: is not begun with a guard whose %s leads where nobody has allowed: %j", async (path, source) => {
    const guards = [
      { metric: "checkout", measure: "errors" },
      { metric: "m", measure: "errors", source },
    ];
    const outbound = createOutbound({
      allow: parseAllow("prometheus.internal"),
      resolve: async () => ["93.184.215.14"],
    });
    checkout = await createReleases({ outbound });
    const errors = [{ path: `guards[1].source.${path}` }];
    expect(await checkout.start({ guards })).toMatchObject({ status: 422, body: { code: "invalid", errors } });
    expect((await checkout.api.ask(`GET ${RELEASE}`)).status).toBe(404);
    expect(checkout.api.lines.at(-2)).toContain('"status":422');
    const allowed = { prometheus: "x", url: "http://prometheus.internal:9090" };
    const at = "2026-12-24T00:00:00Z";
    const later = { at, release: { steps: plan, guards } };
    expect(await checkout.api.ask(`POST ${PLACE}/schedules`, { body: later })).toMatchObject({
      status: 422,
      body: { errors: [{ path: `release.guards[1].source.${path}` }] },
    });
    expect((await checkout.start({ guards: [{ metric: "m", measure: "errors", source: allowed }] })).status).toBe(201);
  });

  it("catches up by one step at most, however long no server ran", async () => {
    await checkout.start();
    checkout.api.advance(1_000 * MINUTE);
    await new ReleaseRunner(checkout.api.services).round();
    await new ReleaseRunner(checkout.api.services).round();
    expect(await checkout.release()).toMatchObject({ step: 1 });
  });

  it("is carried on once, however many nodes judge it at the same time", async () => {
    await checkout.start();
    checkout.api.advance(MINUTE);
    await Promise.all([
      checkout.runner.round(),
      new ReleaseRunner(checkout.api.services).round(),
      new ReleaseRunner(checkout.api.services).round(),
    ]);
    expect(await checkout.release()).toMatchObject({ step: 1 });
    expect((await checkout.actions()).filter((action: string) => action === "release.step")).toHaveLength(1);
  });

  it("is rolled back as it was, layout and switch included; what colleagues changed elsewhere stays", async () => {
    await checkout.api.ask(`PATCH ${PLACE}`, {
      body: { enabled: true, fallthrough: { rollout: { weights: { on: 3_000, off: 97_000 } } } },
    });
    await checkout.api.ask(`PATCH ${PLACE}`, { body: { enabled: false } });
    const before = checkout.stored();
    await checkout.start();
    await checkout.passes(MINUTE);
    await checkout.api.ask(`PATCH ${PLACE}`, { body: { targets: [{ variant: "on", keys: ["ada"] }] } });
    expect((await checkout.move("rollback", { comment: "it is slow" })).body).toMatchObject({
      state: "rolledBack",
      reason: "it is slow",
    });
    expect(checkout.stored()).toEqual({ ...before, targets: [{ variant: "on", keys: ["ada"] }] });
    expect((await checkout.actions())[0]).toBe("release.rollback");
  });

  it("leaves on what was on before", async () => {
    await checkout.api.ask(`PATCH ${PLACE}`, { body: { enabled: true, fallthrough: { variant: "off" } } });
    await checkout.start();
    await checkout.move("rollback");
    expect(await checkout.targeting()).toMatchObject({ enabled: true, fallthrough: { variant: "off" } });
  });

  it("keeps its share where it is aborted, and is over", async () => {
    await checkout.start();
    await checkout.passes(MINUTE);
    expect((await checkout.move("abort")).body).toMatchObject({
      state: "aborted",
      reason: "Aborted by BANNEROL_ADMIN_TOKEN.",
    });
    expect(await checkout.served()).toEqual({ on: 25_000, off: 75_000 });
    await checkout.passes(10 * MINUTE);
    expect(await checkout.release()).toMatchObject({ state: "aborted", step: 1 });
    expect(await checkout.move("resume")).toMatchObject({ status: 409, body: { code: "release_state" } });
    expect((await checkout.start({ steps: [{ percentage: 25, hold: "1m" }] })).status).toBe(201);
  });

  it("is aborted by a kill, in the kill's own change", async () => {
    await checkout.start();
    expect((await checkout.api.ask(`POST ${PLACE}/kill`)).body).toMatchObject({ enabled: false });
    expect(await checkout.release()).toMatchObject({ state: "aborted", reason: "The flag was killed." });
    expect((await checkout.actions()).slice(0, 2)).toEqual(["flag.kill", "release.start"]);
    await checkout.passes(10 * MINUTE);
    expect(await checkout.targeting()).toMatchObject({ enabled: false });
  });

  it("pauses and goes on with what is left of its hold", async () => {
    await checkout.start();
    await checkout.passes(MINUTE / 2);
    expect((await checkout.move("pause", { comment: "lunch" })).body).toMatchObject({
      state: "paused",
      pausedBy: "BANNEROL_ADMIN_TOKEN",
      reason: "lunch",
    });
    await checkout.passes(10 * MINUTE);
    expect(await checkout.release()).toMatchObject({ state: "paused", step: 0, heldMs: MINUTE / 2 });
    await checkout.move("resume");
    await checkout.passes(MINUTE / 2 - 1);
    expect(await checkout.release()).toMatchObject({ state: "running", step: 0 });
    await checkout.passes(1);
    expect(await checkout.release()).toMatchObject({ step: 1 });
  });

  it("waits for an approval where a step wants one, and is advanced by hand before its time", async () => {
    await checkout.start({
      steps: [...plan.slice(0, 1), { percentage: 25, hold: "1m", approval: true }, ...plan.slice(2)],
    });
    await checkout.passes(MINUTE);
    expect(await checkout.release()).toMatchObject({ step: 0, waitsFor: "approval", approved: false });
    expect((await checkout.move("approve")).body).toMatchObject({ step: 0, approved: true });
    expect((await checkout.move("approve")).status).toBe(409);
    await checkout.passes(0);
    expect(await checkout.release()).toMatchObject({ step: 1 });
    expect((await checkout.move("advance")).body).toMatchObject({ step: 2, percentage: 100 });
    expect((await checkout.move("advance")).body).toMatchObject({ state: "completed" });
  });

  it("waits for the end of a freeze, says so, and keeps one verdict of all that time", async () => {
    await checkout.start();
    const freeze = { key: "year-end", until: new Date(START + 10 * MINUTE).toISOString() };
    await checkout.api.ask("POST /api/v1/projects/default/environments/production/freezes", { body: freeze });
    for (let round = 0; round < 5; round++) await checkout.passes(MINUTE);
    expect(await checkout.release()).toMatchObject({ state: "running", step: 0, waitsFor: "freeze" });
    const { items } = Object((await checkout.api.ask(`GET ${RELEASE}/verdicts`)).body);
    expect(items).toEqual([expect.not.objectContaining({ did: expect.anything() })]);
    await checkout.passes(5 * MINUTE);
    expect(await checkout.release()).toMatchObject({ step: 1, waitsFor: "hold" });
  });

  it("that is due in a freeze begins after it, and says until then what it waits for", async () => {
    await checkout.start({ at: new Date(START + MINUTE).toISOString() });
    const freeze = { key: "year-end", until: new Date(START + 10 * MINUTE).toISOString() };
    await checkout.api.ask("POST /api/v1/projects/default/environments/production/freezes", { body: freeze });
    expect(await checkout.release()).not.toHaveProperty("waitsFor");
    await checkout.passes(MINUTE);
    expect(await checkout.release()).toMatchObject({ state: "scheduled", waitsFor: "freeze" });
    await checkout.passes(9 * MINUTE);
    expect(await checkout.release()).toMatchObject({ state: "running" });
  });

  it("is listed with those of other flags", async () => {
    await checkout.start();
    const { body } = await checkout.api.ask("GET /api/v1/projects/default/environments/production/releases");
    expect(field(body, "items")).toMatchObject([{ flag: "checkout", state: "running" }]);
  });
});
