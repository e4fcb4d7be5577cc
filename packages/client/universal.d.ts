/** What every platform of an SDK has, though it is no part of the language: browsers, workers, Node. */
declare class TextEncoder {
  encode(text: string): Uint8Array;
  encodeInto(text: string, into: Uint8Array): { readonly read: number; readonly written: number };
}
