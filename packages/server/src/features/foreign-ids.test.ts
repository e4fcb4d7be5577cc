/** Somebody of one project gives the ids of another: no order, no place and no document there moves. */
import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Got, type Harness } from "../testing/harness.ts";

const THEIRS = "/api/v1/projects/theirs";
const OURS = "/api/v1/projects/default";
const steps = [{ percentage: 5, hold: "1h" }];

const rule = (id: string) => ({ id, when: { attribute: "plan", op: "exists" }, serve: { variant: "on" } });

describe("A2: what belongs to another project", () => {
  let api: Harness;
  /** An admin of `default`, and nobody elsewhere. */
  let admin: string;
  /** Ids in the other project. */
  let foreign: Readonly<Record<"schedule" | "approval" | "freeze" | "invariant", string>>;

  beforeEach(async () => {
    api = await createHarness();
    await api.ask("POST /api/v1/projects", { body: { key: "theirs", environments: ["first", "second", "live"] } });
    await api.ask(`POST ${FLAGS}`, { body: { key: "a" } });
    await api.ask(`POST ${THEIRS}/flags`, { body: { key: "a" } });
    await api.ask(`POST ${THEIRS}/flags`, { body: { key: "b" } });
    await api.ask(`PATCH ${THEIRS}/flags/a/environments/live`, { body: { rules: [rule("r1"), rule("r2")] } });
    const until = "2999-01-01T00:00:00Z";
    const targeting = `${THEIRS}/flags/b/environments`;
    const schedule = await api.ask(`POST ${targeting}/first/schedules`, {
      body: { at: until, change: { enabled: true } },
    });
    await api.ask(`POST ${targeting}/live/release`, { body: { steps } });
    await api.ask(`POST ${THEIRS}/environments/first/freezes`, {
      body: { key: "f", from: until, until: "2999-01-02T00:00:00Z" },
    });
    const stated = { key: "i", environment: "first", flag: "a", context: {}, serves: ["off"] };
    await api.ask(`POST ${THEIRS}/invariants`, { body: stated });
    await api.ask(`PATCH ${THEIRS}/environments/second`, { body: { protected: true, approvals: 1 } });
    const waits = await api.ask(`POST ${targeting}/second/enable`);
    foreign = {
      schedule: String(field(schedule.body, "id")),
      approval: String(field(waits.body, "approval", "id")),
      freeze: "f",
      invariant: "i",
    };
    admin = await api.makeToken("admin", { project: "default" });
  });

  const theirs = () => JSON.stringify([api.ledger.state("theirs")?.revision, api.ledger.state("theirs")?.head]);

  /** Asks, and finds everything of theirs as it was, and the refusal in the log with who asked. */
  const refused = async (what: string, body?: object): Promise<Got> => {
    const [before, lines] = [theirs(), api.lines.length];
    const got = await api.ask(what, { token: admin, ...(body === undefined ? {} : { body }) });
    expect([what, theirs()]).toEqual([what, before]);
    expect(api.lines.slice(lines).join("")).toContain(`"status":${got.status}`);
    expect(api.lines.slice(lines).join("")).toContain(admin.split("_")[2]);
    return got;
  };

  it.each([
    ["the place of an environment", `PATCH ${THEIRS}/environments/live`, { position: 0 }],
    ["the order of rules", `PATCH ${THEIRS}/flags/a/environments/live`, { rules: [rule("r2"), rule("r1")] }],
    ["a change set", `POST ${THEIRS}/changes`, { items: [{ environment: "live", after: { name: "x" } }] }],
    ["what was, by a revert", `POST ${THEIRS}/revert`, { to: 1, flag: "a", environment: "live" }],
  ])("keeps %s where it is asked for by its own address", async (_, what, body) => {
    expect(await refused(what, body)).toMatchObject({ status: 403, body: { code: "not_allowed" } });
  });

  it.each([
    ["a schedule", () => `GET ${FLAGS}/a/environments/production/schedules/${foreign.schedule}`],
    ["a schedule that would end", () => `DELETE ${FLAGS}/a/environments/production/schedules/${foreign.schedule}`],
    ["a change that waits", () => `GET ${OURS}/environments/production/approvals/${foreign.approval}`],
    ["a change to approve", () => `POST ${OURS}/environments/production/approvals/${foreign.approval}/approve`],
    ["a change to reject", () => `POST ${OURS}/environments/production/approvals/${foreign.approval}/reject`],
    ["a release", () => `POST ${FLAGS}/b/environments/live/release/abort`],
    ["a freeze", () => `DELETE ${OURS}/environments/first/freezes/${foreign.freeze}`],
    ["an invariant", () => `DELETE ${OURS}/invariants/${foreign.invariant}`],
    ["an environment", () => `PATCH ${OURS}/environments/live`],
  ])("is not there for one who names %s of it within a project of their own", async (_, what) => {
    const body = what().startsWith("PATCH") ? { position: 0 } : undefined;
    expect(await refused(what(), body)).toMatchObject({ status: 404, body: { code: "not_found" } });
  });

  it("stays where a targeting of one's own has rules of the same ids, in another order", async () => {
    const got = await refused(`PATCH ${FLAGS}/a/environments/production`, { rules: [rule("r2"), rule("r1")] });
    expect(got).toMatchObject({ status: 200, body: { rules: [{ id: "r2" }, { id: "r1" }] } });
  });

  it("is not reordered by an item of a change set that names an environment of it", async () => {
    const item = { environment: "live", after: { key: "live", name: "x", position: 0 } };
    expect(await refused(`POST ${OURS}/changes`, { items: [item] })).toMatchObject({ status: 422 });
  });
});

describe("A2: an order that was changed", () => {
  it("is a change of the history, of each that moved", async () => {
    const api = await createHarness();
    await api.ask(`POST ${FLAGS}`, { body: { key: "a" } });
    await api.ask(`PATCH ${FLAGS}/a/environments/production`, { body: { rules: [rule("r1"), rule("r2")] } });
    await api.ask(`PATCH ${FLAGS}/a/environments/production`, { body: { rules: [rule("r2"), rule("r1")] } });
    await api.ask(`PATCH ${OURS}/environments/production`, { body: { position: 0 } });
    const { body } = await api.ask(`GET ${OURS}/changes?limit=2`);
    const [places, rules] = [field(body, "items", 0), field(body, "items", 1)];
    expect(Object(field(places, "items")).map((item: unknown) => field(item, "after", "position"))).toEqual([0, 1, 2]);
    expect(rules).toMatchObject({
      before: { rules: [{ id: "r1" }, { id: "r2" }] },
      after: { rules: [{ id: "r2" }, { id: "r1" }] },
    });
  });
});
