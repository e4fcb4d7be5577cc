/** A real browser, and whether there is one. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export const chromiumPath = places.find((path) => existsSync(path));

/** In the name of what is skipped without one. */
export const orWhyNot = chromiumPath === undefined ? " (skipped: needs Chromium, apt-get install chromium)" : "";

/** A browser with a profile of its own, which a later start may be given again. */
export class Chromium {
  readonly profile = mkdtempSync(join(tmpdir(), "bannerol-chromium-"));
  #context: BrowserContext | undefined;

  async start(): Promise<BrowserContext> {
    this.#context = await chromium.launchPersistentContext(this.profile, {
      executablePath: chromiumPath ?? "chromium",
      args: [
        ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
        ...["--disable-component-update", "--disable-sync"],
      ],
    });
    return this.#context;
  }

  async end(): Promise<void> {
    await this.#context?.close();
    rmSync(this.profile, { recursive: true, force: true });
  }
}
