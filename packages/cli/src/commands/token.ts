import type { TokenCreate, TokenForm } from "@bannerol/protocol/schemas";
import { type Action, openSession } from "../call.ts";
import { oneOf, roles } from "../choices.ts";
import { commentOf } from "../comment.ts";
import { stamp } from "../output/describe.ts";
import { printable } from "../output/printable.ts";
import { table } from "../output/table.ts";
import { collect } from "../pages.ts";
import type { Words } from "../words.ts";

/** The token alone on standard output, so that a script can take it; what is to know about it on standard error. */
export const create: Action = async (call) => {
  const { admin } = await openSession(call);
  const { body } = await admin.tokens.create(readToken(call.words));
  return {
    document: body,
    text: () => body.token,
    notes: [`A ${body.role} token for ${scopeOf(body)}, id ${body.id}. It is shown this once: keep it now.`],
  };
};

export const list: Action = async (call) => {
  const { admin } = await openSession(call);
  const query = call.words.has("revoked") ? { revoked: "true" as const } : {};
  const { items } = await collect((page) => admin.tokens.list({ ...query, ...page }));
  return {
    document: { items },
    text: (colours) =>
      items.length === 0
        ? ""
        : table([
            ["ID", "NAME", "ROLE", "SCOPE", "ENDS (UTC)", "LAST USED (UTC)"].map((cell) => colours.dim(cell)),
            ...items.map((token) => [
              colours.bold(token.id),
              printable(token.name),
              token.role,
              scopeOf(token),
              token.expiresAt?.slice(0, 19).replace("T", " ") ?? "never",
              token.lastUsedAt?.slice(0, 16).replace("T", " ") ?? "never",
            ]),
          ]),
    ...(items.length === 0 && { notes: ["No such tokens."] }),
  };
};

export const revoke: Action = async (call) => {
  const { admin } = await openSession(call);
  const { body } = await admin.tokens.revoke(call.words.credentialId("id"), commentOf(call.words));
  return {
    document: body,
    text: (colours) => `Token ${colours.bold(body.id)} (${printable(body.name)}) revoked.\n${stamp(body, colours)}`,
  };
};

/** A token is bound only by what stands on the command line: a variable that is set anyway must not narrow it. */
function readToken(words: Words): TokenCreate {
  const [environment, expiresAt] = [words.option("env"), words.option("expires")];
  const project = words.option("project") ?? (environment === undefined ? undefined : "default");
  return {
    name: words.argument("name"),
    // The parser lets no other text pass.
    role: oneOf(roles, words.option("role")) ?? "viewer",
    ...(project !== undefined && { project }),
    ...(environment !== undefined && { environment }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...commentOf(words),
  };
}

function scopeOf({ project, environment }: Pick<TokenForm, "project" | "environment">): string {
  if (project === undefined) return "everything";
  return printable(environment === undefined ? project : `${project}/${environment}`);
}
