/**
 * `npx tsx --conditions @bannerol/source test/conformance/generate.ts`: writes the vectors of the tables in `inputs`.
 * Others rely on every one that was ever committed, so it writes nothing where one would be altered or lost.
 */
import { writeFileSync } from "node:fs";
import { buildVectors } from "./build.ts";
import { broken, committed, folder, schemaText, textOf } from "./files.ts";

const files = buildVectors();
const lost = broken(committed(), files);
if (lost.length > 0) {
  console.error(
    `Nothing was written: vectors are only ever added to, and these would be lost or altered.\n${lost.join("\n")}`,
  );
  process.exit(1);
}
for (const [name, file] of files) writeFileSync(new URL(name, folder), textOf(file));
writeFileSync(new URL("schema.json", folder), schemaText());
console.log(
  `${files.size} files, ${[...files.values()].reduce((sum, { vectors }) => sum + vectors.length, 0)} vectors`,
);
