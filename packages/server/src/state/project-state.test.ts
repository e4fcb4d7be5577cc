import { describe, expect, it } from "vitest";
import type { RecordedItem } from "./documents.ts";
import { fold, loadState } from "./fold.ts";
import { documentOf, emptyState, type ProjectState, targetingOf } from "./project-state.ts";
import { removed, sample } from "./sample-documents.ts";

function after(state: ProjectState, ...items: readonly RecordedItem[]): ProjectState {
  return fold(state, { revision: state.revision + 1, hash: `h${state.revision + 1}`, at: 50, items });
}

const start = after(
  emptyState("default"),
  sample.environment("production"),
  sample.flag("a"),
  sample.targeting("a"),
  sample.segment("s"),
);

describe("fold", () => {
  it("puts each document on its shelf with the revision that wrote it", () => {
    const state = after(start, sample.targeting("a", { enabled: false }), sample.key("k1"));
    expect(state).toMatchObject({ key: "default", revision: 2, head: "h2", at: 50 });
    expect(state.flags.get("a")?.revision).toBe(1);
    expect(targetingOf(state, "a", "production")).toMatchObject({ revision: 2, document: { enabled: false } });
    expect(state.keys.get("k1")?.revision).toBe(2);
  });

  it("leaves the state before as it was and shares what was not touched", () => {
    const state = after(start, sample.flag("b"), sample.targeting("a", { enabled: false }));
    expect(start.flags.has("b")).toBe(false);
    expect(targetingOf(start, "a", "production")?.document.enabled).toBe(true);
    expect(state.segments).toBe(start.segments);
    expect(after(state, sample.segment("t")).targetings).toBe(state.targetings);
  });

  it("removes what is null afterwards, and forgets an environment without targetings", () => {
    const state = after(start, removed(sample.targeting("a")), removed(sample.segment("s")), removed(sample.flag("x")));
    expect(targetingOf(state, "a", "production")).toBeUndefined();
    expect(state.targetings.size).toBe(0);
    expect(state.segments.size).toBe(0);
  });

  it("leaves out a document that cannot be read, says why, and takes its next form", () => {
    const broken = after(start, { ...sample.flag("a"), after: { key: "a", type: "colour" } });
    expect(broken.flags.has("a")).toBe(false);
    expect([...broken.unreadable.values()]).toEqual([
      { kind: "flag", key: "a", environment: "", revision: 2, reason: expect.stringContaining("type") },
    ]);
    const mended = after(broken, sample.flag("a"));
    expect(mended.flags.has("a")).toBe(true);
    expect(mended.unreadable.size).toBe(0);
  });

  it("forgets a document that cannot be read when it is removed", () => {
    const broken = after(start, { ...sample.segment("s"), after: 7 });
    expect(after(broken, removed(sample.segment("s"))).unreadable.size).toBe(0);
  });

  it("takes keys that are names of JavaScript's own", () => {
    const state = after(start, sample.flag("__proto__"), sample.targeting("__proto__"), sample.segment("constructor"));
    expect(targetingOf(state, "__proto__", "production")?.document.enabled).toBe(true);
    expect(state.segments.has("constructor")).toBe(true);
    expect(targetingOf(start, "constructor", "toString")).toBeUndefined();
  });
});

describe("loadState", () => {
  it("serves the rest where a row is no JSON", () => {
    const name = { environment: "", revision: 1 } as const;
    const state = loadState({
      key: "default",
      revision: 1,
      head: "h",
      at: 5,
      documents: [
        { ...name, kind: "flag", key: "a", document: undefined },
        { ...name, kind: "flag", key: "b", document: sample.flag("b").after },
      ],
    });
    expect([...state.flags.keys()]).toEqual(["b"]);
    expect(state.unreadable.get("flag::a")?.reason).toBe("it is no JSON");
  });
});

describe("documentOf", () => {
  it.each([
    ["a document", sample.flag("a"), sample.flag("a").after],
    ["a targeting", sample.targeting("a"), sample.targeting("a").after],
    ["null where there is none", sample.targeting("a", {}, "staging"), null],
  ])("finds %s", (_, name, expected) => {
    expect(documentOf(start, name)).toEqual(expected);
  });

  it("tells a document that cannot be read from one that is not there", () => {
    expect(documentOf(after(start, { ...sample.flag("a"), after: {} }), sample.flag("a"))).toBeUndefined();
  });
});
