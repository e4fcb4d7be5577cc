/** By what a request is known again: who sent it, the key that they gave it, and a digest of what it asks. */
import { createHash } from "node:crypto";
import { Scope } from "../../auth/scope.ts";
import type { Claim } from "../../store/idempotency-store.ts";
import { refuse } from "../refusal.ts";
import type { Route } from "../route.ts";

export const MAX_KEY_CHARACTERS = 255;

export type RequestName = Pick<Claim, "caller" | "key" | "digest">;

/**
 * Whether a route looks at `Idempotency-Key`: a POST that may change something. One that only reads writes nothing, so
 * that it works while the database is away.
 */
export function takesIdempotencyKey({
  method,
  permission,
  unkept,
}: Pick<Route, "method" | "permission" | "unkept">): boolean {
  return method === "POST" && unkept !== true && /:(edit|release|administer)$/.test(permission);
}

/** `undefined` where the request has no key. Refuses with 400. */
export function requestName(request: Request, scope: unknown, body: unknown): RequestName | undefined {
  const key = keyOf(request.headers);
  if (key === undefined || !(scope instanceof Scope)) return undefined;
  return { caller: scope.caller.actor.id, key, digest: digestOf(request, body) };
}

function keyOf(headers: Headers): string | undefined {
  const key = headers.get("idempotency-key");
  if (key === null) return undefined;
  if (/^[\x21-\x7e]+$/.test(key) && key.length <= MAX_KEY_CHARACTERS) return key;
  return refuse(
    "malformed_request",
    `The header Idempotency-Key must stand once, with 1 to ${MAX_KEY_CHARACTERS} visible ASCII characters. Send a random text, such as a UUID.`,
  );
}

/** SHA-256, hexadecimal. Two bodies are the same where their JSON says the same in the same order. */
function digestOf({ method, url }: Request, body: unknown): string {
  const { pathname, search } = new URL(url);
  return createHash("sha256")
    .update(JSON.stringify([method, `${pathname}${search}`, body]))
    .digest("hex");
}
