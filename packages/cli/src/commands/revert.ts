import type { Revert } from "@bannerol/protocol/schemas";
import { type Action, openSession, type Session } from "../call.ts";
import { commentOf } from "../comment.ts";
import { UsageError } from "../errors.ts";
import { readMoment } from "../moment.ts";
import { printable } from "../output/printable.ts";
import { touchedOutput } from "../output/touched.ts";
import { mayChange } from "../protection.ts";
import type { Words } from "../words.ts";

/** It looks first: what the dry run shows is what is asked about, and what `If-Match` holds the change to. */
export const revert: Action = async (call) => {
  const target = readTarget(call.words);
  const session = await openSession(call);
  const request = requestOf(target, session, call.words);
  const { admin, project } = session;
  const what = `revert ${nameOf(request)} to ${printable(String(request.to))}`;
  const tried = await admin.history.revert(project, { ...request, dryRun: true });
  if (call.words.has("dryRun") || tried.body.items.length === 0) return touchedOutput(tried.body, what);
  const { environment } = request;
  await mayChange(call, session, { what, ...(environment !== undefined && { environment }) });
  const { body } = await admin.history.revert(
    project,
    { ...request, ...commentOf(call.words) },
    { ifMatch: tried.etag },
  );
  return touchedOutput(body, what);
};

type Target = "targeting" | "flag" | "segment" | "environment";

const options: readonly (readonly [name: string, flag: string, target: Target])[] = [
  ["everywhere", "--everywhere", "flag"],
  ["segment", "--segment", "segment"],
  ["allFlags", "--all-flags", "environment"],
];

function readTarget(words: Words): Target {
  const said = options.filter(([name]) => words.has(name));
  if (said.length > 1) throw new UsageError(`${said.map(([, flag]) => flag).join(" and ")} do not go together.`);
  const target = said[0]?.[2] ?? "targeting";
  const key = words.argument("key");
  if (target === "environment" && key !== "") {
    throw new UsageError(
      `--all-flags reverts every flag of the environment. Leave ${JSON.stringify(key)} out, or the option.`,
    );
  }
  if (target !== "environment" && key === "") {
    throw new UsageError(
      "Revert what? Name a flag, or a segment with --segment; --all-flags means a whole environment.",
    );
  }
  return target;
}

function requestOf(target: Target, { environment }: Session, words: Words): Revert {
  const key = words.argument("key");
  const to = readMoment(words.option("to") ?? "", "--to");
  const reuse = words.has("reuseArchivedKey") ? { reuseArchivedKey: true } : {};
  switch (target) {
    case "targeting":
      return { to, flag: key, environment: environment(), ...reuse };
    case "flag":
      return { to, flag: key, ...reuse };
    case "segment":
      return { to, segment: key };
    case "environment":
      return { to, environment: environment() };
  }
}

function nameOf({ flag, segment, environment }: Revert): string {
  const place = environment === undefined ? "" : printable(environment);
  if (segment !== undefined) return `segment ${printable(segment)}`;
  if (flag === undefined) return `all flags in ${place}`;
  return place === "" ? printable(flag) : `${printable(flag)} in ${place}`;
}
