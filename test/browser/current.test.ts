/** A page is kept current, whatever happens to the server, the network, the key, or the page's own code. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../e2e/harness.ts";
import { hangUp, pass } from "../faults/proxy/arrivals.ts";
import { FaultProxy } from "../faults/proxy/fault-proxy.ts";
import { chromiumPath, orWhyNot } from "./chromium.ts";
import { isLive, Scene } from "./scene.ts";

describe.skipIf(chromiumPath === undefined)(`a page${orWhyNot}`, () => {
  const scene = new Scene();

  beforeAll(async () => {
    await scene.start();
    await scene.createFlag("banner");
    await scene.createFlag("beta", {
      rules: [
        {
          id: "staff",
          when: { attribute: "plan", op: "in", values: ["staff"] },
          serve: { variant: "on" },
        },
      ],
      fallthrough: { variant: "off" },
    });
  });
  afterAll(() => scene.end());

  it("is served what its context is served, and sees a toggle without asking for it", async () => {
    const page = await scene.open({ context: { targetingKey: "u1" } });
    await page.waitForFunction(isLive);
    expect(await page.evaluate(() => flags.evaluate("banner", false))).toMatchObject({
      variant: "on",
      reason: "STATIC",
    });
    await scene.switchFlag("banner", "disable");
    await page.waitForFunction(() => !flags.isEnabled("banner"));
    expect(await page.evaluate(() => changes.at(-1)?.keys)).toEqual(["banner"]);
    await scene.switchFlag("banner", "enable");
    await page.waitForFunction(() => flags.isEnabled("banner"));
    await page.context().close();
  });

  it("hears of a change only where a result for its context is another one", async () => {
    const page = await scene.open({ context: { plan: "staff" } });
    await page.waitForFunction(isLive);
    await page.evaluate(() => changes.splice(0));
    await scene.target("beta", { fallthrough: { variant: "on" } });
    await scene.switchFlag("banner", "disable");
    await page.waitForFunction(() => !flags.isEnabled("banner"));
    // The change before this one altered what others are served.
    expect(await page.evaluate(() => changes.map(({ keys }) => keys))).toEqual([["banner"]]);
    await scene.target("beta", { fallthrough: { variant: "off" } });
    await scene.switchFlag("banner", "enable");
    await page.context().close();
  });

  it("evaluates for another context at once, also in the middle of an update", async () => {
    const page = await scene.open({ context: { plan: "free" } });
    await page.waitForFunction(isLive);
    const seen = await page.evaluate(async () => {
      const results: boolean[] = [flags.isEnabled("beta")];
      await flags.setContext({ plan: "staff" });
      results.push(flags.isEnabled("beta"));
      void flags.setContext({ plan: "free" });
      results.push(flags.isEnabled("beta"));
      // From within a change: whoever listens may have another context in mind.
      const stop = flags.on("change", ({ keys }) => {
        if (keys.includes("banner")) void flags.setContext({ plan: "staff" });
      });
      setTimeout(stop, 60_000);
      return results;
    });
    expect(seen).toEqual([false, true, false]);
    await scene.switchFlag("banner", "disable");
    await page.waitForFunction(() => flags.isEnabled("beta") && !flags.isEnabled("banner"));
    expect(await page.evaluate(() => flags.context)).toEqual({ plan: "staff" });
    await scene.switchFlag("banner", "enable");
    await page.context().close();
  });

  it("goes on when a listener throws, and says so", async () => {
    const page = await scene.open();
    await page.waitForFunction(isLive);
    await page.evaluate(() => {
      flags.on("change", () => {
        throw new Error("a listener's own mistake");
      });
      flags.on("change", async () => {
        throw new Error("another one");
      });
    });
    await scene.switchFlag("banner", "disable");
    await page.waitForFunction(() => errors.length >= 2);
    expect(await page.evaluate(() => errors.map(({ code }) => code))).toEqual(["listener_failed", "listener_failed"]);
    await scene.switchFlag("banner", "enable");
    await page.waitForFunction(() => flags.isEnabled("banner"));
    await page.context().close();
  });

  it("keeps what it has while the network is away, and catches up", async () => {
    const proxy = await FaultProxy.before(scene.world.url);
    const page = await scene.open({ url: proxy.url });
    await page.waitForFunction(isLive);
    proxy.arriving = hangUp;
    proxy.end("reset");
    await page.waitForFunction(() => flags.status().state === "offline");
    expect(await page.evaluate(() => flags.isEnabled("banner"))).toBe(true);
    await scene.switchFlag("banner", "disable");
    proxy.arriving = pass;
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await page.waitForFunction(() => !flags.isEnabled("banner"));
    await scene.switchFlag("banner", "enable");
    await page.context().close();
    await proxy.close();
  });

  it("survives the server's restart, and keeps its state for the next page while the server is away", async () => {
    const profile = await scene.profile();
    const page = await scene.open({}, { context: profile });
    await page.waitForFunction(isLive);
    await page.evaluate(() => flags.flush());
    await scene.world.stopServer("SIGKILL");
    await page.waitForFunction(() => flags.status().state === "offline");
    const other = await scene.open({}, { context: profile, path: "/other" });
    await other.waitForFunction(() => flags.status().source === "cache");
    expect(await other.evaluate(() => flags.isEnabled("banner"))).toBe(true);
    await scene.world.startServer();
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await Promise.all([page, other].map((one) => one.waitForFunction(isLive)));
    await scene.switchFlag("banner", "disable");
    await Promise.all([page, other].map((one) => one.waitForFunction(() => !flags.isEnabled("banner"))));
    await scene.switchFlag("banner", "enable");
    await profile.close();
  });

  it("is served the last state after its key was revoked, and says that it was", async () => {
    const { id, key } = await scene.createKey();
    const page = await scene.open({ key });
    await page.waitForFunction(isLive);
    await scene.ask("DELETE", `keys/${id}`);
    await page.waitForFunction(() => flags.status().state === "offline");
    expect(await page.evaluate(() => flags.status().problem?.code)).toBe("key_refused");
    expect(await page.evaluate(() => flags.isEnabled("banner"))).toBe(true);
    await page.context().close();
  });

  it("tells the server how things went, where a release watches that", async () => {
    await scene.createFlag("released", { enabled: true, fallthrough: { variant: "off" } });
    const sent: string[] = [];
    const page = await scene.open({ context: { targetingKey: "ada@example.com" } });
    page.on("request", (request) => {
      if (request.url().endsWith("/sdk/v1/events")) sent.push(request.postData() ?? "");
    });
    await page.waitForFunction(isLive);
    await scene.ask("POST", "projects/default/flags/released/environments/production/release", {
      steps: [{ percentage: 50, hold: "1h" }],
      guards: [{ metric: "checkout", measure: "errors" }],
    });
    // What attributes outcomes is loaded once there is something to attribute them to.
    await until(async () => {
      await page.evaluate(async () => {
        flags.track("checkout", { ok: false });
        flags.measure("checkout", () => "done");
        await flags.flush();
      });
      return sent.some((text) => text.includes('"outcomes":[{') && text.includes("checkout"));
    });
    expect(sent.filter((text) => text.includes("ada@example.com"))).toEqual([]);
    await page.context().close();
  });

  it("tells the server what was asked for", async () => {
    await scene.createFlag("counted");
    const page = await scene.open();
    await page.waitForFunction(isLive);
    await page.evaluate(() => [1, 2, 3].map(() => flags.isEnabled("counted")));
    await until(async () => {
      await page.evaluate(() => flags.flush());
      const usage = await scene.ask<object>("GET", "projects/default/flags/counted/usage");
      return JSON.stringify(usage).includes('"count":3');
    });
    await page.context().close();
  });
});
