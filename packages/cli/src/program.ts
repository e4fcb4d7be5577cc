import { Command, CommanderError, Option } from "commander";
import type { Action } from "./call.ts";
import { UsageError } from "./errors.ts";
import { rootHelp } from "./help.ts";
import { commands } from "./registry.ts";
import { type CommandSyntax, commonOptions, nameOf, type OptionSyntax, optionsOf, type VerbSyntax } from "./syntax.ts";
import { version } from "./version.ts";
import { Words } from "./words.ts";

/** What the command line asks for: a command, or a text about the commands. */
export type Request =
  | { readonly kind: "command"; readonly action: Action; readonly words: Words }
  | { readonly kind: "help" | "version"; readonly text: string };

/** Reads what was typed. Throws `UsageError` where it is not meant so; runs nothing. */
export async function readCommandLine(argv: readonly string[]): Promise<Request> {
  let request: Request | undefined;
  const printed: string[] = [];
  const program = createProgram({
    receive: (found) => {
      request = found;
    },
    print: (text) => printed.push(text),
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode !== 0) throw error;
    const kind = error.code === "commander.version" ? "version" : "help";
    return { kind, text: printed.join("").trimEnd() };
  }
  if (request === undefined) throw noCommand(program);
  return request;
}

interface Listener {
  readonly receive: (request: Request) => void;
  /** Takes the text of help pages. */
  readonly print: (text: string) => void;
}

export function createProgram(listener: Listener): Command {
  const program = new Command("bannerol");
  // Before the commands are added, which inherit it. Errors are printed by whoever catches them.
  program.configureOutput({ writeOut: listener.print, writeErr: () => {}, outputError: () => {} });
  program.description("feature flags").version(version, "-V, --version", "print the version");
  program.helpOption("-h, --help", "explain a command").helpCommand(false);
  program.configureHelp({ helpWidth: 80 });
  program.helpInformation = () => rootHelp(program);
  addCommonOptions(program, false);
  throwUsage(program);
  for (const syntax of commands) add(program, syntax, listener);
  return program;
}

function add(parent: Command, syntax: CommandSyntax, listener: Listener): void {
  if (!("noun" in syntax)) {
    addVerb(parent, syntax, listener);
    return;
  }
  const noun = parent.command(syntax.noun).description(syntax.summary).helpCommand(false);
  if (syntax.brief !== undefined) noun.summary(syntax.brief);
  addCommonOptions(noun, true);
  throwUsage(noun);
  for (const verb of syntax.verbs) addVerb(noun, verb, listener);
}

function addVerb(parent: Command, syntax: VerbSyntax, listener: Listener): void {
  const verb = parent.command(syntax.usage).description(syntax.summary);
  for (const option of optionsOf(syntax)) verb.addOption(toOption(option));
  addCommonOptions(verb, true);
  verb.addHelpText(
    "after",
    `\nExample: ${syntax.example}\nEvery command takes the options that \`bannerol --help\` names last.`,
  );
  throwUsage(verb);
  verb.action(async () => listener.receive({ kind: "command", action: await load(syntax), words: wordsOf(verb) }));
  if (syntax.brief !== undefined) verb.summary(syntax.brief);
  const below = syntax.verbs ?? [];
  if (below.length === 0) return;
  verb.helpCommand(false).summary(`${syntax.brief ?? syntax.summary}; ${below.map(nameOf).join("|")}`);
  for (const each of below) addVerb(verb, each, listener);
}

async function load({ load, waits }: VerbSyntax): Promise<Action> {
  const action = await load();
  return waits ? (await import("./wait/with-wait.ts")).withWait(action) : action;
}

/** Commander keeps an option with the command it stood behind; here each may stand anywhere, so each level has them. */
function addCommonOptions(command: Command, hidden: boolean): void {
  for (const option of commonOptions) command.addOption(toOption(option).hideHelp(hidden));
}

function toOption({ flags, description, choices, required, repeatable }: OptionSyntax): Option {
  const option = new Option(flags, description);
  if (choices) option.choices(choices);
  if (required) option.makeOptionMandatory();
  if (repeatable)
    option.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
  return option;
}

/** Bad usage is an error like others, with a way on. */
function throwUsage(command: Command): void {
  command.exitOverride((error) => {
    if (error.exitCode === 0) throw error;
    if (error.code === "commander.help") throw noCommand(command);
    throw new UsageError(`${sentence(error.message)} See: ${pathOf(command)} --help`);
  });
}

function noCommand(command: Command): UsageError {
  return new UsageError(`Which command?\n\n${command.helpInformation().trimEnd()}`);
}

/** Commander's "error: unknown option '--jsno'\n(Did you mean --json?)" as a sentence. */
function sentence(message: string): string {
  const [said = "", hint] = message.replace(/^error: /, "").split("\n");
  const first = said.charAt(0).toUpperCase() + said.slice(1);
  return `${first.replace(/\.?$/, ".")}${hint === undefined ? "" : ` ${hint.replace(/^\(|\)$/g, "")}`}`;
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** The options of a command and of all above it; the one typed nearest to the verb counts. */
function wordsOf(command: Command): Words {
  const args = new Map<string, string | readonly string[]>();
  command.registeredArguments.forEach((argument, i) => {
    const value: unknown = command.processedArgs[i];
    if (typeof value === "string") args.set(argument.name(), value);
    if (Array.isArray(value)) args.set(argument.name(), value.map(String));
  });
  return new Words(args, optionValues(command));
}

function optionValues(command: Command): Map<string, unknown> {
  const above = command.parent === null ? new Map<string, unknown>() : optionValues(command.parent);
  for (const [name, value] of Object.entries(command.opts())) above.set(name, value);
  return above;
}
