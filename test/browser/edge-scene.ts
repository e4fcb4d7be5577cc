/** A server with a flag for pages, `new-banner`, for clients that are in no browser. */
import { World } from "../e2e/harness.ts";

export class EdgeScene {
  readonly world = new World();
  key = "";

  async start(): Promise<void> {
    await this.world.startServer();
    const key = { project: "default", environment: "production", kind: "client" };
    ({ key: this.key } = await this.#ask<{ readonly key: string }>("POST", "keys", key));
    await this.#ask("POST", "projects/default/flags", { key: "new-banner", clientSide: true });
    await this.switchTo("enable");
  }

  async switchTo(to: "enable" | "disable"): Promise<void> {
    await this.#ask("POST", `projects/default/flags/new-banner/environments/production/${to}`, {});
  }

  async target(targeting: object): Promise<void> {
    await this.#ask("PATCH", "projects/default/flags/new-banner/environments/production", targeting);
  }

  /** How many evaluations the server has heard of. */
  async usage(): Promise<number> {
    const { environments } = await this.#ask<{
      readonly environments: readonly { readonly environment: string; readonly total: number }[];
    }>("GET", "projects/default/flags/new-banner/usage");
    return environments.find(({ environment }) => environment === "production")?.total ?? 0;
  }

  /** How many clients the server counts. */
  async connections(): Promise<number> {
    const path = "projects/default/environments/production/connections";
    const { items } = await this.#ask<{ readonly items: readonly { readonly name: string }[] }>("GET", path);
    return items.filter(({ name }) => name === "bannerol-browser").length;
  }

  async end(): Promise<void> {
    await this.world.end();
  }

  async #ask<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.world.api(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text || "null");
  }
}
