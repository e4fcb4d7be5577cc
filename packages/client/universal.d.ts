/** What every platform of an SDK has, though it is no part of the language: browsers, workers, Node. */
declare class TextEncoder {
  encode(text: string): Uint8Array;
  encodeInto(text: string, into: Uint8Array): { readonly read: number; readonly written: number };
}

/** In pieces with `stream`: what a piece ends amid is kept for the next. */
declare class TextDecoder {
  decode(bytes: Uint8Array, options?: { readonly stream?: boolean }): string;
}

/** Bytes, a character each, as base64; throws where a character is no byte. */
declare function btoa(bytes: string): string;
/** The reverse; throws where the text is no base64. */
declare function atob(text: string): string;

/** Tells what was begun that nobody waits for it any more. */
declare class AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void): void;
}
declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}
