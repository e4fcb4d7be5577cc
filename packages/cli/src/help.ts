import type { Command } from "commander";
import { table } from "./output/table.ts";
import { commonOptions } from "./syntax.ts";

/** How many of the commands, from the first, are what people want when they are in a hurry. */
const urgent = 6;

/** What is said of a command in so many characters stands beside another one. */
const HALF = 36;

/** The first page of help. It fits a screen of 24 lines of 80, the prompt after it included. */
export function rootHelp(program: Command): string {
  const [night, everyday] = [program.commands.slice(0, urgent), program.commands.slice(urgent)];
  const isShort = (command: Command) => summaryOf(command).length <= HALF;
  const width = Math.max(...night.map((command) => nameOf(command).length));
  const rows = (commands: readonly Command[]) =>
    table(commands.map((command) => [`  ${nameOf(command).padEnd(width)}`, summaryOf(command)]));
  const short = everyday.filter(isShort).map((command) => [`  ${command.name()}`, summaryOf(command)]);
  return `${[
    "Usage: bannerol <command> [options]     bannerol <command> --help, --version",
    "At three in the morning:",
    rows(night),
    "Every day:",
    rows(everyday.filter((command) => !isShort(command))),
    table(pairs(short)),
    "Every command, before the verb or after it:",
    table(pairs(commonOptions.map(({ flags, brief }) => [`  ${flags}`, brief.padEnd(20)]))),
  ].join("\n")}\n`;
}

/** Two on a line. */
function pairs(rows: readonly (readonly string[])[]): string[][] {
  return rows.flatMap((row, at) =>
    at % 2 === 0 ? [[...row, ...(rows[at + 1] ?? []).map((cell) => cell.trim())]] : [],
  );
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
