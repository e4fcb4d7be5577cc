import { isRecord, isText, type JsonRecord } from "../json.ts";
import { shown } from "../operators/operator.ts";
import { type References, referencesTo } from "../references.ts";

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

/** What a value has to be. `step` is the last one that led to it, and stands in front of what is found there. */
export type Check = (value: unknown, inspection: Inspection, step?: string | number) => void;

/** So few variants are found soonest by looking through them, which needs no memory. */
const FEW_VARIANTS = 8;

const NOTHING: readonly unknown[] = [];

/**
 * What has been found in a document so far.
 *
 * Places are told relative to what was looked at; who looked further down puts its own step in front by `place`, and
 * only where something was found, so that looking at a good document builds no text.
 */
export class Problems {
  declare readonly findings: readonly Finding[];
  declare protected readonly found: Finding[];

  constructor() {
    this.found = [];
    this.findings = this.found;
  }

  add(message: string, path = ""): void {
    this.found.push({ path, message });
  }

  /** Does something one step further down, so that what it adds is found there. */
  under<T>(step: string | number, work: () => T): T {
    const before = this.found.length;
    const result = work();
    this.place(before, step);
    return result;
  }

  /** Says of what was found since there were `before` findings that it lies one step further down. */
  place(before: number, step: string | number | undefined): void {
    if (step === undefined) return;
    for (let at = before; at < this.found.length; at++) {
      const finding = this.found[at];
      if (finding !== undefined) this.found[at] = { ...finding, path: joinPath(step, finding.path) };
    }
  }
}

/**
 * One look at one document: what the checks on the way down need to know, and what they have found so far.
 *
 * Most flags are looked at once, in code that has just been loaded and is not optimised, where calls are what costs. So
 * what every field of every flag needs is a field here and not a getter, fields are found by names that stand in the
 * code, and checks ask before they call: looking at a flag of three rules took 230 calls, and takes 110.
 */
export class Inspection extends Problems {
  declare readonly forWriter: boolean;
  /** Whether fields that nobody reads are found: see `only`. */
  declare readonly findsFields: boolean;
  /** How many conditions lie around the one that is being looked at. */
  declare depth: number;
  /** Tests seen in the condition that is being looked at. */
  declare tests: number;
  /** Of the flag's variants: what the rest of the flag may name. */
  declare private keys: readonly unknown[];
  declare private positions: ReadonlyMap<unknown, number> | undefined;
  declare private flags: Set<string> | undefined;
  declare private segments: Set<string> | undefined;
  declare private clock: boolean;

  constructor(strength: Strength) {
    super();
    this.forWriter = strength === "writer";
    this.findsFields = strength !== "reader";
    this.depth = 0;
    this.tests = 0;
    this.keys = NOTHING;
    this.positions = undefined;
    this.flags = undefined;
    this.segments = undefined;
    this.clock = false;
  }

  /** Reports a value of the wrong shape; `what` names the right one, as in "true or false". */
  expected(what: string, found: unknown, step?: string | number): void {
    const message =
      found === undefined ? `It is missing. Give ${what}.` : `Found ${shown(found)}. Give ${what} instead.`;
    this.add(message, pathOf(step));
  }

  name(variants: readonly unknown[]): void {
    this.keys = variants.map(keyOf);
    this.positions = variants.length > FEW_VARIANTS ? positionsOf(this.keys) : undefined;
  }

  /** Where the first of the flag's variants with this key stands; -1 where there is none. */
  positionOf(key: string): number {
    return this.positions === undefined ? this.keys.indexOf(key) : (this.positions.get(key) ?? -1);
  }

  get variantKeys(): readonly string[] {
    return this.keys.filter(isText);
  }

  /** Takes note of what the document refers to. */
  refersToFlag(key: string): void {
    this.flags ??= new Set();
    this.flags.add(key);
  }

  refersToSegment(key: string): void {
    this.segments ??= new Set();
    this.segments.add(key);
  }

  refersToClock(): void {
    this.clock = true;
  }

  /** The same as `referencesOf` finds in a document that is well formed. */
  get references(): References {
    return referencesTo(this.flags, this.segments, this.clock);
  }

  /** Holds to one of the model's limits. For writers alone. */
  limit(count: number, most: number, what: string): void {
    if (count <= most) return;
    const message = `There are ${count} ${what}, and the limit is ${most}. Remove at least ${count - most}.`;
    this.found.push({ path: "", message, limit: true });
  }

  exceeds(message: string, step?: string | number): void {
    this.found.push({ path: pathOf(step), message, limit: true });
  }

  /**
   * Finds unknown fields, which are misspelt known ones more often than not; `unread` are those that have their place
   * elsewhere and do no harm here. For whoever `findsFields`.
   */
  only(record: JsonRecord, names: readonly string[], unread: readonly string[] = []): void {
    for (const name of Object.keys(record)) {
      if (!names.includes(name) && !unread.includes(name))
        this.add(`There is no such field. Remove it; the fields here are ${names.join(", ")}.`, name);
    }
  }
}

const keyOf = (variant: unknown): unknown => (isRecord(variant) ? variant.key : undefined);

function positionsOf(keys: readonly unknown[]): ReadonlyMap<unknown, number> {
  const positions = new Map<unknown, number>();
  for (const [at, key] of keys.entries()) if (!positions.has(key)) positions.set(key, at);
  return positions;
}

/** A finding as one sentence of a longer message. */
export function inOneLine({ path, message }: Finding): string {
  return path === "" ? message : `${path}: ${message}`;
}

/** The path that one step is; that of the value itself where there is none. */
export const pathOf = (step: string | number | undefined): string => (step === undefined ? "" : joinPath(step, ""));

/** `rules` and `[0].when` make `rules[0].when`. */
export function joinPath(step: string | number, rest: string): string {
  const first = typeof step === "number" ? `[${step}]` : step;
  return rest === "" || rest.startsWith("[") ? first + rest : `${first}.${rest}`;
}

/** A list of which every item passes `check`. */
export const listOf =
  (what: string, check: Check): Check =>
  (value, inspection, step) => {
    if (!Array.isArray(value)) return inspection.expected(`a list of ${what}`, value, step);
    const before = inspection.findings.length;
    for (let at = 0; at < value.length; at++) check(value[at], inspection, at);
    if (inspection.findings.length > before) inspection.place(before, step);
  };
