import type { Command } from "commander";
import { table } from "./output/table.ts";
import { commonOptions } from "./syntax.ts";

/** How many of the commands, from the first, are what people want when they are in a hurry. */
const urgent = 6;

/** The first page of help. It fits a screen of 24 lines of 80, the prompt after it included. */
export function rootHelp(program: Command): string {
  const lines = program.commands.map((command) => [`  ${nameOf(command)}`, summaryOf(command)]);
  const width = Math.max(...lines.map(([name = ""]) => name.length));
  const rows = (from: number, to?: number) =>
    table(lines.slice(from, to).map(([name = "", summary = ""]) => [name.padEnd(width), summary]));
  return `${[
    "Usage: bannerol <command> [options]     bannerol <command> --help, --version",
    "At three in the morning:",
    rows(0, urgent),
    "Every day:",
    rows(urgent),
    "Every command, before the verb or after it:",
    table(pairs(commonOptions.map(({ flags, brief }) => [flags, brief]))),
  ].join("\n")}\n`;
}

/** Two options on a line. */
function pairs(options: readonly (readonly string[])[]): string[][] {
  const rows: string[][] = [];
  for (let at = 0; at < options.length; at += 2) {
    const [first = [], second = []] = options.slice(at, at + 2);
    rows.push([`  ${first[0]}`, `${first[1]}`.padEnd(20), ...second]);
  }
  return rows;
}

function nameOf(command: Command): string {
  const args = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
  return [command.name(), ...args].join(" ");
}

/** A noun's verbs say more than any sentence about it. */
function summaryOf(command: Command): string {
  if (command.summary() !== "") return command.summary();
  return command.commands.length === 0 ? command.description() : command.commands.map((verb) => verb.name()).join("|");
}
