/** What a page may say to `createClient`, and what is wrong with it. */
import type { PageState } from "@bannerol/client";
import type { EvaluationContext } from "@bannerol/core";

/** What a server rendered a page with: `flags.forContext(context).toJSON()` of the SDK for Node.js. */
export type Bootstrap = PageState;

export interface ClientOptions {
  /** The server's address, such as `https://flags.example.com`; a path is kept, as a prefix. */
  readonly url: string | URL;
  /** A client key, `bnr_client_…`: it is public. */
  readonly key: string;
  /** For whom flags are evaluated, until `setContext`. Default: nobody in particular. */
  readonly context?: EvaluationContext | undefined;
  /** `local` (default): the page evaluates. `remote`: the server does, and rules stay there. */
  readonly evaluation?: "local" | "remote" | undefined;
  /** Results that the page was rendered with, for the same context: served until the server is heard. */
  readonly bootstrap?: Bootstrap | undefined;
  /** Whether the last known state is kept in localStorage. Default: true. */
  readonly cache?: boolean | undefined;
  /** Whether all tabs share one connection. Default: true. */
  readonly shareTabs?: boolean | undefined;
  /** Whether the server is told how often which flag served which variant: sums, no contexts. Default: true. */
  readonly events?: boolean | undefined;
  /** How long a page that nobody looks at stays connected. Default: five minutes. */
  readonly pauseAfterMs?: number | undefined;
  /** How long `ready()` waits, counted from `createClient`; it then resolves without a source. Default: for ever. */
  readonly readyTimeoutMs?: number | undefined;
  /** An age above which the status is `stale`. Default: it never is. */
  readonly staleAfterMs?: number | undefined;
  /** Hears the few warnings that somebody must know of. Default: `console`. */
  readonly logger?: { warn(message: string): void } | undefined;
}

/** An option that cannot work. The message names it, and says what to give instead. */
export class OptionsError extends TypeError {
  // Not as a field: for ES2020 a helper of 150 letters would stand in for that.
  constructor(message: string) {
    super(message);
    this.name = "OptionsError";
  }
}

/** The server that is meant, and the key that it is asked with. */
export interface Server {
  /** Ends in a slash. */
  readonly address: string;
  readonly key: string;
}

/** Throws `OptionsError`. */
export function serverIn({ url, key }: ClientOptions): Server {
  if (typeof key !== "string" || !/^[!-~]+$/.test(key))
    throw new OptionsError("key must be a client key (bnr_client_…).");
  if (key.startsWith("bnr_server_")) {
    throw new OptionsError(
      "key is a server key, which no page may hold. Revoke it, and give a client key (bnr_client_…).",
    );
  }
  const address = `${url}`.replace(/\/*$/, "/");
  if (/^https?:\/\/[^/?#@]+\/[^?#]*$/.test(address)) return { address, key };
  throw new OptionsError(`url must be the server's address, such as "https://flags.example.com"; it is ${url}.`);
}
