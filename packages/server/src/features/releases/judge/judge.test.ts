import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addSums, noEvidence, type SideSums } from "./evidence.ts";
import { judge } from "./judge.ts";
import { guardOf } from "./read-guard.ts";
import { durations, NOW, question, side, sums } from "./testing/questions.ts";
import type { Question } from "./verdict.ts";

/** 5 % of the outcomes are treated; 1 % of them fail unless said otherwise. */
const healthy = [side("on", sums(5_000, 50)), side("off", sums(95_000, 950))];
const failing = [side("on", sums(5_000, 250)), side("off", sums(95_000, 950))];
const few = [side("on", sums(40)), side("off", sums(760))];
const early = { heldMs: 60_000 };
const late = { heldMs: 6_000_000 };
const last = { step: 1 };
const at100 = (n: number, x: number) => [side("on", sums(n, x), { step: 1 })];

describe("a step", () => {
  it.each<[string, Question, string, string]>([
    ["of a good version passes after its hold", question(healthy), "pass", "shown"],
    ["of a good version waits for its hold", question(healthy, early), "wait", "hold"],
    ["of a bad version fails within its hold", question(failing, early), "fail", "comparison"],
    ["that broke a limit fails", question(healthy, {}, { limit: 0.001 }), "fail", "limit"],
    ["with too few outcomes waits", question(few), "wait", "minimum"],
    ["with too few outcomes is inconclusive in the end", question(few, late), "inconclusive", "minimum"],
    [
      "whose harm is not ruled out waits",
      question([side("on", sums(100, 2)), side("off", sums(1_900, 19))]),
      "wait",
      "notShown",
    ],
    [
      "whose harm was never ruled out is inconclusive",
      question([side("on", sums(100, 2)), side("off", sums(1_900, 19))], late),
      "inconclusive",
      "notShown",
    ],
    ["without outcomes has no data", question([]), "noData", "noData"],
    ["without outcomes yet waits", question([], { heldMs: 5_000 }), "wait", "hold"],
    ["whose source died has no data", question(healthy, { now: NOW + 60_000 }), "noData", "noData"],
    ["that failed has failed, though its source died", question(failing, { now: NOW + 60_000 }), "fail", "comparison"],
    [
      "with half of the treated outcomes lost waits, whatever the comparison says",
      question([side("on", sums(2_500, 500)), side("off", sums(95_000, 950))]),
      "wait",
      "sampleRatio",
    ],
    [
      "with half of the treated outcomes lost still has a limit",
      question([side("on", sums(2_500, 500)), side("off", sums(95_000, 950))], {}, { limit: 0.05 }),
      "fail",
      "limit",
    ],
    ["for everybody passes: there is no control", question(at100(9, 9), last), "pass", "noControl"],
    ["for everybody has its limit", question(at100(5_000, 500), last, { limit: 0.05 }), "fail", "limit"],
    ["for everybody passes within its limit", question(at100(5_000, 50), last, { limit: 0.05 }), "pass", "noControl"],
    ["without guards passes after its hold", question([], { guards: [] }), "pass", "unrefuted"],
    ["without guards waits for its hold", question([], { guards: [], ...early }), "wait", "hold"],
    [
      "whose guard asks no more passes unrefuted",
      question([side("on", sums(100, 2)), side("off", sums(1_900, 19))], {}, { pass: "unrefuted" }),
      "pass",
      "unrefuted",
    ],
    ["that is to rule out what is tolerated waits", question(healthy, {}, { pass: "tolerance" }), "wait", "notShown"],
    [
      "with an incident that hits both sides passes",
      question([side("on", sums(5_000, 500)), side("off", sums(95_000, 9_500))]),
      "pass",
      "shown",
    ],
  ])("%s", (_, asked, verdict, reason) => {
    expect(judge(asked)).toMatchObject({ verdict, reason });
  });

  it("says who is to blame, by how much, and what was seen", () => {
    const verdict = judge(question(failing));
    expect(verdict).toMatchObject({
      culprit: 0,
      guards: [{ side: "on", treated: { outcomes: 5_000, failures: 250 } }],
    });
    expect(verdict.says).toMatch(
      /^checkout errors: worse than is tolerated: 5 % of 5000 against 1 % of 95000, at least 3\.97 times/,
    );
    expect(judge(question(healthy)).says).toMatch(/^Harm is ruled out: checkout errors at most 1\.\d+ ×\.$/);
    const faultless = question([side("on", sums(5_000)), side("off", sums(95_000))]);
    expect(judge(faultless).says).toBe("Harm is ruled out: checkout errors 0 % of 5000 against 0 % of 95000.");
    expect(judge(question(healthy, {}, { pass: "unrefuted" })).says).toMatch(/none was to be ruled out/);
  });

  it("names the bound that matters where a lower share is the worse one", () => {
    const successes = (treated: number) => [
      side("on", sums(5_000, 5_000 - treated)),
      side("off", sums(95_000, 47_500)),
    ];
    const asked = (treated: number) => judge(question(successes(treated), {}, { higherIsWorse: false })).says;
    expect(asked(1_000)).toMatch(/worse than is tolerated: 20 % of 5000 against 50 % of 95000, at most 0\.4\d* times/);
    expect(asked(2_500)).toMatch(/^Harm is ruled out: checkout errors at least 0\.9\d* ×\.$/);
  });

  it("tells how long it still takes", () => {
    const { neededMs = 0, says } = judge(question([side("on", sums(100, 1)), side("off", sums(1_900, 19))]));
    // Some 400 treated outcomes rule harm out, and it has 100 after ten minutes.
    expect(neededMs).toBeGreaterThan(10 * 60_000);
    expect(neededMs).toBeLessThan(60 * 60_000);
    expect(says).toMatch(/at this traffic about \d+ min more/);
  });
});

describe("other measures", () => {
  const fast = durations({ 20: 9_000, 40: 900, 90: 100 });
  const control = durations({ 20: 171_000, 40: 17_100, 90: 1_900 });
  const slow = durations({ 30: 9_000, 60: 900, 135: 100 });

  it.each<[string, SideSums["sums"], string]>([
    ["the same", fast, "pass"],
    ["half as slow again", slow, "fail"],
  ])("latency that is %s", (_, treated, verdict) => {
    const found = judge(question([side("on", treated), side("off", control)], {}, { measure: "latency" }));
    expect(found.verdict).toBe(verdict);
    expect(found.guards[0]?.control?.value).toBeCloseTo(40, -1);
    expect(found.says).toContain("as many slow ones");
  });

  it("latency has a limit in milliseconds", () => {
    const ask = (limit: number) =>
      judge(question([side("on", slow, { step: 1 })], last, { measure: "latency", limit }));
    expect([ask(50).verdict, ask(100).verdict]).toEqual(["fail", "pass"]);
  });

  const orders = (n: number, each: number, mean: number) =>
    sums(n, 0, {
      s: sums(n).n?.map((count, cell) => count * mean * (cell % 2 === 0 ? 0.9 : 1.1)) ?? [],
      q: [n * (mean ** 2 + each ** 2)],
      z: [n],
      m: [mean * 3],
    });

  it.each<[string, number, string]>([
    ["the same", 10, "pass"],
    ["halved", 5, "fail"],
    ["higher", 12, "pass"],
  ])("a mean that is %s", (_, mean, verdict) => {
    const rows = [side("on", orders(50_000, 10, mean)), side("off", orders(950_000, 10, 10))];
    expect(judge(question(rows, {}, { measure: "value" })).verdict).toBe(verdict);
  });

  it.each<[string, number, boolean, string]>([
    ["the same", -10, false, "pass"],
    ["a larger loss", -15, false, "fail"],
    ["a smaller loss", -8, false, "pass"],
    ["the same, where higher is worse", -10, true, "pass"],
    ["nearer to 0, where higher is worse", -5, true, "fail"],
  ])("a mean below 0 that is %s", (_, mean, higherIsWorse, verdict) => {
    const rows = [side("on", orders(50_000, 10, mean)), side("off", orders(950_000, 10, -10))];
    const cap = higherIsWorse ? { cap: 100 } : {};
    const found = judge(question(rows, {}, { measure: "value", higherIsWorse, ...cap }));
    expect(found.verdict).toBe(verdict);
    expect(found.says).not.toContain("times the control");
  });

  it.each([
    [99, "wait", "minimum"],
    [100, "fail", "limit"],
  ])("a mean of %d values over its limit: %s", (z, verdict, reason) => {
    const rows = [side("on", { ...orders(500, 10, 10), z: [z] }), side("off", orders(9_500, 10, 10))];
    const found = judge(question(rows, {}, { measure: "value", limit: 20 }));
    expect(found).toMatchObject({ verdict, reason });
    if (reason === "minimum") expect(found.says).toMatch(/too few values that are not zero yet: .* and 100 of these/);
  });

  it("one large value is told of, where it is not cut", () => {
    const rows = [side("on", { ...orders(500, 10, 10), m: [2_000] }), side("off", orders(9_500, 10, 10))];
    const warnings = (guard: object) => judge(question(rows, {}, { measure: "value", ...guard })).guards[0]?.warnings;
    expect(warnings({})).toEqual(["One value of checkout is 2 % of the control's total. Give the guard a cap."]);
    expect(warnings({ cap: 2_000 })).toBeUndefined();
  });

  it.each<[string, number, string]>([
    ["as high as before", 3_000, "pass"],
    ["halved", 1_500, "fail"],
  ])("a share of successes that is %s", (_, successes, verdict) => {
    const rows = [side("on", sums(10_000, 10_000 - successes)), side("off", sums(190_000, 133_000))];
    expect(judge(question(rows, {}, { higherIsWorse: false })).verdict).toBe(verdict);
  });

  it.each<[number, string]>([
    [0, "pass"],
    [200, "fail"],
  ])("%d mismatches of 10,000 parallel runs", (x, verdict) => {
    const rows = [side("candidate", sums(10_000, x), { metric: "$mismatches" })];
    expect(judge(question(rows, {}, { measure: "mismatches" })).verdict).toBe(verdict);
  });

  it("parallel runs are judged at 100 % too: they bring their own control", () => {
    const rows = [
      side("candidate", slow, { metric: "$runs", step: 1 }),
      side("control", fast, { metric: "$runs", step: 1 }),
    ];
    const asked = question(rows, last, { measure: "latency", source: "parallelRun" });
    expect(judge(asked)).toMatchObject({ verdict: "fail", reason: "comparison" });
  });
});

describe("readings of another source", () => {
  const points = (values: readonly number[]) =>
    values.map((value, at) => [NOW - (values.length - at) * 10_000, value] as const);
  const asked = (t: readonly number[], c: readonly number[], more: object = {}) =>
    question(
      [],
      {
        evidence: {
          sums: [],
          readings: [
            { step: 0, guard: 0, side: "on", points: points(t) },
            { step: 0, guard: 0, side: "", points: points(c) },
          ],
        },
      },
      { source: { prometheus: "x" }, ...more },
    );
  const noisy = (mean: number) => Array.from({ length: 40 }, (_, at) => mean * (1 + ((at * 7) % 11) / 100));

  it.each<[string, Question, string, string]>([
    ["the same on both sides", asked(noisy(10), noisy(10)), "pass", "shown"],
    ["twice as high", asked(noisy(20), noisy(10)), "fail", "comparison"],
    ["the same on both sides, below 0", asked(noisy(-10), noisy(-10)), "pass", "shown"],
    ["a larger loss", asked(noisy(-20), noisy(-10), { measure: "value" }), "fail", "comparison"],
    ["too few", asked([1, 1], [1, 1]), "wait", "minimum"],
    ["over a limit three times", asked([1, 9, 9, 9], [9, 9, 9, 9], { limit: 5 }), "fail", "limit"],
    ["none", { ...asked([], []), heldMs: 600_000 }, "noData", "noData"],
  ])("that are %s", (_, what, verdict, reason) => {
    const found = judge(what);
    expect(found).toMatchObject({ verdict, reason });
    expect(found.guards[0]?.weaker).toBe(true);
  });
});

describe("a source that is read less often, since the step is held for days", () => {
  const held = (heldMs: number, ageMs: number) => {
    const points = Array.from({ length: 40 }, (_, at) => [NOW - ageMs - at * 60_000, 10 + (at % 7)] as const).reverse();
    const readings = ["on", ""].map((one) => ({ step: 0, guard: 0, side: one, points }));
    const guard = { source: { prometheus: "x" } };
    return judge(question([], { heldMs, maxHoldMs: 1e12, evidence: { sums: [], readings } }, guard)).reason;
  };

  it.each<[number, number, string]>([
    [600_000, 60_000, "noData"],
    [86_400_000, 60_000, "shown"],
    [86_400_000, 600_000, "noData"],
  ])("held for %d ms, is silent after %d ms: %s", (heldMs, ageMs, reason) => {
    expect(held(heldMs, ageMs)).toBe(reason);
  });
});

describe("a release of several guards and steps", () => {
  const steps = [1, 5, 25, 50].map((percentage) => ({ percentage, holdMs: 600_000 }));

  it("adds evidence of steps, and never pools their counts", () => {
    const guards = [guardOf({ metric: "checkout", measure: "errors" }), guardOf({ metric: "cart", measure: "errors" })];
    const one = [side("on", sums(600, 12)), side("off", sums(59_400, 590))];
    const two = [side("on", sums(3_000, 60), { step: 1 }), side("off", sums(57_000, 570), { step: 1 })];
    const cart = [...one, ...two].map((row) => ({
      ...row,
      metric: "cart",
      sums: row.side === "on" ? sums(row.step === 0 ? 600 : 3_000, row.step === 0 ? 5 : 30) : row.sums,
    }));
    const found = judge(question([...one, ...two, ...cart], { guards, steps, step: 1 }));
    const [first, second] = found.guards.map(({ lnRelease = 0 }) => lnRelease);
    expect(first).toBeGreaterThan(4);
    expect(second).toBeLessThan(0);
    expect(found.lnRelease).toBeCloseTo(Math.log((Math.exp(first ?? 0) + Math.exp(second ?? 0)) / 2), 12);
    expect(found).toMatchObject({ verdict: "fail", culprit: 0 });
  });

  it("fails by a sound guard beside one whose outcomes are lost, which counts as nothing", () => {
    const guards = [guardOf({ metric: "cart", measure: "errors" }), guardOf({ metric: "checkout", measure: "errors" })];
    const lost = [side("on", sums(2_500, 2_000)), side("off", sums(95_000, 950))];
    const cart = lost.map((row) => ({ ...row, metric: "cart" }));
    const bad = judge(question([...cart, ...failing], { guards }));
    expect(bad).toMatchObject({ verdict: "fail", reason: "comparison", culprit: 1 });
    expect(bad.lnRelease).toBeCloseTo((bad.guards[1]?.lnRelease ?? 0) - Math.log(2), 12);
    expect(judge(question([...cart, ...healthy], { guards }))).toMatchObject({
      verdict: "wait",
      reason: "sampleRatio",
      culprit: 0,
    });
  });

  it("judges each treated variant", () => {
    const rows = [side("a", sums(2_500, 25)), side("b", sums(2_500, 250)), side("", sums(95_000, 950))];
    const found = judge(question(rows, { treated: { a: 1, b: 1 } }));
    expect(found.guards.map((one) => one.side)).toEqual(["a", "b"]);
    expect(found).toMatchObject({ verdict: "fail", reason: "comparison" });
    expect(found.says).toContain("10 % of 2500");
  });
});

describe("a record of a question", () => {
  const count = fc.nat(200);
  const cells = fc.array(count, { maxLength: 64 });
  const anySums = fc.record({
    n: cells,
    x: cells,
    s: fc.array(fc.double({ noNaN: true, min: -1e3, max: 1e3 }), { maxLength: 64 }),
    u: cells,
    d: fc.array(count, { maxLength: 40 }),
    q: fc.tuple(fc.nat(1e6)),
    z: fc.tuple(count),
  });
  const rows = fc.array(
    fc.record({
      step: fc.nat(1),
      metric: fc.constantFrom("checkout", "$runs"),
      side: fc.constantFrom("on", "off", "", "candidate", "control"),
      sums: anySums,
      at: fc.constant(NOW),
    }),
    { maxLength: 8 },
  );
  const guards = (["errors", "latency", "value", "mismatches"] as const).map((measure) =>
    guardOf({ metric: "checkout", measure, limit: 0.5 }),
  );

  it("gives the same verdict again, to the bit, and never what is no number", () => {
    fc.assert(
      fc.property(rows, fc.nat(1), (given, step) => {
        const asked = question(given, { guards, step });
        const verdict = judge(asked);
        expect(judge(JSON.parse(JSON.stringify(asked)))).toEqual(verdict);
        expect(judge({ ...asked, evidence: { ...noEvidence, sums: [...given].reverse() } }).verdict).toBe(
          verdict.verdict,
        );
        expect(JSON.stringify(verdict)).not.toContain("null");
      }),
      { numRuns: 200 },
    );
  });

  it("merges in any order", () => {
    const whole = fc.record({ n: cells, x: cells, d: cells, m: fc.tuple(count) });
    fc.assert(
      fc.property(whole, whole, whole, (a, b, c) => {
        expect(addSums(a, b)).toEqual(addSums(b, a));
        expect(addSums(addSums(a, b), c)).toEqual(addSums(a, addSums(c, b)));
      }),
    );
  });
});
