/** The committed vectors, and what may be done to them: they are only ever added to. */
import { readdirSync, readFileSync } from "node:fs";
import { schemaDocument, type VectorFile } from "./schema.ts";

export const folder = new URL("./vectors/", import.meta.url);

/** The text of a file, a vector a line, so that what is added to it can be seen. */
export function textOf({ vectors, ...head }: VectorFile): string {
  const lines = vectors.map((vector) => `  ${JSON.stringify(vector)}`);
  return `${JSON.stringify(head).slice(0, -1)},"vectors":[\n${lines.join(",\n")}\n]}\n`;
}

export const schemaText = (): string => `${JSON.stringify(schemaDocument(), null, 1)}\n`;

/** The committed files by name, without the schema. */
export function committed(): ReadonlyMap<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json") && name !== "schema.json");
  return new Map(names.sort().map((name) => [name, readFileSync(new URL(name, folder), "utf8")]));
}

/** The committed vectors that are gone or altered in what was made now. */
export function broken(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, VectorFile>): readonly string[] {
  return [...before].flatMap(([name, text]) => {
    const file = now.get(name);
    const kept = new Set(file?.vectors.map((vector) => JSON.stringify(vector)));
    const old: { readonly vectors: readonly unknown[] } = JSON.parse(text);
    return old.vectors
      .map((vector) => JSON.stringify(vector))
      .filter((vector) => !kept.has(vector))
      .map((vector) => `${name}: ${vector}`);
  });
}
