import type { InvariantChanged, InvariantCreate, InvariantForm } from "@bannerol/protocol/schemas";
import { type Action, type Call, openSession } from "../call.ts";
import { commentOf } from "../comment.ts";
import { UsageError } from "../errors.ts";
import type { Colours } from "../output/colour.ts";
import { stamp } from "../output/describe.ts";
import { printable } from "../output/printable.ts";
import { collect } from "../pages.ts";
import { mayChange } from "../protection.ts";
import { readStatements } from "../statements/read.ts";
import { type Asked, askedText, type Statement } from "../statements/statement.ts";
import { typedStatement } from "../statements/typed.ts";

export const list: Action = async (call) => {
  const { admin, project } = await openSession(call);
  const environment = call.words.option("env");
  const query = environment === undefined ? {} : { environment };
  const { items } = await collect((page) => admin.invariants.list(project, { ...query, ...page }));
  return {
    document: { items },
    text: (colours) => (items.length === 0 ? "" : askedText(items.map(askedOf), colours)),
    ...(items.length === 0 && {
      notes: ["No invariants. State one: bannerol invariant add all-or-nothing --flag kill-switch --minimum 100"],
    }),
  };
};

export const show: Action = async (call) => {
  const { admin, project } = await openSession(call);
  const { body } = await admin.invariants.get({ project, invariant: call.words.argument("invariant") });
  return {
    document: body,
    text: (colours) => `${askedText([askedOf(body)], colours)}\n${colours.dim(`revision ${body.revision}`)}`,
  };
};

/** Each is a change of its own; the first that is refused ends it. */
export const add: Action = async (call) => {
  const statements = await readWanted(call);
  const session = await openSession(call);
  const wanted = statements.map((one) => ({ ...one, environment: one.environment ?? session.environment() }));
  for (const environment of new Set(wanted.map((one) => one.environment)))
    await mayChange(call, session, { what: `state what has to hold there`, environment });
  const made: InvariantChanged[] = [];
  for (const statement of wanted) {
    const body = { ...bodyOf(statement), ...commentOf(call.words) };
    made.push((await session.admin.invariants.create(session.project, body)).body);
  }
  return {
    document: call.words.option("file") === undefined ? made[0] : { items: made },
    text: (colours) => madeText(made, colours),
  };
};

export const remove: Action = async (call) => {
  const session = await openSession(call);
  const { admin, project } = session;
  const name = { project, invariant: call.words.argument("invariant") };
  const { body: found, etag: ifMatch } = await admin.invariants.get(name);
  await mayChange(call, session, { what: `remove invariant ${name.invariant}`, environment: found.environment });
  const { body } = await admin.invariants.delete(name, commentOf(call.words), { ifMatch });
  return {
    document: body,
    text: (colours) => `${colours.bold(printable(name.invariant))} removed\n${stamp(body, colours)}`,
  };
};

async function readWanted(call: Call): Promise<readonly Statement[]> {
  const [key, file] = [call.words.argument("key"), call.words.option("file")];
  if (file === undefined && key === "")
    throw new UsageError("Give the invariant a key, or name a --file that holds some.");
  if (file !== undefined && key !== "")
    throw new UsageError("A --file names its invariants itself. Leave the key out.");
  return file === undefined ? [await typedStatement(call, key)] : await readStatements(call.io, file);
}

/** What is sent may be altered by whoever sends it, so lists are copied. */
function bodyOf(statement: Statement & { readonly environment: string }): InvariantCreate {
  if ("serves" in statement) return { ...statement, serves: [...statement.serves] };
  if ("minimumPercentage" in statement) return statement;
  const { never, contexts, ...placed } = statement;
  return { ...placed, never: [...never], ...(contexts !== undefined && { contexts: [...contexts] }) };
}

function askedOf(invariant: InvariantForm): Asked {
  return { statement: invariant, ...(invariant.breach !== undefined && { breach: invariant.breach }) };
}

function madeText(made: readonly InvariantChanged[], colours: Colours): string {
  const newest = made.at(-1);
  if (newest === undefined) return "The file states nothing";
  return `${askedText(made.map(askedOf), colours)}\n${stamp(newest, colours)}`;
}
