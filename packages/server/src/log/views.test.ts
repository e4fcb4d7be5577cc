import type { Condition } from "@bannerol/core";
import { describe, expect, it } from "vitest";
import type { FlagDocument, RecordedItem, StoredRule, TargetingDocument } from "../state/documents.ts";
import { fold } from "../state/fold.ts";
import { emptyState, type ProjectState } from "../state/project-state.ts";
import { removed, sample } from "../state/sample-documents.ts";
import type { EntityName } from "../store/port.ts";
import { project, type Sight } from "./projection/project.ts";
import { loadViews, renewedViews, viewChanges } from "./views.ts";

const production: Sight = { environment: "production", class: "server" };
const browser: Sight = { environment: "production", class: "client" };

function after(state: ProjectState, ...items: readonly RecordedItem[]): ProjectState {
  return fold(state, { revision: state.revision + 1, hash: "", at: 0, items });
}

function stateOf(...items: readonly RecordedItem[]): ProjectState {
  return after(emptyState("default"), sample.environment("production"), ...items);
}

/** A flag and its targeting in production. */
function flagItems(key: string, targeting: Partial<TargetingDocument> = {}, flag: Partial<FlagDocument> = {}) {
  return [sample.flag(key, flag), sample.targeting(key, targeting)];
}

function publicFlag(key: string, targeting: Partial<TargetingDocument> = {}) {
  return flagItems(key, targeting, { clientSide: true });
}

function shown(state: ProjectState, sight: Sight, key: string, kind: EntityName["kind"] = "flag"): unknown {
  return project(state, sight, { kind, key })?.document;
}

function rule(when: Condition): StoredRule {
  return { id: "r", name: "canary-rule-name", when, serve: { variant: "on" } };
}

const altered = (before: ProjectState, ...items: readonly RecordedItem[]) =>
  viewChanges(before, after(before, ...items), items).map(({ environment, class: viewClass, put, drop }) => [
    `${viewClass}:${environment}`,
    put.map(({ kind, key }) => `${kind}:${key}`),
    drop.map(({ kind, key }) => `${kind}:${key}`),
  ]);

describe("what a server key sees", () => {
  it("is all that evaluation needs, and nothing else", () => {
    const rollout = { weights: { on: 5000 }, allocation: [[5000, "on"]], bucketBy: "id", seed: 3 } as const;
    const state = stateOf(
      ...flagItems("a", {
        prerequisites: [{ flag: "b", variants: ["on"] }],
        targets: [{ variant: "on", keys: ["u1"] }],
        rules: [rule({ segment: "staff" })],
        fallthrough: { rollout },
      }),
    );
    const { weights: _, ...served } = rollout;
    expect(shown(state, production, "a")).toEqual({
      type: "boolean",
      seed: 7,
      variants: [
        { key: "on", value: true },
        { key: "off", value: false },
      ],
      enabled: true,
      off: "off",
      prerequisites: [{ flag: "b", variants: ["on"] }],
      targets: [{ variant: "on", keys: ["u1"] }],
      rules: [{ id: "r", when: { segment: "staff" }, serve: { variant: "on" } }],
      fallthrough: { rollout: served },
    });
  });

  it("shows a segment's lists and condition", () => {
    const state = stateOf(sample.segment("staff", { included: ["u1"], by: "id", when: { any: [] } }));
    expect(shown(state, production, "staff", "segment")).toEqual({
      included: ["u1"],
      excluded: [],
      by: "id",
      when: { any: [] },
    });
  });

  it("goes on with an archived flag as disabled", () => {
    const state = stateOf(...flagItems("a", { enabled: true }, { archivedAt: 5 }));
    expect(shown(state, production, "a")).toMatchObject({ enabled: false });
  });

  it("does not hold a flag without a targeting there, nor anything of an unknown environment", () => {
    const state = stateOf(sample.flag("a"), sample.targeting("b"), sample.targeting("a", {}, "staging"));
    expect(shown(state, production, "a")).toBeUndefined();
    expect(shown(state, production, "b")).toBeUndefined();
    expect(shown(state, { ...production, environment: "staging" }, "a")).toBeUndefined();
  });

  it.each([
    ["definition", { ...sample.flag("a"), after: { key: "a" } }],
    ["targeting", { ...sample.targeting("a"), after: [] }],
  ])("holds a flag with a damaged %s as one that cannot be read, and all else as it is", (_, damage) => {
    const state = after(stateOf(...flagItems("a"), ...flagItems("b")), damage);
    expect(shown(state, production, "a")).toEqual({});
    expect(shown(state, production, "b")).toMatchObject({ enabled: true });
  });

  it("holds a damaged segment as one that cannot be read", () => {
    const state = stateOf({ ...sample.segment("s"), after: { when: 5 } });
    expect(shown(state, production, "s", "segment")).toEqual({});
  });

  it("goes on where the environment's own document is damaged", () => {
    const state = after(stateOf(...flagItems("a")), { ...sample.environment("production"), after: 7 });
    expect(shown(state, production, "a")).toMatchObject({ enabled: true });
  });
});

describe("what a client key sees", () => {
  const pro: Condition = { attribute: "plan", op: "in", values: ["pro"] };

  it("is no flag that is not marked for clients, and no segment", () => {
    const state = stateOf(...flagItems("secret"), sample.segment("staff"));
    expect(shown(state, browser, "secret")).toBeUndefined();
    expect(shown(state, browser, "staff", "segment")).toBeUndefined();
  });

  it("has a segment's condition in the place of its name", () => {
    const state = stateOf(
      ...publicFlag("a", { rules: [rule({ all: [{ not: { segment: "outer" } }, { segment: "nobody" }] })] }),
      sample.segment("outer", { when: { any: [{ segment: "inner" }, pro] } }),
      sample.segment("inner", { when: pro }),
      sample.segment("nobody"),
    );
    expect(shown(state, browser, "a")).toMatchObject({
      rules: [{ when: { all: [{ not: { any: [pro, pro] } }, { any: [] }] } }],
    });
  });

  const remote = { type: "boolean", remote: true };
  it.each([
    ["a flag that is not public", { prerequisites: [{ flag: "secret", variants: ["on"] }] }],
    ["a flag that is not there", { rules: [rule({ flag: "missing", variants: ["on"] })] }],
    ["such a flag through a public one", { prerequisites: [{ flag: "public", variants: ["on"] }] }],
    ["such a flag through a segment", { rules: [rule({ segment: "of-secret" })] }],
    ["a segment with a list", { rules: [rule({ segment: "listed" })] }],
    ["a segment with a list of exceptions", { rules: [rule({ segment: "excluding" })] }],
    ["a segment that is not there", { rules: [rule({ segment: "missing" })] }],
    ["a segment that contains itself", { rules: [rule({ segment: "ring" })] }],
    ["a segment that grows without bound when written out", { rules: [rule({ segment: "s12" })] }],
  ])("asks the server for a flag that reaches %s", (_, targeting) => {
    const doubling = Array.from({ length: 12 }, (_, level) =>
      sample.segment(`s${level + 1}`, { when: { all: [{ segment: `s${level}` }, { segment: `s${level}` }] } }),
    );
    const state = stateOf(
      ...publicFlag("a", targeting),
      ...flagItems("secret"),
      ...publicFlag("public", { prerequisites: [{ flag: "secret", variants: ["on"] }] }),
      sample.segment("of-secret", { when: { flag: "secret", variants: ["on"] } }),
      sample.segment("listed", { included: ["u1"] }),
      sample.segment("excluding", { excluded: ["u1"], when: pro }),
      sample.segment("ring", { when: { not: { segment: "ring" } } }),
      sample.segment("s0", { when: pro }),
      ...doubling,
    );
    expect(shown(state, browser, "a")).toEqual(remote);
  });

  it("moves the version of a flag asked of the server with all that it reaches", () => {
    const state = stateOf(
      ...publicFlag("a", { rules: [rule({ segment: "of-secret" })] }),
      ...publicFlag("b"),
      ...flagItems("secret"),
      sample.segment("of-secret", { when: { flag: "secret", variants: ["on"] } }),
    );
    const edits = [
      sample.targeting("secret", { enabled: false }),
      sample.segment("of-secret", { when: { flag: "secret", variants: ["off"] } }),
      removed(sample.segment("of-secret")),
    ];
    for (const edit of edits) expect(altered(state, edit)).toContainEqual(["client:production", ["flag:a"], []]);
    const described = sample.flag("secret", { description: "Other words" });
    expect(altered(state, described)).toEqual([]);
  });
});

describe("viewChanges", () => {
  const state = stateOf(sample.environment("staging"), ...flagItems("a"), sample.targeting("a", {}, "staging"));

  it.each([
    [
      "words about a flag alter nothing",
      [sample.flag("a", { description: "x", tags: ["t"], owner: "o", kind: "ops" })],
      [],
    ],
    ["an SDK key alters nothing", [sample.key("k1")], []],
    ["an environment's name alters nothing", [sample.environment("production", { name: "Live" })], []],
    [
      "a targeting alters its environment",
      [sample.targeting("a", { off: "on" })],
      [["server:production", ["flag:a"], []]],
    ],
    [
      "a flag's seed alters every environment that it is in",
      [sample.flag("a", { seed: 8 })],
      [
        ["server:production", ["flag:a"], []],
        ["server:staging", ["flag:a"], []],
      ],
    ],
    [
      "a flag that becomes public enters the clients' views, and servers are told that it did",
      [sample.flag("a", { clientSide: true })],
      [
        ["server:production", ["flag:a"], []],
        ["client:production", ["flag:a"], []],
        ["server:staging", ["flag:a"], []],
        ["client:staging", ["flag:a"], []],
      ],
    ],
    ["a removed targeting drops the flag", [removed(sample.targeting("a"))], [["server:production", [], ["flag:a"]]]],
    ["a removed environment drops all", [removed(sample.environment("staging"))], [["server:staging", [], ["flag:a"]]]],
    [
      "a segment alters every environment",
      [sample.segment("s")],
      [
        ["server:production", ["segment:s"], []],
        ["server:staging", ["segment:s"], []],
      ],
    ],
    [
      "a new environment shows what is in it",
      [sample.environment("qa"), sample.targeting("a", {}, "qa")],
      [["server:qa", ["flag:a"], []]],
    ],
  ] as const)("%s", (_, items, expected) => {
    expect(altered(state, ...items)).toEqual(expected);
  });
});

describe("loadViews", () => {
  const entity = { environment: "production", class: "server", kind: "flag", dropped: false } as const;

  it("serves as malformed what was shown and is gone from the documents, and keeps what left as left", () => {
    const views = loadViews(stateOf(...flagItems("a")), "e1", [
      { ...entity, key: "a", version: 2 },
      { ...entity, key: "lost", version: 3 },
      { ...entity, key: "dropped", version: 4, dropped: true },
    ]);
    const view = views.get("server:production");
    expect(view?.ruleset()).toMatchObject({
      revision: 4,
      flags: { a: { version: 2, enabled: true }, lost: { version: 3 } },
    });
    expect(view?.deltaSince(3)).toMatchObject({ flags: { dropped: null } });
  });

  it("has an empty view for an environment in which nothing was shown", () => {
    expect(loadViews(stateOf(), "e1", []).get("client:production")?.identity()).toEqual({
      epoch: "e1",
      revision: 0,
      checksum: 0,
    });
  });
});

describe("renewedViews", () => {
  it("puts all that is shown and drops what is shown no more", () => {
    const state = stateOf(...flagItems("a"), sample.segment("s"));
    const entity = { environment: "production", class: "server", kind: "flag", dropped: false } as const;
    const views = loadViews(state, "e1", [
      { ...entity, key: "a", version: 1 },
      { ...entity, key: "lost", version: 1 },
    ]);
    const [server] = renewedViews(state, views);
    expect(server).toMatchObject({
      ...production,
      put: [
        { kind: "flag", key: "a" },
        { kind: "segment", key: "s" },
      ],
      drop: [{ kind: "flag", key: "lost" }],
    });
  });
});
