import type { AdminClient } from "@bannerol/admin-client";
import { parseCredential } from "@bannerol/protocol";
import type { TokenCreate, TokenCreated } from "@bannerol/protocol/schemas";
import { type Action, type Call, openSession, readSettings } from "../call.ts";
import { oneOf, roles } from "../choices.ts";
import { commentOf } from "../comment.ts";
import { UsageError } from "../errors.ts";
import { readEnd } from "../instant.ts";
import { stamp } from "../output/describe.ts";
import { printable } from "../output/printable.ts";
import { tokenTable } from "../output/tokens.ts";
import { collect } from "../pages.ts";
import { findUser, namesOfUsers } from "../people.ts";
import { reachOf, scopeOf, typedReach } from "../reach.ts";
import { inSeconds, readOverlap, replacedBy, replacedText } from "../rotation.ts";

/** The token alone on standard output, so that a script can take it; what is to know about it on standard error. */
export const create: Action = async (call) => {
  const { admin } = await openSession(call);
  const { body } = await admin.tokens.create(await readToken(call, admin));
  return { document: body, text: () => body.token, notes: [madeNote(body)] };
};

export const list: Action = async (call) => {
  const { admin } = await openSession(call);
  const query = call.words.has("revoked") ? { revoked: "true" as const } : {};
  const { items } = await collect((page) => admin.tokens.list({ ...query, ...page }));
  const isOwned = items.some(({ user }) => user !== undefined);
  const people = isOwned && !call.json ? await namesOfUsers(admin) : undefined;
  return {
    document: { items },
    text: (colours) => (items.length === 0 ? "" : tokenTable(items, { people, now: call.io.clock.date() }, colours)),
    ...(items.length === 0 && { notes: ["No such tokens."] }),
  };
};

/** The new token alone on standard output. */
export const rotate: Action = async (call) => {
  const id = call.words.credentialId("id");
  const overlapMs = readOverlap(call.words, inSeconds);
  const { admin } = await openSession(call);
  const { items } = await collect((page) => admin.tokens.list(page));
  const { body } = await admin.tokens.rotate(id, { overlapSeconds: overlapMs / 1_000, ...commentOf(call.words) });
  const replaces = replacedBy(body, items.find((token) => token.id === id) ?? { id }, overlapMs);
  return {
    document: { ...body, replaces },
    text: () => body.token,
    notes: [madeNote(body), replacedText(replaces, overlapMs), ...(await ownNote(call, id))],
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

/** Throws `UsageError` where no role is said, by `--role` or by the person. */
async function readToken({ words, io }: Call, admin: AdminClient): Promise<TokenCreate> {
  const [owner, expires, named] = [words.option("user"), words.option("expires"), oneOf(roles, words.option("role"))];
  const expiresAt = expires === undefined ? undefined : readEnd(expires, "--expires", io.clock.date());
  const user = owner === undefined ? undefined : (await findUser(admin, owner)).user;
  const typed = typedReach(words);
  return {
    name: words.argument("name"),
    role: named ?? user?.role ?? roleMissing(),
    ...(user !== undefined && { user: user.id }),
    // A person's token reaches as far as the person, unless something else is said.
    ...(typed.project === undefined && user !== undefined ? reachOf(user) : typed),
    ...(expiresAt !== undefined && { expiresAt }),
    ...commentOf(words),
  };
}

function roleMissing(): never {
  throw new UsageError(`What may it do? Name its --role: ${roles.join(", ")}.`);
}

function madeNote(token: TokenCreated): string {
  return `${token.role === "editor" || token.role === "admin" ? "An" : "A"} ${token.role} token for ${scopeOf(token)}, id ${token.id}. It is shown this once: keep it now.`;
}

/** Whoever rotates the token that they use has to use the new one. */
async function ownNote(call: Call, id: string): Promise<readonly string[]> {
  const { token = "", url } = await readSettings(call);
  if (parseCredential(token)?.id !== id) return [];
  return [`That was the token that you use here. Keep the new one: bannerol login --url ${url}`];
}
