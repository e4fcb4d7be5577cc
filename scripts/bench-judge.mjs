/** `node scripts/bench-judge.mjs [--releases 10000] [--detections 2000] [--seed 1]`: how well the judge judges. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";

prepare();
const script = join(root, "test", "bench", "judge", "run.ts");
const { status } = spawnSync(
  process.execPath,
  ["--conditions=@bannerol/source", "--import", "tsx", script, ...process.argv.slice(2)],
  { cwd: root, stdio: "inherit" },
);
process.exit(status ?? 1);
