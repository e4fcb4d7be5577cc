import { beforeEach, describe, expect, it } from "vitest";
import { field } from "../../testing/harness.ts";
import { createReleases, MINUTE, RELEASE, type Releases } from "./testing/releases.ts";

let checkout: Releases;
beforeEach(async () => {
  checkout = await createReleases();
});

describe("a release", () => {
  it("pauses, and says why, where its next step breaks an invariant", async () => {
    await checkout.start();
    const body = {
      key: "few",
      environment: "production",
      flag: "checkout",
      context: { targetingKey: "u1" },
      serves: ["off"],
    };
    expect((await checkout.api.ask("POST /api/v1/projects/default/invariants", { body })).status).toBe(201);
    for (let at = 0; at < 3; at += 1) await checkout.passes(MINUTE);
    expect(await checkout.release()).toMatchObject({
      state: "paused",
      pausedBy: "server",
      reason: expect.stringContaining("few"),
    });
  });

  it("tells SDKs what to watch while its share is out, and no longer", async () => {
    const view = () => checkout.api.ledger.view("default", "production", "server")?.ruleset().flags.checkout;
    const id = field((await checkout.start({ guards: [{ metric: "checkout", measure: "latency" }] })).body, "id");
    expect(field(view(), "watch")).toEqual([{ metric: "checkout", release: id, step: 0, latency: true }]);
    await checkout.move("pause");
    expect(field(view(), "watch")).toHaveLength(1);
    await checkout.move("abort");
    expect(view()).not.toHaveProperty("watch");
  });

  it("holds while no data comes, and keeps what the judge said of what", async () => {
    await checkout.start({ guards: [{ metric: "checkout", measure: "errors" }] });
    await checkout.passes(5 * MINUTE);
    expect(await checkout.release()).toMatchObject({
      state: "running",
      step: 0,
      waitsFor: "data",
      verdict: { verdict: "noData" },
    });
    const { body } = await checkout.api.ask(`GET ${RELEASE}/verdicts`);
    expect(field(body, "items", 0)).toMatchObject({ step: 0, same: true, verdict: { verdict: "noData" } });
  });

  it("replays what was said in other words, and nothing that was decided otherwise", async () => {
    const id = field((await checkout.start({ guards: [{ metric: "checkout", measure: "errors" }] })).body, "id");
    await checkout.passes(5 * MINUTE);
    const { evidence } = checkout.api.services;
    const place = { project: "default", environment: "production", flag: "checkout", release: String(id) };
    const [given] = await evidence.verdicts(place);
    if (given === undefined) throw new Error("No verdict was kept.");
    const { at, verdict } = given;
    await evidence.keepVerdict(place, { ...given, at: at + 1, verdict: { ...verdict, says: "Nothing comes in." } });
    await evidence.keepVerdict(place, { ...given, at: at + 2, verdict: { ...verdict, verdict: "pass" } });
    const { items } = Object((await checkout.api.ask(`GET ${RELEASE}/verdicts`)).body);
    expect(items.map(({ same }: { same: boolean }) => same)).toEqual([false, true, true]);
  });

  describe("of whose outcomes SDKs tell", () => {
    const each = (count: number) => Array.from({ length: 64 }, (_, cell) => [cell, count]);
    const tell = (sides: object, { step = 0, id = "b1", token = "" } = {}) =>
      checkout.api.ask("POST /sdk/v1/events", {
        token: token === "" ? (checkout.api.keys.get("production") ?? null) : token,
        body: {
          id,
          instance: "i",
          sdk: { name: "n", version: "1" },
          counts: [],
          outcomes: [{ flag: "checkout", release, step, metric: "checkout", sides }],
        },
      });
    let release = "";
    beforeEach(async () => {
      const steps = [50, 100].map((percentage) => ({ percentage, hold: "1m" }));
      const { body } = await checkout.start({ steps, guards: [{ metric: "checkout", measure: "errors" }] });
      release = String(field(body, "id"));
      checkout.api.advance(MINUTE);
    });

    it("goes on once harm is ruled out, and what was counted can be read", async () => {
      expect((await tell({ on: { n: each(20) }, "": { n: each(20), x: each(1) } })).status).toBe(200);
      expect(await checkout.release()).toMatchObject({
        verdict: {
          verdict: "pass",
          guards: [{ treated: { outcomes: 1_280, failures: 0 }, control: { outcomes: 1_280, failures: 64 } }],
        },
      });
      await checkout.passes(0);
      expect(await checkout.release()).toMatchObject({ state: "running", step: 1 });
      const history = await checkout.api.ask("GET /api/v1/projects/default/changes?limit=1");
      expect(field(history.body, "items", 0)).toMatchObject({
        action: "release.step",
        comment: expect.stringMatching(/^Harm is ruled out: checkout errors /),
      });
    });

    it("is taken back by those of the treated, before its hold is over", async () => {
      await tell({ on: { n: each(20), x: each(5) }, "": { n: each(20) } });
      await checkout.passes(0);
      expect(await checkout.release()).toMatchObject({
        state: "rolledBack",
        reason: expect.stringContaining("checkout errors: worse than is tolerated: 25 % of 1280 against 0 % of 1280"),
      });
    });

    it("counts a batch once, however often it is sent, and nothing of a step that has not begun", async () => {
      for (const id of ["b1", "b1", "b1"]) await tell({ on: { n: each(1) }, "": { n: each(1) } }, { id });
      await tell({ on: { n: each(9) } }, { id: "b2", step: 1 });
      expect(await checkout.release()).toMatchObject({ verdict: { guards: [{ treated: { outcomes: 64 } }] } });
    });

    it("takes none by a key of another environment", async () => {
      await tell({ on: { n: each(20) } }, { token: checkout.api.keys.get("staging") ?? "" });
      expect(await checkout.release()).toMatchObject({ verdict: { guards: [{ treated: { outcomes: 0 } }] } });
    });
  });
});
