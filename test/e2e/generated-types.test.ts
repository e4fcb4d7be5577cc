/** The declarations of the packages as they are built, and what `bannerol generate types` writes beside them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import ts from "typescript";
import { afterAll, describe, expect, it } from "vitest";
import { declarationsOf } from "../../packages/cli/src/declarations.ts";
import { root } from "./harness.ts";

const folder = mkdtempSync(join(tmpdir(), "bannerol-types-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es2022.d.ts", "lib.esnext.disposable.d.ts", "lib.dom.d.ts"],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
};

function faultsIn(...files: readonly string[]): string[] {
  const program = ts.createProgram(files, options);
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1;
    return `${basename(file?.fileName ?? "")}:${line}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

const program = (name: string) => join(root, "test", "types", name);

function generated(): string {
  const file = join(folder, "flags.d.ts");
  const flag = (key: string, type: "boolean" | "string" | "number" | "json", description = "") => ({
    key,
    type,
    description,
  });
  const all = [
    flag("new-checkout", "boolean", "One page.\n*/ export const x: string = 7; /*"),
    flag("theme", "string"),
    flag("limits", "number", "For each day"),
    flag("layout", "json"),
    flag("7.days", "boolean"),
  ];
  writeFileSync(file, declarationsOf(all, "the project shop"));
  return file;
}

describe("a program", () => {
  it("may ask for any key where nothing was generated", () => {
    expect(faultsIn(program("any-key.ts"))).toEqual([]);
  });

  it("may ask for declared keys alone, each by its type, and is told which, once types were generated", () => {
    const noKey = (key: string, keys: string) =>
      `Argument of type '"${key}"' is not assignable to parameter of type '${keys}'.`;
    expect(faultsIn(program("generated.ts"), program("misspelt.ts"), generated())).toEqual([
      `misspelt.ts:5: ${noKey("new-chekout", '"7.days" | "new-checkout"')}`,
      expect.stringContaining(noKey("theem", '"7.days" | "layout" | "limits" | "new-checkout" | "theme"')),
      expect.stringContaining("Argument of type 'number' is not assignable to parameter of type 'string'."),
    ]);
  });
});
