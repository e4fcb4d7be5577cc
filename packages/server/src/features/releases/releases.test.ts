import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Harness, START } from "../../testing/harness.ts";
import { ReleaseRunner } from "./run.ts";

const PLACE = `${FLAGS}/checkout/environments/production`;
const PATH = `${PLACE}/release`;
const MINUTE = 60_000;
const plan = [1, 25, 100].map((percentage) => ({ percentage, hold: "1m" }));

describe("a release", () => {
  let api: Harness;
  let runner: ReleaseRunner;
  beforeEach(async () => {
    api = await createHarness();
    runner = new ReleaseRunner(api.services);
    await api.ask(`POST ${FLAGS}`, { body: { key: "checkout" } });
  });

  const start = (body: object = {}, token?: string) =>
    api.ask(`POST ${PATH}`, { body: { steps: plan, ...body }, ...(token === undefined ? {} : { token }) });
  const move = (verb: string, body: object = {}) => api.ask(`POST ${PATH}/${verb}`, { body });
  const release = async () => (await api.ask(`GET ${PATH}`)).body;
  const targeting = async () => (await api.ask(`GET ${PLACE}`)).body;
  const served = async () => field(await targeting(), "fallthrough", "rollout", "weights");
  const passes = async (ms: number) => {
    api.advance(ms);
    await runner.round();
  };
  const actions = async () => {
    const { body } = await api.ask("GET /api/v1/projects/default/changes?flag=checkout");
    return Object(field(body, "items")).map((item: object) => field(item, "action"));
  };
  /** As a person might have stored it: layouts too. */
  const stored = () => api.ledger.state("default")?.targetings.get("production")?.get("checkout")?.document;

  it("goes through its steps, each held for its time, and is completed", async () => {
    const started = await start();
    expect(started).toMatchObject({ status: 201, body: { state: "running", step: 0, percentage: 1, steps: plan } });
    expect(await targeting()).toMatchObject({ enabled: true });
    expect(await served()).toEqual({ on: 1_000, off: 99_000 });
    await passes(MINUTE - 1);
    expect(await release()).toMatchObject({ step: 0, waitsFor: "hold", heldMs: MINUTE - 1 });
    await passes(1);
    expect(await release()).toMatchObject({ step: 1, heldMs: 0 });
    expect(await served()).toEqual({ on: 25_000, off: 75_000 });
    await passes(MINUTE);
    expect(await served()).toEqual({ on: 100_000, off: 0 });
    await passes(MINUTE);
    expect(await release()).toMatchObject({ state: "completed", step: 2, percentage: 100 });
    expect(await actions()).toEqual([
      "release.complete",
      "release.step",
      "release.step",
      "release.start",
      "flag.create",
    ]);
  });

  it("catches up by one step at most, however long no server ran", async () => {
    await start();
    api.advance(1_000 * MINUTE);
    await new ReleaseRunner(api.services).round();
    await new ReleaseRunner(api.services).round();
    expect(await release()).toMatchObject({ step: 1 });
  });

  it("is carried on once, however many nodes judge it at the same time", async () => {
    await start();
    api.advance(MINUTE);
    await Promise.all([
      runner.round(),
      new ReleaseRunner(api.services).round(),
      new ReleaseRunner(api.services).round(),
    ]);
    expect(await release()).toMatchObject({ step: 1 });
    expect((await actions()).filter((action: string) => action === "release.step")).toHaveLength(1);
  });

  it("is rolled back as it was, layout and switch included; what colleagues changed elsewhere stays", async () => {
    await api.ask(`PATCH ${PLACE}`, {
      body: { enabled: true, fallthrough: { rollout: { weights: { on: 3_000, off: 97_000 } } } },
    });
    await api.ask(`PATCH ${PLACE}`, { body: { enabled: false } });
    const before = stored();
    await start();
    await passes(MINUTE);
    await api.ask(`PATCH ${PLACE}`, { body: { targets: [{ variant: "on", keys: ["ada"] }] } });
    expect((await move("rollback", { comment: "it is slow" })).body).toMatchObject({
      state: "rolledBack",
      reason: "it is slow",
    });
    expect(stored()).toEqual({ ...before, targets: [{ variant: "on", keys: ["ada"] }] });
    expect((await actions())[0]).toBe("release.rollback");
  });

  it("leaves on what was on before", async () => {
    await api.ask(`PATCH ${PLACE}`, { body: { enabled: true, fallthrough: { variant: "off" } } });
    await start();
    await move("rollback");
    expect(await targeting()).toMatchObject({ enabled: true, fallthrough: { variant: "off" } });
  });

  it("keeps its share where it is aborted, and is over", async () => {
    await start();
    await passes(MINUTE);
    expect((await move("abort")).body).toMatchObject({ state: "aborted", reason: "Aborted by BANNEROL_ADMIN_TOKEN." });
    expect(await served()).toEqual({ on: 25_000, off: 75_000 });
    await passes(10 * MINUTE);
    expect(await release()).toMatchObject({ state: "aborted", step: 1 });
    expect(await move("resume")).toMatchObject({ status: 409, body: { code: "release_state" } });
    expect((await start({ steps: [{ percentage: 25, hold: "1m" }] })).status).toBe(201);
  });

  it("is aborted by a kill, in the kill's own change", async () => {
    await start();
    expect((await api.ask(`POST ${PLACE}/kill`)).body).toMatchObject({ enabled: false });
    expect(await release()).toMatchObject({ state: "aborted", reason: "The flag was killed." });
    expect((await actions()).slice(0, 2)).toEqual(["flag.kill", "release.start"]);
    await passes(10 * MINUTE);
    expect(await targeting()).toMatchObject({ enabled: false });
  });

  it("pauses and goes on with what is left of its hold", async () => {
    await start();
    await passes(MINUTE / 2);
    expect((await move("pause", { comment: "lunch" })).body).toMatchObject({
      state: "paused",
      pausedBy: "BANNEROL_ADMIN_TOKEN",
      reason: "lunch",
    });
    await passes(10 * MINUTE);
    expect(await release()).toMatchObject({ state: "paused", step: 0, heldMs: MINUTE / 2 });
    await move("resume");
    await passes(MINUTE / 2 - 1);
    expect(await release()).toMatchObject({ state: "running", step: 0 });
    await passes(1);
    expect(await release()).toMatchObject({ step: 1 });
  });

  it("waits for an approval where a step wants one, and is advanced by hand before its time", async () => {
    await start({ steps: [...plan.slice(0, 1), { percentage: 25, hold: "1m", approval: true }, ...plan.slice(2)] });
    await passes(MINUTE);
    expect(await release()).toMatchObject({ step: 0, waitsFor: "approval", approved: false });
    expect((await move("approve")).body).toMatchObject({ step: 0, approved: true });
    expect((await move("approve")).status).toBe(409);
    await passes(0);
    expect(await release()).toMatchObject({ step: 1 });
    expect((await move("advance")).body).toMatchObject({ step: 2, percentage: 100 });
    expect((await move("advance")).body).toMatchObject({ state: "completed" });
  });

  it("waits for its time where it is given one, and begins then, once", async () => {
    const at = new Date(START + 2 * MINUTE).toISOString();
    expect((await start({ at })).body).toMatchObject({ state: "scheduled", startsAt: at });
    await passes(2 * MINUTE - 1);
    expect(await targeting()).toMatchObject({ enabled: false });
    expect(await start()).toMatchObject({ status: 409, body: { code: "release_running" } });
    await passes(1);
    expect(await release()).toMatchObject({ state: "running", step: 0 });
    expect((await start({ at })).status).toBe(409);
  });

  describe("owns one rollout", () => {
    const by = (percentage: number) => ({ rollout: { weights: { on: percentage * 1_000 } } });
    const edits: readonly (readonly [string, string, (stop: object) => object])[] = [
      ["PUT …/rollout", `PUT ${PLACE}/rollout`, (stop) => ({ percentage: 50, ...stop })],
      ["a patch", `PATCH ${PLACE}`, (stop) => ({ fallthrough: by(50), ...stop })],
      [
        "a revert",
        "POST /api/v1/projects/default/revert",
        (stop) => ({ to: 2, flag: "checkout", environment: "production", ...stop }),
      ],
      [
        "a change set",
        "POST /api/v1/projects/default/changes",
        (stop) => {
          const after = { enabled: true, off: "off", prerequisites: [], targets: [], rules: [], fallthrough: by(50) };
          return { items: [{ flag: "checkout", environment: "production", after }], ...stop };
        },
      ],
    ];
    it.each(edits)("%s of it is refused, and stops the release where it says so", async (_, what, body) => {
      await start();
      const refused = await api.ask(what, { body: body({}) });
      expect(refused).toMatchObject({ status: 409, body: { code: "release_running" } });
      expect(await served()).toEqual({ on: 1_000, off: 99_000 });
      expect((await api.ask(what, { body: body({ stopRelease: true }) })).status).toBe(200);
      expect(await release()).toMatchObject({ state: "aborted", reason: "Its rollout was edited by hand." });
    });

    it("and no more: the switch, targets and rules are everybody's", async () => {
      await start();
      const body = { targets: [{ variant: "on", keys: ["ada"] }] };
      expect((await api.ask(`PATCH ${PLACE}`, { body })).status).toBe(200);
      expect((await api.ask(`POST ${PLACE}/disable`)).status).toBe(200);
      expect(await release()).toMatchObject({ state: "running" });
    });

    it("so that a schedule that would change it lapses", async () => {
      const at = new Date(START + MINUTE / 2).toISOString();
      await api.ask(`POST ${PLACE}/schedules`, { body: { at, change: { fallthrough: by(90) } } });
      await start();
      api.advance(MINUTE / 2);
      const { runSchedules } = await import("../schedules/run.ts");
      await runSchedules(api.services);
      expect((await actions())[0]).toBe("schedule.lapse");
      expect(await release()).toMatchObject({ state: "running" });
    });
  });

  describe("to a segment", () => {
    beforeEach(async () => {
      await api.ask("POST /api/v1/projects/default/segments", { body: { key: "staff", included: ["ada", "bob"] } });
    });

    it("puts a rule of its own first, opens the flag to nobody else, and takes it all back", async () => {
      const before = stored();
      const { body } = await start({ segment: "staff" });
      const id = `release-${String(field(body, "id"))}`;
      expect(await targeting()).toMatchObject({
        enabled: true,
        fallthrough: { variant: "off" },
        rules: [{ id, when: { segment: "staff" }, serve: { rollout: { weights: { on: 1_000 } } } }],
      });
      await passes(MINUTE);
      expect(field(await targeting(), "rules", 0, "serve", "rollout", "weights")).toEqual({ on: 25_000 });
      const refused = await api.ask(`PATCH ${PLACE}`, { body: { rules: [] } });
      expect(refused).toMatchObject({ status: 409, body: { code: "release_running" } });
      await move("rollback");
      expect(stored()).toEqual(before);
    });

    it("leaves rules and fallthrough of a flag that was on as they are", async () => {
      const rules = [{ id: "pro", when: { attribute: "plan", op: "in", values: ["pro"] }, serve: { variant: "on" } }];
      await api.ask(`PATCH ${PLACE}`, { body: { enabled: true, rules, fallthrough: { variant: "off" } } });
      await start({ segment: "staff" });
      expect(await targeting()).toMatchObject({
        rules: [{ when: { segment: "staff" } }, ...rules],
        fallthrough: { variant: "off" },
      });
    });
  });

  describe("of a flag of several variants", () => {
    const variants = ["blue", "green", "red", "off"].map((key) => ({ key, value: key }));
    beforeEach(async () => {
      await api.ask(`POST ${FLAGS}`, { body: { key: "colour", type: "string", variants } });
    });
    const place = `${FLAGS}/colour/environments/production`;
    const startColour = (body: object) => api.ask(`POST ${place}/release`, { body: { steps: plan, ...body } });
    const weights = async () => field((await api.ask(`GET ${place}`)).body, "fallthrough", "rollout", "weights");

    it("takes its share from what is served now, in proportion", async () => {
      const fallthrough = { rollout: { weights: { blue: 60_000, red: 30_000, off: 10_000 } } };
      await api.ask(`PATCH ${place}`, { body: { enabled: true, fallthrough } });
      await startColour({ variant: "green", steps: [{ percentage: 50, hold: "1m" }] });
      expect(await weights()).toEqual({ blue: 30_000, red: 15_000, off: 5_000, green: 50_000 });
    });

    it("gives several their parts of it", async () => {
      await startColour({ weights: { blue: 1, green: 2 }, steps: [{ percentage: 10, hold: "1m" }] });
      expect(await weights()).toEqual({ blue: 3_333, green: 6_667, off: 90_000 });
    });

    it.each([
      [{}, "variant"],
      [{ variant: "off" }, "variant"],
      [{ weights: { pink: 1 } }, "weights"],
      [{ weights: {} }, "weights"],
    ])("refuses %j", async (body, path) => {
      const refused = await startColour(body);
      expect(refused).toMatchObject({ status: 422 });
      expect(field(refused.body, "errors", 0, "path")).toBe(path);
    });
  });

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
    const refused = await start(body);
    expect(refused).toMatchObject({ status: 422, body: { code: "invalid" } });
    expect(field(refused.body, "errors", 0, "path")).toBe(path);
    expect((await api.ask(`GET ${PATH}`)).status).toBe(404);
  });

  it("refuses to begin below the share in force, and begins at it", async () => {
    await api.ask(`PUT ${PLACE}/rollout`, { body: { percentage: 10 } });
    await api.ask(`POST ${PLACE}/enable`);
    const refused = await start();
    expect(refused).toMatchObject({ status: 422 });
    expect(field(refused.body, "errors", 0, "message")).toContain("below the 10 % in force");
    expect((await start({ steps: [{ percentage: 10, hold: "1m" }] })).status).toBe(201);
  });

  it("pauses, and says why, where its next step breaks an invariant", async () => {
    await start();
    const body = {
      key: "few",
      environment: "production",
      flag: "checkout",
      context: { targetingKey: "u1" },
      serves: ["off"],
    };
    expect((await api.ask("POST /api/v1/projects/default/invariants", { body })).status).toBe(201);
    for (let at = 0; at < 3; at += 1) await passes(MINUTE);
    expect(await release()).toMatchObject({
      state: "paused",
      pausedBy: "server",
      reason: expect.stringContaining("few"),
    });
  });

  it("tells SDKs what to watch while its share is out, and no longer", async () => {
    const view = () => api.ledger.view("default", "production", "server")?.ruleset().flags.checkout;
    const id = field((await start({ guards: [{ metric: "checkout", measure: "latency" }] })).body, "id");
    expect(field(view(), "watch")).toEqual([{ metric: "checkout", release: id, step: 0, latency: true }]);
    await move("pause");
    expect(field(view(), "watch")).toHaveLength(1);
    await move("abort");
    expect(view()).not.toHaveProperty("watch");
  });

  it("says before it begins what its guards will be able to see, and how long that takes at the traffic of the flag", async () => {
    const guards = [{ metric: "checkout", measure: "errors" }];
    const untold = await start({ guards });
    expect(field(untold.body, "foreseen", 0, "says")).toMatch(
      /^At 1 %, checkout errors 1 % → 2 % is noticed after about \d+ treated outcomes; harm is ruled out after about \d+ treated outcomes\.$/,
    );
    await move("abort");
    const counts = [{ flag: "checkout", variant: "on", reason: "SPLIT", count: 36_000 }];
    const body = { id: "b1", instance: "i", sdk: { name: "n", version: "1" }, counts };
    await api.ask("POST /sdk/v1/events", { token: api.keys.get("production") ?? null, body });
    api.advance(MINUTE);
    const told = await start({
      guards,
      steps: [
        { percentage: 1, hold: "1s" },
        { percentage: 100, hold: "1s" },
      ],
    });
    expect(field(told.body, "foreseen")).toHaveLength(1);
    expect(field(told.body, "foreseen", 0, "says")).toMatch(
      /some \d+ (s|min) at today's traffic.*longer than a step is held at most/,
    );
  });

  it("holds while no data comes, and keeps what the judge said of what", async () => {
    await start({ guards: [{ metric: "checkout", measure: "errors" }] });
    await passes(5 * MINUTE);
    expect(await release()).toMatchObject({
      state: "running",
      step: 0,
      waitsFor: "data",
      verdict: { verdict: "noData" },
    });
    const { body } = await api.ask(`GET ${PATH}/verdicts`);
    expect(field(body, "items", 0)).toMatchObject({ step: 0, same: true, verdict: { verdict: "noData" } });
  });

  it("is listed with those of other flags", async () => {
    await start();
    const { body } = await api.ask("GET /api/v1/projects/default/environments/production/releases");
    expect(field(body, "items")).toMatchObject([{ flag: "checkout", state: "running" }]);
  });
});
