/** The body of a request, compressed off the thread that evaluates. */
import { gzip } from "node:zlib";
import type { HttpAnswer } from "@bannerol/client";

/** Goes on with `text` as gzip; the answer cancels that, or what `send` began. */
export function zipped(
  text: string,
  done: (answer: HttpAnswer) => void,
  send: (bytes: Uint8Array) => () => void,
): () => void {
  let over = false;
  let cancel: (() => void) | undefined;
  gzip(text, (error, bytes) => {
    if (over) return;
    if (error === null) cancel = send(bytes);
    else done({ ok: false, reason: `The request could not be compressed: ${error.message}.` });
  });
  return () => {
    over = true;
    cancel?.();
  };
}
