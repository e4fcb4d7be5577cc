import { isList, type JsonRecord } from "../json.ts";
import { shown } from "../operators/operator.ts";

/** One thing wrong with one place of a document. */
export interface Finding {
  /** As in `rules[0].when.all[1].values[0]`; empty for the document itself. */
  readonly path: string;
  /** What is wrong, what was found, and what to do. */
  readonly message: string;
  /** Present where one of the model's limits was exceeded. */
  readonly limit?: true;
}

/**
 * Whom a document has to satisfy. A reader needs the right shapes and checks no limit; it lets an operator or a kind
 * of condition pass that it does not know, since a newer server may have written it. An author, who writes by hand what
 * a reader will read, is told of fields besides that nobody reads. A writer is held to everything.
 */
export type Strength = "reader" | "author" | "writer";

const NO_VARIANTS: ReadonlySet<string> = new Set();

export type Check = (value: unknown, inspection: Inspection) => void;

/**
 * One look at one document: what the checks on the way down need to know, and what they have found so far.
 *
 * A check reports places relative to what it was given; `into` puts the steps that led there in front, and only where
 * something was found, so that looking at a good document builds no text.
 */
export class Inspection {
  readonly strength: Strength;
  /** The keys of the flag's variants, once they have been looked at. */
  variants: ReadonlySet<string> = NO_VARIANTS;
  /** How many conditions lie around the one that is being looked at. */
  depth = 0;
  /** Tests seen in the condition that is being looked at. */
  tests = 0;
  readonly #findings: Finding[] = [];

  constructor(strength: Strength) {
    this.strength = strength;
  }

  get findings(): readonly Finding[] {
    return this.#findings;
  }

  /** How much has been found so far: what `place` counts from. */
  get count(): number {
    return this.#findings.length;
  }

  get forWriter(): boolean {
    return this.strength === "writer";
  }

  add(message: string, path = ""): void {
    this.#findings.push({ path, message });
  }

  /** Reports a value of the wrong shape; `what` names the right one, as in "true or false". */
  expected(what: string, found: unknown): void {
    this.add(found === undefined ? `It is missing. Give ${what}.` : `Found ${shown(found)}. Give ${what} instead.`);
  }

  /** Holds a writer to one of the model's limits. */
  limit(count: number, most: number, what: string): void {
    if (!this.forWriter || count <= most) return;
    const message = `There are ${count} ${what}, and the limit is ${most}. Remove at least ${count - most}.`;
    this.#findings.push({ path: "", message, limit: true });
  }

  exceeds(message: string): void {
    this.#findings.push({ path: "", message, limit: true });
  }

  into(step: string | number, value: unknown, check: Check): void {
    const before = this.#findings.length;
    check(value, this);
    if (this.#findings.length > before) this.#prefix(before, step);
  }

  /** Does something one step further down, so that what it adds is found there. */
  under<T>(step: string | number, work: () => T): T {
    const before = this.#findings.length;
    const result = work();
    this.place(before, step);
    return result;
  }

  /** Says of what was found since there were `before` findings that it lies further down, by these steps. */
  place(before: number, ...steps: readonly (string | number)[]): void {
    if (this.#findings.length === before) return;
    for (let at = steps.length - 1; at >= 0; at--) this.#prefix(before, steps[at] ?? "");
  }

  required(record: JsonRecord, name: string, check: Check): void {
    this.into(name, record[name], check);
  }

  optional(record: JsonRecord, name: string, check: Check): void {
    if (record[name] !== undefined) this.into(name, record[name], check);
  }

  each(list: readonly unknown[], check: Check): void {
    for (let at = 0; at < list.length; at++) this.into(at, list[at], check);
  }

  #prefix(from: number, step: string | number): void {
    for (let at = from; at < this.#findings.length; at++) {
      const finding = this.#findings[at];
      if (finding !== undefined) this.#findings[at] = { ...finding, path: joinPath(step, finding.path) };
    }
  }

  /**
   * Finds unknown fields, which are misspelt known ones more often than not; `unread` are those that have their place
   * elsewhere and do no harm here.
   */
  only(record: JsonRecord, names: readonly string[], unread: readonly string[] = []): void {
    if (this.strength === "reader") return;
    for (const name of Object.keys(record)) {
      if (!names.includes(name) && !unread.includes(name))
        this.add(`There is no such field. Remove it; the fields here are ${names.join(", ")}.`, name);
    }
  }
}

/** A finding as one sentence of a longer message. */
export function inOneLine({ path, message }: Finding): string {
  return path === "" ? message : `${path}: ${message}`;
}

/** `rules` and `[0].when` make `rules[0].when`. */
export function joinPath(step: string | number, rest: string): string {
  const first = typeof step === "number" ? `[${step}]` : step;
  return rest === "" || rest.startsWith("[") ? first + rest : `${first}.${rest}`;
}

/** A list of which every item passes `check`. */
export const listOf =
  (what: string, check: Check): Check =>
  (value, inspection) => {
    if (isList(value)) inspection.each(value, check);
    else inspection.expected(`a list of ${what}`, value);
  };
