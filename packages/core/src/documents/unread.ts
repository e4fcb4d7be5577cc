import { freezeDeep, isList, isRecord } from "../json.ts";

/** What somebody looks for in all documents of a ruleset. */
const topics = {
  /** Prerequisites and `flag` conditions name a `flag`. */
  references: { bit: 1, shownBy: ['"flag"', '"segment"'] },
  watches: { bit: 2, shownBy: ['"watch"'] },
} as const;

export type Topic = keyof typeof topics;

/**
 * A document as its text, until somebody looks into it: a process asks for few of the flags that it is sent, and most of
 * the time from a ruleset's text to the first answer went into parsing the others.
 */
export class Unread {
  /** As the text says it, so that a checksum parses nothing. */
  declare readonly version: number;
  declare private text: string | undefined;
  declare private parsed: unknown;
  /** The bits of what its text is known not to mention. */
  declare private lacks: number;

  /** `text` is JSON, as far as anybody has looked, and writes no letter by its number: names show in it. */
  constructor(version: number, text: string) {
    this.version = version;
    this.text = text;
    this.parsed = undefined;
    this.lacks = 0;
  }

  /** The document itself. What is no JSON is a text like any other, and no flag can be read from it. */
  get document(): unknown {
    if (this.text !== undefined) {
      this.parsed = parsedOrText(this.text);
      this.text = undefined;
    }
    return this.parsed;
  }

  /** Whether what it says of `topic` may be found by looking into it. Told once for each topic. */
  mayMention(topic: Topic): boolean {
    const { text } = this;
    const { bit, shownBy } = topics[topic];
    if (text === undefined) return true;
    if ((this.lacks & bit) !== 0) return false;
    for (const shown of shownBy) if (text.includes(shown)) return true;
    this.lacks |= bit;
    return false;
  }

  /** `undefined` once it has been looked into. */
  get unreadText(): string | undefined {
    return this.text;
  }
}

function parsedOrText(text: string): unknown {
  try {
    return sharing(JSON.parse(text));
  } catch {
    return text;
  }
}

const NONE: readonly unknown[] = Object.freeze([]);
const ON_AND_OFF = freezeDeep([
  { key: "on", value: true },
  { key: "off", value: false },
]);

/** What most flags have alike they hold together: a fifth of what their documents take. */
function sharing(document: { [name: string]: unknown }): unknown {
  if (isEmpty(document.prerequisites)) document.prerequisites = NONE;
  if (isEmpty(document.targets)) document.targets = NONE;
  if (isOnAndOff(document.variants)) document.variants = ON_AND_OFF;
  return document;
}

/** Asked of each flag in code that is still cold, so it compares by hand. */
function isOnAndOff(variants: unknown): boolean {
  return (
    isList(variants) &&
    variants.length === 2 &&
    isVariant(variants[0], "on", true) &&
    isVariant(variants[1], "off", false)
  );
}

function isVariant(variant: unknown, key: string, value: boolean): boolean {
  return isRecord(variant) && variant.key === key && variant.value === value && Object.keys(variant).length === 2;
}

function isEmpty(value: unknown): boolean {
  return isList(value) && value.length === 0;
}
