import type { Command } from "commander";
import { table } from "./output/table.ts";
import { commonOptions } from "./syntax.ts";

/** How many of the commands, from the first, are what people want when they are in a hurry. */
const urgent = 5;

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
    table(commonOptions.map(({ flags, description }) => [`  ${flags}`.padEnd(width), description])),
  ].join("\n")}\n`;
}

function nameOf(command: Command): string {
  const args = command.registeredArguments.map((argument) => `<${argument.name()}>`);
  return [command.name(), ...args].join(" ");
}

/** A noun's verbs say more than any sentence about it. */
function summaryOf(command: Command): string {
  return command.commands.length === 0 ? command.description() : command.commands.map((verb) => verb.name()).join("|");
}
