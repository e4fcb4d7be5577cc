/** `npm run bench [-- --short]`: prepares what is missing, the other SDKs too, then measures. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { prepare, prepareBench, root } from "./prepare.mjs";

prepare();
prepareBench();
const script = join(root, "test", "bench", "run.ts");
const args = ["--expose-gc", "--min-semi-space-size=16", "--import", "tsx", script, ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
process.exit(status ?? 1);
