import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, orWhyNot } from "./chromium.ts";
import { Scene } from "./scene.ts";

describe.skipIf(chromiumPath === undefined)(`a page${orWhyNot}`, () => {
  const scene = new Scene();

  beforeAll(async () => {
    await scene.start();
    await scene.createFlag("banner");
  });
  afterAll(() => scene.end());

  it("is served what its context is served, and sees a toggle without asking for it", async () => {
    const page = await scene.open({ context: { targetingKey: "u1" } });
    await page.waitForFunction(() => flags.status().state === "live");
    expect(await page.evaluate(() => flags.evaluate("banner", false))).toMatchObject({
      value: true,
      variant: "on",
      reason: "STATIC",
    });
    await scene.switchFlag("banner", "disable");
    await page.waitForFunction(() => !flags.isEnabled("banner"));
    expect(await page.evaluate(() => changes.at(-1)?.keys)).toEqual(["banner"]);
    await scene.switchFlag("banner", "enable");
    await page.waitForFunction(() => flags.isEnabled("banner"));
    await page.close();
  });
});
