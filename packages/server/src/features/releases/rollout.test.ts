import { beforeEach, describe, expect, it } from "vitest";
import { FLAGS, field, START } from "../../testing/harness.ts";
import { createReleases, MINUTE, PLACE, plan, type Releases } from "./testing/releases.ts";

let checkout: Releases;
beforeEach(async () => {
  checkout = await createReleases();
});

describe("a release", () => {
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
      await checkout.start();
      const refused = await checkout.api.ask(what, { body: body({}) });
      expect(refused).toMatchObject({ status: 409, body: { code: "release_running" } });
      expect(await checkout.served()).toEqual({ on: 1_000, off: 99_000 });
      expect((await checkout.api.ask(what, { body: body({ stopRelease: true }) })).status).toBe(200);
      expect(await checkout.release()).toMatchObject({ state: "aborted", reason: "Its rollout was edited by hand." });
    });

    it("and no more: the switch, targets and rules are everybody's", async () => {
      await checkout.start();
      const body = { targets: [{ variant: "on", keys: ["ada"] }] };
      expect((await checkout.api.ask(`PATCH ${PLACE}`, { body })).status).toBe(200);
      expect((await checkout.api.ask(`POST ${PLACE}/disable`)).status).toBe(200);
      expect(await checkout.release()).toMatchObject({ state: "running" });
    });

    it("and switches on nothing that was switched off since: it pauses, and goes on once the flag is on", async () => {
      await checkout.start();
      await checkout.api.ask(`POST ${PLACE}/disable`);
      expect(await checkout.move("advance")).toMatchObject({ status: 409, body: { code: "release_state" } });
      await checkout.passes(MINUTE);
      const reason = expect.stringContaining("The flag checkout is disabled in production");
      expect(await checkout.release()).toMatchObject({ state: "paused", step: 0, pausedBy: "server", reason });
      expect(await checkout.targeting()).toMatchObject({ enabled: false });
      await checkout.api.ask(`POST ${PLACE}/enable`);
      await checkout.move("resume");
      await checkout.passes(0);
      expect(await checkout.served()).toEqual({ on: 25_000, off: 75_000 });
    });

    it("so that a schedule that would change it lapses", async () => {
      const at = new Date(START + MINUTE / 2).toISOString();
      await checkout.api.ask(`POST ${PLACE}/schedules`, { body: { at, change: { fallthrough: by(90) } } });
      await checkout.start();
      checkout.api.advance(MINUTE / 2);
      const { runSchedules } = await import("../schedules/run.ts");
      await runSchedules(checkout.api.services);
      expect((await checkout.actions())[0]).toBe("schedule.lapse");
      expect(await checkout.release()).toMatchObject({ state: "running" });
    });
  });

  describe("to a segment", () => {
    beforeEach(async () => {
      await checkout.api.ask("POST /api/v1/projects/default/segments", {
        body: { key: "staff", included: ["ada", "bob"] },
      });
    });

    it("puts a rule of its own first, opens the flag to nobody else, and takes it all back", async () => {
      const before = checkout.stored();
      const { body } = await checkout.start({ segment: "staff" });
      const id = `release-${String(field(body, "id"))}`;
      expect(await checkout.targeting()).toMatchObject({
        enabled: true,
        fallthrough: { variant: "off" },
        rules: [{ id, when: { segment: "staff" }, serve: { rollout: { weights: { on: 1_000 } } } }],
      });
      await checkout.passes(MINUTE);
      expect(field(await checkout.targeting(), "rules", 0, "serve", "rollout", "weights")).toEqual({ on: 25_000 });
      const refused = await checkout.api.ask(`PATCH ${PLACE}`, { body: { rules: [] } });
      expect(refused).toMatchObject({ status: 409, body: { code: "release_running" } });
      await checkout.move("rollback");
      expect(checkout.stored()).toEqual(before);
    });

    it("leaves open whom somebody opens the flag to meanwhile", async () => {
      await checkout.start({ segment: "staff" });
      const fallthrough = { rollout: { weights: { on: 30_000, off: 70_000 } } };
      await checkout.api.ask(`PATCH ${PLACE}`, { body: { fallthrough } });
      await checkout.passes(MINUTE);
      expect(await checkout.release()).toMatchObject({ step: 1 });
      expect(await checkout.targeting()).toMatchObject({ fallthrough });
      await checkout.move("rollback");
      expect(await checkout.targeting()).toMatchObject({ fallthrough });
    });

    it("leaves rules and fallthrough of a flag that was on as they are", async () => {
      const rules = [{ id: "pro", when: { attribute: "plan", op: "in", values: ["pro"] }, serve: { variant: "on" } }];
      await checkout.api.ask(`PATCH ${PLACE}`, { body: { enabled: true, rules, fallthrough: { variant: "off" } } });
      await checkout.start({ segment: "staff" });
      expect(await checkout.targeting()).toMatchObject({
        rules: [{ when: { segment: "staff" } }, ...rules],
        fallthrough: { variant: "off" },
      });
    });
  });

  describe("of a flag of several variants", () => {
    const variants = ["blue", "green", "red", "off"].map((key) => ({ key, value: key }));
    beforeEach(async () => {
      await checkout.api.ask(`POST ${FLAGS}`, { body: { key: "colour", type: "string", variants } });
    });
    const place = `${FLAGS}/colour/environments/production`;
    const startColour = (body: object) => checkout.api.ask(`POST ${place}/release`, { body: { steps: plan, ...body } });
    const weights = async () =>
      field((await checkout.api.ask(`GET ${place}`)).body, "fallthrough", "rollout", "weights");

    it("takes its share from what is served now, in proportion", async () => {
      const fallthrough = { rollout: { weights: { blue: 60_000, red: 30_000, off: 10_000 } } };
      await checkout.api.ask(`PATCH ${place}`, { body: { enabled: true, fallthrough } });
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

  describe("by an attribute", () => {
    const rollout = async () => field(await checkout.targeting(), "fallthrough", "rollout");
    const of = (percentage: number) => [{ percentage, hold: "1m" }];

    it("keeps together whom bucketBy names, until it is taken back", async () => {
      const before = checkout.stored();
      expect((await checkout.start({ bucketBy: "organization.id" })).body).toMatchObject({
        bucketBy: "organization.id",
      });
      expect(await rollout()).toEqual({ weights: { on: 1_000, off: 99_000 }, bucketBy: "organization.id" });
      await checkout.passes(MINUTE);
      expect(await rollout()).toMatchObject({ weights: { on: 25_000 }, bucketBy: "organization.id" });
      await checkout.move("rollback");
      expect(checkout.stored()).toEqual(before);
    });

    it("does so in a segment's rule", async () => {
      await checkout.api.ask("POST /api/v1/projects/default/segments", { body: { key: "staff", included: ["ada"] } });
      await checkout.start({ segment: "staff", bucketBy: "team" });
      expect(field(await checkout.targeting(), "rules", 0, "serve", "rollout")).toEqual({
        weights: { on: 1_000 },
        bucketBy: "team",
      });
    });

    it("is refused where others would have it by then than have it now", async () => {
      await checkout.api.ask(`PUT ${PLACE}/rollout`, { body: { percentage: 10 } });
      await checkout.api.ask(`POST ${PLACE}/enable`);
      const refused = await checkout.start({ steps: of(20), bucketBy: "organization.id" });
      expect(refused).toMatchObject({ status: 422 });
      expect(field(refused.body, "errors", 0)).toMatchObject({ path: "bucketBy" });
      expect((await checkout.start({ steps: of(20), bucketBy: "targetingKey" })).status).toBe(201);
    });
  });
});
