/** Where browsers are strict, or short of something. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, orWhyNot } from "./chromium.ts";
import { isLive, Scene } from "./scene.ts";

describe.skipIf(chromiumPath === undefined)(`a page${orWhyNot}`, () => {
  const scene = new Scene();

  beforeAll(async () => {
    await scene.start();
    await scene.createFlag("banner");
  });
  afterAll(() => scene.end());

  const seesToggles = async (page: Page): Promise<void> => {
    await page.waitForFunction(isLive);
    await scene.switchFlag("banner", "disable");
    await page.waitForFunction(() => !flags.isEnabled("banner"));
    await scene.switchFlag("banner", "enable");
    await page.waitForFunction(() => flags.isEnabled("banner"));
    await page.evaluate(() => flags.flush());
  };

  it("works when the storage is full, and says once that nothing is kept", async () => {
    const before = `
      window.warnings = [];
      console.warn = (text) => warnings.push(text);
      let size = 2 ** 22;
      for (let at = 0; size > 0; at++) try { localStorage.setItem("full" + at, "x".repeat(size)); } catch { size >>= 1; }`;
    const page = await scene.open({}, { before });
    await seesToggles(page);
    await page.evaluate(() => flags.close());
    expect(await page.evaluate("warnings.length")).toBe(1);
    expect(await page.evaluate("warnings[0]")).toContain("cannot be kept");
    await page.context().close();
  });

  it("works in a sandboxed frame, which has no origin, and so neither storage nor locks", async () => {
    const given = JSON.stringify({ url: scene.world.url, key: scene.key });
    const frame = `<script src="${scene.site.origin}/sdk/bannerol.global.js"></script>
      <script>
        const missing = [];
        try { localStorage; } catch ({ name }) { missing.push(name); }
        const flags = Bannerol.createClient(${given});
        const tell = () => parent.postMessage({ missing, banner: flags.isEnabled("banner"), state: flags.status().state }, "*");
        flags.on("change", tell);
        flags.on("status", tell);
      </script>`;
    const srcdoc = frame.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
    const url = scene.site.put("/framing", {
      body: `<!doctype html><title>Framing</title><script>
        window.told = {};
        addEventListener("message", ({ data }) => { window.told = data; });</script>
        <iframe sandbox="allow-scripts" srcdoc="${srcdoc}"></iframe>`,
    });
    const page = await (await scene.profile()).newPage();
    await page.goto(url);
    await page.waitForFunction("told.state === 'live' && told.banner");
    expect(await page.evaluate("told.missing")).toEqual(["SecurityError"]);
    await scene.switchFlag("banner", "disable");
    await page.waitForFunction("told.banner === false");
    await scene.switchFlag("banner", "enable");
    await page.context().close();
  });

  it("works where storage is refused, as in some private windows", async () => {
    const before = `Object.defineProperty(window, "localStorage", { get() { throw new DOMException("denied", "SecurityError"); } });
      console.warn = () => undefined;`;
    const page = await scene.open({}, { before });
    await seesToggles(page);
    await page.context().close();
  });

  it("is not misled by what was damaged in storage", async () => {
    const profile = await scene.profile();
    const first = await scene.open({}, { context: profile });
    await first.waitForFunction(isLive);
    await first.evaluate(() => flags.close());
    await first.evaluate(() => {
      for (const key of Object.keys(localStorage)) {
        localStorage.setItem(key, (localStorage.getItem(key) ?? "").replace(/"version":\d+/, '"version":987654'));
      }
    });
    await first.close();
    const second = await scene.open({ url: "http://127.0.0.1:9" }, { context: profile, path: "/second" });
    await second.waitForFunction(() => flags.status().state === "offline");
    expect(await second.evaluate(() => flags.status().source)).toBe(undefined);
    await profile.close();
  });

  it.each([
    ["as a module", '<script type="module" src="/page.js"></script>', 'import * as Bannerol from "/sdk/index.js";'],
    ["by a script tag", '<script src="/sdk/bannerol.global.js"></script><script src="/page.js" defer></script>', ""],
  ])("works under a strict policy and Trusted Types, %s", async (_, tags, first) => {
    const socket = scene.world.url.replace("http", "ws");
    const policy = [
      "default-src 'none'",
      "script-src 'self'",
      `connect-src ${scene.world.url} ${socket}`,
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join("; ");
    const given = JSON.stringify({ url: scene.world.url, key: scene.key });
    scene.site.put("/page.js", { body: `${first} window.flags = Bannerol.createClient(${given});` });
    const url = scene.site.put("/strict", {
      body: `<!doctype html><title>Strict</title>${tags}`,
      headers: { "content-security-policy": policy },
    });
    const page = await (await scene.profile()).newPage();
    const complaints: string[] = [];
    page.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())));
    page.on("pageerror", (error) => void complaints.push(error.message));
    await page.goto(url);
    await page.waitForFunction(() => "flags" in globalThis);
    await seesToggles(page);
    expect(complaints.filter((text) => !text.includes("favicon"))).toEqual([]);
    await page.context().close();
  });

  it.each([
    [
      "a worker",
      "module",
      'new Worker("/worker.js", { type: "module" })',
      'import { createClient } from "/sdk/index.js";',
    ],
    [
      "a classic worker",
      "classic",
      'new Worker("/worker.js")',
      'importScripts("/sdk/bannerol.global.js"); const { createClient } = Bannerol;',
    ],
  ])("works in %s", async (_, _type, make, first) => {
    const given = JSON.stringify({ url: scene.world.url, key: scene.key });
    scene.site.put("/worker.js", {
      body: `${first}
      const flags = createClient(${given});
      const tell = () => postMessage({ banner: flags.isEnabled("banner"), state: flags.status().state });
      flags.on("change", tell);
      flags.on("status", tell);`,
    });
    const url = scene.site.put("/with-worker", {
      body: `<!doctype html><title>Worker</title><script>
        window.told = {};
        ${make}.onmessage = ({ data }) => { window.told = data; };</script>`,
    });
    const page = await (await scene.profile()).newPage();
    await page.goto(url);
    await page.waitForFunction("told.state === 'live' && told.banner");
    await scene.switchFlag("banner", "disable");
    await page.waitForFunction("told.banner === false");
    await scene.switchFlag("banner", "enable");
    await page.context().close();
  });

  it.each([
    ["in a service worker", "classic", 'importScripts("/sdk/bannerol.global.js"); const { createClient } = Bannerol;'],
    [
      "in a service worker that is a module, though nothing can be loaded late there",
      "module",
      'import { createClient } from "/sdk/index.js";',
    ],
  ])("works %s", async (_, type, first) => {
    const given = JSON.stringify({ url: scene.world.url, key: scene.key });
    scene.site.put("/service-worker.js", {
      body: `${first}
      const flags = createClient(${given});
      addEventListener("install", (event) => event.waitUntil(skipWaiting()));
      addEventListener("activate", (event) => event.waitUntil(clients.claim()));
      addEventListener("fetch", (event) => {
        if (event.request.url.endsWith("/flag")) event.respondWith(flags.ready().then(() => new Response(String(flags.isEnabled("banner")))));
      });`,
    });
    const url = scene.site.put("/served", {
      body: `<!doctype html><title>Served</title><script>
        navigator.serviceWorker.register("/service-worker.js", { type: "${type}" });
        window.ask = () => fetch("/flag").then((response) => response.text());</script>`,
    });
    const page = await (await scene.profile()).newPage();
    await page.goto(url);
    await page.waitForFunction("navigator.serviceWorker.controller !== null");
    await page.waitForFunction("ask().then((text) => text === 'true')");
    await scene.switchFlag("banner", "disable");
    await page.waitForFunction("ask().then((text) => text === 'false')");
    await scene.switchFlag("banner", "enable");
    await page.context().close();
  });
});
