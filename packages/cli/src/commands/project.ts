import { type Action, openSession } from "../call.ts";
import { commentOf } from "../comment.ts";
import { stamp } from "../output/describe.ts";
import { printable } from "../output/printable.ts";
import { table } from "../output/table.ts";

export const create: Action = async (call) => {
  const { admin } = await openSession(call);
  const name = call.words.option("name");
  const environments = call.words.list("environment");
  const { body } = await admin.projects.create({
    key: call.words.argument("key"),
    ...(name !== undefined && { name }),
    ...(environments.length > 0 && { environments: [...environments] }),
    ...commentOf(call.words),
  });
  const key = printable(body.key);
  return {
    document: body,
    text: (colours) => `${colours.bold(key)} created\n${stamp(body, colours)}`,
    notes: [`Next: bannerol key create --project ${key} --env ${printable(environments.at(-1) ?? "production")}`],
  };
};

export const list: Action = async (call) => {
  const { admin } = await openSession(call);
  const { body } = await admin.projects.list();
  return {
    document: body,
    text: (colours) =>
      table([
        ["PROJECT", "NAME", "REVISION"].map((cell) => colours.dim(cell)),
        ...body.items.map(({ key, name, revision }) => [
          colours.bold(printable(key)),
          printable(name),
          String(revision),
        ]),
      ]),
  };
};
