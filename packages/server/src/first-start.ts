/**
 * What a new installation begins with. Each step is made only where it is missing, so a start cut short is gone on with;
 * whether it is missing is decided with the change that makes it, so that of nodes that start together one does it.
 */
import { mintCredential } from "@bannerol/protocol";
import { digestOf } from "./auth/digest.ts";
import type { Decided } from "./features/decision.ts";
import type { Draw } from "./features/services.ts";
import { createToken } from "./features/tokens/decide.ts";
import type { Ledger } from "./log/ledger.ts";
import type { Item } from "./state/documents.ts";
import type { ProjectState } from "./state/project-state.ts";
import { type Actor, SYSTEM_PROJECT } from "./store/port.ts";

/** Secrets that are shown once: nobody can read them again. */
export interface FirstSecrets {
  /** There where no admin token was in force. */
  readonly adminToken?: string;
  /** Server keys by environment; there where the project `default` was made. */
  readonly keys?: { readonly [environment: string]: string };
}

export interface FirstStartInput {
  readonly ledger: Ledger;
  readonly draw: Draw;
  /** Epoch milliseconds. */
  readonly at: number;
  /** An admin token comes with the settings: none is made. */
  readonly hasAdminToken: boolean;
}

const PROJECT = "default";
const ENVIRONMENTS = ["development", "staging", "production"];
const system: Actor = { type: "system", id: "system", name: "Bannerol" };

/** Makes the project `default` with three environments, a server key for each, and an admin token, where missing. */
export async function prepareInstallation(input: FirstStartInput): Promise<FirstSecrets> {
  const { ledger } = input;
  if (ledger.state(PROJECT) === undefined) await makeProject(input);
  const keys = ledger.state(PROJECT)?.environments.size === 0 ? await makeEnvironments(input) : undefined;
  const adminToken = input.hasAdminToken ? undefined : await makeAdminToken(input);
  return { ...(adminToken === undefined ? {} : { adminToken }), ...(keys === undefined ? {} : { keys }) };
}

async function makeProject({ ledger, at }: FirstStartInput): Promise<void> {
  const items: Item[] = [{ kind: "project", key: PROJECT, environment: "", after: { key: PROJECT, name: "Default" } }];
  await ledger.execute({ project: SYSTEM_PROJECT, actor: system, at }, () => ({
    ok: true,
    action: "project.create",
    items,
    result: undefined,
  }));
}

/** `undefined` where somebody else has made them. */
async function makeEnvironments({
  ledger,
  draw,
  at,
}: FirstStartInput): Promise<{ [environment: string]: string } | undefined> {
  const minted = ENVIRONMENTS.map((environment) => ({ environment, ...mintCredential("server", draw.bytes) }));
  const environments = ENVIRONMENTS.map((key, position): Item => {
    const name = `${key.slice(0, 1).toUpperCase()}${key.slice(1)}`;
    return { kind: "environment", key, environment: "", after: { key, name, position, protected: false } };
  });
  const keys = minted.map(({ environment, credential: { id } }): Item => {
    const after = { id, kind: "server", environment, name: "First key", createdAt: at } as const;
    return { kind: "key", key: id, environment, after };
  });
  const credentials = minted.map(({ credential: { id, secret } }) => ({
    id,
    digest: digestOf(secret),
    project: PROJECT,
  }));
  const done = await ledger.execute({ project: PROJECT, actor: system, at }, (state) => {
    const items = state.environments.size === 0 ? [...environments, ...keys] : [];
    return { ok: true, action: "project.setup", items, credentials, result: undefined };
  });
  if (!done.ok || done.change === undefined) return undefined;
  return Object.fromEntries(minted.map(({ environment, text }) => [environment, text]));
}

/** Whether anybody can still do everything: an admin token for the whole installation, in force. */
function hasAdmin({ tokens }: ProjectState, at: number): boolean {
  return [...tokens.values()].some(
    ({ document: { role, project, revokedAt, expiresAt } }) =>
      role === "admin" &&
      project === undefined &&
      revokedAt === undefined &&
      (expiresAt === undefined || expiresAt > at),
  );
}

/** `undefined` where there is an admin. */
async function makeAdminToken({ ledger, draw, at }: FirstStartInput): Promise<string | undefined> {
  const { credential, text } = mintCredential("token", draw.bytes);
  const made = { id: credential.id, digest: digestOf(credential.secret), at };
  const done = await ledger.execute({ project: SYSTEM_PROJECT, actor: system, at }, (state): Decided<unknown> => {
    if (hasAdmin(state, at)) return { ok: true, action: "token.create", items: [], result: undefined };
    return createToken(state, { name: "First admin", role: "admin" }, made);
  });
  return done.ok && done.change !== undefined ? text : undefined;
}
