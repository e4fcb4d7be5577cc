/** Where the client meets Node: sockets, files, clock. */
import { createHash, randomUUID } from "node:crypto";
import os from "node:os";
import { createFlagClient, type FlagClient, type RulesetStorage } from "@bannerol/client";
import { MAX_RULESET_BYTES } from "@bannerol/protocol";
import { defaultCacheFolder } from "./cache-folder.ts";
import { fileStorage } from "./file-storage.ts";
import { httpTransport } from "./http.ts";
import { nodeClock, nodeTimers } from "./node-ports.ts";
import { type CheckedOptions, type ClientOptions, checkOptions } from "./options.ts";
import { SDK } from "./version.ts";
import { webSocketTransport } from "./web-socket.ts";

/** A flag client that `await using` can close. */
export interface NodeFlagClient extends FlagClient, AsyncDisposable {}

/** From here on they are probably made by mistake, one for each request. */
const MANY_CLIENTS = 5;
const clientsOf = new Map<string, number>();

/**
 * A client of the server at `url`, for the environment of `key`. It connects at once and stays current by itself; one
 * for each process is enough. Nothing of it keeps the process alive but a pending `ready()`, `atLeast()` or `close()`.
 *
 * @throws {OptionsError} where an option cannot work. A key that is merely wrong is told by `status()` and `on("error")`.
 */
export function createClient(options: ClientOptions): NodeFlagClient {
  const checked = checkOptions(options);
  const binding = createHash("sha256").update(`${checked.url.href}\n${checked.key}`).digest("hex");
  const headers = { authorization: `Bearer ${checked.key}`, "user-agent": `${SDK.name}/${SDK.version}` };
  const storage = storageFor(checked, binding);
  const client = createFlagClient({
    identity: { key: checked.key, sdk: SDK, instance: randomUUID() },
    binding,
    ports: {
      clock: nodeClock,
      timers: nodeTimers,
      random: Math.random,
      stream: webSocketTransport(checked.url, headers),
      http: httpTransport(checked.url, headers),
      logger: checked.logger,
      ...(storage && { storage }),
    },
    onReadyTimeout: checked.onReadyTimeout,
    ...given("bootstrap", checked.bootstrap),
    ...given("readyTimeoutMs", checked.readyTimeoutMs),
    ...given("staleAfterMs", checked.staleAfterMs),
    ...given("maxRulesetBytes", checked.maxRulesetBytes),
  });
  const forget = enrol(binding, checked.logger);
  const close = (): Promise<void> => {
    forget();
    return client.close();
  };
  return { ...client, close, [Symbol.asyncDispose]: close };
}

function storageFor(options: CheckedOptions, binding: string): RulesetStorage | undefined {
  const folder =
    options.cache ?? defaultCacheFolder({ platform: process.platform, env: process.env, home: homeFolder() });
  if (folder === undefined || folder === false) return undefined;
  return fileStorage(folder, binding, options.maxRulesetBytes ?? MAX_RULESET_BYTES);
}

function homeFolder(): string | undefined {
  try {
    return os.homedir();
  } catch {
    return undefined;
  }
}

function given<K extends string, V>(name: K, value: V | undefined): { readonly [N in K]?: V } {
  const field: { [N in string]?: V } = value === undefined ? {} : { [name]: value };
  return field as { readonly [N in K]?: V };
}

/** Counts the clients of one key, and warns once where there are many. The answer takes one off, once. */
function enrol(binding: string, logger: CheckedOptions["logger"]): () => void {
  const count = (clientsOf.get(binding) ?? 0) + 1;
  clientsOf.set(binding, count);
  if (count === MANY_CLIENTS) {
    logger.warn(
      `Bannerol: ${MANY_CLIENTS} clients with one key are open in this process. One is enough: make it once and share it, or close those that are done.`,
    );
  }
  let enrolled = true;
  return () => {
    if (enrolled) clientsOf.set(binding, Math.max(0, (clientsOf.get(binding) ?? 1) - 1));
    enrolled = false;
  };
}
