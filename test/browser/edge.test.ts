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
  Request,
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

  const usage = async (): Promise<number> => {
    const answer = await world.api("GET", "projects/default/flags/banner/usage");
    const { environments }: { environments: { environment: string; total: number }[] } = await answer.json();
    return environments.find(({ environment }) => environment === "production")?.total ?? 0;
  };

  it("hears of what was counted when a client is closed soon", async () => {
    const before = await usage();
    const flags = load(edge).createClient({ url: world.url, key, cache: false });
    await flags.ready();
    expect(flags.isEnabled("banner")).toBe(true);
    await flags.close();
    expect(await usage()).toBe(before + 1);
  });

  it("opens nothing for a client that is closed as soon as it is made", async () => {
    let opened = 0;
    const counting = class extends WebSocket {
      constructor(url: string) {
        super(url);
        opened++;
      }
    };
    const { createClient } = load({ ...edge, WebSocket: counting });
    const flags = createClient({ url: world.url, key, cache: false });
    await flags.close();
    expect([opened, flags.status().state]).toEqual([0, "closed"]);
    const other = createClient({ url: world.url, key, cache: false });
    await other.ready();
    await other.close();
    expect(opened).toBe(1);
  });

  const refuse = () => {
    throw new Error("not here");
  };

  it.each([
    ["chance", { crypto: { getRandomValues: refuse } }],
    ["timers", { setTimeout: refuse }],
  ])("that allows no %s where a module is loaded is told so, and nobody waits", async (_, refused) => {
    const warnings: string[] = [];
    const logger = { warn: (text: string) => void warnings.push(text) };
    const flags = load({ ...edge, ...refused }).createClient({ url: world.url, key, logger, cache: false });
    const errors: unknown[] = [];
    flags.on("error", ({ message }) => errors.push(message));
    expect(await flags.ready()).toEqual({ source: undefined });
    expect(warnings).toEqual(["Bannerol: The SDK could not begin: Error: not here"]);
    expect(errors).toContain("The SDK could not begin: Error: not here");
    expect(flags.status().problem).toMatchObject({ code: "internal" });
    expect(flags.isEnabled("banner", true)).toBe(true);
  });

  it("whose fetch throws what others reject with is told so", async () => {
    const flags = load({ ...edge, fetch: refuse }).createClient({
      ...{ url: world.url, key, cache: false, evaluation: "remote" },
      context: { targetingKey: "u" },
    });
    const told = await new Promise((resolve) => flags.on("error", resolve));
    expect(told).toEqual({ code: "fetch_failed", message: "The server did not evaluate: not here." });
    await flags.close();
  });

  it("counts the age of what a page came with from the client's start, whatever its clock counts from", async () => {
    const performance = { now: () => Date.now() };
    const bootstrap = {
      epoch: "e",
      revision: 1,
      flags: { banner: { value: true, variant: "on", reason: "TARGETED" } },
    };
    const flags = load({ ...edge, performance }).createClient({ url: world.url, key, cache: false, bootstrap });
    expect(await flags.ready()).toEqual({ source: "bootstrap" });
    expect([flags.isEnabled("banner"), flags.status().source]).toEqual([true, "bootstrap"]);
    // A clock that counts from 1970 made it half a century.
    expect(flags.status().ageMs).toBeLessThan(365 * 86_400_000);
    await until(() => flags.status().state === "live");
    await flags.close();
  });
});
