/** For tests: an application that ends without a word. Arguments: the server's address or a file, the cache folder, what to do. */
import { createClient } from "../index.ts";
import { KEY } from "./test-server.ts";

const [url = "", cache = "", what = ""] = process.argv.slice(2);
const patience = {
  ...(what === "wait" && { readyTimeoutMs: 300 }),
  ...(what === "reject" && { readyTimeoutMs: 100, onReadyTimeout: "reject" as const }),
};
const flags = createClient(url.startsWith("http") ? { url, key: KEY, cache, ...patience } : { file: url, ...patience });
if (what === "ready" || what === "wait") await flags.ready();
// Nobody looks at this promise, nor at its rejection.
if (what === "reject") void flags.ready();
if (what === "close") await Promise.all([flags.close(), flags.close()]);
process.stdout.write(JSON.stringify({ flag: flags.isEnabled("flag"), source: flags.status().source ?? "none" }));
