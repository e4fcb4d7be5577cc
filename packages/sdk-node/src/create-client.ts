/** Where the client meets Node: sockets, files, clock. */
import { createHash, randomUUID } from "node:crypto";
import os from "node:os";
import path from "node:path";
import {
  createFedClient,
  createFlagClient,
  createReporter,
  type OutcomeClient,
  type RulesetStorage,
  warn,
} from "@bannerol/client";
import { MAX_RULESET_BYTES } from "@bannerol/protocol";
import { defaultCacheFolder } from "./cache-folder.ts";
import { fileFeed } from "./configuration-file/feed.ts";
import { fileStorage } from "./file-storage.ts";
import { httpTransport } from "./http.ts";
import { nodeClock, nodeTimers } from "./node-ports.ts";
import { type CheckedFileOptions, type CheckedServerOptions, type ClientOptions, checkOptions } from "./options.ts";
import { SDK } from "./version.ts";
import { webSocketTransport } from "./web-socket.ts";

/** A flag client that `await using` can close, and that tells how things went. */
export interface NodeFlagClient extends OutcomeClient, AsyncDisposable {}

/** For each client its own. */
export const nodeReporter = () => createReporter({ clock: nodeClock, timers: nodeTimers, random: Math.random });

/** From here on they are probably made by mistake, one for each request. */
const MANY_CLIENTS = 5;
const clientsOf = new Map<string, number>();

/** Of a configuration file: it is read whole and parsed in one go, and the process waits for that. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/**
 * A client of the server at `url`, for the environment of `key`, or of a configuration file, `file`. It connects or
 * reads at once and stays current by itself; one for each process is enough. Nothing of it keeps the process alive but
 * a pending `ready()`, `atLeast()`, `flush()` or `close()`.
 *
 * @throws {OptionsError} where an option cannot work. A key that is merely wrong, or a file that cannot be read, is told
 * by `status()` and `on("error")`.
 */
export function createClient(options: ClientOptions): NodeFlagClient {
  const checked = checkOptions(options);
  return checked.source === "file" ? clientOfFile(checked) : clientOfServer(checked);
}

function clientOfFile(options: CheckedFileOptions): NodeFlagClient {
  const feed = fileFeed({
    name: options.file,
    file: path.resolve(options.file),
    maxBytes: options.maxRulesetBytes ?? MAX_FILE_BYTES,
    epoch: `file-${randomUUID()}`,
    timers: nodeTimers,
  });
  const reporter = nodeReporter();
  const client = createFedClient(feed, {
    source: "file",
    ports: { clock: nodeClock, timers: nodeTimers, logger: options.logger },
    reporting: reporter.reporting,
    ...common(options),
  });
  return { ...reporter.extend(client), [Symbol.asyncDispose]: client.close };
}

function clientOfServer(options: CheckedServerOptions): NodeFlagClient {
  const { url, key, logger } = options;
  const binding = createHash("sha256").update(`${url.href}\n${key}`).digest("hex");
  const headers = { authorization: `Bearer ${key}`, "user-agent": `${SDK.name}/${SDK.version}` };
  const storage = storageFor(options, binding);
  const reporter = nodeReporter();
  const client = createFlagClient({
    reporting: reporter.reporting,
    identity: { key, sdk: SDK, instance: randomUUID() },
    binding,
    ports: {
      clock: nodeClock,
      timers: nodeTimers,
      random: Math.random,
      stream: webSocketTransport(url, headers),
      http: httpTransport(url, headers),
      logger,
      ...(storage && { storage }),
      ...(options.events && { newId: randomUUID }),
    },
    ...common(options),
    ...given("bootstrap", options.bootstrap),
    ...given("maxRulesetBytes", options.maxRulesetBytes),
  });
  const forget = enrol(binding, logger);
  const close = (): Promise<void> => {
    forget();
    return client.close();
  };
  return { ...reporter.extend(client), close, [Symbol.asyncDispose]: close };
}

function common(options: CheckedFileOptions | CheckedServerOptions) {
  return {
    onReadyTimeout: options.onReadyTimeout,
    ...given("name", options.name),
    ...given("readyTimeoutMs", options.readyTimeoutMs),
    ...given("staleAfterMs", options.staleAfterMs),
  };
}

function storageFor(options: CheckedServerOptions, binding: string): RulesetStorage | undefined {
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
function enrol(binding: string, logger: CheckedServerOptions["logger"]): () => void {
  const count = (clientsOf.get(binding) ?? 0) + 1;
  clientsOf.set(binding, count);
  if (count === MANY_CLIENTS) {
    warn(
      logger,
      `${MANY_CLIENTS} clients with one key are open in this process. One is enough: make it once and share it, or close those that are done.`,
    );
  }
  let enrolled = true;
  return () => {
    if (enrolled) clientsOf.set(binding, Math.max(0, (clientsOf.get(binding) ?? 1) - 1));
    enrolled = false;
  };
}
