import { describe, expect, it } from "vitest";
import { filesBelow, importsOf, isSource } from "./source-files.ts";

/** Imports point down only. A package may import what stands on a lower floor than its own. */
const floors = new Map([
  ["core", 0],
  ["protocol", 1],
  ["client", 2],
  ["hub", 2],
  ["sdk-node", 3],
  ["sdk-browser", 3],
  ["server", 3],
  ["admin-client", 3],
  ["cli", 4],
]);

const folderOf = (module: string): string | undefined => {
  if (module === "bannerol") return "cli";
  return /^@bannerol\/([^/]+)/.exec(module)?.[1];
};

function offences(path: string, floor: number, own: string): string[] {
  return importsOf(path).flatMap((module) => {
    const target = folderOf(module);
    if (target !== undefined && target !== own) {
      const below = floors.get(target);
      return below !== undefined && below < floor ? [] : [`${path} imports ${module}: imports point down only`];
    }
    const leaves = module.startsWith(".") && reaches(path, module) !== own;
    return leaves ? [`${path} imports ${module}: another package is imported by its name`] : [];
  });
}

function reaches(path: string, module: string): string | undefined {
  const url = new URL(module, `file:///${path}`);
  return /^\/packages\/([^/]+)\//.exec(url.pathname)?.[1];
}

describe("layers", () => {
  it.each([...floors])("%s imports only from below floor %i", (name, floor) => {
    const files = filesBelow(`packages/${name}/src`, isSource);
    expect(files.length).toBeGreaterThan(0);
    expect(files.flatMap((path) => offences(path, floor, name))).toEqual([]);
  });

  it("lets only tests import the testkit", () => {
    const files = filesBelow("packages", isSource).filter((path) => !path.startsWith("packages/testkit/"));
    expect(files.filter((path) => importsOf(path).some((module) => folderOf(module) === "testkit"))).toEqual([]);
  });

  it("names a floor for every package", () => {
    const packages = new Set(
      filesBelow("packages", (path) => path.endsWith("/package.json")).map((path) => path.split("/")[1]),
    );
    packages.delete("testkit");
    expect([...packages].sort()).toEqual([...floors.keys()].sort());
  });
});
