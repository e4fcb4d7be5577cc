/** What is not imported is not loaded, and what is loaded runs where ES2020 does. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { build } from "tsup";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../e2e/harness.ts";

describe("a bundle of an application", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(root, "node_modules", ".cache", "bannerol-shaking-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What a bundler makes of an application: all files, and what is loaded at first. */
  const bundle = async (name: string, code: string, splitting = true) => {
    const entry = join(folder, `${name}.mjs`);
    const outDir = join(folder, name);
    writeFileSync(entry, code);
    await build({
      config: false,
      silent: true,
      entry: { [name]: entry },
      outDir,
      format: "esm",
      platform: "browser",
      target: "es2022",
      minify: true,
      splitting,
      treeshake: false,
      noExternal: [/./],
    });
    const texts = new Map(readdirSync(outDir).map((file) => [file, readFileSync(join(outDir, file), "utf8")]));
    const first = new Set<string>();
    const follow = (file: string): void => {
      if (first.has(file)) return;
      first.add(file);
      for (const [, other = ""] of texts.get(file)?.matchAll(/(?:from|import)"\.\/([\w.-]+)"/g) ?? []) follow(other);
    };
    follow(`${name}.mjs`);
    if (!texts.has(`${name}.mjs`)) follow(`${name}.js`);
    return {
      all: [...texts.values()].join("\n"),
      first: [...first].map((file) => texts.get(file) ?? "").join("\n"),
    };
  };

  /** Words that stand in what each part does, and nowhere else. */
  const part = {
    connection: "sdk/v1/stream",
    evaluator: "PREREQUISITE_FAILED",
    versions: "semverAtLeast",
    networks: 'inCidr",',
    events: "text/event-stream",
    polling: "max-age",
    counts: "sdk/v1/events",
    questions: "sdk/v1/evaluate",
    parallel: "randomOrder",
  } as const;

  const partsIn = (text: string): readonly string[] =>
    Object.entries(part).flatMap(([name, word]) => (text.includes(word) ? [name] : []));

  it("that asks for an error's class alone loads nothing else of the package", async () => {
    const { first } = await bundle(
      "error",
      `import { OptionsError } from "@bannerol/sdk-browser"; console.log(OptionsError);`,
      false,
    );
    expect(partsIn(first)).toEqual([]);
    expect(first.length).toBeLessThan(2_000);
  });

  it("has at first what an ordinary page uses, and no parallel runs unless it asks for them", async () => {
    const code = `import { createClient } from "@bannerol/sdk-browser"; window.flags = createClient(window.options);`;
    const { all, first } = await bundle("local", code);
    expect(partsIn(first)).toEqual(["connection", "evaluator"]);
    expect(partsIn(all)).toEqual(Object.keys(part).filter((name) => name !== "parallel"));
  });

  it("whose server evaluates has no evaluator", async () => {
    const code = `import { createClient } from "@bannerol/sdk-browser/remote"; window.flags = createClient(window.options);`;
    const { all, first } = await bundle("remote", code);
    expect(partsIn(first)).toEqual(["connection", "questions"]);
    expect(partsIn(all)).toEqual(["connection", "events", "polling", "counts", "questions"]);
  });

  it("that runs candidates has parallel runs, and no second client", async () => {
    const code = `import { parallelRunOf } from "@bannerol/sdk-browser/parallel"; window.run = parallelRunOf(window.flags);`;
    const { all } = await bundle("parallel", code);
    expect(partsIn(all)).toEqual(["parallel"]);
  });
});

/** What is published, each file by its name. */
const dist = join(root, "packages", "sdk-browser", "dist");
const published = existsSync(dist) ? readdirSync(dist).filter((file) => file.endsWith(".js")) : [];

describe("the published files", () => {
  it("are there", () =>
    expect(published).toEqual(expect.arrayContaining(["index.js", "remote.js", "bannerol.global.js"])));

  it.each(published)("%s has nothing that is newer than ES2020", (file) => {
    const code = readFileSync(join(dist, file), "utf8");
    const written = (target: ts.ScriptTarget): string =>
      ts.transpileModule(code, { compilerOptions: { target, module: ts.ModuleKind.ESNext, removeComments: true } })
        .outputText;
    expect(written(ts.ScriptTarget.ES2020)).toBe(written(ts.ScriptTarget.ESNext));
  });
});
