/** A server, a site and a browser, for pages that use the SDK. */
import type { BrowserClient, ClientProblem, Ready, RulesetChange } from "@bannerol/sdk-browser";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { World } from "../e2e/harness.ts";
import { startChromium } from "./chromium.ts";
import { Site } from "./pages.ts";

/** What the pages of these tests hold. */
declare global {
  var flags: BrowserClient;
  var changes: RulesetChange[];
  var errors: ClientProblem[];
  var firstReady: Ready | undefined;
}

interface Created {
  readonly id: string;
  readonly key: string;
}

interface Opening {
  readonly path?: string;
  /** Whose storage and locks the page shares. Default: one of its own. */
  readonly context?: BrowserContext;
  /** Runs in the page before all else. */
  readonly before?: string;
}

/** Far beyond what anything takes: a busy machine must not decide whether a test passes. */
const PATIENCE_MS = 100_000;

export class Scene {
  readonly world = new World();
  readonly site = new Site();
  #browser: Browser | undefined;
  #key: Created | undefined;

  async start(): Promise<void> {
    await Promise.all([this.world.startServer(), this.site.start()]);
    this.#browser = await startChromium();
    this.#key = await this.createKey();
  }

  get key(): string {
    return this.#key?.key ?? "";
  }

  /** A profile: what its pages keep, they share, and nobody else. */
  async profile(): Promise<BrowserContext> {
    if (this.#browser === undefined) throw new Error("the scene has not been started");
    const profile = await this.#browser.newContext();
    profile.setDefaultTimeout(PATIENCE_MS);
    return profile;
  }

  async createKey(): Promise<Created> {
    return await this.ask("POST", "keys", { project: "default", environment: "production", kind: "client" });
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
    await this.target(key, { enabled: true, ...targeting });
  }

  async target(key: string, targeting: object): Promise<void> {
    await this.ask("PATCH", `projects/default/flags/${key}/environments/production`, targeting);
  }

  async switchFlag(key: string, to: "enable" | "disable"): Promise<void> {
    await this.ask("POST", `projects/default/flags/${key}/environments/production/${to}`, {});
  }

  /** Opens a page of the site whose script has made a client, `flags`, of these options. */
  async open(options: object = {}, { path = "/", context, before }: Opening = {}): Promise<Page> {
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
    const page = await (context ?? (await this.profile())).newPage();
    if (before !== undefined) await page.addInitScript(before);
    await page.goto(this.site.put(path, { body }));
    await page.waitForFunction(() => "flags" in globalThis);
    return page;
  }

  /** How many clients the server counts by its own inventory. */
  async connections(): Promise<number> {
    const path = "projects/default/environments/production/connections";
    const { items } = await this.ask<{ readonly items: readonly { readonly name: string }[] }>("GET", path);
    return items.filter(({ name }) => name === "bannerol-browser").length;
  }

  async end(): Promise<void> {
    await this.#browser?.close();
    await Promise.all([this.world.end(), this.site.end()]);
  }
}

export const isLive = () => flags.status().state === "live";
