import { CELLS, encodeBins, FIRST_LADDER_BIN, FIRST_SKETCH_BIN, type OutcomeRow } from "@bannerol/protocol";
import { describe, expect, it } from "vitest";
import { MemoryEvidence } from "../store/memory/memory-evidence.ts";
import { MemoryUsage } from "../store/memory/memory-usage.ts";
import { attributeSums, type SeenFlag } from "./attribute.ts";
import { Evidence } from "./evidence.ts";

const PLACE = { project: "default", environment: "production", flag: "a", release: "abcd1234" };
const row: OutcomeRow = {
  flag: "a",
  release: "abcd1234",
  step: 1,
  metric: "checkout",
  sides: { on: { n: [[3, 5]], x: [[3, 9]] }, "": { n: [[0, 7]], u: [] } },
};
const seen = (flag: string): SeenFlag | undefined =>
  flag === "a"
    ? {
        variants: ["on", "off"],
        watches: [
          { metric: "checkout", release: "abcd1234", step: 1 },
          { metric: "$mismatches", release: "abcd1234", step: 1 },
        ],
      }
    : undefined;

function setUp() {
  const store = new MemoryEvidence();
  const usage = new MemoryUsage(store);
  const evidence = new Evidence({ store, read: async () => undefined });
  let ids = 0;
  const send = async (batch: Parameters<typeof attributeSums>[0], more: { id?: string; at?: number } = {}) => {
    const { sums, releases } = attributeSums(batch, seen, 10);
    const { project, environment } = PLACE;
    await usage.add([
      { keyId: "k", id: `${ids++}`, project, environment, at: 1_000, counts: [], missing: [], sums, ...more },
    ]);
    evidence.came(releases.map((release) => ({ project, environment, ...release })));
  };
  const of = () => evidence.of(PLACE, { guards: [], treated: { on: 1 }, step: 1, heldMs: 0 });
  return { evidence, send, of };
}

describe("outcomes", () => {
  it("are summed for each step, metric and side, by cell, and told of", async () => {
    const { evidence, send, of } = setUp();
    const told: string[] = [];
    const stop = evidence.subscribe(({ release }) => told.push(release));
    await send({ outcomes: [row, { ...row, step: 0 }] });
    stop();
    await send({ outcomes: [row] }, { at: 2_000 });
    const { sums } = await of();
    expect(sums.map(({ step, metric, side, at }) => [step, metric, side, at])).toEqual([
      [0, "checkout", "", 1_000],
      [0, "checkout", "on", 1_000],
      [1, "checkout", "", 2_000],
      [1, "checkout", "on", 2_000],
    ]);
    // More failures than outcomes is nothing that an application could have seen.
    expect(sums[3]?.sums).toEqual({ n: [0, 0, 0, 10], u: [0, 0, 0, 10], x: [0, 0, 0, 10] });
    expect(sums[2]?.sums).toEqual({ n: [14], u: [0] });
    expect(told).toEqual(["abcd1234"]);
  });

  it("keep values and durations", async () => {
    const { send, of } = setUp();
    const d = encodeBins([0, 2], FIRST_SKETCH_BIN);
    const on = {
      n: [[0, 2]] as const,
      s: [[0, 2.5]] as const,
      q: 3.25,
      z: 2,
      m: 1.5,
      d,
      h: [[0, FIRST_LADDER_BIN, 2]],
    };
    await send({ outcomes: [{ ...row, sides: { on } }] });
    expect((await of()).sums[0]?.sums).toMatchObject({ s: [2.5], q: [3.25], z: [2], m: [1.5], d: [0, 2], h: [2] });
  });

  it.each<[string, Partial<OutcomeRow>]>([
    ["of a flag that the key does not see", { flag: "b" }],
    ["of another release", { release: "other" }],
    ["of a metric that nobody watches", { metric: "cart" }],
    ["of a step that has not begun", { step: 2 }],
    ["of a variant that there is not", { sides: { nowhere: { n: [[0, 1]] } } }],
    ["of a variant, where sides are those of parallel runs", { metric: "$mismatches", sides: { on: { n: [[0, 1]] } } }],
  ])("%s are passed over", async (_, more) => {
    const { send, of } = setUp();
    await send({ outcomes: [{ ...row, ...more }] });
    expect((await of()).sums).toEqual([]);
  });

  it("of parallel runs have sides of their own", async () => {
    const { send, of } = setUp();
    await send({ outcomes: [{ ...row, metric: "$mismatches", sides: { candidate: { n: [[CELLS - 1, 1]] } } }] });
    expect((await of()).sums).toMatchObject([{ metric: "$mismatches", side: "candidate" }]);
  });
});

describe("parallel runs", () => {
  const runs = { flag: "a", revision: 7, runs: 10, matches: 6 };

  it("are reported for each revision, signatures counted exactly", async () => {
    const { evidence, send } = setUp();
    const sketch = encodeBins([0, 0, 100], FIRST_SKETCH_BIN);
    await send({
      parallel: [
        { ...runs, mismatches: [["/total: number ≠ number", 3]], samples: ["{}"], control: sketch, candidate: sketch },
        {
          ...runs,
          mismatches: [
            ["/total: number ≠ number", 2],
            ["/: array ≠ null", 9],
          ],
          timeouts: 1,
          skipped: 2,
        },
        { ...runs, revision: 8, errors: { control: 1, candidate: 4 }, ignored: [["rounding", 5]] },
        { ...runs, flag: "b" },
        { ...runs, revision: 11 },
      ],
    });
    const [newest, older, ...none] = await evidence.parallel(PLACE);
    expect(none).toEqual([]);
    expect(newest).toMatchObject({ revision: 8, errors: { control: 1, candidate: 4 }, mismatches: 0 });
    expect(newest?.ignored).toEqual([{ name: "rounding", count: 5 }]);
    expect(older).toMatchObject({ revision: 7, runs: 20, matches: 12, mismatches: 14, timeouts: 1, skipped: 2 });
    expect(older?.signatures).toEqual([
      { name: "/: array ≠ null", count: 9 },
      { name: "/total: number ≠ number", count: 5 },
    ]);
    expect(older?.samples).toEqual(["{}"]);
    expect(older?.control?.p50).toBeGreaterThan(0);
  });
});

describe("verdicts", () => {
  it("come back with all that they were given on, the newest first", async () => {
    const { evidence, of } = setUp();
    const question = {
      guards: [],
      steps: [],
      step: 0,
      heldMs: 1,
      maxHoldMs: 2,
      treated: {},
      evidence: await of(),
      now: 3,
    };
    const verdict = { verdict: "pass", reason: "unrefuted", says: "x", lnRelease: 0, guards: [] } as const;
    await evidence.keepVerdict(PLACE, { at: 5, question, verdict });
    await evidence.keepVerdict(PLACE, { at: 6, question, verdict, did: "release.step" });
    expect(await evidence.verdicts(PLACE)).toEqual([
      { at: 6, question, verdict, did: "release.step" },
      { at: 5, question, verdict },
    ]);
  });
});
