/** `npm run sizes`: what a page loads of the SDK for browsers, and of others, by one command; fails beyond the limits. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { prepare, prepareBench, root } from "./prepare.mjs";

prepare();
prepareBench();
const bench = join(root, "test", "bench");
const { status } = spawnSync(process.execPath, [join(bench, "node_modules", "size-limit", "bin.js")], {
  cwd: bench,
  stdio: "inherit",
});
process.exit(status ?? 1);
