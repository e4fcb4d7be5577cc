/** `npm start`: prepares what is missing, then runs `bannerol dev` in this very process. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { prepare, root } from "./prepare.mjs";

prepare();
process.argv.splice(2, 0, "dev");
await import(pathToFileURL(join(root, "packages", "cli", "bin", "bannerol.js")).href);
