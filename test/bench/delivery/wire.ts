/** What one changed flag costs on the wire, beside all that a poller could be sent in its place. */
import { gunzipSync } from "node:zlib";
import { CHANGING } from "./flags.ts";
import { getRuleset } from "./place.ts";
import type { Product } from "./product.ts";
import { deltaFrame } from "./stream.ts";

/** Bytes that arrive, headers included. */
export interface WireCost {
  readonly delta: number;
  readonly whole: number;
  readonly wholeGzipped: number;
  readonly notModified: number;
}

export async function measureWire(product: Product, flags: number): Promise<WireCost> {
  const delta = await deltaFrame(product, () => product.switch(CHANGING, false));
  const changed = Object.keys(JSON.parse(delta.text).flags);
  if (changed.join() !== CHANGING) throw new Error(`The delta is of ${changed} in place of ${CHANGING}.`);
  const whole = await getRuleset(product);
  const zipped = await getRuleset(product, { "accept-encoding": "gzip" });
  const current = await getRuleset(product, { "if-none-match": whole.headers.etag ?? "" });
  expectFlags(whole.body, flags);
  expectFlags(gunzipSync(zipped.body), flags);
  if (current.status !== 304) throw new Error(`What is current is answered with ${current.status}.`);
  return {
    delta: delta.bytes,
    whole: whole.wireBytes,
    wholeGzipped: zipped.wireBytes,
    notModified: current.wireBytes,
  };
}

function expectFlags(body: Buffer, flags: number): void {
  const found = Object.keys(JSON.parse(body.toString()).flags).length;
  if (found !== flags) throw new Error(`The ruleset holds ${found} flags in place of ${flags}.`);
}
