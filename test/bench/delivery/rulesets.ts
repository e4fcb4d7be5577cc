/** How many rulesets, and how many words that nothing is new, a server sends in a second. */
import { median } from "../cost.ts";
import type { BareHttpRequests } from "./bare-http.ts";
import { authorization, getRuleset, type Place } from "./place.ts";
import type { Processes } from "./processes.ts";
import { type Question, rateOf } from "./rate.ts";

/** Requests a second. */
export interface Rate {
  readonly ours: number;
  readonly bare: number;
}

export interface RulesetRates {
  readonly whole: Rate;
  readonly gzipped: Rate;
  readonly conditional: Rate;
}

interface Effort {
  readonly rounds: number;
  readonly seconds: number;
}

export async function measureRulesets(
  processes: Processes,
  { url, key }: Place,
  { rounds, seconds }: Effort,
): Promise<RulesetRates> {
  const bare = processes.fork<BareHttpRequests>("bare-http.ts");
  const bareUrl = `http://127.0.0.1:${await bare.ask("listen", { url, key })}`;
  const measure = async (question: Question): Promise<Rate> => {
    const rates: Rate[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const ours = await rateOf(processes, { url, key }, question, seconds);
      rates.push({ ours, bare: await rateOf(processes, { url: bareUrl, key }, question, seconds) });
    }
    return { ours: median(rates.map((rate) => rate.ours)), bare: median(rates.map((rate) => rate.bare)) };
  };
  const zip = { "accept-encoding": "gzip" };
  const [plain, packed] = [await getRuleset({ url, key }), await getRuleset({ url, key }, zip)];
  const sent = authorization({ url, key });
  const unchanged = { "if-none-match": plain.headers.etag ?? "" };
  const rates = {
    whole: await measure({ headers: sent, status: 200, bytes: plain.body.length }),
    gzipped: await measure({ headers: { ...sent, ...zip }, status: 200, bytes: packed.body.length }),
    conditional: await measure({ headers: { ...sent, ...unchanged }, status: 304, bytes: 0 }),
  };
  await bare.end();
  return rates;
}
