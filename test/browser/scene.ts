/** A server, a site and a browser, for pages that use the SDK. */
import type { BrowserContext, Page } from "playwright-core";
import { World } from "../e2e/harness.ts";
import { Chromium } from "./chromium.ts";
import { Site } from "./pages.ts";

interface Created {
  readonly id: string;
  readonly key: string;
}

export class Scene {
  readonly world = new World();
  readonly site = new Site();
  readonly chromium = new Chromium();
  #browser: BrowserContext | undefined;
  #key: Created | undefined;

  async start(): Promise<void> {
    await Promise.all([this.world.startServer(), this.site.start()]);
    this.#browser = await this.chromium.start();
    this.#key = await this.createKey();
  }

  get browser(): BrowserContext {
    if (this.#browser === undefined) throw new Error("the scene has not been started");
    return this.#browser;
  }

  get key(): string {
    return this.#key?.key ?? "";
  }

  async createKey(): Promise<Created> {
    return this.ask("POST", "keys", { project: "default", environment: "production", kind: "client" });
  }

  /** A call of the admin API that must succeed. */
  async ask<T = { readonly revision: number }>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.world.api(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text || "null");
  }

  /** A boolean flag for pages, on for everybody unless its targeting says otherwise. */
  async createFlag(key: string, targeting: object = {}, definition: object = {}): Promise<void> {
    await this.ask("POST", "projects/default/flags", { key, clientSide: true, ...definition });
    await this.ask("PATCH", `projects/default/flags/${key}/environments/production`, { enabled: true, ...targeting });
  }

  async switchFlag(key: string, to: "enable" | "disable"): Promise<void> {
    await this.ask("POST", `projects/default/flags/${key}/environments/production/${to}`, {});
  }

  /** Opens a page of the site whose script has made a client, `flags`, of these options. */
  async open(options: object = {}, { path = "/", browser = this.browser } = {}): Promise<Page> {
    const given = JSON.stringify({ url: this.world.url, key: this.key, ...options });
    const body = `<!doctype html><title>Page</title><script type="module">
      import { createClient } from "/sdk/index.js";
      window.changes = [];
      window.errors = [];
      window.flags = createClient(${given});
      flags.on("change", (change) => changes.push(change));
      flags.on("error", (error) => errors.push(error));
      flags.ready().then((ready) => { window.firstReady = ready; });
    </script>`;
    const page = await browser.newPage();
    await page.goto(this.site.put(path, { body }));
    return page;
  }

  async end(): Promise<void> {
    await this.chromium.end();
    await Promise.all([this.world.end(), this.site.end()]);
  }
}
