/** All tabs of a page's origin share one connection, and none of them is left alone with it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../e2e/harness.ts";
import { chromiumPath, orWhyNot } from "./chromium.ts";
import { isLive, Scene } from "./scene.ts";

describe.skipIf(chromiumPath === undefined)(`tabs${orWhyNot}`, () => {
  const scene = new Scene();

  beforeAll(async () => {
    await scene.start();
    await scene.createFlag("banner");
  });
  afterAll(() => scene.end());

  it("share one connection, and when its tab is closed another goes on with it", async () => {
    const profile = await scene.profile();
    const leader = await scene.open({}, { context: profile });
    await leader.waitForFunction(isLive);
    const second = await scene.open({}, { context: profile, path: "/second" });
    const third = await scene.open({ context: { targetingKey: "u3" } }, { context: profile, path: "/third" });
    for (const page of [second, third]) await page.waitForFunction(isLive);
    expect(await scene.connections()).toBe(1);

    await scene.switchFlag("banner", "disable");
    for (const page of [leader, second, third]) await page.waitForFunction(() => !flags.isEnabled("banner"));

    await leader.close();
    await scene.switchFlag("banner", "enable");
    for (const page of [second, third]) await page.waitForFunction(() => flags.isEnabled("banner"));
    for (const page of [second, third]) await page.waitForFunction(isLive);
    await until(async () => (await scene.connections()) === 1);
    await profile.close();
  });

  it("have a connection each where a browser knows no locks", async () => {
    const before = "Object.defineProperty(navigator, 'locks', { value: undefined })";
    const profile = await scene.profile();
    const first = await scene.open({}, { context: profile, before });
    const second = await scene.open({}, { context: profile, before, path: "/second" });
    for (const page of [first, second]) await page.waitForFunction(isLive);
    expect(await scene.connections()).toBe(2);
    await profile.close();
  });

  it("have a connection each where what they say to each other cannot be loaded", async () => {
    const profile = await scene.profile();
    await profile.route("**/sdk/tabs-*.js", (route) => route.abort());
    const first = await scene.open({}, { context: profile });
    await first.waitForFunction(isLive);
    const second = await scene.open({}, { context: profile, path: "/second" });
    await second.waitForFunction(isLive);
    await until(async () => (await scene.connections()) === 2);
    await scene.switchFlag("banner", "disable");
    for (const page of [first, second]) await page.waitForFunction(() => !flags.isEnabled("banner"));
    await scene.switchFlag("banner", "enable");
    await profile.close();
    await until(async () => (await scene.connections()) === 0);
  });

  it("let go of the connection when nobody looks for long, and take it up again", async () => {
    const profile = await scene.profile();
    const page = await scene.open({ pauseAfterMs: 50 }, { context: profile });
    await page.waitForFunction(isLive);
    await page.evaluate(() => {
      Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await page.waitForFunction(() => flags.status().state === "offline");
    await until(async () => (await scene.connections()) === 0);
    await scene.switchFlag("banner", "disable");
    expect(await page.evaluate(() => flags.isEnabled("banner"))).toBe(true);
    await page.evaluate(() => {
      Object.defineProperty(document, "visibilityState", { value: "visible", configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await page.waitForFunction(() => !flags.isEnabled("banner"));
    await scene.switchFlag("banner", "enable");
    await profile.close();
  });
});
