import type { EnvironmentDiff } from "@bannerol/protocol/schemas";
import { type Action, openSession } from "../call.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Colours } from "../output/colour.ts";
import { printable } from "../output/printable.ts";
import { targetingDiff } from "../output/targeting-diff.ts";

/** Holds one environment against another. Where they differ, the exit code says so: drift stops a pipeline. */
export const diff: Action = async (call) => {
  const { words } = call;
  const { admin, project } = await openSession(call);
  const flag = words.option("flag");
  const { body } = await admin.promotion.diff(
    { project, environment: words.argument("to") },
    { from: words.argument("from"), ...(flag !== undefined && { flag }) },
  );
  const same = body.items.length === 0;
  return {
    document: body,
    text: (colours) => (same ? "" : diffText(body, colours)),
    ...(same && { notes: [`${printable(body.environment)} does the same as ${printable(body.from)}.`] }),
    exitCode: same ? ExitCode.done : ExitCode.invalid,
  };
};

function diffText({ from, environment, items }: EnvironmentDiff, colours: Colours): string {
  const head = colours.dim(`${printable(from)} → ${printable(environment)}`);
  const flags = items.map(({ flag, fields }) => {
    const differences = fields.map(({ field, from, here }) => ({ field, before: from, after: here }));
    return targetingDiff(flag, differences, colours);
  });
  return [head, ...flags].join("\n");
}
