/** 5,000 flags: the longest time in which a page does nothing else. */
import type { Browser } from "playwright-core";

const FLAGS = 5_000;

/** `slower`: by how much the processor is throttled. */
export async function heaviness(browser: Browser, sdk: string, slower: number): Promise<string> {
  const page = await (await browser.newContext()).newPage();
  await page.route("http://page.test/**", (route) =>
    route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Heavy</title>" }),
  );
  await page.goto("http://page.test/");
  await page.addScriptTag({ content: sdk });
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: slower });
  const { tasks, all, bytes } = (await page.evaluate(`(${inPage})(${FLAGS})`)) as Measured;
  await page.context().close();
  const longest = Math.max(...tasks, 0).toFixed(0);
  const kilobytes = (bytes / 1_000).toFixed(0);
  return `${FLAGS} flags (${kilobytes} kB of JSON), processor ${slower} times slower: longest task ${longest} ms (those under 50 ms are not told), all flags evaluated in ${all.toFixed(0)} ms`;
}

interface Measured {
  readonly tasks: readonly number[];
  readonly all: number;
  readonly bytes: number;
}

/** As text, since the page has no module of ours. */
const inPage = `async (count) => {
  const tasks = [];
  new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) tasks.push(duration); }).observe({ type: "longtask" });
  const flags = {};
  for (let at = 0; at < count; at++) flags["flag-" + at] = {
    version: 1, type: "boolean", seed: at, enabled: true, off: "off",
    variants: [{ key: "on", value: true }, { key: "off", value: false }], prerequisites: [], targets: [],
    rules: [
      { id: "a", when: { attribute: "plan", op: "in", values: ["gold"] }, serve: { variant: "on" } },
      { id: "b", when: { attribute: "age", op: "atLeast", values: [at % 90] }, serve: { variant: "off" } },
    ],
    fallthrough: { rollout: { allocation: [[50000, "on"]] } },
  };
  const text = JSON.stringify({ epoch: "e", revision: 1, project: "p", environment: "e", flags, segments: {} });
  window.fetch = async () => new Response(text, { headers: { "content-type": "application/json" } });
  window.WebSocket = class {
    constructor() { setTimeout(() => this.onopen?.()); }
    send() { setTimeout(() => this.onmessage?.({ data: '{"type":"fetch","revision":1,"afterMs":0}' })); }
    close() {}
  };
  await new Promise((resolve) => setTimeout(resolve, 200));
  tasks.length = 0;
  const client = Bannerol.createClient({ url: "http://localhost:9", key: "k", context: { plan: "free", age: 30 }, shareTabs: false, events: false });
  await client.ready();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const told = [...tasks];
  const began = performance.now();
  client.evaluateAll();
  return { tasks: told, all: performance.now() - began, bytes: text.length };
}`;
