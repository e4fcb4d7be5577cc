import type { EnvironmentPatch } from "@bannerol/protocol/schemas";
import { type Action, type Call, openSession } from "../call.ts";
import { commentOf } from "../comment.ts";
import { UsageError } from "../errors.ts";
import { stamp } from "../output/describe.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import { table } from "../output/table.ts";
import { mayChange } from "../protection.ts";

export const create: Action = async (call) => {
  const { admin, project } = await openSession(call);
  const name = call.words.option("name");
  const from = call.words.option("copyFrom");
  const { body } = await admin.projects.createEnvironment(project, {
    key: call.words.argument("environment"),
    ...(name !== undefined && { name }),
    ...(from !== undefined && { from }),
    ...commentOf(call.words),
  });
  const start = from === undefined ? "is disabled there" : `is there as it is in ${printable(from)}`;
  return {
    document: body,
    text: (colours) => `${colours.bold(printable(body.key))} created: every flag ${start}\n${stamp(body, colours)}`,
  };
};

export const list: Action = async (call) => {
  const { admin, project } = await openSession(call);
  const { body } = await admin.projects.environments(project);
  return {
    document: body,
    text: (colours) =>
      table([
        ["ENVIRONMENT", "NAME", "POSITION", "PROTECTED", "APPROVALS"].map((cell) => colours.dim(cell)),
        ...body.items.map(({ key, name, position, protected: isProtected, approvals }) => [
          colours.bold(printable(key)),
          printable(name),
          String(position),
          isProtected ? colours.yellow("yes") : "no",
          isProtected && approvals > 0 ? String(approvals) : "",
        ]),
      ]),
  };
};

export const protect: Action = (call) => {
  const approvals = readApprovals(call.words.option("approvals"));
  const said =
    approvals === undefined
      ? "changes there are asked about"
      : `changes there need ${approvals} approval${approvals === 1 ? "" : "s"}`;
  return patch(call, { protected: true, ...(approvals !== undefined && { approvals }) }, `protected: ${said}`);
};
export const unprotect: Action = (call) => patch(call, { protected: false }, "no longer protected");

export const move: Action = async (call) => {
  const position = readPosition(call.words.argument("position"));
  return await patch(call, { position }, `moved`);
};

async function patch(call: Call, fields: EnvironmentPatch, state: string): Promise<Output> {
  const session = await openSession(call);
  const name = { project: session.project, environment: call.words.argument("environment") };
  const { etag: ifMatch } = await session.admin.projects.environment(name);
  await mayChange(call, session, { what: `change ${name.environment} itself`, environment: name.environment });
  const patched = { ...fields, ...commentOf(call.words) };
  const { body } = await session.admin.projects.updateEnvironment(name, patched, { ifMatch });
  return {
    document: body,
    text: (colours) => `${colours.bold(printable(body.key))} ${state}\n${stamp(body, colours)}`,
  };
}

function readApprovals(text: string | undefined): number | undefined {
  if (text === undefined || /^\d{1,2}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new UsageError(`--approvals is how many others must approve, 0 to 10, not ${JSON.stringify(text)}.`);
}

function readPosition(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new UsageError(
    `A position is a whole number, 0 for the first environment, not ${JSON.stringify(text)}. \`bannerol env list\` shows them.`,
  );
}
