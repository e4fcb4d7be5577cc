/**
 * Numbers for Prometheus, in its text form, version 0.0.4.
 *
 * Labels are names from fixed lists, or digests: whoever reads `/metrics` needs no token, so it holds no name that
 * somebody chose.
 */

export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly samples: () => readonly Sample[];
}

export interface Sample {
  /** Behind the metric's name: `_bucket`, `_sum`, or nothing. */
  readonly suffix?: string;
  readonly labels?: Labels;
  readonly value: number;
}

type Labels = { readonly [name: string]: string };

/** Only ever goes up. */
export class Counter implements Metric {
  readonly type = "counter";
  readonly name: string;
  readonly help: string;
  readonly #label: string | undefined;
  readonly #counts: Map<string, number>;

  /** With a `label`, there is a count for each of `values` from the beginning. */
  constructor(
    name: string,
    help: string,
    { label, values = [""] }: { label?: string; values?: readonly string[] } = {},
  ) {
    this.name = name;
    this.help = help;
    this.#label = label;
    this.#counts = new Map(values.map((value) => [value, 0]));
  }

  /** Does nothing for a value that is none of the label's. */
  add(value = ""): void {
    const count = this.#counts.get(value);
    if (count !== undefined) this.#counts.set(value, count + 1);
  }

  samples(): readonly Sample[] {
    const label = this.#label;
    return [...this.#counts].map(([of, value]) =>
      label === undefined ? { value } : { labels: { [label]: of }, value },
    );
  }
}

/** How many observations lie at or below each bound. */
export class Histogram implements Metric {
  readonly type = "histogram";
  readonly name: string;
  readonly help: string;
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  /** `bounds` ascend. */
  constructor(name: string, help: string, bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.#bounds = bounds;
    this.#counts = [...bounds, Number.POSITIVE_INFINITY].map(() => 0);
  }

  observe(value: number): void {
    const at = this.#bounds.findIndex((bound) => value <= bound);
    const place = at < 0 ? this.#bounds.length : at;
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    this.#sum += value;
  }

  samples(): readonly Sample[] {
    let below = 0;
    const buckets = this.#counts.map((count, place) => {
      below += count;
      return { suffix: "_bucket", labels: { le: boundText(this.#bounds[place]) }, value: below };
    });
    return [...buckets, { suffix: "_sum", value: this.#sum }, { suffix: "_count", value: below }];
  }
}

/** Read when it is asked for. */
export function gauge(name: string, help: string, samples: () => readonly Sample[]): Metric {
  return { name, help, type: "gauge", samples };
}

/** All of them, as Prometheus reads them. */
export function exposition(metrics: readonly Metric[]): string {
  return metrics
    .map((metric) => {
      const { name, help, type } = metric;
      const lines = metric
        .samples()
        .map(({ suffix = "", labels = {}, value }) => `${name}${suffix}${braced(labels)} ${numberText(value)}`);
      return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ""].join("\n");
    })
    .join("");
}

function braced(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function boundText(bound: number | undefined): string {
  return bound === undefined ? "+Inf" : String(bound);
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}
