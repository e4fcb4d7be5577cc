import { stripVTControlCharacters } from "node:util";

/** How many columns a text takes; colour takes none. */
export const widthOf = (text: string): number => stripVTControlCharacters(text).length;

/** Rows in aligned columns, two spaces apart; colour takes no room, and no line ends in spaces. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, widthOf(cell));
    });
  }
  return rows.map((row) => line(row, widths)).join("\n");
}

function line(row: readonly string[], widths: readonly number[]): string {
  const last = row.reduce((found, cell, i) => (cell === "" ? found : i), -1);
  return row
    .slice(0, last + 1)
    .map((cell, i) => (i === last ? cell : cell + " ".repeat((widths[i] ?? 0) - widthOf(cell))))
    .join("  ");
}
