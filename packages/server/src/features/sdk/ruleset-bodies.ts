/**
 * Rulesets and deltas as bytes, made once for each view and revision however many ask, and compressed once.
 *
 *     View (immutable) ─► whole ──► gzip
 *                      └► delta since R ──► gzip      the last few R that were asked for
 *
 * A view that is no longer in force takes its bytes with it.
 */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type RulesetDelta, type RulesetDocument, readRuleset, rulesetText } from "@bannerol/core";
import type { View } from "../../log/view.ts";

const compress = promisify(gzip);

/** Below this a compressed body is no smaller once its headers are counted. */
const WORTH_COMPRESSING = 1_024;
/** How many different `since` of one view are kept. */
const KEPT_DELTAS = 64;

export class Body {
  readonly bytes: Uint8Array<ArrayBuffer>;
  #gzipping: Promise<void> | undefined;
  #gzipped: Uint8Array<ArrayBuffer> | undefined;

  constructor(text: string) {
    this.bytes = new TextEncoder().encode(text);
  }

  get worthCompressing(): boolean {
    return this.bytes.byteLength >= WORTH_COMPRESSING;
  }

  /** Compressed; `undefined` before `gzipped` has resolved. */
  get gzippedNow(): Uint8Array<ArrayBuffer> | undefined {
    return this.#gzipped;
  }

  gzipped(): Promise<void> {
    this.#gzipping ??= compress(this.bytes).then((bytes) => {
      this.#gzipped = new Uint8Array(bytes);
    });
    return this.#gzipping;
  }
}

interface Bodies {
  whole?: Body;
  readonly deltas: Map<number, Body>;
}

/** Laid out for clients to parse a document when they need it. */
const textOf = (ruleset: RulesetDocument): string => rulesetText(readRuleset(ruleset));

/** What is sent of a view. */
export interface Form {
  readonly ruleset: (ruleset: RulesetDocument) => RulesetDocument;
  readonly delta: (delta: RulesetDelta) => RulesetDelta;
}

const asItIs: Form = { ruleset: (ruleset) => ruleset, delta: (delta) => delta };

export class RulesetBodies {
  readonly #form: Form;
  readonly #byView = new WeakMap<View, Bodies>();

  constructor(form = asItIs) {
    this.#form = form;
  }

  /** The ruleset whole. */
  whole(view: View): Body {
    const bodies = this.#of(view);
    bodies.whole ??= new Body(textOf(this.#form.ruleset(view.ruleset())));
    return bodies.whole;
  }

  /** What leads from `since` to the view, in the stream's form; the ruleset whole where nothing does. */
  delta(view: View, since: number): Body {
    const { deltas } = this.#of(view);
    const known = deltas.get(since);
    if (known !== undefined) return known;
    const delta = view.deltaSince(since);
    if (delta === "tooOld") return this.whole(view);
    const { epoch, checksum } = view;
    const body = new Body(JSON.stringify({ type: "delta", epoch, ...this.#form.delta(delta), checksum }));
    const [oldest] = deltas.keys();
    if (deltas.size >= KEPT_DELTAS && oldest !== undefined) deltas.delete(oldest);
    deltas.set(since, body);
    return body;
  }

  #of(view: View): Bodies {
    const bodies = this.#byView.get(view) ?? { deltas: new Map() };
    this.#byView.set(view, bodies);
    return bodies;
  }
}
