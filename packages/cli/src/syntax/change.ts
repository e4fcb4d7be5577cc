import { comment, type NounSyntax, type VerbSyntax } from "../syntax.ts";
import { logOptions } from "./everyday.ts";

/** The short way to `change apply`. */
export const applyCommand: VerbSyntax = {
  usage: "apply <file>",
  summary: "make one change of many documents: all of them or none",
  options: [{ flags: "--dry-run", description: "show what would change, and change nothing" }, comment],
  waits: true,
  example: "bannerol apply release.json --dry-run",
  load: async () => (await import("../commands/change.ts")).apply,
};

export const changeCommands: NounSyntax = {
  noun: "change",
  summary: "changes of many documents at once, and what was changed",
  verbs: [
    { ...applyCommand, example: "bannerol change apply release.json --dry-run" },
    {
      usage: "show <revision>",
      summary: "show one change, with what was before and after",
      example: "bannerol change show 41",
      load: async () => (await import("../commands/change.ts")).show,
    },
    {
      usage: "list",
      summary: "show the history, as log does",
      options: logOptions,
      example: "bannerol change list --flag new-checkout",
      load: async () => (await import("../commands/log.ts")).log,
    },
  ],
};
