/** `npm run bench [-- --short]`: prepares what is missing, then measures. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";

prepare();
const script = join(root, "test", "bench", "run.ts");
const args = ["--expose-gc", "--import", "tsx", script, ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
process.exit(status ?? 1);
