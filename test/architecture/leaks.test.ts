import { describe, expect, it } from "vitest";
import config from "../../vitest.config.ts";

interface Project {
  readonly test?: { readonly name?: unknown; readonly setupFiles?: unknown };
}

describe("what real processes write in tests", () => {
  it.each(["e2e", "browser", "faults"])("F47: is searched for secrets after every file of %s", (name) => {
    const projects: readonly unknown[] = config.test?.projects ?? [];
    const found = projects.find((project) => (project as Project).test?.name === name) as Project | undefined;
    expect(found?.test?.setupFiles).toEqual(["test/e2e/leaks.ts"]);
  });
});
