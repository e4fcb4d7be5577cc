/** What a server has that a word may become: asked for once, for a short while, and without a word where that fails. */
import { AdminClient } from "@bannerol/admin-client";
import { type Call, readSettings } from "../call.ts";
import { Words } from "../words.ts";
import type { Candidate, Completion } from "./complete.ts";
import type { ValueKind } from "./kinds.ts";

/** Whoever presses a key waits no longer. */
const TIMEOUT_MS = 1_500;
const page = { limit: "200" };

interface Asked {
  readonly admin: AdminClient;
  readonly project: string;
  readonly environment: string;
  /** What the word begins with. */
  readonly of: string;
}

const listOf: { readonly [kind in ValueKind]: (asked: Asked) => Promise<readonly Candidate[]> } = {
  approvals: async ({ admin, project, environment }) =>
    named(await admin.approvals.list({ project, environment }, page), ({ id, action }) => [id, action]),
  environments: async ({ admin, project }) =>
    named(await admin.projects.environments(project), ({ key, name }) => [key, name]),
  flags: async ({ admin, project, of }) =>
    named(await admin.flags.list(project, { ...page, ...(of !== "" && { q: of }) }), ({ key, description }) => [
      key,
      description,
    ]),
  invariants: async ({ admin, project }) => named(await admin.invariants.list(project, page), ({ key }) => [key, ""]),
  keys: async ({ admin, project }) =>
    named(await admin.keys.list({ ...page, project }), ({ id, environment, name }) => [id, `${environment} ${name}`]),
  projects: async ({ admin }) => named(await admin.projects.list(), ({ key, name }) => [key, name]),
  segments: async ({ admin, project }) =>
    named(await admin.segments.list(project, page), ({ key, description }) => [key, description]),
  tokens: async ({ admin }) => named(await admin.tokens.list(page), ({ id, name }) => [id, name]),
  users: async ({ admin }) => named(await admin.users.list(page), ({ email, name }) => [email, name]),
  webhooks: async ({ admin }) => named(await admin.webhooks.list(page), ({ id, url }) => [id, url]),
};

export async function askServer({ io }: Pick<Call, "io">, { ask, options }: Completion): Promise<readonly Candidate[]> {
  if (ask === undefined) return [];
  try {
    const settings = await readSettings({ words: new Words(new Map(), options), io });
    const { url, token, project, environment = "" } = settings;
    if (token === undefined) return [];
    const admin = new AdminClient({ url, token, timeoutMs: TIMEOUT_MS });
    const found = await listOf[ask.kind]({ admin, project, environment, of: ask.of });
    return found
      .filter(({ value }) => value.startsWith(ask.of))
      .map(({ value, about }) => ({ value: `${ask.start}${value}`, about }));
  } catch {
    // Somebody types: an error has no place on their line.
    return [];
  }
}

function named<T>(
  { body }: { readonly body: { readonly items: readonly T[] } },
  name: (item: T) => readonly [value: string, about: string],
): readonly Candidate[] {
  return body.items.map(name).map(([value, about]) => ({ value, about: about.trim() }));
}
