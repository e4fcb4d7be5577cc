import { aFlag } from "@bannerol/testkit";
import { describe, expect, it } from "vitest";
import { normalizeFile } from "./file-form.ts";
import { RulesetError, readRuleset } from "./ruleset.ts";

const whole = { epoch: "e", revision: 7, project: "default", environment: "production", flags: {}, segments: {} };

function refusal(source: unknown): RulesetError {
  try {
    readRuleset(source);
  } catch (error) {
    if (error instanceof RulesetError) return error;
  }
  throw new Error("It was not refused.");
}

describe("a ruleset that cannot be read", () => {
  it.each<[string, unknown]>([
    ["it has to be an object, and nothing was found", undefined],
    ["it has to be an object, and a list was found", []],
    ["epoch has to be a string, and 7 was found", { ...whole, epoch: 7 }],
    ["revision has to be a whole number from 0, and nothing was found", { ...whole, revision: undefined }],
    ["project has to be a string, and null was found", { ...whole, project: null }],
    ["environment has to be a string, and an object was found", { ...whole, environment: {} }],
    ["flags has to be an object by key, and a list was found", { ...whole, flags: [] }],
    ["segments has to be an object by key, and true was found", { ...whole, segments: true }],
  ])("is refused with the reason: %s", (reason, source) => {
    const error = refusal(source);
    expect(error.name).toBe("RulesetError");
    expect(error.message).toBe(
      `This is no ruleset: ${reason}. Get a whole ruleset from the server, or from a file that holds one.`,
    );
  });
});

describe("a configuration file", () => {
  it("belongs to the default project and environment, at revision 0 of the epoch file", () => {
    expect(normalizeFile({ flags: {} })).toEqual({
      ruleset: {
        epoch: "file",
        revision: 0,
        project: "default",
        environment: "default",
        flags: {},
        segments: {},
      },
      findings: [],
    });
  });

  it("asks for variants, an off variant and a fallthrough where a flag is not boolean", () => {
    const { ruleset, findings } = normalizeFile({ flags: { f: { type: "string" } } });
    expect(ruleset.flags.f).not.toHaveProperty("variants");
    expect(findings.map(({ path }) => path)).toEqual(["flags.f.variants", "flags.f.off", "flags.f.fallthrough"]);
  });

  it("takes a flag that is not boolean where variants and the off variant are given", () => {
    const given = { type: "string", variants: [{ key: "a", value: "A" }], off: "a" };
    const { ruleset, findings } = normalizeFile({ flags: { f: given } });
    expect(findings).toEqual([]);
    expect(ruleset.flags.f).toMatchObject({ ...given, rules: [], fallthrough: { variant: "a" } });
  });

  it("leaves alone what is no list of rules, and no rule", () => {
    const { findings } = normalizeFile({ flags: { a: { rules: {} }, b: { rules: null }, c: { rules: [7, null] } } });
    expect(findings.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      "flags.a.rules: Found an object. Give a list of rules instead.",
      "flags.b.rules: Found null. Give a list of rules instead.",
      "flags.c.rules[0]: Found 7. Give a rule, an object with when and serve instead.",
      "flags.c.rules[1]: Found null. Give a rule, an object with when and serve instead.",
    ]);
  });

  it("keeps an allocation as it is, and a rollout's other fields beside laid out weights", () => {
    const flags = {
      kept: aFlag({ fallthrough: { rollout: { allocation: [[7, "on"]], seed: 3 } } }),
      laidOut: aFlag({ fallthrough: { rollout: { weights: { on: 7 }, seed: 3 } } }),
    };
    const { ruleset } = normalizeFile({ flags });
    for (const key of ["kept", "laidOut"]) {
      expect(ruleset.flags[key]).toEqual(aFlag({ fallthrough: { rollout: { allocation: [[7, "on"]], seed: 3 } } }));
    }
  });
});
