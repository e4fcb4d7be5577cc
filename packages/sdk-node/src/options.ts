/** What an application may say to `createClient`, and what is wrong with it. */
import { type Ruleset, readRuleset } from "@bannerol/core";
import { parseCredential } from "@bannerol/protocol";

export interface ClientOptions {
  /** The server's address, such as `https://flags.example.com`; a path is kept, as a prefix. */
  readonly url: string | URL;
  /** A server key, `bnr_server_…`, of the environment that this process runs in. */
  readonly key: string | undefined;
  /**
   * The folder that keeps the last known ruleset for a start while the server is away, or `false` for none. Default:
   * `bannerol` in the user's cache folder (`XDG_CACHE_HOME`, `~/.cache`, or the platform's).
   */
  readonly cache?: string | false | undefined;
  /** A ruleset to start with, as `GET /sdk/v1/ruleset` gives it. */
  readonly bootstrap?: unknown;
  /** How long `ready()` waits, counted from `createClient`. Default: for ever. */
  readonly readyTimeoutMs?: number | undefined;
  /** At `readyTimeoutMs`, `ready()` resolves without a source (`continue`, the default) or rejects. */
  readonly onReadyTimeout?: "continue" | "reject" | undefined;
  /** An age above which the status is `stale`. Default: it never is. */
  readonly staleAfterMs?: number | undefined;
  /** A ruleset longer than this is given up. Default: 256 MiB. */
  readonly maxRulesetBytes?: number | undefined;
  /** Hears the few warnings that somebody must know of. Default: `console`. */
  readonly logger?: { warn(message: string): void } | undefined;
}

/** An option that cannot work. The message names it, and says what to give instead. */
export class OptionsError extends TypeError {
  override readonly name = "OptionsError";
}

/** Options that can work. */
export interface CheckedOptions {
  /** Ends in a slash. */
  readonly url: URL;
  readonly key: string;
  readonly cache: string | false | undefined;
  readonly bootstrap: Ruleset | undefined;
  readonly readyTimeoutMs: number | undefined;
  readonly onReadyTimeout: "continue" | "reject";
  readonly staleAfterMs: number | undefined;
  readonly maxRulesetBytes: number | undefined;
  readonly logger: { warn(message: string): void };
}

/** Throws `OptionsError`. A key that is merely wrong passes: the server says so, and `status()` reports it. */
export function checkOptions(options: ClientOptions): CheckedOptions {
  if (typeof options !== "object" || options === null) {
    throw new OptionsError('createClient needs options: createClient({ url: "http://localhost:4400", key }).');
  }
  return {
    url: checkUrl(options.url),
    key: checkKey(options.key),
    cache: checkCache(options.cache),
    bootstrap: options.bootstrap === undefined ? undefined : checkBootstrap(options.bootstrap),
    readyTimeoutMs: checkCount("readyTimeoutMs", options.readyTimeoutMs, "a number of milliseconds"),
    onReadyTimeout: checkOnReadyTimeout(options.onReadyTimeout),
    staleAfterMs: checkCount("staleAfterMs", options.staleAfterMs, "a number of milliseconds"),
    maxRulesetBytes: checkCount("maxRulesetBytes", options.maxRulesetBytes, "a number of bytes"),
    logger: options.logger ?? console,
  };
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
    return readRuleset(given);
  } catch (error) {
    throw new OptionsError(`bootstrap is no ruleset: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
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
