/**
 * Every kind of guard on users of every kind: how often what is good is taken back, and how soon what is bad. Beside each
 * figure stands the design's, whose users differ in part from these: there users come back over the whole time, here all
 * of a user's outcomes fall into one look, which is the worst case for whoever counts them as independent.
 */
import { type Draws, drawsFrom } from "./draws.ts";
import { check, checkAtMost, percent, print, quantile, seconds } from "./report.ts";
import { type Course, follow, LN_20, LOOK_SECONDS, type Trial } from "./trial.ts";
import { durations, errors, means, ratios } from "./trials.ts";

type Make = (draws: Draws) => Trial;

const HOURS_2 = 7_200;
const usual: Course = { perSecond: 10, seconds: HOURS_2, bound: LN_20 };
const busy: Course = { ...usual, perSecond: 100 };
const ofRatio: Course = { ...busy, bound: Math.log(1_000) };

interface Healthy {
  readonly name: string;
  readonly make: Make;
  readonly course: Course;
  readonly design: string;
  /** Per cent: more is wrong. */
  readonly most?: number;
  /** Per cent: less is wrong, since this is how not to judge. */
  readonly least?: number;
}

const good = { control: 0.01, treated: 0.01, share: 0.05, ratio: 1 };
const sold = { control: 0.3, share: 0.05, against: "fall" } as const;
const even = { factor: 1, share: 0.05 };
const whole = { share: 0.05, kept: 1 };
const healthy: readonly Healthy[] = [
  ...[1.5, 5].map((phi) => ({
    name: `errors, φ = ${phi}`,
    make: (draws: Draws) => errors({ ...good, phi }, draws),
    course: usual,
    design: phi === 5 ? "1.0–2.5 %" : "1.7–2.7 %",
    most: 5,
  })),
  {
    name: "errors, φ = 5, as if independent",
    make: (draws) => errors({ ...good, phi: 5, blind: true }, draws),
    course: usual,
    design: "17–28 %",
    least: 10,
  },
  ...[1, 5].map((phi) => ({
    name: `a share of 30 % that must not fall, tolerance 0, φ = ${phi}`,
    make: (draws: Draws) => errors({ ...sold, treated: 0.3, ratio: 1, phi }, draws),
    course: usual,
    design: "–",
    most: 5,
  })),
  ...[1, 5].map((phi) => ({
    name: `errors at their limit of 1 %, φ = ${phi}`,
    make: (draws: Draws) => errors({ ...good, phi, against: { limit: 0.01 } }, draws),
    course: usual,
    design: "–",
    most: 5,
  })),
  {
    name: "p95, independent users, tolerance 0",
    make: (draws) => durations({ ...even, tolerance: 0, correlation: 0 }, draws),
    course: usual,
    design: "1.5–1.7 %",
    most: 5,
  },
  {
    name: "p95, users of a pace of their own, tolerance 0",
    make: (draws) => durations({ ...even, tolerance: 0, correlation: 0.3 }, draws),
    course: usual,
    design: "2.3–3.2 %",
    most: 5,
  },
  {
    name: "p95, tolerance 10 %",
    make: (draws) => durations({ ...even, tolerance: 0.1, correlation: 0 }, draws),
    course: usual,
    design: "0 %",
    most: 1,
  },
  {
    name: "mean, tolerance 0",
    make: (draws) => means({ ...even, tolerance: 0 }, draws),
    course: usual,
    design: "0–1.8 %",
    most: 5,
  },
  ...[false, true].map((bundled) => ({
    name: `sample ratio, ${bundled ? "1 to 50 outcomes" : "one outcome"} a user`,
    make: (draws: Draws) => ratios({ ...whole, bundled }, draws),
    course: { ...ofRatio, perSecond: 10 },
    design: "≤ 0.1 %",
    most: 0.1,
  })),
];

interface Harmed {
  readonly name: string;
  readonly make: Make;
  readonly course: Course;
  /** Seconds; undefined where it names none. */
  readonly design?: number;
  /** Seconds, where these users are others than the design's, or it names none. */
  readonly here?: number;
}

const bad = { control: 0.01, share: 0.05, ratio: 1.1 };
const slower = { factor: 1.5, tolerance: 0.1, correlation: 0 };
const poorer = { factor: 0.5, tolerance: 0.05 };
const harmed: readonly Harmed[] = [
  {
    name: "errors 1 → 5 %, φ = 1.5, 5 % treated, 100/s",
    make: (draws) => errors({ ...bad, treated: 0.05, phi: 1.5 }, draws),
    course: busy,
    design: 30,
    here: 50,
  },
  {
    name: "errors 1 → 2 %, φ = 1.5, 5 % treated, 100/s",
    make: (draws) => errors({ ...bad, treated: 0.02, phi: 1.5 }, draws),
    course: busy,
    design: 370,
    here: 440,
  },
  {
    name: "a share 30 → 24 %, 5 % treated, 100/s",
    make: (draws) => errors({ ...sold, treated: 0.24, ratio: 0.9, phi: 1.5 }, draws),
    course: busy,
    here: 580,
  },
  {
    name: "errors 3 % over a limit of 1 %, 5 % treated, 100/s",
    make: (draws) => errors({ ...bad, treated: 0.03, phi: 1.5, against: { limit: 0.01 } }, draws),
    course: busy,
    here: 80,
  },
  {
    name: "p95 + 50 %, 5 % treated, 10/s",
    make: (draws) => durations({ ...slower, share: 0.05 }, draws),
    course: usual,
    design: 210,
  },
  {
    name: "p95 + 50 %, 25 % treated, 10/s",
    make: (draws) => durations({ ...slower, share: 0.25 }, draws),
    course: usual,
    design: 50,
  },
  {
    name: "p95 + 50 %, 5 % treated, 100/s",
    make: (draws) => durations({ ...slower, share: 0.05 }, draws),
    course: busy,
    design: 30,
  },
  {
    name: "mean − 50 %, 5 % treated, 100/s",
    make: (draws) => means({ ...poorer, share: 0.05 }, draws),
    course: busy,
    design: 1_510,
    here: 860,
  },
  {
    name: "mean − 50 %, 50 % treated, 100/s",
    make: (draws) => means({ ...poorer, share: 0.5 }, draws),
    course: busy,
    design: 430,
    here: 170,
  },
  {
    name: "half of the treated lost, 5 % treated, 100/s",
    make: (draws) => ratios({ share: 0.05, kept: 0.5, bundled: true }, draws),
    course: ofRatio,
    design: 230,
    here: 290,
  },
  {
    name: "half of the treated lost, 50 % treated, 100/s",
    make: (draws) => ratios({ share: 0.5, kept: 0.5, bundled: true }, draws),
    course: ofRatio,
    design: 30,
    here: 50,
  },
];

export function benchKinds({ nulls, detections, seed }: { nulls: number; detections: number; seed: number }): void {
  const right = healthy.map(({ name, make, course, design, most, least }, at) => {
    const draws = drawsFrom(seed + 1_000 + at);
    const found = Array.from({ length: nulls }, () => follow(make(draws), course));
    const back = (100 * found.filter((one) => one.at !== undefined).length) / nulls;
    if (most !== undefined) checkAtMost(name, back, most, nulls);
    if (least !== undefined) checkAtMost(`${name}, not taken back`, 100 - back, 100 - least, nulls);
    return [name, percent(back), design];
  });
  print(`taken back, or alarmed for, without a reason in 2 h, 5 % treated, 10/s`, ["", "judge", "design"], right);
  const wrong = harmed.map(({ name, make, course, design, here = design ?? 0 }, at) => {
    const draws = drawsFrom(seed + 2_000 + at);
    const found = Array.from({ length: detections }, () => follow(make(draws), course));
    const times = found.map((one) => one.at ?? Number.POSITIVE_INFINITY);
    const median = quantile(times, 0.5);
    check(name, median, here, Math.max(0.2 * here, LOOK_SECONDS) + (3 * here) / Math.sqrt(detections));
    const treated = quantile(
      found.map((one) => one.treated),
      0.5,
    );
    return [
      name,
      seconds(median),
      seconds(quantile(times, 0.9)),
      design === undefined ? "–" : seconds(design),
      String(treated),
    ];
  });
  print("time until it is found", ["", "median", "p90", "design", "treated by then"], wrong);
}
