/** Whole releases of 1, 5, 25, 50 and 100 %, ten minutes each, with three guards of which one is harmed. */
import { drawsFrom } from "./draws.ts";
import { check, checkAtMost, percent, print, quantile, seconds } from "./report.ts";
import { carryOut, type Ended, type Whole } from "./whole.ts";

const plan = {
  control: 0.01,
  shares: [1, 5, 25, 50, 100],
  holdMs: 600_000,
  perSecond: 100,
  guards: 3,
  lookSeconds: 20,
} as const;

interface Kind {
  readonly name: string;
  readonly whole: Whole;
  /** Seconds to rollback, or per cent that are rolled back. */
  readonly design: { readonly seconds: number } | { readonly percent: number };
}

const kinds: readonly Kind[] = [
  {
    name: "nothing wrong, tolerance 0, by the hold alone",
    whole: { ...plan, treated: 0.01, tolerance: 0, pass: "unrefuted" },
    design: { percent: 1.5 },
  },
  {
    name: "nothing wrong, as guards are by default",
    whole: { ...plan, treated: 0.01, tolerance: 0.1, pass: "shown" },
    design: { percent: 1.5 },
  },
  {
    name: "1 → 1.5 %",
    whole: { ...plan, treated: 0.015, tolerance: 0.1, pass: "unrefuted" },
    design: { seconds: 1_520 },
  },
  {
    name: "1 → 2 %",
    whole: { ...plan, treated: 0.02, tolerance: 0.1, pass: "unrefuted" },
    design: { seconds: 920 },
  },
  {
    name: "1 → 5 %",
    whole: { ...plan, treated: 0.05, tolerance: 0.1, pass: "unrefuted" },
    design: { seconds: 190 },
  },
];

export function benchWholes({ wholes, seed }: { wholes: number; seed: number }): void {
  const rows = kinds.map(({ name, whole, design }, at) => {
    const draws = drawsFrom(seed + 3_000 + at);
    const ended = Array.from({ length: wholes }, () => carryOut(whole, draws));
    const share = (state: Ended["state"]) => (100 * ended.filter((one) => one.state === state).length) / wholes;
    const times = ended.map((one) => one.seconds);
    const median = quantile(times, 0.5);
    if ("percent" in design) checkAtMost(`${name}, rolled back`, share("rolledBack"), 5, wholes);
    else check(name, median, design.seconds, 0.2 * design.seconds + (3 * design.seconds) / Math.sqrt(wholes));
    return [
      name,
      percent(share("rolledBack")),
      percent(share("completed")),
      seconds(median),
      "percent" in design ? `${percent(design.percent)} back` : seconds(design.seconds),
      String(
        quantile(
          ended.map((one) => one.treated),
          0.5,
        ),
      ),
    ];
  });
  const head = ["", "rolled back", "completed", "over after, median", "design", "treated by then"];
  print("whole releases: 1, 5, 25, 50, 100 %, 10 min each, 100/s, three guards", head, rows);
}
