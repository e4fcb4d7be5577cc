/** A project's flags as TypeScript's compiler takes them. Pure: the same flags give the same text, byte for byte. */
import type { FlagList } from "@bannerol/protocol/schemas";
import { printable } from "./output/printable.ts";

type DeclaredFlag = Pick<FlagList["items"][number], "key" | "type" | "description">;

/** What a flag of each type may serve. Of a string flag any text, since a variant may come without a build. */
const typeIn: { readonly [type in DeclaredFlag["type"]]: string } = {
  boolean: "boolean",
  string: "string",
  number: "number",
  json: "unknown",
};

/** `from` says of which project; nothing is said of when, so that what changes is what the flags are. */
export function declarationsOf(flags: readonly DeclaredFlag[], from: string): string {
  const inOrder = [...flags].sort((a, b) => (a.key < b.key ? -1 : 1));
  return [
    `// Written by \`bannerol generate types\` from ${printable(from)}. Write it again rather than edit it.`,
    "export {};",
    "",
    "declare global {",
    "  interface BannerolFlags {",
    ...inOrder.flatMap(memberOf).map((line) => `    ${line}`),
    "  }",
    "}",
  ].join("\n");
}

function memberOf({ key, type, description }: DeclaredFlag): readonly string[] {
  return [...commentOf(description), `${JSON.stringify(key)}: ${typeIn[type]};`];
}

/** Whatever people wrote, it stays a comment, and shows nothing that it is not. */
function commentOf(description: string): readonly string[] {
  const lines = description
    .trim()
    .split(/\r\n|\r|\n/)
    .map((line) => printable(line.trimEnd()).replaceAll("*/", "*\\/"));
  if (lines.length > 1) return ["/**", ...lines.map((line) => ` * ${line}`.trimEnd()), " */"];
  return lines[0] === "" ? [] : [`/** ${lines[0]} */`];
}
