/** What may stand where the cursor is, by the registry of commands. Pure. */
import { type CommandSyntax, commonOptions, nameOf, type OptionSyntax, optionsOf, type VerbSyntax } from "../syntax.ts";
import { argumentValues, optionValues, type ValueKind } from "./kinds.ts";

export interface Candidate {
  readonly value: string;
  /** One line; empty where nothing is to be said. */
  readonly about: string;
}

export interface Completion {
  readonly candidates: readonly Candidate[];
  /** What only a server knows, to be had from it; `start` is what stands before each in the same word. */
  readonly ask?: { readonly kind: ValueKind; readonly of: string; readonly start: string };
  readonly files?: true;
  /** What was said before the cursor, by the names that options have without their dashes. */
  readonly options: ReadonlyMap<string, string>;
}

const help: OptionSyntax = { flags: "-h, --help", description: "explain a command" };

/** `typed` is what stands behind the program's name, up to the cursor; the last word is the one being typed. */
export function complete(commands: readonly CommandSyntax[], typed: readonly string[]): Completion {
  const words = joined(typed);
  const before = new Line(commands);
  for (const word of words.slice(0, -1)) before.take(word);
  return before.next(words.at(-1) ?? "");
}

/** bash makes three words of `--env=production`. */
function joined(typed: readonly string[]): readonly string[] {
  const words: string[] = [];
  typed.forEach((word, i) => {
    const isLast = i === typed.length - 1;
    if (word !== "=" || !words.at(-1)?.startsWith("--")) words.push(word);
    else if (isLast) words.push("");
  });
  return words;
}

/** The words before the cursor, as far as they are understood. */
class Line {
  readonly #options = new Map<string, string>();
  readonly #given = new Set<string>();
  #below: readonly CommandSyntax[];
  #verb: VerbSyntax | undefined;
  /** The first word: what its arguments called `id` are ids of. */
  #noun = "";
  #arguments = 0;
  #awaits: OptionSyntax | undefined;
  #onlyArguments = false;

  constructor(commands: readonly CommandSyntax[]) {
    this.#below = commands;
  }

  take(word: string): void {
    const awaited = this.#awaits;
    this.#awaits = undefined;
    if (awaited !== undefined) this.#options.set(longName(awaited), word);
    else if (word === "--") this.#onlyArguments = true;
    else if (word.startsWith("-") && !this.#onlyArguments) this.#takeOption(word);
    else this.#takeWord(word);
  }

  #takeOption(word: string): void {
    const [name = "", value] = split(word);
    const option = this.#known().find(({ flags }) => namesIn(flags).includes(name));
    if (option === undefined) return;
    this.#given.add(option.flags);
    if (value !== undefined) this.#options.set(longName(option), value);
    else if (option.flags.includes("<")) this.#awaits = option;
  }

  #takeWord(word: string): void {
    const found = this.#arguments === 0 ? this.#below.find((each) => nameOf(each) === word) : undefined;
    if (found === undefined) {
      this.#arguments += 1;
      return;
    }
    this.#noun ||= word;
    this.#verb = "noun" in found ? undefined : found;
    this.#below = found.verbs ?? [];
  }

  next(word: string): Completion {
    const [name = "", value] = word.startsWith("--") ? split(word) : [];
    if (this.#awaits !== undefined) return this.#values(this.#awaits, word, "");
    if (this.#onlyArguments || !word.startsWith("-")) return this.#words(word);
    const option = this.#known().find(({ flags }) => namesIn(flags).includes(name));
    if (value !== undefined) return option === undefined ? this.#only([]) : this.#values(option, value, `${name}=`);
    const open = this.#known().filter(({ flags, repeatable }) => repeatable === true || !this.#given.has(flags));
    return this.#only(
      open
        .map((each) => ({ value: `--${longName(each)}`, about: each.description }))
        .filter((each) => each.value.startsWith(word)),
    );
  }

  #words(word: string): Completion {
    const below = this.#arguments === 0 ? this.#below : [];
    const candidates = below
      .map((each) => ({ value: nameOf(each), about: each.summary }))
      .filter(({ value }) => value.startsWith(word));
    const argument = this.#verb === undefined ? undefined : argumentOf(this.#verb, this.#arguments);
    if (argument === undefined) return this.#only(candidates);
    return { ...this.#asked(argumentValues(argument, this.#noun), word, ""), candidates };
  }

  #values({ flags, choices }: OptionSyntax, word: string, start: string): Completion {
    if (choices === undefined) return this.#asked(optionValues(flags), word, start);
    return this.#only(
      choices.filter((one) => one.startsWith(word)).map((one) => ({ value: `${start}${one}`, about: "" })),
    );
  }

  #asked(kind: ValueKind | "files" | undefined, of: string, start: string): Completion {
    if (kind === undefined) return this.#only([]);
    return kind === "files" ? { ...this.#only([]), files: true } : { ...this.#only([]), ask: { kind, of, start } };
  }

  #only(candidates: readonly Candidate[]): Completion {
    return { candidates, options: this.#options };
  }

  #known(): readonly OptionSyntax[] {
    return [...(this.#verb === undefined ? [] : optionsOf(this.#verb)), ...commonOptions, help];
  }
}

const split = (word: string): readonly string[] => {
  const at = word.indexOf("=");
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
};

/** `-h, --help`, both of them. */
const namesIn = (flags: string): readonly string[] => flags.match(/--?[a-z][a-z-]*/g) ?? [];
const longName = ({ flags }: OptionSyntax): string => /--([a-z-]+)/.exec(flags)?.[1] ?? "";

/** The name of a verb's argument at a place, the last one's where that may be given several times. */
function argumentOf({ usage }: VerbSyntax, at: number): string | undefined {
  const [verb, ...names] = usage.split(" ");
  // What is made has no name yet that a server could tell.
  if (verb === "create") return undefined;
  const last = names.at(-1);
  const found = names[at] ?? (last?.includes("...") ? last : undefined);
  return found?.replace(/[<>[\].]/g, "");
}
