import { type Action, openSession } from "../call.ts";
import { commentOf } from "../comment.ts";
import { stamp } from "../output/describe.ts";
import { printable } from "../output/printable.ts";
import { table } from "../output/table.ts";

export const create: Action = async (call) => {
  const { admin, project } = await openSession(call);
  const name = call.words.option("name");
  const { body } = await admin.projects.createEnvironment(project, {
    key: call.words.argument("environment"),
    ...(name !== undefined && { name }),
    ...commentOf(call.words),
  });
  return {
    document: body,
    text: (colours) =>
      `${colours.bold(printable(body.key))} created: every flag is disabled there\n${stamp(body, colours)}`,
  };
};

export const list: Action = async (call) => {
  const { admin, project } = await openSession(call);
  const { body } = await admin.projects.environments(project);
  return {
    document: body,
    text: (colours) =>
      table([
        ["ENVIRONMENT", "NAME", "PROTECTED"].map((cell) => colours.dim(cell)),
        ...body.items.map(({ key, name, protected: isProtected }) => [
          colours.bold(printable(key)),
          printable(name),
          isProtected ? colours.yellow("yes") : "no",
        ]),
      ]),
  };
};
