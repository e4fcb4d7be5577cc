import type { UserForm, UserPatch } from "@bannerol/protocol/schemas";
import { type Action, type Call, openSession } from "../call.ts";
import { oneOf, roles } from "../choices.ts";
import { commentOf } from "../comment.ts";
import { UsageError } from "../errors.ts";
import type { Colours } from "../output/colour.ts";
import { stamp } from "../output/describe.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import { table } from "../output/table.ts";
import { tokenTable } from "../output/tokens.ts";
import { secondOf } from "../output/when.ts";
import { collect } from "../pages.ts";
import { findUser } from "../people.ts";
import { scopeOf, typedReach } from "../reach.ts";

export const create: Action = async (call) => {
  const { words } = call;
  const { admin } = await openSession(call);
  const { body } = await admin.users.create({
    name: words.argument("name"),
    email: words.option("email") ?? "",
    // The parser lets no other text pass.
    role: oneOf(roles, words.option("role")) ?? "viewer",
    ...typedReach(words),
    ...commentOf(words),
  });
  return {
    document: body,
    text: (colours) => `${person(body, colours)} is ${body.role} of ${scopeOf(body)}\n${stamp(body, colours)}`,
    notes: [`A token lets them in: bannerol token create laptop --user ${body.email}`],
  };
};

export const list: Action = async (call) => {
  const { admin } = await openSession(call);
  const { items } = await collect((page) => admin.users.list(page));
  return {
    document: { items },
    text: (colours) => (items.length === 0 ? "" : userTable(items, colours)),
    ...(items.length === 0 && {
      notes: ["No people yet. Make one: bannerol user create Ada --email ada@example.com --role releaser"],
    }),
  };
};

/** A person, and the tokens that let them in. */
export const show: Action = async (call) => {
  const { admin } = await openSession(call);
  const { user } = await findUser(admin, call.words.argument("user"));
  const { items } = await collect((page) => admin.tokens.list(page));
  const tokens = items.filter((token) => token.user === user.id);
  const now = call.io.clock.date();
  return {
    document: { ...user, tokens },
    text: (colours) =>
      [
        person(user, colours),
        table([
          ["id", user.id],
          ["role", user.role],
          ["scope", scopeOf(user)],
          ["made", `${secondOf(user.createdAt)} UTC`],
          ...(user.disabledAt === undefined ? [] : [["disabled", `${secondOf(user.disabledAt)} UTC`]]),
        ]),
        ...(tokens.length === 0 ? [] : ["", tokenTable(tokens, { now }, colours)]),
      ].join("\n"),
    ...(tokens.length === 0 && {
      notes: [`No token lets them in. Make one: bannerol token create laptop --user ${printable(user.email)}`],
    }),
  };
};

export const update: Action = async (call) => {
  const { words } = call;
  const [name, email, role] = [words.option("name"), words.option("email"), oneOf(roles, words.option("role"))];
  if (name === undefined && email === undefined && role === undefined)
    throw new UsageError("Say what changes: --name, --email or --role.");
  return await patch(call, {
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(role !== undefined && { role }),
  });
};

export const disable: Action = (call) => patch(call, { disabled: true });
export const enable: Action = (call) => patch(call, { disabled: false });

async function patch(call: Call, fields: UserPatch): Promise<Output> {
  const { admin } = await openSession(call);
  const { user, etag: ifMatch } = await findUser(admin, call.words.argument("user"));
  const { body } = await admin.users.update(user.id, { ...fields, ...commentOf(call.words) }, { ifMatch });
  const state =
    body.disabledAt === undefined
      ? `is ${body.role} of ${scopeOf(body)}`
      : "is disabled: no token of theirs lets anybody in";
  return { document: body, text: (colours) => `${person(body, colours)} ${state}\n${stamp(body, colours)}` };
}

function person({ name, email }: Pick<UserForm, "name" | "email">, colours: Colours): string {
  return `${colours.bold(printable(name))} <${printable(email)}>`;
}

function userTable(users: readonly UserForm[], colours: Colours): string {
  return table([
    ["ID", "NAME", "E-MAIL", "ROLE", "SCOPE", "STATE"].map((cell) => colours.dim(cell)),
    ...users.map((user) => [
      colours.bold(user.id),
      printable(user.name),
      printable(user.email),
      user.role,
      scopeOf(user),
      user.disabledAt === undefined ? "" : colours.yellow("disabled"),
    ]),
  ]);
}
