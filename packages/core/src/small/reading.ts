/** What reading a document comes to. A wrong shape ends the reading, so that the document fails alone. */

const MALFORMED = new Error("The document has a wrong shape.");

/** Goes on only where the document is as it has to be. */
export function need(isSo: boolean): asserts isSo {
  if (!isSo) throw MALFORMED;
}

export function needText(value: unknown): string {
  need(typeof value === "string");
  return value;
}

export function needList<T>(value: unknown, item: (each: unknown) => T): readonly T[] {
  need(Array.isArray(value));
  // Holes too, which `map` would pass by.
  return Array.from(value, item);
}

/** `undefined` where the document is malformed. What else is thrown, as by a stack that is used up, is the caller's. */
export function readWhole<T>(source: unknown, read: (source: unknown) => T): T | undefined {
  try {
    return read(source);
  } catch (error) {
    if (error !== MALFORMED) throw error;
    return undefined;
  }
}
