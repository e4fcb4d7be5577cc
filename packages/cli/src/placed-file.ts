/** Files that people write, YAML or JSON, with the places of what is wrong in them. */
import { isNode, LineCounter, parseDocument } from "yaml";
import { CliError } from "./errors.ts";
import { ExitCode } from "./exit-codes.ts";
import { readText } from "./input-file.ts";
import type { Io } from "./io.ts";

type Path = readonly (string | number)[];

export interface PlacedFile {
  readonly value: unknown;
  /** An error that names each place by file, line and column. `path` leads there from the top. */
  readonly refuse: (faults: readonly { readonly path: Path; readonly message: string }[]) => CliError;
}

const options = {
  version: "1.2",
  schema: "core",
  merge: false,
  resolveKnownTags: false,
  stringKeys: true,
  uniqueKeys: true,
  prettyErrors: false,
} as const;

/** JSON is YAML. Throws `CliError` (exit code 2) with line and column where it is neither. */
export async function readPlacedFile(io: Pick<Io, "stdin" | "folder">, name: string): Promise<PlacedFile> {
  const lines = new LineCounter();
  const document = parseDocument(await readText(io, name), { ...options, lineCounter: lines });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const misread = [...document.errors, ...document.warnings];
  if (misread.length > 0) throw unreadable(misread.map(({ pos, message }) => ({ path: at(pos[0]), message })));
  const offsetOf = (path: Path): number => {
    const node = document.getIn(path, true);
    if (isNode(node) && node.range) return node.range[0];
    return path.length === 0 ? 0 : offsetOf(path.slice(0, -1));
  };
  const refuse: PlacedFile["refuse"] = (faults) => {
    const placed = faults.map(({ path, message }) => ({ offset: offsetOf(path), message }));
    placed.sort((a, b) => a.offset - b.offset);
    return unreadable(placed.map(({ offset, message }) => ({ path: at(offset), message })));
  };
  try {
    return { value: document.toJS(), refuse };
  } catch (error) {
    // Aliases that stand for more than a file of people's needs.
    throw refuse([{ path: [], message: error instanceof Error ? error.message : String(error) }]);
  }
}

function unreadable(places: readonly { readonly path: string; readonly message: string }[]): CliError {
  const [first, ...rest] = places;
  const message = `${first?.path ?? ""}: ${first?.message ?? ""}`;
  return new CliError(message, { code: "unreadable", exitCode: ExitCode.usage, errors: rest });
}
