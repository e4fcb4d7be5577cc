/**
 * The last known state, kept in localStorage for a page that is opened while the server is away, or slow. It is written
 * when the page is idle, at most once in 5 s, and when it is left. Where there is no room, or no storage, nothing is kept.
 */
import { type Held, isRuleset, rulesetFrom } from "@bannerol/client/page";
import { checksumOf, type EvaluationContext, murmur3, toDocument } from "@bannerol/core";
import type { Known } from "./mode.ts";
import type { Answer } from "./view.ts";

export interface KeptState {
  readonly held: Held;
  /** When the server last called it current: wall clock, epoch milliseconds. */
  readonly confirmedAt: number;
  readonly known?: Known | undefined;
}

export interface Keeper {
  /** What was kept for this context; answers for another are left out. */
  readonly load: (context: EvaluationContext) => KeptState | undefined;
  readonly put: (state: KeptState, context: EvaluationContext) => void;
  /** Writes now what is still to be written. */
  readonly flush: () => void;
}

const MIN_GAP_MS = 5_000;
/** UTF-16 units. Browsers give an origin some five million, and writing takes the page's own time. */
const MAX_LENGTH = 2 ** 21;

/** `name`: of the entry. `warn` is called once, where nothing can be kept. */
export function createKeeper(name: string, warn: (reason: unknown) => void): Keeper {
  let waiting: (() => string) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let warned = false;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    try {
      const text = waiting?.() ?? "";
      waiting = undefined;
      if (text.length > MAX_LENGTH) localStorage.removeItem(name);
      else if (text !== "" && !isOlder(text, localStorage.getItem(name) ?? "")) localStorage.setItem(name, text);
    } catch (error) {
      if (!warned) warn(error);
      warned = true;
    }
  };

  return {
    load(context) {
      try {
        const { confirmedAt, checksum, ruleset: document, of, answers } = JSON.parse(localStorage.getItem(name) ?? "");
        if (!isRuleset(document)) return undefined;
        const ruleset = rulesetFrom(document);
        if (checksumOf(ruleset) !== checksum || typeof confirmedAt !== "number") return undefined;
        const held = { ruleset, checksum };
        if (answers === undefined || of !== nameOf(context)) return { held, confirmedAt };
        const flags = new Map<string, Answer>(answers.flags);
        return { held, confirmedAt, known: { answers: { ...answers, flags }, asOf: ruleset } };
      } catch {
        // Nothing there, damaged, or no storage at all.
        return undefined;
      }
    },
    put({ held: { ruleset, checksum }, confirmedAt, known }, context) {
      waiting = () => {
        const answers = known && { ...known.answers, flags: [...known.answers.flags] };
        const of = known && nameOf(context);
        return JSON.stringify({ confirmedAt, checksum, ruleset: toDocument(ruleset), of, answers });
      };
      timer ??= setTimeout(flush, MIN_GAP_MS);
    },
    flush,
  };
}

const STATE = /"epoch":"([^"]*)","revision":(\d+)/;

/** A tab that was frozen for a while may have less than another one has written meanwhile. */
function isOlder(text: string, other: string): boolean {
  const [, epoch, revision] = STATE.exec(text) ?? [];
  const [, otherEpoch, otherRevision] = STATE.exec(other) ?? [];
  return epoch === otherEpoch && Number(revision) < Number(otherRevision);
}

/** Stands for a context without telling it. Throws where it is no JSON. */
function nameOf(context: EvaluationContext): string {
  const text = JSON.stringify(context);
  return `${murmur3(text, 0)}.${murmur3(text, 1)}.${text.length}`;
}
