/**
 * What a guard will be able to see, before anything is known but how much traffic there is: how many treated outcomes it
 * takes to notice that failures double, and to rule harm out. Means, not promises: as if outcomes were independent.
 */
import type { Guard } from "./guard.ts";
import { LN_20 } from "./measures/compared.ts";
import { lineOf } from "./measures/errors.ts";
import { firstWhere } from "./statistics/bisect.ts";
import { BETTER, type Grid, type Line, limitTerms, lnMeanExp, proportionTerms, WORSE } from "./statistics/mixture.ts";

export interface ForecastQuestion {
  readonly guard: Guard;
  /** Share of the step. */
  readonly percentage: number;
  /** Outcomes a second, of both sides; undefined where nobody knows. */
  readonly perSecond?: number | undefined;
  /** The rate of failures that is usual. Default: 1 %; of latency, what lies above the quantile. */
  readonly base?: number;
  /** Guards of the release, and its planned steps with a control: the more, the more has to be shown. Default: 1. */
  readonly guards?: number;
  readonly steps?: number;
}

export interface Forecast {
  /** As in `errors 1 % → 2 %`. */
  readonly what: string;
  /** Treated outcomes until a doubling is noticed, and the time at this traffic. */
  readonly detectOutcomes: number;
  readonly detectMs?: number;
  /** Treated outcomes until harm is ruled out where nothing is wrong. */
  readonly passOutcomes: number;
  readonly passMs?: number;
}

const USUAL = 0.01;
const MOST = 1e9;

/** Undefined of what cannot be told beforehand: means, other sources, and steps for everybody that have no control. */
export function forecast(question: ForecastQuestion): Forecast | undefined {
  const { guard, percentage, perSecond } = question;
  const { kind } = guard.source;
  const isParallel = kind === "parallel";
  if (guard.measure === "value" || (kind !== "sdk" && !isParallel)) return undefined;
  if (percentage <= 0 || (percentage >= 100 && !isParallel)) return undefined;
  const told =
    guard.measure === "mismatches" ? ofMismatches(guard) : ofShares(question, isParallel ? 0.5 : percentage / 100);
  const time = (outcomes: number) => Math.ceil((100_000 * outcomes) / ((perSecond ?? 0) * percentage));
  return {
    ...told,
    ...(perSecond !== undefined &&
      perSecond > 0 && { detectMs: time(told.detectOutcomes), passMs: time(told.passOutcomes) }),
  };
}

/** Against their bound alone, which is a level of its own. */
function ofMismatches({ limit = 0 }: Guard): Forecast {
  const reach = (rate: number, grid: Grid) =>
    outcomesUntil((n) => lnMeanExp(limitTerms(n * rate, n, limit, 1, grid)), LN_20);
  return {
    what: `mismatches 0 % → ${round(200 * limit)} %`,
    detectOutcomes: reach(2 * limit, WORSE),
    passOutcomes: reach(0, BETTER),
  };
}

/** `share` is the treated part of both sides; a parallel run has one outcome on each. */
function ofShares({ guard, base: usual = USUAL, guards = 1, steps = 1 }: ForecastQuestion, share: number): Forecast {
  const base = guard.measure === "latency" ? 1 - guard.quantile : usual;
  const reach = (line: Line, grid: Grid, rates: Rates, threshold: number): number =>
    outcomesUntil((nT) => expectedLn({ nT, share, line, grid }, rates), threshold);
  const tolerated = guard.measure === "latency" ? { ratio: 1, shift: 0 } : lineOf(guard.tolerance, guard);
  const worse = guard.higherIsWorse ? 2 * base : base / 2;
  const [up, down] = guard.higherIsWorse ? [WORSE, BETTER] : [BETTER, WORSE];
  const detect = reach(tolerated, up, { treated: worse, control: base }, LN_20 + Math.log(guards * steps));
  const harm = guard.pass === "tolerance" ? tolerated : lineOf(guard.harm, guard);
  const pass = reach(harm, down, { treated: base, control: base }, LN_20);
  return {
    what: `${guard.measure} ${round(100 * base)} % → ${round(100 * worse)} %`,
    detectOutcomes: detect,
    passOutcomes: pass,
  };
}

interface Rates {
  readonly treated: number;
  readonly control: number;
}

interface Sample {
  readonly nT: number;
  readonly share: number;
  readonly line: Line;
  readonly grid: Grid;
}

/** ln E where every count is what it is on average. */
function expectedLn({ nT, share, line, grid }: Sample, { treated, control }: Rates): number {
  const nC = (nT * (1 - share)) / share;
  return lnMeanExp(proportionTerms({ xT: nT * treated, nT, xC: nC * control, nC }, line, 1, grid));
}

function outcomesUntil(ln: (nT: number) => number, threshold: number): number {
  const found = firstWhere(0, Math.log(MOST), (at) => ln(Math.exp(at)) >= threshold);
  return found === undefined ? MOST : Math.ceil(Math.exp(found));
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
