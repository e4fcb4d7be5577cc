/** Makes what the pages need at the server that `npm start` runs: a flag for pages, and a client key. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const settings = JSON.parse(readFileSync(new URL("../../.bannerol/cli.json", import.meta.url), "utf8"));

async function ask(method, path, body) {
  const headers = { authorization: `Bearer ${settings.token}`, "content-type": "application/json" };
  const response = await fetch(`${settings.url}/api/v1/${path}`, { method, headers, body: JSON.stringify(body) });
  const answer = await response.json();
  // A flag that is there already is as good as one that was made.
  if (!response.ok && answer.code !== "already_exists") throw new Error(`${method} ${path}: ${answer.detail}`);
  return answer;
}

await ask("POST", "projects/default/flags", { key: "new-banner", clientSide: true, description: "The new banner" });
const key = { project: "default", environment: "production", kind: "client", name: "examples/web" };
const { key: clientKey } = await ask("POST", "keys", key);
mkdirSync(new URL("public/", import.meta.url), { recursive: true });
writeFileSync(new URL("public/config.json", import.meta.url), JSON.stringify({ url: settings.url, key: clientKey }));
process.stdout.write("The flag new-banner and a client key are there. Next: npm run plain --workspace examples/web\n");
