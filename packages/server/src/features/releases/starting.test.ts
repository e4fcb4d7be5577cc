import type { Foreseen } from "@bannerol/protocol/schemas";
import { beforeEach, describe, expect, it } from "vitest";
import { parseAllow } from "../../outbound/allow.ts";
import { createOutbound } from "../../outbound/outbound.ts";
import { field, START } from "../../testing/harness.ts";
import { createReleases, MINUTE, PLACE, plan, RELEASE, type Releases } from "./testing/releases.ts";

let checkout: Releases;
beforeEach(async () => {
  checkout = await createReleases();
});

/** 600 a second ask for the flag. */
async function traffic(): Promise<void> {
  const counts = [{ flag: "checkout", variant: "on", reason: "SPLIT", count: 36_000 }];
  const body = { id: "b1", instance: "i", sdk: { name: "n", version: "1" }, counts };
  await checkout.api.ask("POST /sdk/v1/events", { token: checkout.api.keys.get("production") ?? null, body });
  checkout.api.advance(MINUTE);
}

describe("a release", () => {
  it.each([
    [{ steps: [] }, "steps"],
    [
      {
        steps: [
          { percentage: 50, hold: "1m" },
          { percentage: 50, hold: "1m" },
        ],
      },
      "steps[1].percentage",
    ],
    [{ steps: [{ percentage: 101, hold: "1m" }] }, "steps[0].percentage"],
    [{ steps: [{ percentage: 1, hold: "soon" }] }, "steps[0].hold"],
    [{ segment: "nobody" }, "segment"],
    [{ at: new Date(START - 1).toISOString() }, "at"],
    [{ guards: [{ metric: "checkout", measure: "luck" }] }, "guards[0].measure"],
  ])("refuses %j", async (body, path) => {
    const refused = await checkout.start(body);
    expect(refused).toMatchObject({ status: 422, body: { code: "invalid" } });
    expect(field(refused.body, "errors", 0, "path")).toBe(path);
    expect((await checkout.api.ask(`GET ${RELEASE}`)).status).toBe(404);
  });

  it("refuses to begin below the share in force, and begins at it", async () => {
    await checkout.api.ask(`PUT ${PLACE}/rollout`, { body: { percentage: 10 } });
    await checkout.api.ask(`POST ${PLACE}/enable`);
    const refused = await checkout.start();
    expect(refused).toMatchObject({ status: 422 });
    expect(field(refused.body, "errors", 0, "message")).toContain("below the 10 % in force");
    expect((await checkout.start({ steps: [{ percentage: 10, hold: "1m" }] })).status).toBe(201);
  });

  it("gave nobody anything where it is aborted before its time", async () => {
    await checkout.start({ at: new Date(START + 2 * MINUTE).toISOString() });
    expect((await checkout.move("abort")).body).toMatchObject({ state: "aborted", percentage: 0 });
    expect(await checkout.release()).toMatchObject({ state: "aborted", percentage: 0 });
  });

  it("waits for its time where it is given one, and begins then, once", async () => {
    const at = new Date(START + 2 * MINUTE).toISOString();
    expect((await checkout.start({ at })).body).toMatchObject({ state: "scheduled", percentage: 0, startsAt: at });
    await checkout.passes(2 * MINUTE - 1);
    expect(await checkout.targeting()).toMatchObject({ enabled: false });
    expect(await checkout.start()).toMatchObject({ status: 409, body: { code: "release_running" } });
    await checkout.passes(1);
    expect(await checkout.release()).toMatchObject({ state: "running", step: 0 });
    expect((await checkout.start({ at })).status).toBe(409);
  });

  it("says before it begins what its guards will be able to see, and how long that takes at the traffic of the flag", async () => {
    const guards = [{ metric: "checkout", measure: "errors" }];
    const untold = await checkout.start({ guards });
    expect(field(untold.body, "foreseen", 0, "says")).toMatch(
      /^At 1 %, checkout errors 1 % → 2 % is noticed after about \d+ treated outcomes; harm is ruled out after about \d+ treated outcomes\.$/,
    );
    await checkout.move("abort");
    await traffic();
    const told = await checkout.start({
      guards,
      steps: [
        { percentage: 1, hold: "1s" },
        { percentage: 100, hold: "1s" },
      ],
    });
    expect(field(told.body, "foreseen")).toHaveLength(1);
    expect(field(told.body, "foreseen", 0, "says")).toMatch(/some \d+ (s|min) at today's traffic/);
    expect(field(told.body, "foreseen", 0, "warning")).toMatch(
      /^At 1 %, checkout errors needs some \d+ s, longer than a step is held at most \(10 s\): begin with 10 %, or hold longer\.$/,
    );
  });

  it("says the same without beginning, and refuses what it would refuse", async () => {
    await traffic();
    const preview = (body: object) => checkout.api.ask(`POST ${RELEASE}/preview`, { body });
    const { status, body } = await preview({ steps: plan, guards: [errors, { ...errors, measure: "latency" }] });
    const items = Object(field(body, "items"));
    expect([status, field(body, "perSecond")]).toEqual([200, 600]);
    expect(items.map(({ step, guard }: Foreseen) => [step, guard])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    // The first step is held until harm is ruled out, the others for their time.
    expect(items[0].neededMs).toBeGreaterThan(MINUTE);
    expect(field(body, "lastsMs")).toBe(items[0].neededMs + 2 * MINUTE);
    expect((await checkout.api.ask(`GET ${RELEASE}`)).status).toBe(404);
    expect(await preview({ steps: plan, segment: "nobody" })).toMatchObject({ status: 422, body: { code: "invalid" } });
    await checkout.start();
    expect(await preview({ steps: plan })).toMatchObject({ status: 409, body: { code: "release_running" } });
  });

  const errors = { metric: "checkout", measure: "errors" };
  const value = { metric: "checkout", measure: "value" };
  const prometheus = { prometheus: "up", url: "http://prometheus.internal:9090" };
  const outside = createOutbound({
    allow: parseAllow("prometheus.internal"),
    resolve: async () => ["93.184.215.14"],
  });
  it.each<[string, readonly object[], string]>([
    ["another after for the same metric", [errors, { ...errors, measure: "latency", after: "30s" }], "guards[1].after"],
    ["another cap for the same values", [value, { ...value, cap: 500 }], "guards[1].cap"],
    ["a cap of what has no value", [{ ...errors, cap: 500 }], "guards[0].cap"],
    ["after for a source", [{ ...errors, after: "30s", source: prometheus }], "guards[0].after"],
    [
      "mismatches of what is no parallel run",
      [{ ...errors, measure: "mismatches", source: prometheus }],
      "guards[0].source",
    ],
    ["values of parallel runs, which have none", [{ ...value, source: "parallelRun" }], "guards[0].measure"],
    ["a share that is typed as a percentage", [{ ...errors, limit: 2 }], "guards[0].limit"],
    ["mismatches of which none may be", [{ ...errors, measure: "mismatches", limit: 0 }], "guards[0].limit"],
    ["a share of mismatches below 0", [{ ...errors, measure: "mismatches", limit: -0.1 }], "guards[0].limit"],
    ["a tolerance that nothing exceeds", [{ ...errors, tolerance: { absolute: 5 } }], "guards[0].tolerance.absolute"],
    ["a mean that must not rise, of uncut values", [{ ...value, higherIsWorse: true }], "guards[0].cap"],
    [
      "times of which the shorter are worse",
      [{ metric: "checkout", measure: "latency", higherIsWorse: false }],
      "guards[0].higherIsWorse",
    ],
    ["a query where no server is named", [{ ...errors, source: { prometheus: "up" } }], "guards[0].source.url"],
  ])("refuses %s, which would mean nothing", async (_, guards, path) => {
    checkout = await createReleases({ outbound: outside });
    const refused = await checkout.start({ guards });
    expect(refused).toMatchObject({ status: 422, body: { code: "invalid" } });
    expect(field(refused.body, "errors", 0, "path")).toBe(path);
  });

  it.each([
    ["http://prometheus.internal:9090", 201],
    ["http://elsewhere.internal:9090", 422],
  ])(
    "asks the installation's Prometheus server where a guard names none, if it may: %s",
    async (prometheusUrl, status) => {
      checkout = await createReleases({ outbound: outside, prometheusUrl });
      const asked = await checkout.start({ guards: [{ ...errors, limit: 900, source: { prometheus: "up" } }] });
      expect(asked.status).toBe(status);
    },
  );

  it("takes guards of one metric that ask for the same, and of several that do not", async () => {
    const capped = { ...value, cap: 500, after: "30s" };
    const guards = [{ ...errors, after: "30s" }, capped, { ...capped, limit: 3 }, { ...errors, metric: "basket" }];
    expect((await checkout.start({ guards })).status).toBe(201);
  });

  describe("that a schedule begins", () => {
    const at = new Date(START + 2 * MINUTE).toISOString();
    const schedule = (release: object = { steps: plan }) =>
      checkout.api.ask(`POST ${PLACE}/schedules`, { body: { at, release, comment: "launch" } });
    const waiting = async () => field((await checkout.api.ask(`GET ${PLACE}/schedules`)).body, "items");

    it("is listed with what waits, as it will be, and begins once", async () => {
      const guards = [{ metric: "checkout", measure: "errors" }];
      const { status, body } = await schedule({ steps: plan, guards });
      const id = field(body, "id");
      expect({ status, body }).toMatchObject({ status: 201, body: { at, by: "BANNEROL_ADMIN_TOKEN" } });
      const change = { at: new Date(START + MINUTE).toISOString(), change: { targets: [] } };
      await checkout.api.ask(`POST ${PLACE}/schedules`, { body: change });
      expect(await waiting()).toMatchObject([
        { change: { targets: [] } },
        { id, at, release: { weights: { on: 1 }, steps: plan, guards } },
      ]);
      expect((await checkout.api.ask(`GET ${PLACE}/schedules/${String(id)}`)).body).toMatchObject({ id, at });
      await checkout.passes(2 * MINUTE);
      expect(await checkout.release()).toMatchObject({ id, state: "running", step: 0 });
      expect(await waiting()).toEqual([expect.objectContaining({ change: { targets: [] } })]);
      await checkout.passes(0);
      expect((await checkout.actions()).filter((one) => one === "release.start")).toHaveLength(1);
    });

    it("can be asked for again as it is listed", async () => {
      await schedule({ variant: "on", steps: plan, guards: [{ metric: "basket", measure: "value", cap: 9 }] });
      const listed = field(await waiting(), 0, "release");
      expect(
        (await checkout.api.ask(`DELETE ${PLACE}/schedules/${String(field(await waiting(), 0, "id"))}`)).status,
      ).toBe(200);
      expect((await schedule(Object(listed))).status).toBe(201);
      expect(field(await waiting(), 0, "release")).toEqual(listed);
    });

    it("is cancelled as a schedule, and by a kill", async () => {
      const id = String(field((await schedule()).body, "id"));
      expect((await checkout.api.ask(`DELETE ${PLACE}/schedules/${id}`)).status).toBe(200);
      expect(await checkout.release()).toMatchObject({ id, state: "aborted" });
      expect((await checkout.api.ask(`DELETE ${PLACE}/schedules/${id}`)).status).toBe(404);
      await schedule();
      await checkout.api.ask(`POST ${PLACE}/kill`);
      expect(await waiting()).toEqual([]);
      await checkout.passes(10 * MINUTE);
      expect(await checkout.targeting()).toMatchObject({ enabled: false });
    });

    it("is checked again when its time comes: where somebody would lose it by then, it ends and says why", async () => {
      await schedule();
      await checkout.api.ask(`PUT ${PLACE}/rollout`, { body: { percentage: 50 } });
      await checkout.api.ask(`POST ${PLACE}/enable`);
      await checkout.passes(2 * MINUTE);
      expect(await checkout.release()).toMatchObject({
        state: "aborted",
        reason: expect.stringMatching(/^It could not begin: .*below the 50 % in force/),
      });
      expect(await checkout.served()).toMatchObject({ on: 50_000 });
    });

    it("is refused now where it would be refused now", async () => {
      const refused = [
        [{ steps: plan, segment: "nobody" }, "release.segment"],
        [{ steps: plan, variant: "off" }, "release.variant"],
        [{ steps: [] }, "release.steps"],
        [{ steps: plan, at }, "release.at"],
        [{ steps: plan, guards: [{ ...errors, cap: 5 }] }, "release.guards[0].cap"],
      ] as const;
      for (const [release, path] of refused) {
        const { status, body } = await schedule(release);
        expect([status, field(body, "errors", 0, "path")]).toEqual([422, path]);
      }
      const late = { at: new Date(START).toISOString(), release: { steps: plan } };
      const { status, body } = await checkout.api.ask(`POST ${PLACE}/schedules`, { body: late });
      expect([status, field(body, "errors", 0, "path")]).toEqual([422, "at"]);
      await checkout.start();
      expect(await schedule()).toMatchObject({ status: 409, body: { code: "release_running" } });
    });
  });
});
