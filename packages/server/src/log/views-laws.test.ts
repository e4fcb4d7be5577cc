import { type Condition, compileRuleset, evaluate, readRuleset, type Serve } from "@bannerol/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RecordedItem, SegmentDocument, TargetingDocument } from "../state/documents.ts";
import { fold } from "../state/fold.ts";
import { emptyState, type ProjectState } from "../state/project-state.ts";
import { removed, sample } from "../state/sample-documents.ts";
import type { EntityName } from "../store/port.ts";
import { project, type Sight, sameProjection, viewClasses } from "./projection/project.ts";
import type { Projection } from "./projection/projection.ts";
import { View } from "./view.ts";
import { alterViews, renewedViews, viewChanges, viewId } from "./views.ts";

const production: Sight = { environment: "production", class: "server" };
const browser: Sight = { environment: "production", class: "client" };

function after(state: ProjectState, ...items: readonly RecordedItem[]): ProjectState {
  return fold(state, { revision: state.revision + 1, hash: "", at: 0, items });
}

function shown(state: ProjectState, sight: Sight, key: string, kind: EntityName["kind"] = "flag"): unknown {
  return project(state, sight, { kind, key })?.document;
}

const flagKeys = ["f0", "f1", "f2"] as const;
const segmentKeys = ["s0", "s1"] as const;
const environments = ["production", "staging"] as const;

const anyCondition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom("a", "b").map((plan) => ({ attribute: "plan", op: "in", values: [plan] })),
    fc.constantFrom(...segmentKeys).map((segment) => ({ segment })),
    fc.tuple(fc.constantFrom(...flagKeys), fc.constantFrom("on", "off")).map(([flag, v]) => ({ flag, variants: [v] })),
    tie("condition").map((not) => ({ not })),
    fc.array(tie("condition"), { maxLength: 2 }).map((all) => ({ all })),
    fc.array(tie("condition"), { maxLength: 2 }).map((any) => ({ any })),
  ),
})).condition;

const anyServe: fc.Arbitrary<Serve & { variant: string }> = fc
  .constantFrom("on", "off")
  .map((variant) => ({ variant }));

const anyTargeting: fc.Arbitrary<Partial<TargetingDocument>> = fc.record({
  enabled: fc.boolean(),
  prerequisites: fc.array(
    fc.constantFrom(...flagKeys).map((flag) => ({ flag, variants: ["on"] })),
    { maxLength: 1 },
  ),
  rules: fc.array(
    fc.tuple(anyCondition, anyServe).map(([when, serve]) => ({ id: "r", name: "canary-name", when, serve })),
    { maxLength: 2 },
  ),
  fallthrough: anyServe,
});

const anySegment: fc.Arbitrary<Partial<SegmentDocument>> = fc.record({
  included: fc.constantFrom([], [], ["canary-member"]),
  description: fc.constant("canary-description"),
  when: fc.option(anyCondition, { nil: null }),
});

const anyItem: fc.Arbitrary<RecordedItem> = fc
  .oneof(
    fc
      .tuple(fc.constantFrom(...flagKeys), fc.boolean(), fc.boolean())
      .map(([key, clientSide, old]) =>
        sample.flag(key, { clientSide, description: "canary-description", ...(old ? { archivedAt: 1 } : {}) }),
      ),
    fc
      .tuple(fc.constantFrom(...flagKeys), anyTargeting, fc.constantFrom(...environments))
      .map(([key, targeting, where]) => sample.targeting(key, targeting, where)),
    fc.tuple(fc.constantFrom(...segmentKeys), anySegment).map(([key, segment]) => sample.segment(key, segment)),
    fc.constantFrom(...environments).map((key) => sample.environment(key)),
  )
  .chain((item) =>
    fc.oneof(
      { weight: 8, arbitrary: fc.constant<RecordedItem>(item) },
      { weight: 1, arbitrary: fc.constant<RecordedItem>(removed(item)) },
      { weight: 1, arbitrary: fc.constant<RecordedItem>({ ...item, after: { damaged: true } }) },
    ),
  );

const anyStep = fc.uniqueArray(anyItem, {
  minLength: 1,
  maxLength: 4,
  selector: ({ kind, key, environment }) => `${kind}:${environment}:${key}`,
});

const everything: readonly RecordedItem[] = [
  ...environments.map((key) => sample.environment(key)),
  ...flagKeys.map((key) => sample.flag(key, { clientSide: true })),
  ...flagKeys.flatMap((key) => environments.map((where) => sample.targeting(key, {}, where))),
  ...segmentKeys.map((key) => sample.segment(key)),
];

const sights = environments.flatMap((environment) =>
  viewClasses.map((viewClass) => ({ environment, class: viewClass })),
);
const names: readonly EntityName[] = [
  ...flagKeys.map((key) => ({ kind: "flag", key }) as const),
  ...segmentKeys.map((key) => ({ kind: "segment", key }) as const),
];

/** What differs, found by looking at everything. */
function allDifferences(before: ProjectState, next: ProjectState): readonly string[] {
  const differs = (sight: Sight, name: EntityName): boolean => {
    const look = (state: ProjectState): Projection | undefined => project(state, sight, name);
    return !sameProjection(look(before), look(next));
  };
  return sights.flatMap((sight) =>
    names.filter((name) => differs(sight, name)).map((name) => `${sight.class}:${sight.environment}:${name.key}`),
  );
}

describe("views of any history", () => {
  it("alter exactly where something shows differently", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 6 }), (steps) => {
        let state = after(emptyState("default"), ...everything);
        for (const items of steps) {
          const next = after(state, ...items);
          const found = viewChanges(state, next, items).flatMap(({ environment, class: viewClass, put, drop }) =>
            [...put, ...drop].map(({ key }) => `${viewClass}:${environment}:${key}`),
          );
          expect([...found].sort()).toEqual([...allDifferences(state, next)].sort());
          state = next;
        }
      }),
      { numRuns: 300 },
    );
  });

  it("show a client none of what is not for it (I15)", () => {
    fc.assert(
      fc.property(anyStep, anyStep, (first, second) => {
        const state = after(after(emptyState("default"), ...everything), ...first);
        const last = after(state, ...second);
        const text = JSON.stringify(names.map((name) => shown(last, browser, name.key, name.kind)));
        expect(text).not.toContain("canary");
        for (const key of segmentKeys) expect(text).not.toContain(`"${key}"`);
        for (const key of flagKeys) {
          if (last.flags.get(key)?.document.clientSide !== true) expect(text).not.toContain(`"${key}"`);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("answer a client as the server would, for every flag that it may evaluate itself", () => {
    const anyContext = fc.record({ plan: fc.constantFrom("a", "b", "c") }, { requiredKeys: [] });
    fc.assert(
      fc.property(anyStep, anyStep, anyContext, (first, second, context) => {
        const state = after(after(after(emptyState("default"), ...everything), ...first), ...second);
        const [there, here] = [production, browser].map((sight) =>
          compileRuleset(readRuleset(viewOf(state, sight).ruleset())),
        );
        for (const key of flagKeys) {
          const document = shown(state, browser, key);
          if (document === undefined || JSON.stringify(document).includes('"remote":true')) continue;
          expect(evaluate(here, key, context, false, 0)).toEqual(evaluate(there, key, context, false, 0));
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** A view with everything under version 1. */
function viewOf(state: ProjectState, sight: Sight): View {
  const after = { ...state, revision: 1 };
  const { all } = alterViews(new Map(), { epoch: "e1", after, alterations: renewedViews(state, new Map()) });
  return all.get(viewId(sight)) ?? View.of({ project: "default", ...sight }, "e1", []);
}
