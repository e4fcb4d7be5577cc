/** What a change did, or would do, to each of its documents. */
import type { ChangeItem, ChangeSetAnswer } from "@bannerol/protocol/schemas";
import type { Colours } from "./colour.ts";
import { stamp } from "./describe.ts";
import type { Output } from "./output.ts";
import { oneLine, printable } from "./printable.ts";
import { table } from "./table.ts";

/** One field of a document, before and after. */
export interface Difference {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The answer of a change set or a revert. */
export function touchedOutput(answer: ChangeSetAnswer, what: string): Output {
  const environment = onlyEnvironment(answer);
  const changed = { revision: answer.revision, ...(environment !== undefined && { environment }) };
  return {
    document: answer,
    ...(answer.items.length > 0 && answer.dryRun !== true && { changed }),
    text: (colours) =>
      [headline(answer, what), touchedTable(answer.items, colours), stamp(answer, colours)]
        .filter((part) => part !== "")
        .join("\n"),
  };
}

/** A flag's definition and a segment are seen in every environment. */
export function onlyEnvironment({ items }: ChangeSetAnswer): string | undefined {
  const places = new Set(items.map(({ environment }) => environment));
  const [place] = places;
  return places.size === 1 ? place : undefined;
}

function headline({ items, dryRun }: ChangeSetAnswer, what: string): string {
  if (items.length === 0) return `${what}: it is so already, nothing ${dryRun ? "would change" : "was changed"}`;
  return dryRun ? `${what} would change` : `${what}: done`;
}

export function touchedTable(items: readonly ChangeItem[], colours: Colours): string {
  return table(items.map((item) => [signOf(item, colours), colours.bold(whereOf(item)), fieldsOf(item)]));
}

/** Every field that is different, on a line of its own. */
export function differenceLines(item: ChangeItem, colours: Colours): string {
  const head = `${signOf(item, colours)} ${colours.bold(whereOf(item))}`;
  const lines = differences(item).map(({ field, before, after }) => [
    `    ${printable(field)}`,
    before === undefined ? "" : shortened(before),
    `→ ${after === undefined ? "left out" : shortened(after)}`,
  ]);
  return lines.length === 0 ? head : `${head}\n${table(lines)}`;
}

function signOf({ before, after }: ChangeItem, colours: Colours): string {
  if (before === null) return colours.green("+");
  return after === null ? colours.red("-") : colours.yellow("~");
}

/** What people call it, but where it is. */
export function nameOfItem(item: ChangeItem): string | undefined {
  const kind = spelledOut.find((one) => item[one] !== undefined);
  if (kind !== undefined) return `${kind} ${item[kind]}`;
  const drawn = drawnIds.find((one) => item[one] !== undefined);
  if (drawn === undefined) return item.flag ?? item.segment ?? item.key;
  const name = fieldMap(item.after ?? item.before).get("name");
  return typeof name === "string" && name !== "" ? `${drawn} ${name} (${item[drawn]})` : `${drawn} ${item[drawn]}`;
}

/** What is no flag, segment or key by the look of it. */
const spelledOut = ["invariant", "freeze", "project"] as const;
/** What is called by an id that nobody knows by heart. */
const drawnIds = ["user", "token", "webhook"] as const;

function whereOf(item: ChangeItem): string {
  const { environment } = item;
  const what = nameOfItem(item);
  if (what === undefined) return printable(environment ?? "");
  return environment === undefined ? printable(what) : `${printable(what)} in ${printable(environment)}`;
}

function fieldsOf(item: ChangeItem): string {
  if (item.before === null) return "new";
  if (item.after === null) return "removed";
  return differences(item)
    .map(({ field }) => printable(field))
    .join(", ");
}

export function differences({ before, after }: ChangeItem): readonly Difference[] {
  const [was, is] = [fieldMap(before), fieldMap(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((field) => ({ field, before: was.get(field), after: is.get(field) }))
    .filter((one) => JSON.stringify(one.before) !== JSON.stringify(one.after));
}

function fieldMap(document: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof document === "object" && document !== null ? Object.entries(document) : []);
}

/** Long lists are told by their beginning. */
const SHOWN = 200;

function shortened(value: unknown): string {
  const text = oneLine(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
