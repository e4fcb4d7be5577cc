/**
 * `node scripts/bench-store.mjs [--short] [--changes 1000000] [--flags 10000] [--database sqlite]`: measures the store
 * on SQLite, and on the PostgreSQL that `scripts/postgres.mjs` finds or starts.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";

prepare();
const script = join(root, "test", "bench", "store", "run.ts");
const { status } = spawnSync(
  process.execPath,
  [join(root, "scripts", "postgres.mjs"), process.execPath, "--import", "tsx", script, ...process.argv.slice(2)],
  { cwd: root, stdio: "inherit" },
);
process.exit(status ?? 1);
