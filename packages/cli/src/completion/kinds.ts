/** What an argument or an option takes, where a server or the file system knows what there is. Pure. */

export type ValueKind =
  | "approvals"
  | "environments"
  | "flags"
  | "invariants"
  | "keys"
  | "projects"
  | "segments"
  | "tokens"
  | "users"
  | "webhooks";

const byArgument: ReadonlyMap<string, ValueKind | "files"> = new Map([
  ["environment", "environments"],
  ["file", "files"],
  ["files", "files"],
  ["flag", "flags"],
  ["flags", "flags"],
  ["from", "environments"],
  ["invariant", "invariants"],
  ["segment", "segments"],
  ["to", "environments"],
  ["user", "users"],
]);

/** What an argument called `id` names, by the first word of the command. */
const idsOf: ReadonlyMap<string, ValueKind> = new Map([
  ["approvals", "approvals"],
  ["approve", "approvals"],
  ["key", "keys"],
  ["reject", "approvals"],
  ["token", "tokens"],
  ["webhook", "webhooks"],
  ["withdraw", "approvals"],
]);

/** By flags as the registry has them, since one name may take other things elsewhere. */
const byOption: ReadonlyMap<string, ValueKind | "files"> = new Map([
  ["--contexts <file>", "files"],
  ["--env <key>", "environments"],
  ["--file <file>", "files"],
  ["--file <flags>", "files"],
  ["--flag <key>", "flags"],
  ["--from <environment>", "environments"],
  ["--out <file>", "files"],
  ["--project <key>", "projects"],
  ["--segment <key>", "segments"],
  ["--user <user>", "users"],
]);

export function argumentValues(name: string, noun: string): ValueKind | "files" | undefined {
  return name === "id" ? idsOf.get(noun) : byArgument.get(name);
}

export function optionValues(flags: string): ValueKind | "files" | undefined {
  return byOption.get(flags);
}
