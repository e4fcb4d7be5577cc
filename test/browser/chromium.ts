/** A real browser, and whether there is one. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export const chromiumPath = places.find((path) => existsSync(path));

/** In the name of what is skipped without one. */
export const orWhyNot = chromiumPath === undefined ? " (skipped: needs Chromium, apt-get install chromium)" : "";

/** With a new profile, which is gone with it. */
export async function startChromium(): Promise<Browser> {
  return await chromium.launch({
    executablePath: chromiumPath ?? "chromium",
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
      ...["--disable-component-update", "--disable-sync", "--js-flags=--expose-gc"],
    ],
  });
}
