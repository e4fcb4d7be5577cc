/** Numbers in answers of sources. Pure. */

/** The number at a JSON pointer (RFC 6901); one in a text counts. */
export function numberAt(document: unknown, pointer: string): number | undefined {
  const steps = pointer === "" ? [] : pointer.split("/").slice(1);
  let value = document;
  for (const step of steps) value = below(value, step.replaceAll("~1", "/").replaceAll("~0", "~"));
  return finite(value);
}

/** The value of an instant query: a scalar, or a vector of one series. */
export function prometheusValue(document: unknown): number | undefined {
  const result = below(below(document, "data"), "result");
  if (below(below(document, "data"), "resultType") === "scalar") return finite(below(result, "1"));
  return Array.isArray(result) && result.length === 1 ? finite(below(below(result[0], "value"), "1")) : undefined;
}

function below(value: unknown, step: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
  return Object.entries(value).find(([name]) => name === step)?.[1];
}

function finite(value: unknown): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}
