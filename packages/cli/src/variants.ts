import type { FlagCreate } from "@bannerol/protocol/schemas";
import { UsageError } from "./errors.ts";

type Variants = NonNullable<FlagCreate["variants"]>;
type Value = Variants[number]["value"];

/** `--variant key=value`, the value read as the flag's type wants it. Throws `UsageError`. */
export function readVariants(texts: readonly string[], type: string): Variants {
  return texts.map((text) => {
    const cut = text.indexOf("=");
    if (cut < 1)
      throw new UsageError(`--variant is a key and a value, like blue=#00f; ${JSON.stringify(text)} is not.`);
    const key = text.slice(0, cut);
    return { key, value: readValue(text.slice(cut + 1), { key, type }) };
  });
}

function readValue(text: string, { key, type }: { readonly key: string; readonly type: string }): Value {
  if (type === "string") return text;
  try {
    const value: Value = JSON.parse(text);
    if (type === "json" || typeof value === type) return value;
  } catch {
    // Said below, as for a value of another type.
  }
  const example = { boolean: "on=true", number: "low=0.5" }[type] ?? `dark='{"theme":"dark"}'`;
  throw new UsageError(`The value of variant ${key} is no ${type}: ${JSON.stringify(text)}. Write it like ${example}.`);
}
