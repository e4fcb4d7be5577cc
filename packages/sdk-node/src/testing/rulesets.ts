/** For tests: a text that can be told whole from cut off, of a size that takes more than one write. */
export function rulesetText(revision: number): string {
  return `${revision}:${"x".repeat(200_000)}:${revision}`;
}

export function revisionOf(text: string): number | undefined {
  const revision = Number(text.slice(0, text.indexOf(":")));
  return text === rulesetText(revision) ? revision : undefined;
}
