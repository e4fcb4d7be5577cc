/** Workers in Cloudflare's runtime, against the real server. What the guide shows is run as it stands there. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root, until } from "../e2e/harness.ts";
import { FaultProxy } from "../faults/proxy/fault-proxy.ts";
import { EdgeScene } from "./edge-scene.ts";
import { orWhyNot, Worker, workerd } from "./workerd.ts";

const guide = readFileSync(join(root, "docs", "how-to", "browser.md"), "utf8");
const [ofObject = "", ofRequest = ""] = [...guide.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code);

/** What each Worker of this test begins with. */
const common = `
  import { createClient } from "@bannerol/sdk-browser";
  import { createClient as createRemote } from "@bannerol/sdk-browser/remote";
  const told = [];
  const tellOf = (flags) => void flags.on("error", ({ message }) => told.push(message));
  const logger = { warn: (text) => void told.push(text) };`;

/** Says what it is served, in a line for each change, three in all. */
const watching = `${common}
  export default {
    async fetch(request, env, ctx) {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname !== "/watch") return new Response("");
      const create = searchParams.get("entry") === "remote" ? createRemote : createClient;
      const flags = create({ url: env.FLAGS_URL, key: env.FLAGS_KEY, cache: false });
      await flags.ready();
      const { readable, writable } = new TransformStream();
      const writer = writable.getWriter();
      const say = () => writer.write(new TextEncoder().encode(flags.isEnabled("new-banner") + "\\n"));
      let changes = 0;
      const ended = new Promise((resolve) => {
        flags.on("change", () => {
          void say();
          if (++changes === 2) resolve();
        });
      });
      void say();
      ctx.waitUntil(ended.then(() => flags.close()).then(() => writer.close()));
      return new Response(readable);
    },
  };`;

describe.skipIf(workerd === undefined)(`a Worker${orWhyNot}`, () => {
  const scene = new EdgeScene();
  let running: Worker | undefined;

  beforeAll(() => scene.start());
  afterAll(async () => {
    await running?.end();
    await scene.end();
  });

  const run = async (code: string, url = scene.world.url, date?: string): Promise<Worker> => {
    await running?.end();
    const env = { FLAGS_URL: url, FLAGS_KEY: scene.key };
    const objects: Record<string, string> = code.includes("class Flags") ? { FLAGS: "Flags" } : {};
    running = await Worker.start(code, { env, objects, date });
    return running;
  };

  it("of the guide keeps one connection in a Durable Object for all requests, and is current", async () => {
    const worker = await run(ofObject);
    expect(await worker.ask("/?user=ada")).toBe("new");
    await scene.switchTo("disable");
    await until(async () => (await worker.ask("/?user=ada")) === "old");
    await scene.switchTo("enable");
    await until(async () => (await worker.ask("/?user=ada")) === "new");
    await scene.target({
      rules: [{ when: { attribute: "targetingKey", op: "in", values: ["bob"] }, serve: { variant: "off" } }],
    });
    await until(async () => (await worker.ask("/?user=bob")) === "old");
    expect(await worker.ask("/?user=ada")).toBe("new");
    await scene.target({ rules: [] });
    expect(await scene.connections()).toBe(1);
  });

  it("of the guide has a client for each request, which is counted", async () => {
    const before = await scene.usage();
    const worker = await run(ofRequest);
    expect(await worker.ask("/?user=ada")).toBe("new");
    // Whether it runs was asked before.
    await until(async () => (await scene.usage()) === before + 2);
    await scene.switchTo("disable");
    expect(await worker.ask("/?user=ada")).toBe("old");
    await scene.switchTo("enable");
    await until(async () => (await scene.connections()) === 0);
  });

  /** Opens a request, and sees a change both ways while it is open. */
  const seesChanges = async (watcher: Worker, entry: string): Promise<void> => {
    const { body } = await fetch(`${watcher.url}/watch?entry=${entry}`);
    if (body === null) throw new Error("there is no body");
    const lines = body.pipeThrough(new TextDecoderStream()).getReader();
    const next = async () => (await lines.read()).value;
    expect(await next()).toBe("true\n");
    await scene.switchTo("disable");
    expect(await next()).toBe("false\n");
    await scene.switchTo("enable");
    expect(await next()).toBe("true\n");
    expect(await next()).toBe(undefined);
  };

  it.each([
    ["local", "the newest", undefined],
    ["remote", "the newest", undefined],
    ["local", "2024-01-01", "2024-01-01"],
    ["remote", "2024-01-01", "2024-01-01"],
  ])("hears of changes while a request is open, evaluation %s, compatibility date %s", async (entry, _, date) => {
    await seesChanges(await run(watching, scene.world.url, date), entry);
  });

  it("reads Server-Sent Events where no WebSocket gets through", async () => {
    const proxy = await FaultProxy.before(scene.world.url);
    const asked: (string | undefined)[] = [];
    proxy.asked = (link) => {
      if (link.isWebSocket) link.end("reset");
      else asked.push(link.request);
    };
    await seesChanges(await run(watching, proxy.url), "local");
    expect(asked).toContain("GET /sdk/v1/stream");
    await running?.end();
    running = undefined;
    await proxy.close();
  });

  it("that makes its client where the module is loaded is told that this cannot be, and waits for nothing", async () => {
    const code = `${common}
      const flags = createClient({ url: "${scene.world.url}", key: "${scene.key}", logger });
      tellOf(flags);
      export default {
        async fetch() {
          const ready = await flags.ready();
          return Response.json({ ready, told, state: flags.status().state, fallback: flags.isEnabled("new-banner", true) });
        },
      };`;
    const worker = await run(code);
    const { told, ...others } = JSON.parse(await worker.ask());
    expect(others).toEqual({ ready: {}, state: "offline", fallback: true });
    const reason = "The SDK could not begin: Error: Disallowed operation called within global scope.";
    expect(told).toEqual([expect.stringContaining(`Bannerol: ${reason}`), expect.stringContaining(reason)]);
  });

  it("serves what a page came with, whose age counts from the client's start", async () => {
    const code = `${common}
      const bootstrap = { epoch: "e", revision: 1, flags: { "new-banner": { value: true, variant: "on", reason: "TARGETED" } } };
      export default {
        async fetch(request, env) {
          const flags = createClient({ url: "http://127.0.0.1:9", key: env.FLAGS_KEY, cache: false, bootstrap });
          const ready = await flags.ready();
          const { source, ageMs } = flags.status();
          const isEnabled = flags.isEnabled("new-banner");
          await flags.close();
          return Response.json({ ready, source, ageMs, isEnabled });
        },
      };`;
    const worker = await run(code);
    const { ageMs, ...others } = JSON.parse(await worker.ask());
    expect(others).toEqual({ ready: { source: "bootstrap" }, source: "bootstrap", isEnabled: true });
    // Its clock counts from 1970.
    expect(ageMs).toBeLessThan(365 * 86_400_000);
  });

  it("closes a client of another request, and is told what that leaves open", async () => {
    const code = `${common}
      let flags;
      export default {
        async fetch(request, env) {
          if (request.url.endsWith("/open")) {
            flags = createClient({ url: env.FLAGS_URL, key: env.FLAGS_KEY, cache: false });
            tellOf(flags);
            await flags.ready();
          }
          if (request.url.endsWith("/close")) await flags.close();
          return Response.json({ state: flags?.status().state, told });
        },
      };`;
    const worker = await run(code);
    expect(JSON.parse(await worker.ask("/open"))).toEqual({ state: "live", told: [] });
    expect(JSON.parse(await worker.ask("/close"))).toEqual({
      state: "closed",
      told: [
        expect.stringContaining("could not disconnect: Error: Cannot perform I/O on behalf of a different request."),
      ],
    });
  });

  it("is what the guide says was run", () => {
    expect(guide).toContain(`| workerd ${workerd?.compatibilityDate}, `);
  });
});
