import type { ChangeForm, ChangesQuery, Verdict } from "@bannerol/protocol/schemas";
import { type Action, type Call, openSession } from "../call.ts";
import { UsageError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Colours } from "../output/colour.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import { table } from "../output/table.ts";
import { nameOfItem } from "../output/touched.ts";
import { collect } from "../pages.ts";
import type { Words } from "../words.ts";

/** The history, with the hash of its newest change: who keeps that can prove later that nothing was rewritten. */
export const log: Action = async (call) => {
  refusePlaces(call.words);
  if (call.words.has("verify")) return verify(call);
  refuseLoose(call.words);
  const query = readQuery(call.words);
  const limit = readLimit(call.words.option("limit") ?? "20");
  const { admin, project } = await openSession(call);
  const { first, items } = await collect(
    (page) =>
      call.words.has("installation")
        ? admin.history.installationChanges({ ...query, ...page })
        : admin.history.changes(project, { ...query, ...page }),
    limit,
  );
  const { revision, head } = first;
  return {
    document: { items, revision, head },
    text: (colours) => [changeTable(items, colours), headLine(first, colours)].filter((part) => part !== "").join("\n"),
    ...(items.length === 0 && { notes: ["No such changes."] }),
  };
};

/** Whether the chain holds, and the head that somebody kept with it. */
async function verify(call: Call): Promise<Output> {
  const [head, revision] = [call.words.option("head"), call.words.option("revision")];
  const { admin, project } = await openSession(call);
  const kept = { ...(head !== undefined && { head }), ...(revision !== undefined && { revision }) };
  const { body } = call.words.has("installation")
    ? await admin.history.verifyInstallation(kept)
    : await admin.history.verify(project, kept);
  return {
    document: body,
    text: (colours) => verdictLine(body, colours),
    exitCode: body.ok ? ExitCode.done : ExitCode.invalid,
  };
}

function verdictLine(verdict: Verdict, colours: Colours): string {
  if (verdict.ok)
    return `${colours.green("intact")}, ${verdict.checked} changes\n${headLine({ ...verdict, revision: verdict.checked }, colours)}`;
  return `${colours.red("not intact")}, from revision ${verdict.revision} on: ${printable(verdict.reason)}`;
}

/** A check that was asked for and not made would look like one that passed. */
function refuseLoose(words: Words): void {
  if (words.option("head") === undefined && words.option("revision") === undefined) return;
  throw new UsageError("--head and --revision are for --verify. Add it.");
}

/** Nothing of the installation's is in one of these. */
function refusePlaces(words: Words): void {
  if (!words.has("installation")) return;
  const named = ["flag", "segment", "env"].find((option) => words.option(option) !== undefined);
  if (named !== undefined) throw new UsageError(`--installation and --${named} do not go together. Leave one out.`);
}

/** Which changes were asked for. */
export function readQuery(words: Words): ChangesQuery {
  const query: Record<string, string> = {};
  const names = {
    flag: "flag",
    segment: "segment",
    env: "environment",
    actor: "actor",
    since: "since",
    until: "until",
  };
  for (const [option, field] of Object.entries(names)) {
    const value = words.option(option);
    if (value !== undefined) query[field] = value;
  }
  return query;
}

function readLimit(text: string): number {
  const limit = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= 10_000) return limit;
  throw new UsageError(`--limit is a whole number from 1 to 10000, not ${JSON.stringify(text)}.`);
}

function changeTable(changes: readonly ChangeForm[], colours: Colours): string {
  if (changes.length === 0) return "";
  const head = ["REVISION", "WHEN (UTC)", "WHO", "WHAT", "WHERE", "COMMENT"].map((cell) => colours.dim(cell));
  return table([head, ...changes.map(changeRow)]);
}

/** What people want to know of a change, in the order of the table's columns. */
export function changeRow(change: ChangeForm): string[] {
  return [
    String(change.revision).padStart("REVISION".length),
    change.at.slice(0, 19).replace("T", " "),
    printable(change.actor.name),
    printable(change.action),
    whereOf(change),
    printable(change.comment ?? ""),
  ];
}

function whereOf(change: ChangeForm): string {
  const { environment, items } = change;
  const named = [nameOfItem(change), environment].filter((name) => name !== undefined).map(printable);
  const more = items.length > 1 ? ` and ${items.length - 1} more` : "";
  return `${named.join(", ")}${more}`;
}

const headLine = ({ revision, head }: { revision: number; head: string }, colours: Colours): string =>
  head === "" ? "" : colours.dim(`head ${head} (revision ${revision})`);
