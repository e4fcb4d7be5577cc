/** `npm run bench:browser [-- --short]`: what evaluation costs in Chromium, beside other SDKs in the same page. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { prepare, prepareBench, root } from "./prepare.mjs";

prepare();
prepareBench();
const script = join(root, "test", "bench", "browser", "run.ts");
const { status } = spawnSync(process.execPath, ["--import", "tsx", script, ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
