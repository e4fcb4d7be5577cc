import { beforeEach, describe, expect, it } from "vitest";
import { MemoryStore } from "../../store/memory/memory-store.ts";
import type { StoredDocument } from "../../store/port.ts";
import { createHarness, FLAGS, field, type Harness, START } from "../../testing/harness.ts";

const PRODUCTION = "/api/v1/projects/default/environments/production";
const RULESET = `GET ${PRODUCTION}/ruleset`;
const EVALUATE = `POST ${PRODUCTION}/evaluate`;
const MINUTE = 60_000;

/** A store that counts how often it is asked for the past. */
class CountingStore extends MemoryStore {
  asked = 0;

  override async documentsAt(...query: [string, number, string?]): Promise<readonly StoredDocument[]> {
    this.asked += 1;
    return super.documentsAt(...query);
  }
}

describe("the past", () => {
  let api: Harness;
  let store: CountingStore;
  beforeEach(async () => {
    store = new CountingStore({ epoch: "e" });
    api = await createHarness({ store });
  });

  const change = async (what: string, body?: unknown): Promise<number> => {
    api.advance(MINUTE);
    const got = await api.ask(what, body === undefined ? {} : { body });
    expect([what, got.status, got.text]).toEqual([what, got.status < 300 ? got.status : 0, got.text]);
    return Number(field(got.body, "revision"));
  };
  const instantOf = (minutes: number, more = 0) => new Date(START + minutes * MINUTE + more).toISOString();
  const valueAt = async (at: unknown, context: object = { targetingKey: "u1" }) =>
    (await api.ask(EVALUATE, { body: { flag: "a", context, at } })).body;

  it("is served at each revision and instant as it was then: prerequisites, segments and layouts included", async () => {
    await change(`POST ${FLAGS}`, { key: "base" });
    await change("POST /api/v1/projects/default/segments", { key: "beta", included: ["u1"] });
    await change(`POST ${FLAGS}`, { key: "a" });
    await change(`POST ${FLAGS}/base/environments/production/enable`);
    await change(`PATCH ${FLAGS}/a/environments/production`, {
      enabled: true,
      prerequisites: [{ flag: "base", variants: ["on"] }],
      rules: [{ id: "r", when: { segment: "beta" }, serve: { variant: "on" } }],
      fallthrough: { variant: "off" },
    });
    await change(`PUT ${FLAGS}/base/environments/production/rollout`, { percentage: 100 });
    await change("PUT /api/v1/projects/default/segments/beta", { excluded: ["u1"] });
    await change(`PUT ${FLAGS}/a/environments/production/rollout`, { percentage: 30 });
    await change(`POST ${FLAGS}/base/environments/production/kill`);
    const newest = api.ledger.state("default")?.revision ?? 0;
    const rulesets = [];
    for (let revision = newest; revision >= newest - 9; revision -= 1) {
      rulesets.push((await api.ask(`${RULESET}?at=${revision}`)).body);
      const minutes = revision - (newest - 9);
      if (minutes === 0) continue;
      expect(await api.ask(`${RULESET}?at=${instantOf(minutes)}`)).toMatchObject({ body: { revision } });
      expect(await api.ask(`${RULESET}?at=${instantOf(minutes, -1)}`)).toMatchObject({
        body: { revision: revision - 1 },
      });
    }
    const reasons = [];
    for (let revision = newest; revision >= newest - 6; revision -= 1) {
      const result = await valueAt(revision);
      reasons.push([field(result, "value"), field(result, "reason"), field(result, "revision")]);
    }
    expect(reasons).toEqual([
      [false, "PREREQUISITE_FAILED", newest],
      [false, "SPLIT", newest - 1],
      [false, "DEFAULT", newest - 2],
      [true, "TARGETING_MATCH", newest - 3],
      [true, "TARGETING_MATCH", newest - 4],
      [false, "DISABLED", newest - 5],
      [false, "DISABLED", newest - 6],
    ]);
    const now = (await api.ask(RULESET)).body;
    for (const kind of ["flags", "segments"]) {
      expect(field(rulesets[0], kind)).toEqual(field(now, kind));
    }
  });

  it("before the first change is revision 0 and an empty ruleset", async () => {
    const empty = { revision: 0, project: "default", environment: "production", flags: {}, segments: {} };
    expect((await api.ask(`${RULESET}?at=0`)).body).toMatchObject(empty);
    expect((await api.ask(`${RULESET}?at=1999-12-31T23:59:59%2B01:00`)).body).toMatchObject(empty);
    expect((await api.ask(EVALUATE, { body: { at: 0 } })).body).toEqual({ items: [] });
  });

  it("has no future", async () => {
    const newest = api.ledger.state("default")?.revision ?? 0;
    const at = encodeURIComponent(instantOf(0, 1));
    for (const what of [`${RULESET}?at=${newest + 1}`, `${RULESET}?at=${at}`]) {
      expect(await api.ask(what)).toMatchObject({ status: 400, body: { code: "malformed_request" } });
    }
    expect(await api.ask(EVALUATE, { body: { at: newest + 1 } })).toMatchObject({ status: 400 });
    expect(await api.ask(EVALUATE, { body: { at: "9999-01-01T00:00:00Z" } })).toMatchObject({ status: 400 });
    expect(field((await api.ask(`${RULESET}?at=${encodeURIComponent(instantOf(0))}`)).body, "revision")).toBe(newest);
  });

  it.each(["", "now", "-1", "1e3", "4.5", "2026-01-31", "2026-02-30T00:00:00Z", "0x10", "%00", "1&at=2"])(
    "is not at=%s",
    async (at) => {
      expect(await api.ask(`${RULESET}?at=${at}`)).toMatchObject({ status: 400, body: { errors: [{ path: "at" }] } });
    },
  );

  it("says that a flag was not there yet", async () => {
    const revision = await change(`POST ${FLAGS}`, { key: "a" });
    expect(await api.ask(EVALUATE, { body: { flag: "a", at: revision - 1 } })).toMatchObject({
      status: 404,
      body: { detail: `The environment production has no flag "a" at revision ${revision - 1}. Check its spelling.` },
    });
  });

  it("shows nothing of an environment that was not there yet", async () => {
    const before = await change(`POST ${FLAGS}`, { key: "a" });
    await change("POST /api/v1/projects/default/environments", { key: "late" });
    const got = await api.ask(`GET /api/v1/projects/default/environments/late/ruleset?at=${before}`);
    expect(got).toMatchObject({ status: 200, body: { revision: before, flags: {}, segments: {} } });
  });

  it("has the clock of an instant that is named; a revision is asked what it would serve now", async () => {
    await change(`POST ${FLAGS}`, { key: "a" });
    const revision = await change(`PATCH ${FLAGS}/a/environments/production`, {
      enabled: true,
      rules: [{ id: "r", when: { attribute: "$now", op: "after", values: [instantOf(10)] }, serve: { variant: "on" } }],
      fallthrough: { variant: "off" },
    });
    api.advance(20 * MINUTE);
    expect(await valueAt(instantOf(5))).toMatchObject({ value: false, revision });
    expect(await valueAt(instantOf(15))).toMatchObject({ value: true, revision });
    expect(await valueAt(revision)).toMatchObject({ value: true, revision });
  });

  it("is loaded once for all who look at one moment", async () => {
    const revision = await change(`POST ${FLAGS}`, { key: "a" });
    await Promise.all(Array.from({ length: 5 }, () => valueAt(revision)));
    await valueAt(revision);
    expect(store.asked).toBe(1);
    await valueAt(revision - 1);
    expect(store.asked).toBe(2);
  });

  it("gives a document that cannot be read the place it had", async () => {
    await change(`POST ${FLAGS}`, { key: "a" });
    const flag = api.ledger.state("default")?.flags.get("a");
    await store.commit({
      project: "default",
      expectedRevision: flag?.revision ?? 0,
      at: START + 2 * MINUTE,
      actor: { type: "system", id: "x", name: "x" },
      action: "test",
      items: [{ kind: "targeting", key: "a", environment: "production", after: { enabled: "perhaps" } }],
      views: [],
      viewFormat: 1,
    });
    const got = await api.ask(`${RULESET}?at=${(flag?.revision ?? 0) + 1}`);
    expect(field(got.body, "flags", "a")).toEqual({ version: (flag?.revision ?? 0) + 1 });
  });
});
