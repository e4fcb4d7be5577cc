/** Reads the repository's own sources for the tests beside this file. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

const leftOut = new Set(["node_modules", "dist", ".turbo", ".git", ".bannerol", ".stryker-tmp", "coverage"]);

/** Paths from the root, with forward slashes, of all files below `folder` that pass. */
export function filesBelow(folder: string, passes: (path: string) => boolean): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !leftOut.has(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name).split("\\").join("/");
      if (entry.isDirectory()) return filesBelow(path, passes);
      return passes(path) ? [path] : [];
    });
}

export function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** The modules that a file imports or re-exports, types included, dynamic imports too. */
export function importsOf(path: string): string[] {
  return ts.preProcessFile(read(path), true, true).importedFiles.map(({ fileName }) => fileName);
}

export function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(relative(root, path), read(path), ts.ScriptTarget.ES2022, true);
}

/** What is shipped: neither tests nor, in a folder `testing`, what they stand on. */
export const isSource = (path: string): boolean =>
  path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.endsWith(".d.ts") && !path.includes("/testing/");
