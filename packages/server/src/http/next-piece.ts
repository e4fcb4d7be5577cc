import { refuse } from "./refusal.ts";

/** The next piece of a body. A sender who vanishes in its middle has sent no request, which is no error of the server. */
export async function nextPiece(reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read();
  } catch {
    return refuse("malformed_request", "The body broke off before its end, and nothing was done. Send it again.");
  }
}
