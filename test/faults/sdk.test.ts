/** What an application sees while its server is away, or is none. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort, until } from "../e2e/harness.ts";
import { seconds } from "./amounts.ts";
import { temporaryFolders } from "./folders.ts";
import { type Arrival, answer, hangUp, page, pass, reset, staySilent, upgrade } from "./proxy/arrivals.ts";
import { frameOf, textFrame } from "./proxy/frames.ts";
import { Scene, startApplication, statusOf, toldTo } from "./scene.ts";
import { Server } from "./server.ts";

const freshFolder = temporaryFolders();
const steady = { flag: "steady", context: { targetingKey: "u" }, defaultValue: false };
const clock = fileURLToPath(new URL("./programs/shifted-clock.mjs", import.meta.url));

/** How often a process with the shifted clock has said that it jumped. */
const jumpsIn = (output: string): number => output.split("The clock jumps.").length - 1;

describe.concurrent("an application", () => {
  const scene = new Scene(new Server(`sqlite:${freshFolder()}/bannerol.db`, freshFolder()));
  beforeAll(() => scene.start());
  afterAll(() => scene.end());

  it("F1: whose server goes away evaluates a million times as before, and is told when its state is stale", async () => {
    const line = await scene.line();
    const application = await line.current({ staleAfterMs: 500 });
    line.proxy.arriving = reset;
    line.proxy.end("reset");
    const isTold = async () => (await toldTo(application)).problems.length > 0;
    await until(async () => (await statusOf(application)).state === "stale" && (await isTold()));
    expect(await application.ask("wrongOf", { flag: "steady", times: 1_000_000, expected: true })).toBe(0);
    const { states, problems } = await toldTo(application);
    // On a busy machine its state may have been too old before the server went.
    expect(states.at(-1)).toBe("stale");
    expect(problems, "told once, not at every try").toEqual(["unreachable"]);
    expect(await application.close()).toBe(0);
  });

  it("F2: that starts without server and cache goes on with defaults; ready() rejects where it was asked to", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const [limited, patient] = [
      startApplication({ url, key: scene.key, cache: false, readyTimeoutMs: 300, onReadyTimeout: "reject" }),
      startApplication({ url, key: scene.key, cache: false }),
    ];
    let isReady = false;
    void patient.ask("ready").then(
      () => {
        isReady = true;
      },
      () => undefined,
    );
    await expect(limited.ask("ready")).rejects.toThrow("ReadyTimeoutError");
    for (const application of [limited, patient]) {
      expect(await application.ask("evaluate", { ...steady, defaultValue: true })).toMatchObject({
        value: true,
        reason: "ERROR",
        errorCode: "PROVIDER_NOT_READY",
      });
    }
    expect(isReady, "who set no limit waits").toBe(false);
    expect([await limited.close(), await patient.close()]).toEqual([0, 0]);
  });

  it("F3: that starts without server serves its bootstrap, and says so, and how old it is", async () => {
    const response = await fetch(`${scene.server.url}/sdk/v1/ruleset`, {
      headers: { authorization: `Bearer ${scene.key}` },
    });
    const bootstrap = (await response.json()) as object;
    const application = startApplication({
      url: `http://127.0.0.1:${await freePort()}`,
      key: scene.key,
      cache: false,
      bootstrap,
    });
    expect(await application.ask("ready")).toEqual({ source: "bootstrap" });
    expect(await application.ask("evaluate", steady)).toMatchObject({ value: true, reason: "STATIC" });
    expect(await statusOf(application)).toMatchObject({ source: "bootstrap", ageMs: expect.any(Number) });
    expect(await application.close()).toBe(0);
  });

  it("F3: of a file needs no server, and says so", async () => {
    const file = join(freshFolder(), "flags.json");
    writeFileSync(file, JSON.stringify({ flags: { steady: { fallthrough: { variant: "on" } } } }));
    const application = startApplication({ file });
    expect(await application.ask("ready")).toEqual({ source: "file" });
    expect(await application.ask("evaluate", steady)).toMatchObject({ value: true });
    expect(await statusOf(application)).toMatchObject({ source: "file", ageMs: expect.any(Number) });
    expect(await application.close()).toBe(0);
  });

  /** As many tries as the shortest waits allow: half of 0.5 s × 2^n, and of 30 s at most. */
  const mostTries = (elapsedMs: number): number => {
    let tries = 1;
    for (let at = 250; at <= elapsedMs; tries += 1) at += Math.min(15_000, 250 * 2 ** tries);
    return tries;
  };

  it.for<[string, Arrival]>([
    ["closes at once", hangUp],
    ["resets at once", reset],
    ["stays silent", staySilent],
    ["upgrades and closes", upgrade()],
    [
      "upgrades, says goodbye for no time and closes",
      upgrade(textFrame('{"type":"goodbye","reason":"","afterMs":[0,0]}')),
    ],
    ["upgrades and sends a frame of another kind", upgrade(frameOf(0x82, Buffer.from([1, 2, 3])))],
    ["answers 503, come back at once", answer("HTTP/1.1 503 No\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n")],
    ["answers a page with 200", page("200 OK")],
    ["answers a page with 502", page("502 Bad Gateway")],
    ["answers garbage", answer("\0\x01\x02\r\n\r\n")],
  ])(
    `F14, I3, I16: whose server %s for ${seconds} s tries within its bounds, and is live once that ends`,
    async ([, arrival]) => {
      const line = await scene.line();
      line.proxy.arriving = arrival;
      const began = performance.now();
      const application = line.application();
      await until(() => performance.now() - began > seconds * 1_000, seconds * 2_000);
      const tries = line.proxy.accepted;
      expect(tries).toBeLessThanOrEqual(Math.min(26, mostTries(performance.now() - began)));
      line.proxy.arriving = pass;
      await until(async () => (await statusOf(application)).state === "live", 90_000);
      expect(await application.close()).toBe(0);
    },
  );

  it("F31: whose wall clock jumps a year ahead and back goes on, its age and its connection unmoved", async () => {
    const line = await scene.line();
    const application = await line.current({ staleAfterMs: 60_000 }, { nodeOptions: ["--import", clock] });
    for (let jump = 0; jump < 3; jump += 1) {
      application.signal("SIGUSR2");
      await until(() => jumpsIn(application.stderr) > jump);
      await application.ask("atLeast", { revision: await scene.change(), timeoutMs: 10_000 });
      const { state, ageMs } = await statusOf(application);
      expect({ state, isFresh: (ageMs ?? 0) < 60_000 }).toEqual({ state: "live", isFresh: true });
    }
    expect(line.proxy.links).toHaveLength(1);
  });

  it("F48: in a process of frozen globals works like any other", async () => {
    const line = await scene.line();
    const application = await line.current({}, { nodeOptions: ["--frozen-intrinsics", "--no-warnings"] });
    await application.ask("atLeast", { revision: await scene.change(), timeoutMs: 10_000 });
    expect(await application.ask("evaluate", steady)).toMatchObject({ value: true });
    expect(await application.close()).toBe(0);
    expect(application.stderr).toBe("");
  });
});

describe("a server", () => {
  it("F31: whose wall clock jumps a year ahead and back keeps its streams, and its history never goes back", async () => {
    const settings = { NODE_OPTIONS: `--import=${clock}` };
    const scene = new Scene(new Server(`sqlite:${freshFolder()}/bannerol.db`, freshFolder(), settings));
    await scene.start();
    const line = await scene.line();
    const application = await line.current();
    for (let jump = 0; jump < 3; jump += 1) {
      scene.server.signal("SIGUSR2");
      await until(() => jumpsIn(scene.server.output) > jump);
      await application.ask("atLeast", { revision: await scene.change(), timeoutMs: 10_000 });
    }
    const { items } = await scene.server.must<{ items: { at: string }[] }>("GET", "projects/default/changes?limit=50");
    const instants = items.map(({ at }) => Date.parse(at)).reverse();
    expect(instants).toEqual([...instants].sort((a, b) => a - b));
    expect(Math.max(...instants)).toBeGreaterThan(Date.now() + 300 * 86_400_000);
    expect(line.proxy.links).toHaveLength(1);
    expect(await scene.server.must("GET", "projects/default/changes/verify")).toMatchObject({ ok: true });
    await scene.end();
  });
});
