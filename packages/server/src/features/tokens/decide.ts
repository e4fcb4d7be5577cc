/** What becomes of tokens. Pure: the secret is made, and hashed, by the caller. */
import { quoted } from "../../http/refusal.ts";
import type { Item, TokenDocument } from "../../state/documents.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { SYSTEM_PROJECT } from "../../store/port.ts";
import { type Decided, refused } from "../decision.ts";

export interface TokenFields extends Pick<TokenDocument, "name" | "role" | "project" | "environment"> {
  /** Epoch milliseconds. */
  readonly expiresAt?: number;
}

export interface NewToken {
  readonly id: string;
  /** SHA-256 of the secret, hexadecimal. */
  readonly digest: string;
  readonly at: number;
}

export function createToken(fields: TokenFields, { id, digest, at }: NewToken): Decided<undefined> {
  if (fields.environment !== undefined && fields.project === undefined) {
    const message = "An environment belongs to a project. Name that too.";
    return refused("invalid", `The token is not valid, at project: ${message}`, [{ path: "project", message }]);
  }
  if (fields.expiresAt !== undefined && fields.expiresAt <= at) {
    const message = "It is past already. Give an instant to come, or none.";
    return refused("invalid", `The token is not valid, at expiresAt: ${message}`, [{ path: "expiresAt", message }]);
  }
  const after: TokenDocument = { id, ...fields, createdAt: at };
  const items: Item[] = [{ kind: "token", key: id, environment: "", after }];
  return {
    ok: true,
    action: "token.create",
    items,
    credentials: [{ id, digest, project: SYSTEM_PROJECT }],
    result: undefined,
  };
}

/** Revoking twice changes nothing the second time. */
export function revokeToken(state: Pick<ProjectState, "tokens">, id: string, at: number): Decided<undefined> {
  const before = state.tokens.get(id)?.document;
  if (before === undefined)
    return refused("not_found", `There is no token ${quoted(id)}. List them with GET /api/v1/tokens.`);
  const after: TokenDocument = { ...before, revokedAt: before.revokedAt ?? at };
  const items: Item[] = [{ kind: "token", key: id, environment: "", after }];
  return { ok: true, action: "token.revoke", items, result: undefined };
}
