import type { Command } from "commander";
import { table } from "./output/table.ts";
import { commonOptions } from "./syntax.ts";

/** How many of the commands, from the first, are what people want when they are in a hurry. */
const urgent = 6;

/** How many come after them that have a line of their own. */
const daily = 3;
const WIDTH = 80;

/** The first page of help. It fits a screen of 24 lines of 80, the prompt after it included. */
export function rootHelp(program: Command): string {
  const [night, everyday] = [program.commands.slice(0, urgent), program.commands.slice(urgent, urgent + daily)];
  const others = program.commands.slice(urgent + daily);
  const rows = (commands: readonly Command[]) =>
    table(commands.map((command) => [`  ${nameOf(command)}`, summaryOf(command)]));
  const isExplained = (command: Command) => command.summary() !== "";
  const explained = others.filter(isExplained).map((command) => [`  ${command.name()}`, summaryOf(command)]);
  const named = others.filter((command) => !isExplained(command)).map((command) => command.name());
  return `${[
    "Usage: bannerol <command> [options]     bannerol <command> --help, --version",
    "At three in the morning:",
    rows(night),
    "Every day:",
    rows(everyday),
    table(pairs(explained)),
    ...wrapped(["  and", ...named]),
    "Every command, before the verb or after it:",
    table(pairs(commonOptions.map(({ flags, brief }) => [`  ${flags}`, brief.padEnd(20)]))),
  ].join("\n")}\n`;
}

/** Words, as many as fit a line; further lines begin below the second one. */
function wrapped([first = "", ...words]: readonly string[]): readonly string[] {
  const lines = [first];
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`;
    if (longer.length <= WIDTH) lines[lines.length - 1] = longer;
    else lines.push(`${" ".repeat(first.length)} ${word}`);
  }
  return lines;
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
