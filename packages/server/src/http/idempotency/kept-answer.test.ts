import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerAgain, keptText } from "./kept-answer.ts";

describe("an answer that is kept", () => {
  it("says the same again, whatever it says", () => {
    const answers = fc.record(
      { body: fc.jsonValue(), status: fc.constantFrom(200, 201, 202), revision: fc.nat() },
      { requiredKeys: ["body"] },
    );
    fc.assert(
      fc.property(answers, (answer) => {
        const again = answerAgain({ digest: "d", answer: keptText(answer) }, "d");
        expect(again).toMatchObject({ ok: true, answer: { isReplay: true } });
        const { isReplay: _, ...said } = Object(again).answer;
        expect(JSON.stringify(said)).toBe(JSON.stringify(JSON.parse(JSON.stringify(answer))));
      }),
    );
  });

  it("holds nothing of one that shows a secret but the id of what has it", () => {
    const kept = keptText({ body: { id: "k1", key: "bnr_server_secret" }, revision: 7, shownOnce: "k1" });
    expect(kept).not.toContain("secret");
    expect(answerAgain({ digest: "d", answer: kept }, "d")).toMatchObject({
      ok: false,
      refusal: { code: "secret_shown_once", id: "k1", detail: expect.stringContaining("k1") },
    });
  });

  it.each([undefined, keptText({ body: {} })])("is none of another request: %j", (answer) => {
    expect(answerAgain({ digest: "d", answer }, "e")).toMatchObject({
      ok: false,
      refusal: { code: "idempotency_key_reused" },
    });
  });
});
