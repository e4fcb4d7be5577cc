/** What an application may say to `createClient`, and what is wrong with it. */
import { fileURLToPath } from "node:url";
import { type Ruleset, readRuleset, readRulesetText } from "@bannerol/core";
import { parseCredential } from "@bannerol/protocol";

/** What a client can be told, wherever its flags come from. */
interface CommonOptions {
  /** What hooks are told that this client is called. */
  readonly name?: string | undefined;
  /** How long `ready()` waits, counted from `createClient`. Default: for ever. */
  readonly readyTimeoutMs?: number | undefined;
  /** At `readyTimeoutMs`, `ready()` resolves without a source (`continue`, the default) or rejects. */
  readonly onReadyTimeout?: "continue" | "reject" | undefined;
  /** An age above which the status is `stale`. Default: it never is. */
  readonly staleAfterMs?: number | undefined;
  /** A ruleset longer than this is given up. Default: 256 MiB, of a file 16 MiB. */
  readonly maxRulesetBytes?: number | undefined;
  /** Hears the few warnings that somebody must know of. Default: `console`. */
  readonly logger?: { warn(message: string): void } | undefined;
}

/** For a client of a server. */
export interface ServerClientOptions extends CommonOptions {
  /** The server's address, such as `https://flags.example.com`; a path is kept, as a prefix. */
  readonly url: string | URL;
  /** A server key, `bnr_server_…`, of the environment that this process runs in. */
  readonly key: string | undefined;
  /**
   * The folder that keeps the last known ruleset for a start while the server is away, or `false` for none. Default:
   * `bannerol` in the user's cache folder (`XDG_CACHE_HOME`, `~/.cache`, or the platform's).
   */
  readonly cache?: string | false | undefined;
  /**
   * A ruleset to start with, as `GET /sdk/v1/ruleset` gives it: its text, of which each flag is parsed when it is first
   * asked for, or what that is parsed to.
   */
  readonly bootstrap?: unknown;
  /**
   * Whether the server is told, every 30 s or so, how often which flag served which variant and why: sums, no contexts
   * and no user ids. Default: true. With `false`, `exposures()` still tells.
   */
  readonly events?: boolean | undefined;
  readonly file?: undefined;
}

/** For a client of a configuration file. */
export interface FileClientOptions extends CommonOptions {
  /** JSON or YAML, told by its name (`.json`, `.yaml`, `.yml`), else by what it holds. A path, or a `file:` URL. */
  readonly file: string | URL;
  readonly url?: undefined;
  readonly key?: undefined;
  readonly cache?: undefined;
  readonly bootstrap?: undefined;
  /** Nobody is told what a client of a file was asked. */
  readonly events?: boolean | undefined;
}

export type ClientOptions = ServerClientOptions | FileClientOptions;

/** An option that cannot work. The message names it, and says what to give instead. */
export class OptionsError extends TypeError {
  override readonly name = "OptionsError";
}

interface CheckedCommon {
  readonly name: string | undefined;
  readonly readyTimeoutMs: number | undefined;
  readonly onReadyTimeout: "continue" | "reject";
  readonly staleAfterMs: number | undefined;
  readonly maxRulesetBytes: number | undefined;
  readonly logger: { warn(message: string): void };
}

/** Options that can work, for a client of a server. */
export interface CheckedServerOptions extends CheckedCommon {
  readonly source: "server";
  /** Ends in a slash. */
  readonly url: URL;
  readonly key: string;
  readonly cache: string | false | undefined;
  readonly bootstrap: Ruleset | undefined;
  readonly events: boolean;
}

/** Options that can work, for a client of a file. */
export interface CheckedFileOptions extends CheckedCommon {
  readonly source: "file";
  readonly file: string;
}

/** Throws `OptionsError`. A key that is merely wrong passes: the server says so, and `status()` reports it. */
export function checkOptions(options: ClientOptions): CheckedServerOptions | CheckedFileOptions {
  if (typeof options !== "object" || options === null) throw needsOptions();
  if (options.file !== undefined) return checkFileOptions(options);
  const { url, key }: Partial<ServerClientOptions> = options;
  if (url === undefined && key === undefined) throw needsOptions();
  return {
    source: "server",
    url: checkUrl(options.url),
    key: checkKey(options.key),
    cache: checkCache(options.cache),
    bootstrap: options.bootstrap === undefined ? undefined : checkBootstrap(options.bootstrap),
    events: checkEvents(options.events),
    ...checkCommon(options),
  };
}

function needsOptions(): OptionsError {
  return new OptionsError(
    'createClient needs a server, createClient({ url: "http://localhost:4400", key }), or a file, createClient({ file: "flags.yaml" }).',
  );
}

function checkFileOptions(options: FileClientOptions): CheckedFileOptions {
  const { file } = options;
  for (const name of ["url", "key", "cache", "bootstrap"] as const) {
    if (options[name] === undefined) continue;
    throw new OptionsError(
      `file and ${name} are both given, and a client reads either a file or a server. Remove one: file, or all of url, key, cache and bootstrap.`,
    );
  }
  if (file instanceof URL && file.protocol === "file:") {
    return { source: "file", file: fileURLToPath(file), ...checkCommon(options) };
  }
  if (typeof file === "string" && file !== "") return { source: "file", file, ...checkCommon(options) };
  throw new OptionsError(`file must be the path of a JSON or YAML file, or a file: URL; it is ${shown(file)}.`);
}

function checkCommon(options: CommonOptions): CheckedCommon {
  return {
    name: checkName(options.name),
    readyTimeoutMs: checkCount("readyTimeoutMs", options.readyTimeoutMs, "a number of milliseconds"),
    onReadyTimeout: checkOnReadyTimeout(options.onReadyTimeout),
    staleAfterMs: checkCount("staleAfterMs", options.staleAfterMs, "a number of milliseconds"),
    maxRulesetBytes: checkCount("maxRulesetBytes", options.maxRulesetBytes, "a number of bytes"),
    logger: options.logger ?? console,
  };
}

function checkName(given: unknown): string | undefined {
  if (given === undefined || typeof given === "string") return given;
  throw new OptionsError(`name must be a string; it is ${shown(given)}.`);
}

function checkUrl(given: unknown): URL {
  const url = parseUrl(given);
  if (url === undefined) {
    throw new OptionsError(`url must be the server's address, such as "http://localhost:4400"; it is ${shown(given)}.`);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new OptionsError(`url must begin with http:// or https://; it begins with ${url.protocol}`);
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new OptionsError(
      "url must be an address alone, without a user, a query or a fragment. The key goes in `key`.",
    );
  }
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}

function parseUrl(given: unknown): URL | undefined {
  try {
    return typeof given === "string" || given instanceof URL ? new URL(given) : undefined;
  } catch {
    return undefined;
  }
}

function checkKey(given: unknown): string {
  if (given === undefined || given === "") {
    throw new OptionsError("key is missing. Give a server key (bnr_server_…); is the environment variable set?");
  }
  if (typeof given !== "string") throw new OptionsError(`key must be a string; it is of type ${typeof given}.`);
  const key = given.trim();
  if (!/^[!-~]+$/.test(key)) {
    throw new OptionsError("key holds characters that no key has. Give a server key (bnr_server_…) as it was shown.");
  }
  const kind = parseCredential(key)?.class;
  if (kind === "client") {
    throw new OptionsError("key is a client key, made for browsers. This SDK takes a server key (bnr_server_…).");
  }
  if (kind === "token") {
    throw new OptionsError("key is a token, made for the admin API. This SDK takes a server key (bnr_server_…).");
  }
  return key;
}

function checkCache(given: unknown): string | false | undefined {
  if (given === undefined || given === false || (typeof given === "string" && given !== "")) return given;
  throw new OptionsError(`cache must be a folder's path, or false for none; it is ${shown(given)}.`);
}

function checkBootstrap(given: unknown): Ruleset {
  try {
    return typeof given === "string" ? readRulesetText(given) : readRuleset(given);
  } catch (error) {
    throw new OptionsError(`bootstrap is no ruleset: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function checkEvents(given: unknown): boolean {
  if (given === undefined || typeof given === "boolean") return given ?? true;
  throw new OptionsError(`events must be true or false; it is ${shown(given)}.`);
}

function checkOnReadyTimeout(given: unknown): "continue" | "reject" {
  if (given === undefined || given === "continue") return "continue";
  if (given === "reject") return given;
  throw new OptionsError(`onReadyTimeout must be "continue" or "reject"; it is ${shown(given)}.`);
}

function checkCount(name: string, given: unknown, what: string): number | undefined {
  if (given === undefined) return undefined;
  if (typeof given === "number" && given >= 0 && Number.isFinite(given)) return given;
  throw new OptionsError(`${name} must be ${what}, 0 or more; it is ${shown(given)}.`);
}

function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
