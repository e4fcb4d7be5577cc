import { type Action, openSession } from "../call.ts";
import { printable } from "../output/printable.ts";
import { table } from "../output/table.ts";

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
