import type { Action } from "./call.ts";

/** One command as it is typed: what `program.ts` makes of it is parsed, helped with and documented. */
export interface VerbSyntax {
  /** The verb and its arguments: `create <flag>`. */
  readonly usage: string;
  /** One line, in the imperative. */
  readonly summary: string;
  /** For the first page of help, where two may stand on a line, and the verbs below behind it. */
  readonly brief?: string;
  readonly options?: readonly OptionSyntax[];
  /** Makes a change that SDKs see: takes `--wait`. */
  readonly waits?: true;
  /** A command as somebody would type it. */
  readonly example: string;
  readonly load: () => Promise<Action>;
  /** Commands below one that does something by itself: `server` and `server backup`. */
  readonly verbs?: readonly VerbSyntax[];
}

export interface OptionSyntax {
  readonly flags: string;
  readonly description: string;
  /** For the first page of help, where two stand on a line. */
  readonly brief?: string;
  readonly choices?: readonly string[];
  readonly required?: boolean;
  /** May be given several times. */
  readonly repeatable?: boolean;
}

/** Verbs that belong to one noun: `bannerol flag create`. */
export interface NounSyntax {
  readonly noun: string;
  readonly summary: string;
  /** For the first page of help, where its verbs would take too much room. */
  readonly brief?: string;
  readonly verbs: readonly VerbSyntax[];
}

export type CommandSyntax = VerbSyntax | NounSyntax;

export const comment: OptionSyntax = { flags: "--comment <text>", description: "why; kept in the history" };

/** Of every command that puts one secret in another's place. */
export const overlap: OptionSyntax = {
  flags: "--overlap <time>",
  description: "how long the old one still works; 24h unless named",
};

/** Of every command that `waits`. */
export const waits: readonly OptionSyntax[] = [
  { flags: "--wait [share]", description: "until all connected SDKs have it, or a share: 99%" },
  { flags: "--wait-timeout <time>", description: "how long --wait waits; 60s unless named" },
];

/** What every command takes, before the verb or after it. */
export const commonOptions: readonly (OptionSyntax & { readonly brief: string })[] = [
  { flags: "--env <key>", description: "the environment (BANNEROL_ENV)", brief: "BANNEROL_ENV" },
  {
    flags: "--project <key>",
    description: "the project (BANNEROL_PROJECT; default)",
    brief: "BANNEROL_PROJECT",
  },
  {
    flags: "--url <address>",
    description: "the server (BANNEROL_URL; http://localhost:4400)",
    brief: "BANNEROL_URL",
  },
  { flags: "--token <token>", description: "who you are (BANNEROL_TOKEN)", brief: "BANNEROL_TOKEN" },
  { flags: "--json", description: "one JSON document on standard output, alone", brief: "one document, alone" },
  { flags: "--yes", description: "ask nothing", brief: "ask nothing" },
];

/** The word that calls it: `flag`, `create`. */
export function nameOf(syntax: CommandSyntax): string {
  return "noun" in syntax ? syntax.noun : (syntax.usage.split(" ")[0] ?? "");
}

/** What a verb takes of its own. */
export function optionsOf({ options = [], waits: isWaiting }: VerbSyntax): readonly OptionSyntax[] {
  return isWaiting ? [...options, ...waits] : options;
}

/** The words of each command, arguments left out: `["flag", "create"]`. */
export function pathsOf(syntax: CommandSyntax): readonly (readonly string[])[] {
  const below = (syntax.verbs ?? []).map((verb) => [nameOf(syntax), nameOf(verb)]);
  return "noun" in syntax ? below : [[nameOf(syntax)], ...below];
}
