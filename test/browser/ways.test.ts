/** Proxies through which no WebSocket leads, and some through which no stream does. */
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { hangUp, pass } from "../faults/proxy/arrivals.ts";
import { FaultProxy } from "../faults/proxy/fault-proxy.ts";
import type { Link } from "../faults/proxy/link.ts";
import { chromiumPath, orWhyNot } from "./chromium.ts";
import { isLive, Scene } from "./scene.ts";

/** Of a browser, the question whether it may ask comes first. */
const isStream = ({ request }: Link): boolean => request?.endsWith(" /sdk/v1/stream") === true;

describe.skipIf(chromiumPath === undefined)(`a page behind a proxy${orWhyNot}`, () => {
  const scene = new Scene();
  let proxy: FaultProxy;
  let page: Page;
  let asked: string[];

  beforeAll(async () => {
    await scene.start();
    await scene.createFlag("banner");
  });
  afterAll(() => scene.end());
  beforeEach(async () => {
    proxy = await FaultProxy.before(scene.world.url);
    asked = [];
  });
  afterEach(async () => {
    await page.context().close();
    await proxy.close();
    await scene.switchFlag("banner", "enable");
  });

  const open = async (options: object = {}, context?: BrowserContext): Promise<void> => {
    page = await scene.open({ url: proxy.url, ...options }, context === undefined ? {} : { context });
    page.on("request", (request) => {
      const { host, pathname } = new URL(request.url());
      if (proxy.url.endsWith(host) && request.method() === "GET") asked.push(pathname);
    });
  };

  const seesChange = async (): Promise<void> => {
    await scene.switchFlag("banner", "disable");
    await page.waitForFunction(() => !flags.isEnabled("banner"));
  };

  it("that refuses WebSockets reads Server-Sent Events", async () => {
    proxy.asked = (link) => {
      if (link.isWebSocket) link.end("reset");
    };
    await open();
    await page.waitForFunction(isLive);
    await seesChange();
    expect(new Set(asked)).toEqual(new Set(["/sdk/v1/stream"]));
  });

  it("asks again for what is loaded late, where that failed at first", async () => {
    proxy.asked = (link) => {
      if (link.isWebSocket) link.end("reset");
    };
    let failed = 0;
    const profile = await scene.profile();
    await profile.route("**/sdk/other-ways-*.js", async (route) => {
      failed++;
      await (failed > 2 ? route.continue() : route.abort());
    });
    await open({}, profile);
    await page.waitForFunction(isLive);
    expect(failed).toBeGreaterThan(2);
    await seesChange();
  });

  it("that refuses every stream polls", async () => {
    proxy.asked = (link) => {
      if (link.isWebSocket || isStream(link)) link.end("reset");
    };
    await open();
    await page.waitForFunction(isLive);
    await seesChange();
    expect(asked.at(-1)).toBe("/sdk/v1/ruleset");
  });

  it("that lets nothing through at first is passed by WebSocket once it does", async () => {
    proxy.arriving = hangUp;
    await open();
    await page.waitForFunction(() => flags.status().state === "offline");
    expect(await page.evaluate(() => flags.status().problem?.code)).toBe("unreachable");
    proxy.arriving = pass;
    await page.waitForFunction(isLive);
    await seesChange();
    expect(asked.filter((path) => path === "/sdk/v1/ruleset")).toEqual([]);
  });
});

describe.skipIf(chromiumPath === undefined)(`a page of a large ruleset${orWhyNot}`, () => {
  const scene = new Scene();

  beforeAll(async () => {
    await scene.start();
    const text = "x".repeat(30_000);
    for (const key of ["a", "b", "c"]) {
      const variants = ["on", "off"].map((name) => ({ key: name, value: name + text }));
      await scene.createFlag(key, { fallthrough: { variant: "on" } }, { type: "string", variants });
    }
    await scene.createFlag("banner");
  });
  afterAll(() => scene.end());

  it("fetches what is too long for the stream, and then hears of changes on it", async () => {
    const page = await scene.open();
    await page.waitForFunction(isLive);
    expect(await page.evaluate(() => String(flags.value("c", "")).length)).toBe(30_002);
    await scene.switchFlag("banner", "disable");
    await page.waitForFunction(() => !flags.isEnabled("banner"));
    await page.context().close();
  });
});
