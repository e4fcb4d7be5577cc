/** What becomes of tokens. Pure: the secret is made, and hashed, by the caller. */
import type { FieldProblem } from "@bannerol/protocol";
import { isInForce } from "../../auth/authenticate.ts";
import { lesserRole } from "../../auth/roles.ts";
import { quoted } from "../../http/refusal.ts";
import type { Item, TokenDocument } from "../../state/documents.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { SYSTEM_PROJECT } from "../../store/port.ts";
import { type Decided, refused } from "../decision.ts";
import { isWithin } from "../reach.ts";

export interface TokenFields extends Pick<TokenDocument, "name" | "role" | "user" | "project" | "environment"> {
  /** Epoch milliseconds. */
  readonly expiresAt?: number;
}

export interface NewToken {
  readonly id: string;
  /** SHA-256 of the secret, hexadecimal. */
  readonly digest: string;
  readonly at: number;
}

export function createToken(
  state: Pick<ProjectState, "users">,
  fields: TokenFields,
  { id, digest, at }: NewToken,
): Decided<undefined> {
  if (fields.environment !== undefined && fields.project === undefined) {
    const message = "An environment belongs to a project. Name that too.";
    return refused("invalid", `The token is not valid, at project: ${message}`, [{ path: "project", message }]);
  }
  if (fields.expiresAt !== undefined && fields.expiresAt <= at) {
    const message = "It is past already. Give an instant to come, or none.";
    return refused("invalid", `The token is not valid, at expiresAt: ${message}`, [{ path: "expiresAt", message }]);
  }
  const beyond = beyondUser(state, fields);
  if (beyond !== undefined)
    return refused("invalid", `The token is not valid, at ${beyond.path}: ${beyond.message}`, [beyond]);
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

/** A person's token is for no more than the person. */
function beyondUser({ users }: Pick<ProjectState, "users">, fields: TokenFields): FieldProblem | undefined {
  if (fields.user === undefined) return undefined;
  const user = users.get(fields.user)?.document;
  if (user === undefined || user.disabledAt !== undefined) {
    return { path: "user", message: `${fields.user} is disabled, or not there. Name somebody else.` };
  }
  if (lesserRole(user.role, fields.role) !== fields.role) {
    return { path: "role", message: `${user.name} is ${user.role}, and their tokens can be no more than that.` };
  }
  if (isWithin(fields, user)) return undefined;
  return { path: "project", message: `It would reach beyond the scope of ${user.name}. Name a place within it.` };
}

/** Another token with the same rights; the old one ends when the overlap is over, or when it would have anyway. */
export function rotateToken(
  state: Pick<ProjectState, "tokens">,
  id: string,
  { id: newId, digest, at, overlapMs }: NewToken & { readonly overlapMs: number },
): Decided<undefined> {
  const before = state.tokens.get(id)?.document;
  if (before === undefined || !isInForce(before, at)) {
    return refused(
      "not_found",
      `The token ${quoted(id)} is not in force, so nothing can take its place. Make another.`,
    );
  }
  const until = at + overlapMs;
  const old: TokenDocument = { ...before, expiresAt: Math.min(before.expiresAt ?? until, until) };
  const items: Item[] = [
    { kind: "token", key: newId, environment: "", after: { ...before, id: newId, createdAt: at } },
    { kind: "token", key: id, environment: "", after: old },
  ];
  const credentials = [{ id: newId, digest, project: SYSTEM_PROJECT }];
  return { ok: true, action: "token.rotate", items, credentials, result: undefined };
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
