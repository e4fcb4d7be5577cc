/**
 * `npm run bench:judge [-- --releases 10000 --detections 2000 --nulls 2000 --wholes 200 --seed 1]`: how often the judge takes
 * back what is good, and how soon what is bad, beside a fixed threshold on the same data; then every kind of guard, users
 * whose outcomes hang together, and whole releases. Fails where a figure is out of its tolerance. The short form, without
 * options, takes some seconds and has wider ones.
 */
import { parseArgs } from "node:util";
import { drawsFrom } from "./draws.ts";
import { benchKinds } from "./kinds.ts";
import { type Scenario, simulate } from "./releases.ts";
import { allowance, check, checkAtMost, conclude, percent, print, quantile, seconds } from "./report.ts";
import { LOOK_SECONDS } from "./trial.ts";
import { benchWholes } from "./wholes.ts";

const { values } = parseArgs({
  options: {
    releases: { type: "string", default: "300" },
    detections: { type: "string", default: "200" },
    nulls: { type: "string", default: "30" },
    wholes: { type: "string", default: "6" },
    seed: { type: "string", default: "20260131" },
  },
});
const [releases, detections] = [Number(values.releases), Number(values.detections)];
const [nulls, wholes, seed] = [Number(values.nulls), Number(values.wholes), Number(values.seed)];
const HOURS_2 = 7_200;
/** A healthy release is judged at 10 outcomes a second; more only in the long form. */
const rates = releases >= 1_000 ? [10, 100] : [10];
let streams = 0;

/** False rollbacks in per cent, from the design, by base, share and outcomes a second. */
const expectedNulls: readonly (readonly [base: number, share: number, expected: Readonly<Record<number, number>>])[] = [
  [0.001, 0.01, { 10: 0.7, 100: 1.8 }],
  [0.001, 0.05, { 10: 1.4, 100: 1.8 }],
  [0.001, 0.25, { 10: 1.8, 100: 2.7 }],
  [0.001, 0.5, { 10: 2.4, 100: 3.1 }],
  [0.01, 0.01, { 10: 1.4, 100: 1.8 }],
  [0.01, 0.05, { 10: 1.9, 100: 2.2 }],
  [0.01, 0.25, { 10: 2.5, 100: 2.0 }],
  [0.01, 0.5, { 10: 2.8, 100: 2.5 }],
  [0.05, 0.01, { 10: 1.2, 100: 1.6 }],
  [0.05, 0.05, { 10: 1.3, 100: 1.5 }],
  [0.05, 0.25, { 10: 2.0, 100: 1.1 }],
  [0.05, 0.5, { 10: 2.2, 100: 1.4 }],
];

/** Median seconds to detection at a base of 1 %, tolerance 10 %, from the design. */
const harms: readonly (readonly [treated: number, perSecond: number, share: number, median: number])[] = [
  [0.02, 100, 0.05, 290],
  [0.02, 100, 0.25, 80],
  [0.02, 1_000, 0.05, 40],
  [0.05, 10, 0.05, 220],
  [0.05, 10, 0.25, 70],
  [0.05, 100, 0.01, 110],
  [0.05, 100, 0.05, 30],
  [0.05, 100, 0.25, 10],
  [0.2, 10, 0.01, 120],
  [0.2, 10, 0.05, 30],
  [0.015, 1_000, 0.05, 140],
];

function rollbacks(scenario: Scenario): { readonly judge: number; readonly threshold: number } {
  const draws = drawsFrom(seed + ++streams);
  const found = Array.from({ length: releases }, () => simulate(scenario, draws));
  const share = (hits: number) => (100 * hits) / releases;
  return {
    judge: share(found.filter(({ at }) => at !== undefined).length),
    threshold: share(found.filter(({ thresholdAt }) => thresholdAt !== undefined).length),
  };
}

console.log(`seed ${seed}, ${releases} healthy releases and ${detections} harmed ones of each kind of traffic`);

const healthy = expectedNulls.flatMap(([base, share, expected]) =>
  rates.map((perSecond) => {
    const found = rollbacks({ control: base, treated: base, share, perSecond, ratio: 1, seconds: HOURS_2 });
    const right = expected[perSecond] ?? 0;
    const name = `base ${100 * base} %, ${100 * share} % treated, ${perSecond}/s`;
    check(name, found.judge, right, allowance(right, releases));
    checkAtMost(name, found.judge, 5, releases);
    return [name, percent(found.judge), percent(right), percent(found.threshold)];
  }),
);
print("false rollbacks in 2 h, tolerance 0", ["", "judge", "design", "4 minutes over twice the base"], healthy);

const weathers: readonly (readonly [string, (second: number) => number])[] = [
  ["a wave of ± 60 %", (second) => 1 + 0.6 * Math.sin((2 * Math.PI * second) / 3_600)],
  ["ten times the failures on both sides for 5 min", (second) => (second > 1_800 && second <= 2_100 ? 10 : 1)],
];
const bad = weathers.map(([name, weather]) => {
  const scenario = { control: 0.01, treated: 0.01, share: 0.05, perSecond: 10, ratio: 1, seconds: HOURS_2, weather };
  const found = rollbacks(scenario);
  checkAtMost(name, found.judge, 5, releases);
  return [name, percent(found.judge), percent(found.threshold)];
});
print("the same in bad weather, 1 %, 5 % treated, 10/s", ["", "judge", "4 minutes over twice the base"], bad);

const harmed = harms.map(([treated, perSecond, share, right]) => {
  const draws = drawsFrom(seed + ++streams);
  const scenario = { control: 0.01, treated, share, perSecond, ratio: 1.1, seconds: HOURS_2 };
  const found = Array.from({ length: detections }, () => simulate(scenario, draws));
  const times = found.map(({ at }) => at ?? Number.POSITIVE_INFINITY);
  const byThreshold = found.map(({ thresholdAt }) => thresholdAt ?? Number.POSITIVE_INFINITY);
  const median = quantile(times, 0.5);
  const met = quantile(
    found.map((one) => one.treated),
    0.5,
  );
  const name = `1 → ${100 * treated} %, ${100 * share} % treated, ${perSecond}/s`;
  // The median of so few is itself uncertain; a tenth, or a look, is the design's own allowance.
  const noise = (1.25 * 0.8 * right) / Math.sqrt(detections);
  check(name, median, right, Math.max(0.1 * right, LOOK_SECONDS) + 3 * noise);
  const breached = (100 * byThreshold.filter(Number.isFinite).length) / detections;
  return [
    ...[name, seconds(median), seconds(quantile(times, 0.9)), seconds(right), String(met)],
    `${seconds(quantile(byThreshold, 0.5))}, ${percent(breached)} found`,
  ];
});
const heads = ["", "median", "p90", "design", "treated by then", "4 minutes over twice the base"];
print("time to rollback within 2 h, tolerance 10 %", heads, harmed);

benchKinds({ nulls, detections: Math.ceil(detections / 2), seed });
benchWholes({ wholes, seed });
process.exitCode = conclude();
