/** A site of the test's own: what is put on it is what a page gets, with the headers that go with it. */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { root } from "../e2e/harness.ts";

export interface Page {
  readonly body: string;
  readonly headers?: { readonly [name: string]: string };
}

const types: { readonly [ending: string]: string } = {
  js: "text/javascript",
  html: "text/html; charset=utf-8",
  json: "application/json",
  map: "application/json",
};

/** `/sdk/…` is the package as it is published. */
export class Site {
  readonly #pages = new Map<string, Page>();
  readonly #server: Server;
  #port = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      const path = new URL(request.url ?? "/", "http://site").pathname;
      const page = this.#pages.get(path) ?? published(path);
      const ending = /\.(\w+)$/.exec(path)?.[1] ?? "html";
      response.writeHead(page === undefined ? 404 : 200, {
        "content-type": types[ending] ?? "text/plain",
        ...page?.headers,
      });
      response.end(page?.body);
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    if (typeof address === "object" && address !== null) this.#port = address.port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  put(path: string, page: Page): string {
    this.#pages.set(path, page);
    return this.origin + path;
  }

  async end(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function published(path: string): Page | undefined {
  const name = /^\/sdk\/([\w.-]+)$/.exec(path)?.[1];
  return name === undefined
    ? undefined
    : { body: readFileSync(join(root, "packages", "sdk-browser", "dist", name), "utf8") };
}
