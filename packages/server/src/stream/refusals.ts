/** What a stream's doors say to those who may come in, but not now. */
import type { Refusal } from "../http/refusal.ts";
import type { PlaceLimits } from "./places.ts";

export function tooManyHandshakes(retryAfter: number): Refusal {
  return { code: "try_later", detail: "Too many handshakes at once. Come back when told.", retryAfter };
}

/** At random: nobody knows when a place will be free, and a herd that is told the same time comes back as a herd. */
export function noPlace({ all, perKey, perAddress }: PlaceLimits, random: () => number): Refusal {
  const limits = `at most ${all} streams, ${perKey} of them by one client key and ${perAddress} from one address by client keys`;
  const detail = `This server holds ${limits}, and there is no place left. Come back when told, or ask by polling.`;
  return { code: "try_later", detail, retryAfter: 1 + Math.floor(random() * 30) };
}
