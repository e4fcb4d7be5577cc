/** Control characters, direction marks and the like, invisible separators: nothing that has a shape of its own. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`,
  ).join("");

/**
 * Text that other people wrote, made safe for a terminal: a description that holds escape sequences could otherwise
 * rewrite the screen, and one that holds direction marks could read as something else.
 */
export function printable(text: string): string {
  return text.replace(invisible, escaped);
}

/** One JSON document, indented, that stays JSON and is safe for a terminal too. */
export function printableJson(document: unknown): string {
  return (JSON.stringify(document, null, 2) ?? "null").replace(invisible, (character) =>
    character === "\n" ? character : escaped(character),
  );
}

/** A value on one line, as people write it. */
export function oneLine(value: unknown): string {
  return printable(JSON.stringify(value) ?? "undefined");
}
