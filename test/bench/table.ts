/** A table in Markdown, its columns aligned, so that it reads in a terminal and pastes into a document. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((cells) => (cells[column] ?? "").length)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, at) => (at === 0 ? (cells[at] ?? "").padEnd(width) : (cells[at] ?? "").padStart(width))).join(" | ")} |`;
  const rule = widths.map((width, at) => (at === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

/** Three digits are as many as are worth reading. */
export function shortNumber(value: number): string {
  if (value >= 100_000) return `${Math.round(value / 1_000).toLocaleString("en")}k`;
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(1);
}
