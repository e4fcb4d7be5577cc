/** The flags that are delivered, put into a server through its API. */
import type { Product } from "./product.ts";

/** A change set may be 16 MiB long. */
const FLAGS_AT_ONCE = 1_000;

/** The flag that changes. */
export const CHANGING = "flag-0";

/** As many flags, `flag-0` and so on, of three rules each, on for everybody whom no rule matches. */
export async function putFlags(product: Product, count: number): Promise<void> {
  for (let from = 0; from < count; from += FLAGS_AT_ONCE) {
    const indexes = Array.from({ length: Math.min(FLAGS_AT_ONCE, count - from) }, (_, at) => from + at);
    const items = indexes.flatMap((index) => [
      { flag: `flag-${index}`, after: { seed: index } },
      { flag: `flag-${index}`, environment: "production", after: targetingOf(index) },
    ]);
    await product.must("POST", "projects/default/changes", { items });
  }
}

const isIn = (attribute: string, ...values: readonly string[]) => ({ attribute, op: "in", values });

function targetingOf(index: number) {
  const conditions = [
    isIn("country", `a${index % 7}`, "b"),
    isIn("plan", `free${index % 5}`, "basic"),
    isIn("tier", `c${index % 3}`, "d"),
  ];
  const rules = conditions.map((when, at) => ({ id: `rule-${at}`, when, serve: { variant: "off" } }));
  return { enabled: true, off: "off", prerequisites: [], targets: [], rules, fallthrough: { variant: "on" } };
}
