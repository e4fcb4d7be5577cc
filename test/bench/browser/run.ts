/** What evaluation costs in Chromium: Bannerol, GrowthBook and Featurevisor in one page, in turns. Medians, ratios. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromiumPath, startChromium } from "../../browser/chromium.ts";
import { shortNumber, tableOf } from "../table.ts";
import { heaviness } from "./heavy.ts";

const short = process.argv.includes("--short");
if (chromiumPath === undefined) {
  process.stdout.write("There is no Chromium here. Install it: apt-get install chromium\n");
  process.exit(1);
}
const bundle = await build({
  entryPoints: [fileURLToPath(new URL("page.ts", import.meta.url))],
  bundle: true,
  write: false,
  format: "iife",
  platform: "browser",
});
const browser = await startChromium();
const page = await browser.newPage();
await page.addScriptTag({ content: bundle.outputFiles[0]?.text ?? "" });
const rows = await page.evaluate(
  ({ rounds, ms }) => (globalThis as unknown as { measure: typeof import("./page.ts").measure }).measure(rounds, ms),
  short ? { rounds: 3, ms: 20 } : { rounds: 11, ms: 100 },
);
const names = ["Bannerol", "GrowthBook", "Featurevisor"];
const cells = rows.map(({ scenario, ns }) => {
  const ours = ns.Bannerol ?? 0;
  const peers = names.slice(1).map((name) => ns[name] ?? 0);
  const fastest = Math.min(...peers.filter((value) => value > 0));
  const ratio = Number.isFinite(fastest) ? `${(fastest / ours).toFixed(1)}×` : "";
  return [scenario, ...[ours, ...peers].map((value) => (value > 0 ? shortNumber(value) : "")), ratio];
});
process.stdout.write(`Nanoseconds a call in Chromium ${browser.version()}\n\n`);
process.stdout.write(`${tableOf(["", ...names, "fastest peer ÷ ours"], cells)}\n\n`);
const sdk = readFileSync(new URL("../../../packages/sdk-browser/dist/bannerol.global.js", import.meta.url), "utf8");
for (const slower of [1, 6]) process.stdout.write(`${await heaviness(browser, sdk, slower)}\n`);
await browser.close();
