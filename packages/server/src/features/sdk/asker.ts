/** Who asks by a request, as others say in their hello: so that pollers and readers of events are in the inventory too. */
import { createHash } from "node:crypto";
import type { HelloMessage } from "@bannerol/protocol";
import type { KeyGrant } from "../../auth/authenticate.ts";
import type { Services } from "../services.ts";

interface AskerQuery {
  readonly instance?: string;
  readonly sdk?: string;
}

/** `sdk-node/1.2.3`, split at the last slash. */
export function sdkOf({ sdk = "unknown" }: AskerQuery): HelloMessage["sdk"] {
  const slash = sdk.lastIndexOf("/");
  return slash < 0 ? { name: sdk, version: "" } : { name: sdk.slice(0, slash), version: sdk.slice(slash + 1) };
}

export interface Poll {
  readonly key: KeyGrant;
  readonly query: AskerQuery;
  readonly userAgent: string | undefined;
  /** Whose request it is; asked for only where it is looked at. */
  readonly address: () => string | undefined;
  /** The revision of this epoch that the caller has. */
  readonly has: number;
}

/**
 * Takes note of a caller that said which state it has. One that names no instance is known by key, address and program,
 * unless an SDK streams by that key from there: then it is most likely the same one, sent to fetch.
 */
export function notePoll({ presence, events, now }: Services, { key, query, userAgent, address, has }: Poll): void {
  const { keyId, project, environment } = key;
  if (query.instance === undefined && events.streamsFrom(keyId, address())) return;
  const instance = query.instance ?? namelessInstance(keyId, address(), userAgent ?? null);
  presence.seen(project, environment, { instance, ...sdkOf(query), keyId, class: key.class, acknowledged: has }, now());
}

/** Names that were made, by what they were made of: a hash for each poll would be most of its cost. */
const names = new Map<string, string>();
const KEPT_NAMES = 10_000;

/** The same on every node, and no address. */
function namelessInstance(...parts: readonly (string | null | undefined)[]): string {
  const text = JSON.stringify(parts);
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `poller-${createHash("sha256").update(text).digest("hex").slice(0, 12)}`;
  const [oldest] = names.keys();
  if (names.size >= KEPT_NAMES && oldest !== undefined) names.delete(oldest);
  names.set(text, name);
  return name;
}
