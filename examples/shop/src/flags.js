import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createClient } from "@bannerol/sdk-node";

/**
 * The shop's flags. The key comes from BANNEROL_KEY; without it, from the file that `npm start` leaves in the folder
 * where the server runs, so that the example needs no setting at all.
 */
export function connect(environment = process.env.BANNEROL_ENV ?? "production") {
  const local = localServer(process.cwd());
  const url = process.env.BANNEROL_URL ?? local?.url ?? "http://localhost:4400";
  const key = process.env.BANNEROL_KEY ?? local?.keys?.[environment];
  if (key === undefined) {
    throw new Error(
      "No SDK key. Start the server with `npm start`, or set BANNEROL_KEY to one of `bannerol key create`.",
    );
  }
  return createClient({ url, key });
}

/** @param {string} folder @returns {{ url: string, keys: Record<string, string> } | undefined} */
function localServer(folder) {
  const file = join(folder, ".bannerol", "cli.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  return dirname(folder) === folder ? undefined : localServer(dirname(folder));
}
