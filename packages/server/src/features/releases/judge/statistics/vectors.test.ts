import { FIRST_SKETCH_BIN } from "@bannerol/protocol";
import { describe, expect, it } from "vitest";
import { boundsOf } from "./bounds.ts";
import { type Cells, commonDesignEffect, designEffect, sumOf } from "./design-effect.ts";
import { exceedances } from "./latency.ts";
import { commonVariance, lnNormalMixture, meanShift, type Values } from "./means.ts";
import { addTerms, BETTER, type Grid, limitTerms, lnMeanExp, proportionTerms, WORSE } from "./mixture.ts";
import { sampleRatio } from "./sample-ratio.ts";

/** To the digits that are given: 1e-8 of the value. */
const near = (found: number, expected: number) =>
  expect(Math.abs(found - expected) / Math.abs(expected)).toBeLessThan(1e-8);

type Row = readonly [xT: number, nT: number, xC: number, nC: number, ratio: number, shift: number, phi: number];
const terms = ([xT, nT, xC, nC, ratio, shift, phi]: Row, grid: Grid) =>
  proportionTerms({ xT, nT, xC, nC }, { ratio, shift }, phi, grid);
const lnE = (row: Row, grid: Grid) => lnMeanExp(terms(row, grid));

describe("proportions, to the figures published", () => {
  it.each<[Row, number]>([
    [[30, 1000, 190, 19000, 1, 0, 1], 10.06990687],
    [[30, 1000, 190, 19000, 1.1, 0, 1], 8.351387716],
    [[30, 1000, 190, 19000, 1.1, 0, 2.5], 2.69750807],
    [[30, 1000, 190, 19000, 1, 0.005, 1], 3.858411263],
    [[2, 40, 1, 3960, 1, 0, 1], 4.204526881],
    [[0, 1000, 190, 19000, 1, 0, 1], -2.681084668],
    [[500, 5000, 400, 5000, 1, 0, 1], 3.505354855],
    [[60000, 1000000, 1000000, 19000000, 1.1, 0, 1], -68.64798481],
  ])("fail %j", (row, expected) => near(lnE(row, WORSE), expected));

  it.each<[Row, number]>([
    [[100, 10000, 1900, 190000, 1.5, 0, 1], 7.072057867],
    [[100, 10000, 1900, 190000, 1, 0.01, 1], 28.11176244],
    [[100, 10000, 1900, 190000, 2, 0, 5], 4.253881248],
    [[4, 400, 190, 19000, 2, 0.01, 1], 2.540830479],
    [[0, 600, 0, 11400, 2, 0.01, 1], 3.53745985],
  ])("pass %j", (row, expected) => near(lnE(row, BETTER), expected));

  it.each([
    [0.01, 1, 10.99877808],
    [0.02, 1, 0.7900881216],
    [0.01, 2, 4.807371918],
  ])("limit %d, φ %d", (limit, phi, expected) => near(lnMeanExp(limitTerms(30, 1000, limit, phi, WORSE)), expected));

  it.each<[readonly [number, number, number, number], number, number]>([
    [[30, 1000, 190, 19000], 1.576972079, 5.140781233],
    [[100, 10000, 1900, 190000], 0.7139293139, 1.346265399],
  ])("bounds of %j", (row, atLeast, atMost) => {
    const at = (ratio: number, grid: Grid) => lnE([...row, ratio, 0, 1], grid);
    const found = boundsOf({ above: (ratio) => at(ratio, WORSE), below: (ratio) => at(ratio, BETTER) }, Math.log(20));
    near(found.atLeast ?? 0, atLeast);
    near(found.atMost ?? 0, atMost);
  });

  it("says nothing where a side has no outcome", () => {
    expect(lnE([0, 0, 5, 10, 1, 0, 1], WORSE)).toBe(0);
    expect(lnE([5, 10, 0, 0, 1, 0, 1], BETTER)).toBe(0);
  });
});

describe("cells, to the figures published", () => {
  const cells = (of: (cell: number) => number): Cells => Array.from({ length: 64 }, (_, cell) => of(cell));
  const nT = cells((b) => ((7 * b) % 13) + 10);
  const xT = cells((b) => (b === 3 ? 9 : b === 40 ? 4 : b % 5 === 0 ? 1 : 0));
  const nC = cells((b) => ((11 * b) % 29) + 200);
  const xC = cells((b) => (b === 17 ? 20 : (5 * b) % 4));

  it("sums and design effects", () => {
    expect([nT, xT, nC, xC].map(sumOf)).toEqual([1024, 25, 13690, 115]);
    near(designEffect(xT, nT), 4.012754759);
    near(designEffect(xC, nC), 3.664691329);
    const phi = commonDesignEffect(designEffect(xT, nT), designEffect(xC, nC));
    near(lnE([25, 1024, 115, 13690, 1, 0, 1], WORSE), 7.424254698);
    near(lnE([25, 1024, 115, 13690, 1, 0, phi], WORSE), 1.275411448);
    expect(designEffect([], nT)).toBe(1);
  });

  it("sample ratio", () => {
    const fuller = nC.map((n, cell) => (cell === 7 || cell === 9 ? n + 400 : n));
    expect(sampleRatio(nT, nC, 0.05).phi).toBe(1);
    near(sampleRatio(nT, nC, 0.05).ln, 49.56870427);
    near(sampleRatio(nT, nC, 0.07).ln, -2.741258884);
    near(sampleRatio(nT, fuller, 0.05).phi, 21.26467236);
    near(sampleRatio(nT, fuller, 0.05).ln, 0.4122136937);
  });

  it("means", () => {
    const treated: Values = { n: nT, s: nT.map((n, b) => n + 6 * ((b % 3) - 1)), q: 40 * 1024 };
    const control: Values = { n: nC, s: nC.map((n, b) => 1.5 * n + 15 * ((b % 5) - 2)), q: 40 * 13690 };
    const { d, information, tau } = meanShift(treated, control, { ratio: 0.95, shift: 0, higherIsWorse: false });
    near(commonVariance(treated, control), 39.01168442);
    near(d, 0.4287775635);
    near(information, 24.58865903);
    near((d * information) / Math.sqrt(information), 2.126177286);
    near(lnNormalMixture(d * information, information, tau), 1.570276039);
    near(lnNormalMixture(-d * information, information, tau), -1.568825031);
    expect(meanShift({ n: [], s: [], q: 0 }, control, { ratio: 1, shift: 0, higherIsWorse: true }).information).toBe(0);
  });

  it.each([
    [60, 3.24866777],
    [-60, -2.09824032],
    [80, 5.591152934],
  ])("normal mixture of %d", (dI, expected) => near(lnNormalMixture(dI, 400, 0.1), expected));
});

describe("latency, to the figures published", () => {
  const sketch = (bins: Readonly<Record<number, number>>) => {
    const list = new Array<number>(262 - FIRST_SKETCH_BIN + 1).fill(0);
    for (const [bin, count] of Object.entries(bins)) list[Number(bin) - FIRST_SKETCH_BIN] = count;
    return list;
  };
  const treated = sketch({ 220: 600, 235: 300, 245: 70, 250: 40, 262: 40 });
  const control = sketch({ 220: 12400, 235: 5700, 245: 1000, 250: 600, 262: 300 });

  it("counts what lies above the edges, the tolerance rounded up to whole bins", () => {
    const { edge, shifted, xT, nT, xC, nC } = exceedances(treated, control, {
      quantile: 0.95,
      tolerance: { relative: 0.1 },
    });
    expect([edge, shifted - edge, xT, xC]).toEqual([245, 5, 40, 900]);
    near(lnE([xT, nT, xC, nC, 1, 0, 1], WORSE), -2.672993715);
    expect(exceedances(treated, control, { quantile: 0.95, tolerance: { relative: 0 } }).xT).toBe(80);
  });
});

describe("several steps and guards, to the figures published", () => {
  const first = [
    terms([12, 600, 590, 59400, 1.1, 0, 1], WORSE),
    terms([60, 3000, 570, 57000, 1.1, 0, 1.5], WORSE),
  ] as const;
  const second = [
    terms([5, 600, 480, 59400, 1.1, 0, 1], WORSE),
    terms([30, 3000, 560, 57000, 1.1, 0, 1], WORSE),
  ] as const;
  /** Of four starts, those of steps that have not begun are 1. */
  const ofGuard = (one: readonly number[], two: readonly number[]) =>
    lnMeanExp([lnMeanExp(addTerms(one, two)), lnMeanExp(two), 0, 0]);

  it("adds steps, and takes the mean over where harm may have begun", () => {
    near(lnMeanExp(first[0]), 0.6665929474);
    near(lnMeanExp(first[1]), 3.814868299);
    near(lnMeanExp(second[0]), -1.162376377);
    near(lnMeanExp(second[1]), -1.978714922);
    near(lnMeanExp([lnMeanExp(first[0]), 0, 0, 0]), 0.2126063214);
    near(ofGuard(...first), 4.25314187);
    near(lnMeanExp([ofGuard(...first), ofGuard(...second)]), 3.568009064);
  });
});
