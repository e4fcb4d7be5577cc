/** Whether both kinds of engine take a pattern: JavaScript's, which runs it, and RE2's, which ports may run. Pure. */
import { RE2JS } from "re2js";

/** What one engine has and the other has not, in words; looked for outside classes, where they are plain characters. */
const special: readonly (readonly [RegExp, string])[] = [
  [/^\(\?[=!]/, "a look-ahead"],
  [/^\(\?<[=!]/, "a look-behind"],
  [/^\\([1-9]|k)/, "a back-reference"],
  [/^\(\?P</, "a group named in Python's way; write (?<name>…)"],
  [/^\(\?[a-zA-Z-]+[:)]/, "flags inside; to ignore case, set ignoreCase on the test"],
];

const PIECE = /\\.|\[(?:\\.|[^\\\]])*\]|\(\?(?:<[=!]|P<|[=!]|[a-zA-Z-]+[:)])|./gsu;

/** Why a pattern cannot be used everywhere, in a sentence; `undefined` where it can. */
export function whyUnreadable(source: string, ignoreCase: boolean): string | undefined {
  const found = specialIn(source);
  if (found !== undefined) {
    return `The pattern has ${found}. Patterns are what RE2 and JavaScript both take: no look-around, no back-references.`;
  }
  const javascript = reasonOf(() => new RegExp(source, ignoreCase ? "iu" : "u"));
  if (javascript !== undefined) return `JavaScript does not take the pattern: ${javascript}. Correct it.`;
  const re2 = reasonOf(() => RE2JS.compile(source, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0));
  return re2 === undefined ? undefined : `RE2 does not take the pattern: ${re2}. Write it in what both have.`;
}

function specialIn(source: string): string | undefined {
  for (const [piece] of source.matchAll(PIECE)) {
    const found = special.find(([form]) => form.test(piece));
    if (found !== undefined) return found[1];
  }
  return undefined;
}

function reasonOf(compile: () => unknown): string | undefined {
  try {
    compile();
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.replace(/^error parsing regexp: |^Invalid regular expression: .*\/[a-z]*: /su, "");
  }
}
