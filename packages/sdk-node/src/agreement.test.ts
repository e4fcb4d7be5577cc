import { checkFlag, compileRuleset, evaluate, readRuleset, rulesetText } from "@bannerol/core";
import { anyContext, anyRuleset, mutated, strangeValue } from "@bannerol/testkit";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createClient } from "./create-client.ts";

/** Nobody listens there; the bootstrap is all there is. */
const url = "http://127.0.0.1:9";
const key = "bnr_server_AAAAAAAAAAAA_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA_AAAAAA";

const spoilt = fc
  .tuple(anyRuleset, fc.nat(), strangeValue)
  .map(([document, pick, value]) => ({ ...document, flags: mutated(document.flags, pick, value) }));

/** One instant for both, since rulesets may ask for `$now`. */
const now = Date.parse("2026-01-31T12:00:00Z");
beforeEach(() => void vi.spyOn(Date, "now").mockReturnValue(now));
afterEach(() => void vi.restoreAllMocks());

describe("the SDK answers as the model's evaluator does", () => {
  it.each([
    ["whatever the ruleset", anyRuleset],
    ["also where a document of it is damaged", spoilt],
  ])("%s", async (_what, rulesets) => {
    let answered = 0;
    const property = fc.asyncProperty(rulesets, anyContext, async (given, context) => {
      const document: unknown = JSON.parse(JSON.stringify(given));
      const read = readable(document);
      if (read === undefined) return;
      const compiled = compileRuleset(read);
      const [client, clientOfText] = [started(document), started(rulesetText(read))];
      for (const [flag, source] of read.flags) {
        for (const byDefault of [false, "text", 7, null]) {
          const expected = evaluate(compiled, flag, context, byDefault, now);
          const found = client.evaluate(flag, context, byDefault);
          expect(found).toEqual(expected);
          expect(clientOfText.evaluate(flag, context, byDefault)).toEqual(expected);
          const canFail = ["TYPE_MISMATCH", "GENERAL"];
          if (checkFlag(source).length === 0) expect([undefined, ...canFail]).toContain(found.errorCode);
          if (found.errorCode === undefined) answered += 1;
        }
      }
      await Promise.all([client.close(), clientOfText.close()]);
    });
    await fc.assert(property, { numRuns: 200, seed: 20_260_131 });
    expect(answered).toBeGreaterThan(100);
  });
});

const started = (bootstrap: unknown) =>
  createClient({ url, key, cache: false, bootstrap, logger: { warn: () => undefined } });

function readable(document: unknown): ReturnType<typeof readRuleset> | undefined {
  try {
    return readRuleset(document);
  } catch {
    return undefined;
  }
}
