import { compileRuleset, evaluate, readRuleset } from "@bannerol/core";
import { anyCondition, anyContext, anyDistortion, distorted } from "@bannerol/testkit";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Got, type Harness } from "../testing/harness.ts";

const PRODUCTION = `${FLAGS}/checkout/environments/production`;
const SEGMENT = "/api/v1/projects/default/segments/staff";

const variant = fc.constantFrom("on", "off");
const serve = fc.oneof(
  fc.record({ variant }),
  fc.record({
    rollout: fc.record(
      {
        weights: fc.record({ on: fc.nat(50_000), off: fc.nat(50_000) }, { requiredKeys: [] }),
        bucketBy: fc.constantFrom("targetingKey", "organization.plan"),
        seed: fc.nat(0xffff_ffff),
      },
      { requiredKeys: ["weights"] },
    ),
  }),
);
const keys = fc.array(fc.constantFrom("u1", "u2", "", "__proto__"), { maxLength: 3 });
const targeting = fc.record({
  enabled: fc.constant(true),
  off: variant,
  prerequisites: fc.array(fc.record({ flag: fc.constantFrom("search", "nope"), variants: fc.array(variant) }), {
    maxLength: 1,
  }),
  targets: fc.array(fc.record({ variant, keys }), { maxLength: 2 }),
  rules: fc.array(fc.record({ when: anyCondition, serve }), { maxLength: 3 }),
  fallthrough: serve,
});
const segment = fc.record({ included: keys, excluded: keys, when: fc.option(anyCondition) }, { requiredKeys: [] });

/** As it was generated, or with a few places of it spoilt. What would be too deep to send is not looked at here. */
function orSpoilt<T>(documents: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  const gentle = anyDistortion.filter(({ kind }) => kind !== "bury");
  const spoilt = fc
    .tuple(documents, fc.array(gentle, { minLength: 1, maxLength: 2 }))
    .map(([document, distortions]) => distorted(document, distortions));
  return fc.oneof(documents, spoilt);
}

/** Whether there is such a place, or at least a holder that it is missing from; or it lies in another document. */
function resolves(document: unknown, path: string): boolean {
  if (/^(flags|segments)\.[a-z]+(\.|$)/.test(path) || path === "" || /^\.?[a-zA-Z]+$/.test(path)) return true;
  if (typeof document !== "object" || document === null) return false;
  // A field's name may hold dots and brackets, so the document is asked which of its names fits.
  return Object.entries(document).some(([name, part]) => {
    const step = [`[${name}]`, `.${name}`, name].find((text) => path.startsWith(text));
    return step !== undefined && resolves(part, path.slice(step.length));
  });
}

describe("what the server makes of a document", () => {
  let api: Harness;
  beforeEach(async () => {
    api = await createHarness();
    for (const key of ["checkout", "search"]) await api.ask(`POST ${FLAGS}`, { body: { key } });
    for (const key of ["staff", "beta", "tostring"])
      await api.ask("POST /api/v1/projects/default/segments", { body: { key } });
  });

  const rulesetNow = () => {
    const document: unknown = JSON.parse(JSON.stringify(api.ledger.view("default", "production", "server")?.ruleset()));
    return compileRuleset(readRuleset(document));
  };

  /** Said with path, reason and what to do: sentences, in places that the document has. */
  const isWellRefused = ({ status, body }: Got, document: unknown) => {
    expect([400, 422]).toContain(status);
    expect(field(body, "detail")).toMatch(/[.)]$/);
    const errors = field(body, "errors");
    if (status === 400) return;
    expect(errors).toBeInstanceOf(Array);
    for (const error of Array.isArray(errors) ? errors : []) {
      expect(error.message).toMatch(/^\S.+\. [A-Z].+\.$|^Give .+\.$/s);
      expect(resolves(document, error.path), error.path).toBe(true);
    }
    expect(Array.isArray(errors) && errors.length).toBeGreaterThan(0);
  };

  /** Every SDK reads it from the wire, knows all of it, and answers without an error. */
  const isServable = (contexts: readonly unknown[]) => {
    const ruleset = rulesetNow();
    expect(ruleset.problems()).toEqual([]);
    for (const context of contexts) {
      const result = evaluate(ruleset, "checkout", context, false, 0);
      expect(result.errorCode, result.errorMessage).toBeUndefined();
    }
  };

  it.each([
    ["targetings", `PUT ${PRODUCTION}`, targeting],
    ["segments", `PUT ${SEGMENT}`, segment],
  ])("is refused with path, reason and what to do, or served by every SDK: %s", async (_what, ask, documents) => {
    let taken = 0;
    let refused = 0;
    await api.ask(`PATCH ${PRODUCTION}`, {
      body: { enabled: true, rules: [{ when: { segment: "staff" }, serve: { variant: "on" } }] },
    });
    const property = fc.asyncProperty(
      orSpoilt<unknown>(documents),
      fc.array(anyContext, { minLength: 1, maxLength: 3 }),
      async (document, contexts) => {
        const body = JSON.stringify(document) ?? "null";
        const got = await api.ask(ask, { body, headers: { "content-type": "application/json" } });
        if (got.status === 200) {
          taken += 1;
          isServable(contexts);
        } else {
          refused += 1;
          isWellRefused(got, JSON.parse(body));
        }
      },
    );
    await fc.assert(property, { numRuns: 250, seed: 20_260_131 });
    expect([taken > 40, refused > 40]).toEqual([true, true]);
  });
});
