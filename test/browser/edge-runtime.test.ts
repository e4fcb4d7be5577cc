/** The package in Vercel's runtime for edges, against the real server. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { BrowserClient } from "@bannerol/sdk-browser";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root, until } from "../e2e/harness.ts";
import { EdgeScene } from "./edge-scene.ts";
import { bundle } from "./workerd.ts";

interface Runtime {
  evaluate(code: string): unknown;
  readonly context: { readonly Bannerol: { createClient(options: object): BrowserClient } };
}

const requireRuntime = createRequire(join(root, "test", "runtimes", "package.json"));
const EdgeRuntime = loaded();
const orWhyNot = EdgeRuntime === undefined ? " (skipped: needs edge-runtime, npm ci --prefix test/runtimes)" : "";

function loaded(): (new () => Runtime) | undefined {
  try {
    return requireRuntime("edge-runtime").EdgeRuntime;
  } catch {
    return undefined;
  }
}

describe.skipIf(EdgeRuntime === undefined)(`edge-runtime${orWhyNot}`, () => {
  const scene = new EdgeScene();
  let folder: string;

  beforeAll(async () => {
    const cache = join(root, "node_modules", ".cache");
    mkdirSync(cache, { recursive: true });
    folder = mkdtempSync(join(cache, "bannerol-edge-"));
    await scene.start();
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await scene.end();
  });

  it.each([["@bannerol/sdk-browser"], ["@bannerol/sdk-browser/remote"]])(
    "keeps a client of %s current",
    async (entry) => {
      if (EdgeRuntime === undefined) throw new Error("edge-runtime is not installed");
      const place = mkdtempSync(join(folder, "entry-"));
      writeFileSync(join(place, "entry.mjs"), `export * from "${entry}";`);
      const runtime = new EdgeRuntime();
      runtime.evaluate(`${await bundle(join(place, "entry.mjs"), "iife", "Bannerol")};globalThis.Bannerol = Bannerol;`);
      const before = await scene.usage();
      const flags = runtime.context.Bannerol.createClient({ url: scene.world.url, key: scene.key, cache: false });
      expect(await flags.ready()).toEqual({ source: "server" });
      expect([flags.status().state, flags.isEnabled("new-banner")]).toEqual(["live", true]);
      await scene.switchTo("disable");
      await until(() => !flags.isEnabled("new-banner"));
      await scene.switchTo("enable");
      await until(() => flags.isEnabled("new-banner"));
      await flags.close();
      expect(flags.status().state).toBe("closed");
      expect(await scene.usage()).toBeGreaterThan(before);
    },
  );

  it("is what the guide says was run", () => {
    const { version } = requireRuntime("edge-runtime/package.json");
    expect(readFileSync(join(root, "docs", "how-to", "browser.md"), "utf8")).toContain(`| edge-runtime ${version}, `);
  });
});
