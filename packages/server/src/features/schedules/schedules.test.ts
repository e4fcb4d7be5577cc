import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Harness, START } from "../../testing/harness.ts";
import { runSchedules } from "./run.ts";

const PLACE = `${FLAGS}/checkout/environments/production`;
const PATH = `${PLACE}/schedules`;
const HOUR = 60 * 60 * 1_000;
const inMs = (ms: number) => new Date(START + ms).toISOString();

describe("a schedule", () => {
  let api: Harness;
  beforeEach(async () => {
    api = await createHarness();
    await api.ask(`POST ${FLAGS}`, { body: { key: "checkout" } });
  });

  const schedule = (body: object, token?: string) =>
    api.ask(`POST ${PATH}`, { body: { at: inMs(HOUR), ...body }, ...(token === undefined ? {} : { token }) });
  const enabling = { change: { enabled: true } };
  const targeting = async () => (await api.ask(`GET ${PLACE}`)).body;
  const waiting = async () => Object(field((await api.ask(`GET ${PATH}`)).body, "items"));
  const newest = async () => field((await api.ask("GET /api/v1/projects/default/changes?limit=1")).body, "items", 0);
  const passes = async (ms: number) => {
    api.advance(ms);
    await runSchedules(api.services);
  };

  it("is carried out at its time, once, and not before", async () => {
    expect((await schedule({ ...enabling, comment: "launch" })).status).toBe(201);
    await passes(HOUR - 1);
    expect(await targeting()).toMatchObject({ enabled: false });
    await passes(1);
    expect(await targeting()).toMatchObject({ enabled: true });
    expect(await waiting()).toEqual([]);
    expect(await newest()).toMatchObject({
      action: "schedule.apply",
      actor: { type: "system" },
      comment: `Scheduled for ${inMs(HOUR)} by BANNEROL_ADMIN_TOKEN. launch`,
    });
    const { revision } = Object(await newest());
    await passes(HOUR);
    expect(await newest()).toMatchObject({ revision });
  });

  it("is listed while it waits, and found in the flag's history", async () => {
    const { body } = await schedule({ change: { fallthrough: { rollout: { weights: { on: 5_000 } } } } });
    const id = String(field(body, "id"));
    expect(await waiting()).toEqual([
      expect.objectContaining({ id, at: inMs(HOUR), change: { fallthrough: { rollout: { weights: { on: 5_000 } } } } }),
    ]);
    expect((await api.ask(`GET ${PATH}/${id}`)).body).toMatchObject({ id, by: "BANNEROL_ADMIN_TOKEN" });
    const history = await api.ask("GET /api/v1/projects/default/changes?flag=checkout&limit=1");
    expect(field(history.body, "items", 0)).toMatchObject({
      action: "schedule.create",
      flag: "checkout",
      environment: "production",
      schedule: id,
      before: null,
    });
  });

  it("merges: fields that it does not name stay what they are by then", async () => {
    await schedule({ change: { enabled: true } });
    await api.ask(`PATCH ${PLACE}`, { body: { targets: [{ variant: "on", keys: ["ada"] }] } });
    await passes(HOUR);
    expect(await targeting()).toMatchObject({ enabled: true, targets: [{ variant: "on", keys: ["ada"] }] });
  });

  it("applies several that are due in the order of their times", async () => {
    await schedule({ at: inMs(2_000), change: { fallthrough: { variant: "off" } } });
    await schedule({ at: inMs(1_000), change: { fallthrough: { variant: "on" }, enabled: true } });
    await passes(HOUR);
    expect(await targeting()).toMatchObject({ enabled: true, fallthrough: { variant: "off" } });
  });

  it.each([
    [
      "the flag was archived",
      async (api: Harness) => void (await api.ask(`POST ${FLAGS}/checkout/archive`)),
      /archived/,
    ],
    [
      "an invariant forbids it now",
      async (api: Harness) => {
        const body = { key: "closed", environment: "production", flag: "checkout", context: {}, serves: ["off"] };
        expect((await api.ask("POST /api/v1/projects/default/invariants", { body })).status).toBe(201);
      },
      /invariant/,
    ],
  ])("that applies no longer, since %s, ends with a record of why, and changes nothing", async (_, meanwhile, why) => {
    await schedule(enabling);
    await meanwhile(api);
    const before = await targeting();
    await passes(HOUR);
    expect(await targeting()).toEqual(before);
    expect(await waiting()).toEqual([]);
    expect(await newest()).toMatchObject({
      action: "schedule.lapse",
      comment: expect.stringMatching(why),
      flag: "checkout",
    });
  });

  it("kills: off, and whatever else waited for the flag waits no longer", async () => {
    await api.ask(`POST ${PLACE}/enable`);
    expect((await schedule({ at: inMs(1_000), kill: true })).status).toBe(201);
    await schedule(enabling);
    await passes(1_000);
    expect(await targeting()).toMatchObject({ enabled: false });
    expect(await waiting()).toEqual([]);
  });

  it.each<[string, string, object, string, object?]>([
    [
      "what is frozen then",
      "POST /api/v1/projects/default/environments/production/freezes",
      { key: "year-end", until: inMs(2 * HOUR) },
      "by BANNEROL_ADMIN_TOKEN.",
    ],
    [
      "what it breaks",
      "POST /api/v1/projects/default/invariants",
      { key: "open", environment: "production", flag: "checkout", context: {}, serves: ["on"] },
      "An invariant is broken now: open does not hold after it",
    ],
    [
      "what it breaks, of which a long comment leaves room to tell",
      "POST /api/v1/projects/default/invariants",
      { key: "open", environment: "production", flag: "checkout", context: {}, serves: ["on"] },
      "… An invariant is broken now: open does not hold after it",
      { comment: "x".repeat(2_000) },
    ],
  ])("kills, whatever %s, as by hand, and says so", async (_, guard, body, told, more = {}) => {
    await api.ask(`POST ${PLACE}/enable`);
    await schedule({ kill: true, ...more });
    expect((await api.ask(guard, { body })).status).toBe(201);
    await passes(HOUR);
    expect(await targeting()).toMatchObject({ enabled: false });
    const comment = expect.stringContaining(told);
    expect(await newest()).toMatchObject({ action: "schedule.apply", comment });
  });

  it("lapses where the environment is frozen then, and says until when", async () => {
    await schedule(enabling);
    const body = { key: "year-end", until: inMs(2 * HOUR) };
    await api.ask("POST /api/v1/projects/default/environments/production/freezes", { body });
    await passes(HOUR);
    expect(await targeting()).toMatchObject({ enabled: false });
    expect(await newest()).toMatchObject({
      action: "schedule.lapse",
      comment: expect.stringContaining(`production is frozen until ${inMs(2 * HOUR)}`),
    });
  });

  it("is cancelled by a kill of its flag there, and by nobody else's", async () => {
    await schedule(enabling);
    await api.ask(`POST ${FLAGS}/checkout/environments/staging/kill`);
    expect(await waiting()).toHaveLength(1);
    await api.ask(`POST ${PLACE}/kill`);
    expect(await waiting()).toEqual([]);
    await passes(2 * HOUR);
    expect(await targeting()).toMatchObject({ enabled: false });
  });

  it("is cancelled by hand; its id is gone then", async () => {
    const id = String(field((await schedule(enabling)).body, "id"));
    expect((await api.ask(`DELETE ${PATH}/${id}`)).status).toBe(200);
    for (const method of ["GET", "DELETE"]) expect((await api.ask(`${method} ${PATH}/${id}`)).status).toBe(404);
    const elsewhere = `${FLAGS}/checkout/environments/staging/schedules/${id}`;
    expect((await api.ask(`GET ${elsewhere}`)).status).toBe(404);
    await passes(HOUR);
    expect(await targeting()).toMatchObject({ enabled: false });
  });

  it.each([
    ["in the past", { at: inMs(-1), ...enabling }, "at"],
    ["now", { at: inMs(0), ...enabling }, "at"],
    ["no instant", { at: "tomorrow", ...enabling }, "at"],
    ["at a number", { at: START + HOUR, ...enabling }, "at"],
    ["of what is no change", { change: [] }, "change"],
    ["of a kill that is none", { kill: false }, "kill"],
    ["of a variant that is not there", { change: { fallthrough: { variant: "maybe" } } }, "change.fallthrough.variant"],
    ["that changes and kills", { ...enabling, kill: true }, ""],
  ])("%s is 422, and waits for nothing", async (_, body, path) => {
    const refused = await schedule(body);
    expect(refused).toMatchObject({ status: 422, body: { code: "invalid" } });
    if (path !== "") expect(field(refused.body, "errors", 0, "path")).toBe(path);
    expect(await waiting()).toEqual([]);
  });

  it("of a flag that is not there is 404", async () => {
    const path = `${FLAGS}/nothing/environments/production/schedules`;
    for (const ask of ["GET", "POST"]) {
      const body = ask === "POST" ? { body: { at: inMs(HOUR), ...enabling } } : {};
      expect((await api.ask(`${ask} ${path}`, body)).status).toBe(404);
    }
  });

  it("asks of whoever makes it what the change would ask", async () => {
    await api.ask("PATCH /api/v1/projects/default/environments/production", { body: { protected: true } });
    const [editor, releaser] = [await api.makeToken("editor"), await api.makeToken("releaser")];
    const edit = { change: { targets: [] } };
    expect((await schedule(enabling, editor)).status).toBe(403);
    expect((await schedule({ kill: true }, editor)).status).toBe(403);
    expect((await schedule(edit, releaser)).status).toBe(403);
    expect((await schedule(enabling, releaser)).status).toBe(201);
    expect((await schedule({ kill: true }, releaser)).status).toBe(201);
  });

  it("survives a restart: what came due meanwhile is carried out, once, however many nodes try", async () => {
    await schedule(enabling);
    api.advance(3 * HOUR);
    await Promise.all([runSchedules(api.services), runSchedules(api.services), runSchedules(api.services)]);
    const { body } = await api.ask("GET /api/v1/projects/default/changes?flag=checkout");
    const actions = Object(field(body, "items")).map((item: object) => field(item, "action"));
    expect(actions.filter((action: string) => action === "schedule.apply")).toHaveLength(1);
  });

  it("fires once where the clock is set back, and no later where it is set forward", async () => {
    await schedule(enabling);
    await passes(HOUR);
    await api.ask(`POST ${PLACE}/disable`);
    await passes(-2 * HOUR);
    await passes(2 * HOUR);
    expect(await targeting()).toMatchObject({ enabled: false });
    await schedule({ at: inMs(3 * HOUR), ...enabling });
    await passes(5 * HOUR);
    expect(await targeting()).toMatchObject({ enabled: true });
  });
});

describe("a schedule in an environment that asks for approval", () => {
  const PRODUCTION = "/api/v1/projects/default/environments/production";
  let api: Harness;
  let ada: string;
  let bob: string;
  beforeEach(async () => {
    api = await createHarness();
    await api.ask(`POST ${FLAGS}`, { body: { key: "checkout" } });
    [ada, bob] = [await api.makeToken("releaser"), await api.makeToken("releaser")];
  });

  const protect = (approvals: number) => api.ask(`PATCH ${PRODUCTION}`, { body: { protected: true, approvals } });
  const schedule = (work: object) => api.ask(`POST ${PATH}`, { body: { at: inMs(HOUR), ...work }, token: ada });
  const approve = (asked: { readonly body: unknown }) =>
    api.ask(`POST ${PRODUCTION}/approvals/${field(asked.body, "approval", "id")}/approve`, { token: bob });
  const enabling = { change: { enabled: true } };
  const isDue = async () => {
    api.advance(HOUR);
    await runSchedules(api.services);
    const { items } = Object((await api.ask("GET /api/v1/projects/default/changes?limit=1")).body);
    return [field((await api.ask(`GET ${PLACE}`)).body, "enabled"), items[0]];
  };

  it("is approved as it is made, and carried out", async () => {
    await protect(1);
    expect((await approve(await schedule(enabling))).status).toBe(200);
    expect(await isDue()).toEqual([true, expect.objectContaining({ action: "schedule.apply" })]);
  });

  it("lapses where it was made before anybody had to approve it", async () => {
    await schedule(enabling);
    await protect(1);
    const told =
      "production asks for 1 approval by now, and this has none. Schedule it again, so that it can be approved.";
    const comment = expect.stringContaining(`It applies no longer: ${told}`);
    expect(await isDue()).toEqual([false, expect.objectContaining({ action: "schedule.lapse", comment })]);
  });

  it("lapses where fewer approved it than have to by now", async () => {
    await protect(1);
    await approve(await schedule(enabling));
    await protect(2);
    const comment = expect.stringContaining("production asks for 2 approvals by now, and this has 1.");
    expect(await isDue()).toEqual([false, expect.objectContaining({ action: "schedule.lapse", comment })]);
  });

  it("is carried out where it is a kill, which waits for nobody", async () => {
    await api.ask(`POST ${PLACE}/enable`);
    await schedule({ kill: true });
    await protect(1);
    expect(await isDue()).toEqual([false, expect.objectContaining({ action: "schedule.apply" })]);
  });
});
