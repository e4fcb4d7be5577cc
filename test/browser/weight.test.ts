/** Many flags, a slow processor, and an hour of changes. How long it takes is the benchmark's to say. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyDelta, checksumAfter, checksumOf, type Ruleset } from "../../packages/core/src/index.ts";
import { rulesetOf } from "../conformance/build.ts";
import { chromiumPath, orWhyNot, startChromium } from "./chromium.ts";
import { Site } from "./pages.ts";
import { servedInPage } from "./served.ts";

const FLAGS = 5_000;
/** Of the page that lives through an hour: what a change leaves behind, it leaves behind whatever their number. */
const FEW_FLAGS = 500;
/** One a second, for an hour. */
const CHANGES = 3_600;
/** What may be left of an hour: a listener's results, counts, and what the browser keeps for itself. */
const ROOM_BYTES = 2 * 1024 * 1024;

const flagAt = (version: number, at: number) => ({
  version,
  type: "boolean",
  seed: at,
  enabled: true,
  off: "off",
  variants: [
    { key: "on", value: true },
    { key: "off", value: false },
  ],
  prerequisites: [],
  targets: [],
  rules: [
    { id: "a", when: { attribute: "plan", op: "in", values: ["gold"] }, serve: { variant: "on" } },
    { id: "b", when: { attribute: "age", op: "atLeast", values: [at % 90] }, serve: { variant: "off" } },
  ],
  fallthrough: { rollout: { allocation: [[version % 2 === 0 ? 100_000 : 0, "on"]] } },
});

describe.skipIf(chromiumPath === undefined)(`a page with ${FLAGS} flags${orWhyNot}`, () => {
  const site = new Site();
  let browser: Awaited<ReturnType<typeof startChromium>>;

  const open = async (count: number): Promise<{ readonly page: Page; readonly ruleset: Ruleset }> => {
    const page = await (await browser.newContext()).newPage();
    await page.addInitScript(servedInPage);
    const flags = Object.fromEntries(Array.from({ length: count }, (_, at) => [`flag-${at}`, flagAt(1, at)]));
    const ruleset = rulesetOf({ flags, segments: {} }, 1);
    const { epoch, project, environment } = ruleset;
    const state = { epoch, revision: 1, project, environment, flags, segments: {} };
    const snapshot = JSON.stringify({ type: "snapshot", ruleset: state, checksum: checksumOf(ruleset) });
    const body = `<!doctype html><title>Many</title><script type="module">
      import { createClient } from "/sdk/index.js";
      window.snapshot = ${JSON.stringify(snapshot)};
      window.changes = 0;
      window.flags = createClient({ url: location.origin, key: "k", context: { plan: "free", age: 0 }, events: false });
      flags.on("change", () => changes++);
    </script>`;
    await page.goto(site.put("/", { body }));
    await page.waitForFunction("window.flags?.status().state === 'live'");
    return { page, ruleset };
  };

  beforeAll(async () => {
    await site.start();
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser.close();
    await site.end();
  });

  it("evaluates all of them on a slow processor, and is current", async () => {
    const { page } = await open(FLAGS);
    const session = await page.context().newCDPSession(page);
    await session.send("Emulation.setCPUThrottlingRate", { rate: 6 });
    expect(await page.evaluate(() => Object.keys(flags.evaluateAll()).length)).toBe(FLAGS);
    await page.context().close();
  });

  it("holds no more after an hour of changes", async () => {
    const { page, ruleset } = await open(FEW_FLAGS);
    const session = await page.context().newCDPSession(page);
    const heap = async (): Promise<number> => {
      await session.send("HeapProfiler.collectGarbage");
      return (await session.send("Runtime.getHeapUsage")).usedSize;
    };
    let latest = ruleset;
    let checksum = checksumOf(latest);
    const change = async (count: number): Promise<void> => {
      const messages = Array.from({ length: count }, () => {
        const from = latest.revision;
        const at = from % 50;
        const delta = { from, to: from + 1, flags: { [`flag-${at}`]: flagAt(from + 1, at) }, segments: {} };
        checksum = checksumAfter(checksum, latest, delta);
        latest = applyDelta(latest, delta);
        return { type: "delta", ...delta, checksum };
      });
      await page.evaluate((said) => {
        for (const message of said) {
          (globalThis as unknown as { say(message: unknown): void }).say(message);
          flags.isEnabled("flag-1");
        }
      }, messages);
    };
    // What is made once is there after the first few.
    await change(100);
    const before = await heap();
    for (let done = 0; done < CHANGES; done += 200) await change(200);
    const after = await heap();
    expect(await page.evaluate(() => flags.status().revision)).toBe(1 + 100 + CHANGES);
    expect(after - before).toBeLessThan(ROOM_BYTES);
  });
});
