import { atOnce, buildKeyList, type KeyList, type Ruleset } from "@bannerol/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rulesetAt } from "../testing/model-server.ts";
import { emptyGate, type GateEffect, type GateEvent, type GateState, gateAlarm, stepGate } from "./gate.ts";
import { neededLists } from "./needs.ts";

const secret = new Uint8Array(16);
const listOf = (version: number, keys: readonly string[] = ["u1"]): KeyList =>
  atOnce(buildKeyList({ version, secret, keys }));

/** A ruleset whose segments name these lists, at these versions. */
function naming(revision: number, lists: { readonly [list: string]: number }, epoch = "e"): Ruleset {
  const segments = Object.entries(lists).map(([list, version]) => {
    const segment = { version: revision, included: { list, count: 1, version }, excluded: [], when: null };
    return [`s-${list}`, segment] as const;
  });
  return { ...rulesetAt(epoch, revision), segments: new Map(segments) };
}

function machine(random = 0) {
  let state: GateState = emptyGate;
  let now = 0;
  const feed = (event: GateEvent): readonly GateEffect[] => {
    const next = stepGate(state, event, { now, random: () => random });
    state = next.state;
    return next.effects;
  };
  return {
    feed,
    install: (ruleset: Ruleset) => feed({ type: "install", ruleset }),
    arrived: (list: KeyList) => feed({ type: "arrived", list }),
    failed: (ending: object = {}, misfit = false) =>
      feed({ type: "failed", ending: { reason: "No.", ...ending }, misfit }),
    wait(ms: number) {
      now += ms;
      return feed({ type: "timer" });
    },
    state: () => state,
    alarm: () => gateAlarm(state),
  };
}

const kinds = (effects: readonly GateEffect[]) => effects.map(({ type }) => type);

describe("a ruleset and the lists that it names", () => {
  it("are served together: at once where it names none, else when all are there (P12)", () => {
    const m = machine();
    expect(m.install(naming(1, {}))).toMatchObject([{ type: "serve", ruleset: { revision: 1 } }]);
    expect(m.install(naming(2, { a: 2, b: 2 }))).toMatchObject([{ type: "fetch", list: "a", have: undefined }]);
    expect(m.arrived(listOf(2))).toMatchObject([{ type: "fetch", list: "b" }]);
    const [served] = m.arrived(listOf(2));
    expect(served).toMatchObject({ type: "serve", ruleset: { revision: 2 } });
    expect(served?.type === "serve" && [...served.lists.keys()]).toEqual(["a", "b"]);
  });

  it("are asked for by what changed where an older version is held, and kept where they are the same", () => {
    const m = machine();
    m.install(naming(1, { a: 1, b: 1 }));
    m.arrived(listOf(1));
    m.arrived(listOf(1));
    expect(m.install(naming(2, { a: 1, b: 1 }))).toMatchObject([{ type: "serve", ruleset: { revision: 2 } }]);
    m.install(naming(3, { a: 1, b: 3 }));
    expect(m.wait(1_000)).toMatchObject([{ type: "fetch", list: "b", have: { version: 1 } }]);
    expect(kinds(m.arrived(listOf(3)))).toEqual(["serve"]);
  });

  it("that are newer than it says are as good: the next ruleset speaks of them", () => {
    const m = machine();
    m.install(naming(1, { a: 1 }));
    expect(kinds(m.arrived(listOf(4)))).toEqual(["serve"]);
    expect(m.install(naming(4, { a: 4 }))).toMatchObject([{ type: "serve", ruleset: { revision: 4 } }]);
  });

  it("that are older than it says are a failed try", () => {
    const m = machine();
    m.install(naming(5, { a: 5 }));
    expect(kinds(m.arrived(listOf(4)))).toEqual(["report"]);
    expect(m.alarm()).toBe(250);
  });

  it("gives way to a newer one, which takes over what is on its way", () => {
    const m = machine();
    m.install(naming(1, { a: 1 }));
    expect(m.install(naming(2, { a: 1, b: 2 }))).toEqual([]);
    expect(m.arrived(listOf(1))).toMatchObject([{ type: "fetch", list: "b" }]);
    expect(kinds(m.install(naming(3, {})))).toEqual(["cancel", "serve"]);
    expect(m.arrived(listOf(2))).toEqual([]);
    expect(m.state().held.size).toBe(0);
  });

  it("asks for a newer version where the one that came is behind what it says by now", () => {
    const m = machine();
    m.install(naming(1, { a: 1 }));
    m.install(naming(2, { a: 2 }));
    expect(m.arrived(listOf(1))).toMatchObject([{ type: "fetch", list: "a", have: { version: 1 } }]);
    expect(kinds(m.arrived(listOf(2)))).toEqual(["serve"]);
  });

  it("keeps nothing of another epoch, whose versions mean other things", () => {
    const m = machine();
    m.install(naming(1, { a: 1 }));
    m.arrived(listOf(1));
    m.install(naming(1, { a: 1 }, "other"));
    expect(m.wait(1_000)).toMatchObject([{ type: "fetch", list: "a", epoch: "other", have: undefined }]);
  });

  it("has its lists brought where it is there already from elsewhere", () => {
    const m = machine();
    expect(m.feed({ type: "start", ruleset: naming(1, {}) })).toEqual([]);
    expect(m.feed({ type: "start", ruleset: undefined })).toEqual([]);
    expect(kinds(m.feed({ type: "start", ruleset: naming(1, { a: 1 }) }))).toEqual(["fetch"]);
    expect(kinds(m.arrived(listOf(1)))).toEqual(["serve"]);
  });

  it("asks for all of a list where what changed does not fit it", () => {
    const m = machine();
    m.install(naming(1, { a: 1 }));
    m.arrived(listOf(1));
    m.install(naming(2, { a: 2 }));
    m.wait(1_000);
    m.failed({}, true);
    expect(m.wait(500)).toMatchObject([{ type: "fetch", list: "a", have: undefined }]);
  });

  it("tries again after waits that grow, reports the first, and obeys Retry-After", () => {
    const m = machine();
    m.install(naming(1, { a: 1 }));
    expect(kinds(m.failed())).toEqual(["report"]);
    expect(kinds(m.wait(249))).toEqual([]);
    expect(kinds(m.wait(1))).toEqual(["fetch"]);
    expect(m.failed()).toEqual([]);
    expect(m.alarm()).toBe(250 + 500);
    m.wait(500);
    m.failed({ retryAfterMs: 9_000 });
    expect(m.alarm()).toBe(750 + 9_000);
  });

  it("starts from the shortest wait again once no try has failed for a minute, whatever came meanwhile (I16)", () => {
    const m = machine();
    m.install(naming(1, { a: 1 }));
    m.failed();
    m.wait(250);
    m.arrived(listOf(1));
    m.install(naming(2, { a: 2 }));
    m.wait(1_000);
    expect(kinds(m.failed())).toEqual(["report"]);
    expect(m.alarm()).toBe(1_250 + 500);
    m.wait(60_000);
    m.arrived(listOf(2));
    m.install(naming(3, { a: 3 }));
    m.wait(1_000);
    m.failed();
    expect(m.alarm()).toBe(62_250 + 250);
  });

  it("waits minutes where the key is refused", () => {
    const m = machine();
    m.install(naming(1, { a: 1 }));
    m.failed({ status: 403 });
    expect(m.alarm()).toBe(150_000);
  });

  it("asks for nothing once it is closed", () => {
    const m = machine();
    m.install(naming(1, { a: 1 }));
    expect(kinds(m.feed({ type: "close" }))).toEqual(["cancel"]);
    expect([m.alarm(), m.wait(60_000), m.arrived(listOf(1)), m.failed()]).toEqual([undefined, [], [], []]);
  });

  it("never serves one without its lists, never an older one, and asks at most 26 times in vain in five minutes (I16, P12)", () => {
    const lists = fc.dictionary(fc.constantFrom("a", "b", "__proto__"), fc.integer({ min: 1, max: 9 }), { maxKeys: 2 });
    const happening = fc.oneof(
      fc.record({ install: lists }),
      fc.record({ arrive: fc.integer({ min: 1, max: 12 }) }),
      fc.record({ fail: fc.boolean() }),
      fc.record({ wait: fc.integer({ min: 1, max: 20_000 }) }),
    );
    fc.assert(
      fc.property(
        fc.array(happening, { maxLength: 80 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (all, random) => {
          const m = machine(random);
          let [revision, last] = [0, 0];
          for (const one of all) {
            const effects =
              "install" in one
                ? m.install(naming(++revision, one.install))
                : "arrive" in one
                  ? m.arrived(listOf(one.arrive))
                  : "fail" in one
                    ? m.failed({}, one.fail)
                    : m.wait(one.wait);
            for (const effect of effects) {
              if (effect.type !== "serve") continue;
              expect(effect.ruleset.revision).toBeGreaterThan(last);
              last = effect.ruleset.revision;
              for (const { list, version } of neededLists(effect.ruleset)) {
                expect(effect.lists.get(list)?.version ?? 0).toBeGreaterThanOrEqual(version);
              }
            }
          }
        },
      ),
    );
  });

  it.each([0, 0.5, 0.999])("asks at most 26 times in the first five minutes where every try fails (%d)", (random) => {
    const m = machine(random);
    let tries = kinds(m.install(naming(1, { a: 1 }))).length;
    for (let now = 0; now < 300_000; ) {
      m.failed();
      // A newer ruleset is no way around the wait.
      m.install(naming(2, { a: 2 }));
      const ms = (m.alarm() ?? 0) - now;
      now += ms;
      if (now < 300_000) tries += m.wait(ms).length;
    }
    expect(tries).toBeLessThanOrEqual(26);
  });
});
