import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import { targetingDiff } from "./targeting-diff.ts";

const plain = picocolors.createColors(false);
const rule = (id: string, on = 100_000) => ({
  id,
  when: { attribute: "plan", op: "in", values: ["pro"] },
  serve: { rollout: { weights: { on } } },
});

describe("how targetings differ", () => {
  it.each([
    ["enabled", false, true, "no → yes"],
    ["off", "off", "old", "off → old"],
    ["prerequisites", [], [{ flag: "b", variants: ["on"] }], "none → flag b serves on"],
    ["targets", [{ variant: "on", keys: ["u1"] }], [], "on for 1 key → none"],
    ["fallthrough", { variant: "on" }, { rollout: { weights: { on: 5_000 } } }, "on → on 5 %, 95 % left out"],
    [
      "fallthrough",
      { rollout: { weights: { on: 1 }, seed: 1 } },
      { rollout: { weights: { on: 1 }, seed: 2 } },
      '{"rollout":{"weights":{"on":1},"seed":1}} →\n                 {"rollout":{"weights":{"on":1},"seed":2}}',
    ],
    ["enabled", null, true, "none → yes"],
    ["holdout", 1, 2, "1 → 2"],
  ])("%s: %j and %j", (field, before, after, words) => {
    expect(targetingDiff("a", [{ field, before, after }], plain)).toBe(`a\n  ${field}  ${words}`);
  });

  it.each([
    [[], [rule("r")], ['  rule r  none → plan is "pro" gets on 100 %']],
    [
      [rule("r")],
      [rule("r", 50_000)],
      ['  rule r  plan is "pro" gets on 100 % → plan is "pro" gets on 50 %, 50 % left', "            out"],
    ],
    [[rule("r"), rule("s")], [rule("s")], ['  rule r  plan is "pro" gets on 100 % → none']],
    [
      [rule("r")],
      [{ ...rule("r"), serve: { rollout: { weights: { on: 100_000 }, seed: 2 } } }],
      [expect.stringContaining("  rule r  {"), expect.anything(), expect.stringContaining('"seed":2')],
    ],
    [[rule("r"), rule("s")], [rule("s"), rule("r")], ["  rules  r, s → s, r"]],
  ])("rules, a line each: %#", (before, after, lines) => {
    expect(
      targetingDiff("a", [{ field: "rules", before, after }], plain)
        .split("\n")
        .slice(1),
    ).toEqual(lines);
  });
});
