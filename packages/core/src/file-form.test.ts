import { aFlag, anyContext, anyRuleset, aRuleset } from "@bannerol/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileRuleset } from "./compile/ruleset.ts";
import { evaluate } from "./evaluate/evaluate.ts";
import { normalizeFile } from "./file-form.ts";
import { murmur3 } from "./hash.ts";
import { RulesetError, readRuleset } from "./ruleset.ts";

const boolean = [
  { key: "on", value: true },
  { key: "off", value: false },
];

describe("normalizeFile", () => {
  it("fills in all that may be left out", () => {
    const when = { attribute: "plan", op: "in", values: ["pro"] };
    const { ruleset, findings } = normalizeFile({
      flags: {
        plain: {},
        ruled: {
          rules: [
            { when, serve: { variant: "on" } },
            { id: "mine", when, serve: { variant: "on" } },
          ],
        },
      },
    });
    expect(findings).toEqual([]);
    const plain = {
      version: 0,
      type: "boolean",
      seed: murmur3("plain", 0),
      variants: boolean,
      enabled: true,
      off: "off",
      prerequisites: [],
      targets: [],
      rules: [],
      fallthrough: { variant: "off" },
    };
    expect(ruleset).toMatchObject({ epoch: "file", revision: 0, project: "default", flags: { plain }, segments: {} });
    expect(ruleset.flags.ruled).toMatchObject({ rules: [{ id: "rule-1" }, { id: "mine" }] });
  });

  it("lays weights out in the order of the variants, wherever they stand", () => {
    const rollout = { weights: { off: 60_000, on: 30_000 }, bucketBy: "id" };
    const allocation = [
      [30_000, "on"],
      [90_000, "off"],
    ];
    const { ruleset } = normalizeFile({
      flags: { f: { rules: [{ when: { all: [] }, serve: { rollout } }], fallthrough: { rollout } } },
    });
    const serve = { rollout: { allocation, bucketBy: "id" } };
    expect(ruleset.flags.f).toMatchObject({ rules: [{ serve }], fallthrough: serve });
  });

  it("keeps what is given: other variants, an allocation, segments", () => {
    const variants = [
      { key: "yes", value: true },
      { key: "no", value: false },
    ];
    const fallthrough = { rollout: { allocation: [[7, "yes"]] } };
    const { ruleset, findings } = normalizeFile({
      epoch: "e",
      revision: 3,
      flags: { f: { variants, off: "no", fallthrough, enabled: false, seed: 5 } },
      segments: { s: { included: ["u1"] }, empty: {} },
    });
    expect(findings).toEqual([]);
    expect(ruleset).toMatchObject({
      epoch: "e",
      revision: 3,
      flags: { f: { variants, off: "no", fallthrough, enabled: false, seed: 5 } },
    });
    expect(ruleset.segments.s).toEqual({ version: 0, included: ["u1"], excluded: [], when: null });
    expect(ruleset.segments.empty).toEqual({ version: 0, included: [], excluded: [], when: null });
  });

  it("tells of every name that is spelt wrong, serves what is spelt right, and takes the admin API's own for what it is", () => {
    const alsoFine = { expectedLifetimeDays: 7, watch: [] };
    const { ruleset, findings } = normalizeFile({
      flags: {
        fine: { key: "fine", kind: "ops", description: "d", tags: [], owner: "o", clientSide: true, ...alsoFine },
        wrong: {
          enable: false,
          rules: [
            {
              wen: 1,
              when: { all: [{ attribute: "plan", op: "in", values: ["pro"], ignorecase: true }] },
              serve: { rollout: { weights: { on: 1_000 }, bucketby: "id" } },
            },
          ],
          fallthrough: { rollout: { allocation: [[100, "on"]], sed: 1 } },
        },
      },
      segments: { s: { key: "s", name: "n", description: "d", by: "id", include: ["u1"] }, none: null },
    });
    expect(findings.map(({ path }) => path)).toEqual([
      "flags.wrong.rules[0].wen",
      "flags.wrong.rules[0].when.all[0].ignorecase",
      "flags.wrong.rules[0].serve.rollout.bucketby",
      "flags.wrong.fallthrough.rollout.sed",
      "flags.wrong.enable",
      "segments.s.include",
      "segments.none",
    ]);
    expect(findings[5]?.message).toBe(
      "There is no such field. Remove it; the fields here are version, included, excluded, by, when.",
    );
    expect(findings[4]?.message).toBe(
      "There is no such field. Remove it; the fields here are version, type, seed, variants, enabled, off, prerequisites, targets, rules, fallthrough.",
    );
    expect(evaluate(compileRuleset(readRuleset(ruleset)), "wrong", { targetingKey: "u" }, true, 0).errorCode).toBe(
      undefined,
    );
  });

  it("names what cannot be read, leaves it to fail alone, and reads the rest", () => {
    const { ruleset, findings } = normalizeFile({
      flags: {
        heavy: { fallthrough: { rollout: { weights: { on: 100_001 } } } },
        untyped: { type: "string", variants: [{ key: "a", value: "a" }], fallthrough: { variant: "a" } },
        empty: null,
        good: { fallthrough: { variant: "on" } },
      },
      segments: { s: { included: "u1" }, t: { version: -1 } },
    });
    expect(findings.map(({ path }) => path)).toEqual([
      "flags.heavy.fallthrough.rollout.weights.on",
      "flags.heavy.fallthrough.rollout.weights",
      "flags.untyped.off",
      "flags.empty",
      "segments.s.included",
      "segments.t.version",
    ]);
    const compiled = compileRuleset(readRuleset(ruleset));
    expect(evaluate(compiled, "heavy", {}, true, 0)).toMatchObject({
      value: true,
      errorCode: "PARSE_ERROR",
      // Not what the file left out: that is filled in.
      errorMessage: expect.stringContaining("fallthrough.rollout.weights.on: Found 100001"),
    });
    expect(evaluate(compiled, "good", {}, false, 0)).toMatchObject({ value: true });
  });

  it("names what is not understood, and what leads into a cycle", () => {
    const when = { attribute: "plan", op: "sounds", values: ["x"] };
    const { findings } = normalizeFile({
      flags: {
        odd: { rules: [{ when, serve: { variant: "on" } }] },
        loop: { prerequisites: [{ flag: "loop", variants: ["on"] }] },
      },
    });
    expect(findings.map(({ path, kind, key, inner }) => [path, kind, key, inner])).toEqual([
      ["flags.odd.rules[0].when.op", "flags", "odd", "rules[0].when.op"],
      ["flags.loop", "flags", "loop", ""],
    ]);
  });

  it("numbers a file that does not say its own epoch and revision", () => {
    const identity = { epoch: "e", revision: 9 };
    expect(normalizeFile({ flags: {} }, identity).ruleset).toMatchObject(identity);
    expect(normalizeFile({ flags: {}, revision: 3 }, identity).ruleset).toMatchObject({ epoch: "e", revision: 3 });
  });

  it("refuses what is no ruleset, so that a wrong file is not an empty one", () => {
    for (const source of [null, [], "flags: {}", {}, { flags: [] }, { hello: 1 }]) {
      expect(() => normalizeFile(source)).toThrow(RulesetError);
    }
  });

  it("takes keys that objects have as any others", () => {
    const { ruleset } = normalizeFile(JSON.parse('{"flags": {"__proto__": {"fallthrough": {"variant": "on"}}}}'));
    const compiled = compileRuleset(readRuleset(ruleset));
    expect(evaluate(compiled, "__proto__", {}, false, 0).value).toBe(true);
  });

  it("changes no answer of a ruleset that is whole already, and nothing at all the second time", () => {
    fc.assert(
      fc.property(anyRuleset, anyContext, (source, context) => {
        const { ruleset } = normalizeFile(source);
        expect(normalizeFile(ruleset).ruleset).toEqual(ruleset);
        const [before, after] = [source, ruleset].map((each) => compileRuleset(readRuleset(each)));
        for (const key of Object.keys(source.flags)) {
          expect(evaluate(after, key, context, false, 7)).toEqual(evaluate(before, key, context, false, 7));
        }
      }),
    );
    expect(normalizeFile(aRuleset({ flags: { f: aFlag() } })).ruleset.flags.f).toEqual(aFlag());
  });
});
