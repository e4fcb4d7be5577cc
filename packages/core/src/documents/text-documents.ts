import type { Documents } from "../model.ts";
import { documentOf } from "./held.ts";
import { type Topic, Unread } from "./unread.ts";

/** Documents by key, some of them `Unread`: a map of documents for whoever looks into it. */
export class TextDocuments implements Documents {
  readonly #held: Map<string, unknown>;

  constructor(held: Map<string, unknown>) {
    this.#held = held;
  }

  get held(): ReadonlyMap<string, unknown> {
    return this.#held;
  }

  over(held: Map<string, unknown>): TextDocuments {
    return new TextDocuments(held);
  }

  *mentioning(topic: Topic): Generator<[string, unknown]> {
    for (const [key, held] of this.#held) {
      if (!(held instanceof Unread) || held.mayMention(topic)) yield [key, documentOf(held)];
    }
  }

  get size(): number {
    return this.#held.size;
  }

  has(key: string): boolean {
    return this.#held.has(key);
  }

  get(key: string): unknown {
    const held = this.#held.get(key);
    const document = documentOf(held);
    if (document !== held) this.#held.set(key, document);
    return document;
  }

  keys(): MapIterator<string> {
    return this.#held.keys();
  }

  *values(): MapIterator<unknown> {
    for (const held of this.#held.values()) yield documentOf(held);
  }

  *entries(): MapIterator<[string, unknown]> {
    for (const [key, held] of this.#held) yield [key, documentOf(held)];
  }

  [Symbol.iterator](): MapIterator<[string, unknown]> {
    return this.entries();
  }

  forEach(take: (document: unknown, key: string, documents: ReadonlyMap<string, unknown>) => void): void {
    for (const [key, document] of this) take(document, key, this);
  }
}
