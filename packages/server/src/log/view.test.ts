import { applyDelta, checksumOf, readRuleset, toDocument } from "@bannerol/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EntityName } from "../store/port.ts";
import { View, type ViewAlteration } from "./view.ts";

const name = { project: "default", environment: "production", class: "server" } as const;
const empty = View.of(name, "e1", []);

function put(...keys: readonly string[]): ViewAlteration {
  return { put: keys.map((key) => ({ kind: "flag", key, document: { type: "boolean" } })), drop: [] };
}

function drop(...keys: readonly string[]): ViewAlteration {
  return { put: [], drop: keys.map((key) => ({ kind: "flag", key })) };
}

const anyName: fc.Arbitrary<EntityName> = fc.record({
  kind: fc.constantFrom("flag", "segment"),
  key: fc.constantFrom("a", "b", "constructor", "__proto__", "c"),
});

const anyAlteration: fc.Arbitrary<ViewAlteration> = fc
  .uniqueArray(fc.tuple(anyName, fc.boolean(), fc.nat(9)), {
    minLength: 1,
    maxLength: 4,
    selector: ([entity]) => `${entity.kind}:${entity.key}`,
  })
  .map((entities) => ({
    put: entities.filter(([, stays]) => stays).map(([entity, , seed]) => ({ ...entity, document: { seed } })),
    drop: entities.filter(([, stays]) => !stays).map(([entity]) => entity),
  }));

/** A view through several changes; revisions may be skipped, as those that altered another view are. */
function statesOf(steps: readonly (readonly [ViewAlteration, number])[]): readonly View[] {
  const views = [empty];
  let revision = 0;
  for (const [alteration, gap] of steps) {
    revision += 1 + gap;
    views.push((views.at(-1) ?? empty).alter(alteration, revision));
  }
  return views;
}

const anyStates = fc.array(fc.tuple(anyAlteration, fc.nat(3)), { maxLength: 12 }).map(statesOf);

describe("View", () => {
  it("begins at revision 0, with nothing", () => {
    expect(empty.identity()).toEqual({ epoch: "e1", revision: 0, checksum: 0 });
    expect(empty.ruleset()).toMatchObject({ project: "default", environment: "production", flags: {}, segments: {} });
  });

  it("gives what a change touched that change's revision, and the rest what it had", () => {
    const view = empty.alter(put("a", "b"), 4).alter(put("b"), 7);
    expect(view.revision).toBe(7);
    expect(view.ruleset().flags).toEqual({ a: { version: 4, type: "boolean" }, b: { version: 7, type: "boolean" } });
  });

  it("tells of what left by null, and of what came back", () => {
    const gone = empty.alter(put("a", "b"), 1).alter(drop("a"), 2);
    expect(gone.ruleset().flags).not.toHaveProperty("a");
    expect(gone.deltaSince(1)).toEqual({ from: 1, to: 2, flags: { a: null }, segments: {} });
    expect(gone.alter(put("a"), 5).deltaSince(2)).toMatchObject({ from: 2, to: 5, flags: { a: { version: 5 } } });
  });

  it("is never altered itself", () => {
    const before = empty.alter(put("a"), 1);
    before.alter(drop("a"), 2);
    expect(before.ruleset().flags).toHaveProperty("a");
    expect(before.revision).toBe(1);
  });

  it.each([-1, 3, 1.5, Number.NaN])("has no delta from revision %d of one that it never had", (revision) => {
    expect(empty.alter(put("a"), 2).deltaSince(revision)).toBe("tooOld");
  });

  it("leads from every state that it had to the one that it has", () => {
    fc.assert(
      fc.property(anyStates, (views) => {
        const now = views.at(-1) ?? empty;
        for (const before of views) {
          const delta = now.deltaSince(before.revision);
          if (delta === "tooOld") throw new Error("There is a way.");
          expect(toDocument(applyDelta(readRuleset(before.ruleset()), delta))).toEqual(now.ruleset());
        }
      }),
    );
  });

  it("keeps the checksum that a client computes", () => {
    fc.assert(
      fc.property(anyStates, (views) => {
        for (const view of views) expect(view.checksum).toBe(checksumOf(readRuleset(view.ruleset())));
      }),
    );
  });

  it("is the same when made again from its entities, as after a restart", () => {
    fc.assert(
      fc.property(anyStates, (views) => {
        const now = views.at(-1) ?? empty;
        expect(View.of(name, "e1", now.entities.values())).toEqual(now);
      }),
    );
  });
});
