import type { Io } from "../io.ts";
import { readPlacedFile } from "../placed-file.ts";
import { checkStatements } from "./check.ts";
import type { Statement } from "./statement.ts";

/** The statements of a file. Throws `CliError` (exit code 2) with line and column where they cannot be read. */
export async function readStatements(io: Pick<Io, "stdin" | "folder">, name: string): Promise<readonly Statement[]> {
  const file = await readPlacedFile(io, name);
  const checked = checkStatements(file.value);
  if (!checked.ok) throw file.refuse(checked.faults);
  return checked.statements;
}
