/** Places that have little: no window, no document, no storage, no tabs, no locks. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createContext, Script } from "node:vm";
import type { BrowserClient } from "@bannerol/sdk-browser";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root, until, World } from "../e2e/harness.ts";

/** Node.js 20 has none of its own; this is the one that the SDK for it uses. */
const { WebSocket } = createRequire(join(root, "packages", "sdk-node", "package.json"))("ws");

/** What Workers and their like have of the Web's interfaces, as far as the package uses any. */
const edge = {
  fetch,
  WebSocket,
  crypto,
  performance,
  console,
  TextEncoder,
  TextDecoder,
  AbortController,
  setTimeout,
  clearTimeout,
  queueMicrotask,
};

interface Package {
  createClient(options: object): BrowserClient;
}

describe("a runtime that has fetch, WebSocket, crypto and timers, and little else", () => {
  const world = new World();
  let key: string;

  beforeAll(async () => {
    await world.startServer();
    const created = await world.api("POST", "keys", { project: "default", environment: "production", kind: "client" });
    ({ key } = await created.json());
    await world.api("POST", "projects/default/flags", { key: "banner", clientSide: true });
    await switchTo("enable");
  });
  afterAll(() => world.end());

  const switchTo = (to: "enable" | "disable") =>
    world.api("POST", `projects/default/flags/banner/environments/production/${to}`, {});

  /** The one-file form, run where these names are all that there is. */
  const load = (names: object): Package => {
    const context = createContext({ ...names });
    const source = readFileSync(join(root, "packages", "sdk-browser", "dist", "bannerol.global.js"), "utf8");
    new Script(`${source};globalThis.Bannerol = Bannerol;`).runInContext(context);
    return context.Bannerol;
  };

  it.each([["local"], ["remote"]])("is kept current, evaluation %s", async (evaluation) => {
    const warnings: string[] = [];
    const logger = { warn: (text: string) => void warnings.push(text) };
    const flags = load(edge).createClient({ url: world.url, key, evaluation, logger, context: { targetingKey: "u" } });
    await flags.ready();
    expect(flags.status().state).toBe("live");
    expect(flags.isEnabled("banner")).toBe(true);
    await switchTo("disable");
    await until(() => !flags.isEnabled("banner"));
    await switchTo("enable");
    await until(() => flags.isEnabled("banner"));
    await flags.flush();
    expect(flags.status().drops).toBe(0);
    await flags.close();
    // Once: nothing can be kept here.
    expect(warnings).toEqual([expect.stringContaining("cannot be kept")]);
  });
});
