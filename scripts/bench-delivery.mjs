/**
 * `npm run bench:delivery [-- --short] [-- --connections 10000]`: prepares what is missing, then measures what delivery
 * costs. In this very process, so that a signal reaches the one that ends all others.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { prepare, prepareBench, root } from "./prepare.mjs";

prepare();
prepareBench();
const { register } = await import("tsx/esm/api");
register();
await import(pathToFileURL(join(root, "test", "bench", "delivery", "run.ts")).href);
