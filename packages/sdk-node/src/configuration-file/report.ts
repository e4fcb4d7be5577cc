/** What is told of a configuration file. Pure. */
import type { ClientProblem, FilePlace } from "@bannerol/client";

const PLACES_SHOWN = 10;

/** `inForce`: whether something of it was read before. */
export function unreadable(name: string, reason: string, inForce: boolean): ClientProblem {
  return { code: "file_unreadable", message: `${name} cannot be read. ${reason} ${meanwhile(inForce)}` };
}

export function invalid(name: string, places: readonly FilePlace[], inForce: boolean): ClientProblem {
  const message = `${name} holds no ruleset that can be used. ${meanwhile(inForce)}${listed(name, places)}`;
  return { code: "file_invalid", message, places };
}

export function flawed(name: string, places: readonly FilePlace[]): ClientProblem {
  const message = `${name} is in use, but not all of it: a flag that cannot be read serves the caller's default, a rule that is not understood does not match, and a field that there is not says nothing.${listed(name, places)}`;
  return { code: "file_flawed", message, places };
}

function meanwhile(inForce: boolean): string {
  return inForce ? "What was read before stays in force." : "Until it can be used, evaluation serves defaults.";
}

/** One place a line, in the form that editors and terminals make a link of. */
function listed(name: string, places: readonly FilePlace[]): string {
  const lines = places.slice(0, PLACES_SHOWN).map(({ line, column, path, message }) => {
    const where = path === "" ? "" : `${path}: `;
    return `\n  ${name}:${line}:${column} ${where}${message}`;
  });
  const more = places.length - PLACES_SHOWN;
  return lines.join("") + (more > 0 ? `\n  and ${more} more` : "");
}
