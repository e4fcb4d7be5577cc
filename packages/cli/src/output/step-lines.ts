/** The steps of a decision as lines: marked, indented, and folded where they would not fit. */
import type { Colours } from "./colour.ts";

/** How a step came out: it holds, it does not, it could not be made out, or it is no question. */
export type Mark = "yes" | "no" | "trouble" | "none";

export interface StepLine {
  readonly depth: number;
  readonly mark: Mark;
  readonly text: string;
  /** The step that the answer came from. */
  readonly decided?: boolean;
}

/** Fits the narrowest terminal that people have; a wider one gains nothing, since sentences are read and not scanned. */
export const WIDTH = 80;
const NARROWEST = 24;

const signs: { readonly [mark in Mark]: string } = { yes: "✓", no: "✗", trouble: "!", none: " " };

export function renderLines(lines: readonly StepLine[], colours: Colours): string {
  return lines.map((line) => render(line, colours)).join("\n");
}

function render({ depth, mark, text, decided = false }: StepLine, colours: Colours): string {
  const paint = { yes: colours.green, no: colours.red, trouble: colours.yellow, none: (sign: string) => sign }[mark];
  const before = `${decided ? colours.bold(colours.cyan("→")) : " "} ${"  ".repeat(depth)}${paint(signs[mark])} `;
  const indent = 4 + 2 * depth;
  const [first = "", ...rest] = fold(text, Math.max(WIDTH - indent, NARROWEST));
  const shown = (part: string) => (decided ? colours.bold(part) : part);
  return [before + shown(first), ...rest.map((part) => `${" ".repeat(indent + 2)}${shown(part)}`)].join("\n");
}

/** Folds at spaces. What follows the first line stands two further in, so as not to look like a step of its own. */
export function fold(text: string, width: number): string[] {
  const folded: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const room = folded.length === 0 ? width : width - 2;
    if (line !== "" && line.length + 1 + word.length > room) {
      folded.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...folded, line];
}
