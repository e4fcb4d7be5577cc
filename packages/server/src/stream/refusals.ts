/** What a stream's doors say to those who may come in, but not now. */
import type { Refusal } from "../http/refusal.ts";

export function tooManyHandshakes(random: () => number): Refusal {
  return later("Too many handshakes at once. Come back when told.", random);
}

export function noPlace(random: () => number): Refusal {
  const limits = "10,000 connections a client key and 200 an address";
  return later(`There are ${limits}, and they are taken. Come back when told, or ask by polling.`, random);
}

/** A herd that is told the same time comes back as a herd. */
function later(detail: string, random: () => number): Refusal {
  return { code: "try_later", detail, retryAfter: 1 + Math.floor(random() * 30) };
}
