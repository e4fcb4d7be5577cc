/** What becomes of SDK keys. Pure: the secret is made, and hashed, by the caller. */
import type { SdkKeyCreate } from "@bannerol/protocol/schemas";
import { isInForce } from "../../auth/authenticate.ts";
import { quoted } from "../../http/refusal.ts";
import type { Item, KeyDocument } from "../../state/documents.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { type Decided, refused } from "../decision.ts";

/** The public half of a new credential. */
export interface NewCredential {
  readonly id: string;
  /** SHA-256 of the secret, hexadecimal. */
  readonly digest: string;
}

export function createKey(
  state: ProjectState,
  { environment, kind, name = "" }: Pick<SdkKeyCreate, "environment" | "kind" | "name">,
  { id, digest, at }: NewCredential & { readonly at: number },
): Decided<undefined> {
  if (!state.environments.has(environment)) {
    return refused(
      "not_found",
      `The project ${state.key} has no environment ${quoted(environment)}. Make it, or name another.`,
    );
  }
  const after: KeyDocument = { id, kind, environment, name, createdAt: at };
  const items: Item[] = [{ kind: "key", key: id, environment, after }];
  return {
    ok: true,
    action: "key.create",
    items,
    credentials: [{ id, digest, project: state.key }],
    result: undefined,
  };
}

/** Another key for the same; the old one ends when the overlap is over. */
export function rotateKey(
  state: ProjectState,
  id: string,
  { id: newId, digest, at, overlapMs }: NewCredential & { readonly at: number; readonly overlapMs: number },
): Decided<undefined> {
  const before = state.keys.get(id)?.document;
  if (before === undefined || !isInForce(before, at)) {
    return refused("not_found", `The key ${quoted(id)} is not in force, so nothing can take its place. Make another.`);
  }
  const until = at + overlapMs;
  const { expiresAt: ends = until, ...rest } = before;
  const { environment } = before;
  const items: Item[] = [
    { kind: "key", key: newId, environment, after: { ...rest, id: newId, createdAt: at } },
    { kind: "key", key: id, environment, after: { ...before, expiresAt: Math.min(ends, until) } },
  ];
  const credentials = [{ id: newId, digest, project: state.key }];
  return { ok: true, action: "key.rotate", items, credentials, result: undefined };
}

/** Revoking twice changes nothing the second time. */
export function revokeKey(state: ProjectState, id: string, at: number): Decided<undefined> {
  const before = state.keys.get(id)?.document;
  if (before === undefined)
    return refused("not_found", `There is no key ${quoted(id)}. List them with GET /api/v1/keys.`);
  const after: KeyDocument = { ...before, revokedAt: before.revokedAt ?? at };
  const items: Item[] = [{ kind: "key", key: id, environment: before.environment, after }];
  return { ok: true, action: "key.revoke", items, result: undefined };
}
