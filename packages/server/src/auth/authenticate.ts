/**
 * Who is it? Tokens open the admin API, keys the data plane; one at the wrong door is told where it belongs.
 *
 * Whether an id is unknown, its secret wrong, or it was revoked: the answer and the work are the same.
 */
import { type Credential, parseCredential } from "@bannerol/protocol";
import type { Refusal } from "../http/refusal.ts";
import type { TokenDocument } from "../state/documents.ts";
import type { ProjectState, SystemState } from "../state/project-state.ts";
import type { CredentialDigest, ViewClass } from "../store/port.ts";
import { digestOf, sameDigest } from "./digest.ts";
import type { Guesses } from "./guesses.ts";
import { ProvenKeys } from "./proven-keys.ts";
import { lesserRole } from "./roles.ts";
import type { Caller } from "./scope.ts";

/** What an SDK key opens. */
export interface KeyGrant {
  readonly keyId: string;
  readonly project: string;
  readonly environment: string;
  readonly class: ViewClass;
}

export interface AuthenticatorPorts {
  readonly system: () => SystemState;
  readonly project: (key: string) => ProjectState | undefined;
  readonly digest: (id: string) => Promise<CredentialDigest | undefined>;
  /** Reads every log to its end: a key or a token may have been made on another node a moment ago. Never rejects. */
  readonly readOn: () => Promise<void>;
  /** Epoch milliseconds: tokens expire. */
  readonly now: () => number;
  /** A key or a token let somebody in. */
  readonly used: (id: string) => void;
  /** What the sender of a wrong key or token is told instead, where it has sent too many. */
  readonly guesses: Pick<Guesses, "wrong">;
  /** `BANNEROL_ADMIN_TOKEN`, where it is set. */
  readonly adminToken?: string;
}

/** Who sent a key or a token, as far as it is known. */
export interface Sender {
  /** The `Origin` header of the request that brought it: only browsers send one. */
  readonly origin?: string | undefined;
  /** Of the peer. */
  readonly address?: string | undefined;
}

export interface Authenticator {
  /** `header` is the value of `Authorization`. */
  authenticateToken(header: string | undefined, from?: Sender): Promise<Caller | Refusal>;
  /** `text` is the key itself. */
  authenticateKey(text: string, from?: Sender): Promise<KeyGrant | Refusal>;
  /**
   * The same at once, for a key that was proven before and is still what it was then; `undefined` says nothing about a
   * key: ask `authenticateKey`.
   */
  provenKey(text: string, origin?: string): KeyGrant | undefined;
}

/** The text after `Bearer`, or `undefined`. */
export function bearerOf(header: string | undefined): string | undefined {
  return header === undefined ? undefined : /^Bearer +(\S+) *$/i.exec(header)?.[1];
}

export function createAuthenticator(ports: AuthenticatorPorts): Authenticator {
  const adminDigest = ports.adminToken === undefined ? undefined : digestOf(ports.adminToken);
  const provenKeys = new ProvenKeys((project, id) => {
    const key = ports.project(project)?.keys.get(id)?.document;
    return key !== undefined && isInForce(key, ports.now()) ? key : undefined;
  });
  const wrong = (text: string, { address }: Sender, refusal: Refusal): Refusal =>
    ports.guesses.wrong(text, address) ?? refusal;
  return {
    async authenticateToken(header, from = {}) {
      const text = bearerOf(header);
      if (text === undefined) return tokenMissing;
      if (adminDigest !== undefined && sameDigest(digestOf(text), adminDigest)) return environmentAdmin;
      const credential = parseCredential(text);
      if (credential === undefined) return wrong(text, from, tokenInvalid);
      if (credential.class !== "token") return keyAtTheAdminDoor(credential);
      const stored = await proven(credential, ports);
      const caller = stored === undefined ? undefined : callerOf(credential.id, ports);
      if (caller === undefined) return wrong(text, from, tokenInvalid);
      ports.used(credential.id);
      return caller;
    },
    async authenticateKey(text, from = {}) {
      if (text === "") return keyInvalid;
      const credential = parseCredential(text);
      if (credential === undefined) return wrong(text, from, keyInvalid);
      if (credential.class === "token") return tokenAtTheSdkDoor;
      const stored = await proven(credential, ports);
      const grant = stored === undefined ? undefined : grantOf(credential, stored, ports);
      if (grant === undefined) return wrong(text, from, keyInvalid);
      // Once it is proven: anybody can make one up, and have an alarm raised for a key that there is not.
      if (grant.class === "server" && from.origin !== undefined) return leaked(credential);
      provenKeys.remember(text, grant);
      ports.used(grant.keyId);
      return grant;
    },
    provenKey(text, origin) {
      const grant = provenKeys.grantOf(text);
      if (grant === undefined || (grant.class === "server" && origin !== undefined)) return undefined;
      ports.used(grant.keyId);
      return grant;
    },
  };
}

/**
 * An unknown id costs a comparison too, and a wrong secret a look into the database, which is asked for every id that is not
 * known: so neither takes less time to be told from the other.
 */
async function proven(credential: Credential, ports: AuthenticatorPorts): Promise<CredentialDigest | undefined> {
  const stored = await ports.digest(credential.id);
  const same = sameDigest(digestOf(credential.secret), stored?.digest ?? NO_DIGEST);
  if (stored !== undefined && !same) await ports.digest(NO_ID);
  if (stored === undefined || !same) return undefined;
  if (!isRead(credential, stored, ports)) await ports.readOn();
  return stored;
}

function isRead({ id, class: kind }: Credential, { project }: CredentialDigest, ports: AuthenticatorPorts): boolean {
  return kind === "token" ? ports.system().tokens.has(id) : ports.project(project)?.keys.has(id) === true;
}

const NO_DIGEST = "0".repeat(64);
/** No id has this form, so none of it is ever known. */
const NO_ID = "-";

function callerOf(id: string, ports: AuthenticatorPorts): Caller | undefined {
  const { tokens, users } = ports.system();
  const token = tokens.get(id)?.document;
  if (token === undefined || !isInForce(token, ports.now())) return undefined;
  const reach = {
    token: id,
    ...(token.project === undefined ? {} : { project: token.project }),
    ...(token.environment === undefined ? {} : { environment: token.environment }),
  };
  if (token.user === undefined) return { actor: { type: "token", id, name: token.name }, role: token.role, ...reach };
  const user = users.get(token.user)?.document;
  if (user === undefined || user.disabledAt !== undefined) return undefined;
  return { actor: { type: "user", id: user.id, name: user.name }, role: lesserRole(user.role, token.role), ...reach };
}

/** Whether a key or a token opens anything at an instant. */
export function isInForce(
  { revokedAt, expiresAt }: Pick<TokenDocument, "revokedAt" | "expiresAt">,
  now: number,
): boolean {
  return revokedAt === undefined && (expiresAt === undefined || expiresAt > now);
}

function grantOf(credential: Credential, stored: CredentialDigest, ports: AuthenticatorPorts): KeyGrant | undefined {
  const key = ports.project(stored.project)?.keys.get(credential.id)?.document;
  if (key === undefined || !isInForce(key, ports.now()) || key.kind !== credential.class) return undefined;
  return { keyId: key.id, project: stored.project, environment: key.environment, class: key.kind };
}

/** Whoever holds `BANNEROL_ADMIN_TOKEN`. */
const environmentAdmin: Caller = {
  actor: { type: "token", id: "environment", name: "BANNEROL_ADMIN_TOKEN" },
  role: "admin",
};

const tokenMissing: Refusal = {
  code: "token_missing",
  detail: "This needs a token. Send it in the header Authorization: Bearer <token>.",
};
const tokenInvalid: Refusal = {
  code: "token_invalid",
  detail: "The token is not valid: mistyped, revoked or expired. Use another, or have an admin make a new one.",
};
const keyInvalid: Refusal = {
  code: "key_invalid",
  detail: "The key is missing or not valid: mistyped or revoked. Send an SDK key in Authorization: Bearer <key>.",
};
const tokenAtTheSdkDoor: Refusal = {
  code: "wrong_credential",
  detail: "This is a token of the admin API. SDKs need a key: make one with `bannerol key create`.",
};

function keyAtTheAdminDoor({ class: kind, id }: Credential): Refusal {
  const detail = `This is a ${kind} key (${id}), which only SDKs use. The admin API needs a token: bnr_token_….`;
  return { code: "wrong_credential", detail };
}

function leaked({ id }: Credential): Refusal {
  const detail = `The server key ${id} came from a browser, so it has leaked. Revoke it, and use a client key there.`;
  return { code: "key_leaked", detail };
}
