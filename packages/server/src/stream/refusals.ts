/** What a stream's doors say to those who may come in, but not now. */
import type { Refusal } from "../http/refusal.ts";

export function tooManyHandshakes(retryAfter: number): Refusal {
  return { code: "try_later", detail: "Too many handshakes at once. Come back when told.", retryAfter };
}

/** At random: nobody knows when a place will be free, and a herd that is told the same time comes back as a herd. */
export function noPlace(random: () => number): Refusal {
  const limits = "10,000 connections a client key and 200 an address";
  const detail = `There are ${limits}, and they are taken. Come back when told, or ask by polling.`;
  return { code: "try_later", detail, retryAfter: 1 + Math.floor(random() * 30) };
}
