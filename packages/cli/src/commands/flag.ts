import type {
  FlagChanged,
  FlagCreate,
  FlagForm,
  FlagPatch,
  FlagSummary,
  FlagsQuery,
  StaleFlag,
} from "@bannerol/protocol/schemas";
import { type Action, openSession } from "../call.ts";
import { flagKinds, flagTypes, oneOf } from "../choices.ts";
import { commentOf } from "../comment.ts";
import { UsageError } from "../errors.ts";
import type { Colours } from "../output/colour.ts";
import { describeServe, describeState, stamp } from "../output/describe.ts";
import type { Output } from "../output/output.ts";
import { oneLine, printable } from "../output/printable.ts";
import { table } from "../output/table.ts";
import { collect } from "../pages.ts";
import { mayChange } from "../protection.ts";
import { readVariants } from "../variants.ts";
import type { Words } from "../words.ts";

export const create: Action = async (call) => {
  const request = readFlag(call.words);
  const { admin, project } = await openSession(call);
  const { body } = await admin.flags.create(project, request);
  return { ...changed(body, "created, disabled everywhere"), notes: nextStep(body) };
};

/** A rollout that works as it stands; none of a flag with one variant, which there is nothing to roll out of. */
function nextStep({ key, type, variants, environments }: FlagChanged): string[] {
  const [environment, targeting] = Object.entries(environments)[0] ?? [];
  const variant = variants.find((one) => one.key !== targeting?.off);
  if (environment === undefined || variant === undefined) return [];
  const named = type === "boolean" ? "" : ` --variant ${printable(variant.key)}`;
  return [`Next: bannerol rollout ${printable(key)} 25${named} --env ${environment} --enable`];
}

export const list: Action = async (call) => {
  const { admin, project } = await openSession(call);
  const query = readQuery(call.words);
  const { items } = await collect((page) => admin.flags.list(project, { ...query, ...page }));
  return {
    document: { items },
    text: (colours) => flagTable(items, colours),
    ...(items.length === 0 && { notes: ["No flags. Make one: bannerol flag create new-checkout"] }),
  };
};

export const stale: Action = async (call) => {
  const { admin, project } = await openSession(call);
  const { items } = (await admin.flags.stale(project)).body;
  return {
    document: { items },
    text: (colours) => staleTable(items, colours),
    notes:
      items.length === 0
        ? ["No stale flags."]
        : ["Take each out of the code, then: bannerol flag archive, which keeps it off while anybody asks for it."],
  };
};

export const show: Action = async (call) => {
  const { admin, project } = await openSession(call);
  const { body } = await admin.flags.get({ project, flag: call.words.argument("flag") });
  return { document: body, text: (colours) => flagPage(body, colours) };
};

export const update: Action = async (call) => {
  const asked = readDefinition(call.words);
  const added = call.words.list("variant");
  if (Object.keys(asked).length === 0 && added.length === 0)
    throw new UsageError("What shall change? Name --description, --kind, --owner, --tag or --variant.");
  const session = await openSession(call);
  const { admin, project } = session;
  const name = { project, flag: call.words.argument("flag") };
  const { body: flag, etag: ifMatch } = await admin.flags.get(name);
  const variants = added.length === 0 ? {} : { variants: withVariants(flag, added) };
  await mayChange(call, session, { what: `change ${name.flag}` });
  const { body } = await admin.flags.update(name, { ...asked, ...variants, ...commentOf(call.words) }, { ifMatch });
  return changed(body, "changed");
};

/** Those that it has, some with another value, then new ones. */
function withVariants({ variants, type }: FlagForm, texts: readonly string[]): NonNullable<FlagPatch["variants"]> {
  const values = new Map(readVariants(texts, type).map(({ key, value }) => [key, value]));
  const all = new Map([...variants.map(({ key, value }) => [key, value] as const), ...values]);
  return [...all].map(([key, value]) => ({ key, value }));
}

export const archive: Action = async (call) => retire(call, "archive", "archived: off everywhere, out of the list");
export const restore: Action = async (call) => retire(call, "restore", "restored, as it was");

async function retire(call: Parameters<Action>[0], verb: "archive" | "restore", state: string): Promise<Output> {
  const session = await openSession(call);
  const { admin, project } = session;
  const name = { project, flag: call.words.argument("flag") };
  const { etag: ifMatch } = await admin.flags.get(name);
  await mayChange(call, session, { what: `${verb} ${name.flag}` });
  const { body } = await admin.flags[verb](name, commentOf(call.words), { ifMatch });
  return changed(body, state);
}

function changed(flag: FlagChanged, state: string): Output {
  return {
    document: flag,
    changed: { revision: flag.revision },
    text: (colours) => `${colours.bold(printable(flag.key))} ${state}\n${stamp(flag, colours)}`,
  };
}

function readFlag(words: Words): FlagCreate {
  const type = oneOf(flagTypes, words.option("type"));
  const variants = readVariants(words.list("variant"), type ?? "boolean");
  return {
    key: words.argument("flag"),
    ...(type !== undefined && { type }),
    ...readDefinition(words),
    ...(variants.length > 0 && { variants }),
    ...(words.has("clientSide") && { clientSide: true }),
    ...(words.has("reuseArchivedKey") && { reuseArchivedKey: true }),
    ...commentOf(words),
  };
}

/** What may be named when a flag is made, and changed later. */
function readDefinition(words: Words): Pick<FlagPatch, "kind" | "description" | "owner" | "tags"> {
  const kind = oneOf(flagKinds, words.option("kind"));
  const tags = words.list("tag");
  const [description, owner] = [words.option("description"), words.option("owner")];
  return {
    ...(kind !== undefined && { kind }),
    ...(description !== undefined && { description }),
    ...(owner !== undefined && { owner }),
    ...(tags.length > 0 && { tags: [...tags] }),
  };
}

function readQuery(words: Words): FlagsQuery {
  const [q, tag, owner] = [words.option("search"), words.option("tag"), words.option("owner")];
  return {
    ...(q !== undefined && { q }),
    ...(tag !== undefined && { tag }),
    ...(owner !== undefined && { owner }),
    ...(words.has("archived") && { archived: "true" as const }),
  };
}

function flagTable(flags: readonly FlagSummary[], colours: Colours): string {
  if (flags.length === 0) return "";
  const environments = [...new Set(flags.flatMap((flag) => Object.keys(flag.environments)))];
  const head = ["FLAG", "TYPE", ...environments.map((key) => printable(key).toUpperCase()), "DESCRIPTION"];
  const rows = flags.map((flag) => [
    colours.bold(printable(flag.key)),
    flag.type,
    ...environments.map((key) => describeSwitch(flag.environments[key], colours)),
    printable(flag.description),
  ]);
  return table([head.map((cell) => colours.dim(cell)), ...rows]);
}

const describeSwitch = (state: { readonly enabled: boolean } | undefined, colours: Colours): string =>
  state?.enabled ? describeState(state, colours) : "-";

function flagPage(flag: FlagForm, colours: Colours): string {
  const facts = [
    ["kind", flag.kind],
    ["owner", printable(flag.owner)],
    ["tags", flag.tags.map(printable).join(", ")],
    ["variants", flag.variants.map(({ key, value }) => `${printable(key)} = ${oneLine(value)}`).join(", ")],
    ["browsers", flag.clientSide ? "may see it" : ""],
    ["archived", flag.archivedAt ?? ""],
  ].filter(([, value]) => value !== "");
  return [
    `${colours.bold(printable(flag.key))}  ${flag.type}`,
    ...(flag.description === "" ? [] : [printable(flag.description)]),
    "",
    table(facts),
    "",
    targetingTable(flag, colours),
  ].join("\n");
}

function targetingTable(flag: FlagForm, colours: Colours): string {
  const head = ["ENVIRONMENT", "STATE", "OFF", "RULES", "TARGETS", "EVERYBODY ELSE", "REVISION"];
  const rows = Object.entries(flag.environments).map(([environment, targeting]) => [
    printable(environment),
    describeState(targeting, colours),
    printable(targeting.off),
    String(targeting.rules.length),
    String(targeting.targets.reduce((sum, { keys }) => sum + keys.length, 0)),
    describeServe(targeting.fallthrough, targeting.off),
    String(targeting.revision),
  ]);
  return table([head.map((cell) => colours.dim(cell)), ...rows]);
}

function staleTable(flags: readonly StaleFlag[], colours: Colours): string {
  const rows = flags.map(({ flag, kind, owner, expectedLifetimeDays, serves, lastAskedAt }) => [
    printable(flag),
    kind,
    oneLine(owner),
    serves === undefined ? "" : `everybody gets ${printable(serves)}`,
    lastAskedAt === undefined ? "never asked for" : `last asked for ${lastAskedAt}`,
    colours.dim(`past ${expectedLifetimeDays} days`),
  ]);
  return table(rows);
}
