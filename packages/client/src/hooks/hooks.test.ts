import type { JsonValue } from "@bannerol/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Evaluation } from "../evaluation/evaluation.ts";
import { Query } from "../testing/query.ts";
import { rulesetOf, settle, testClient } from "../testing/test-client.ts";
import { EvaluationError, type Hook, type HookContext } from "./hook.ts";

const staff = [{ id: "staff", when: { attribute: "plan", op: "in", values: ["staff"] }, serve: { variant: "off" } }];
const value = (type: string, given: JsonValue) => ({
  type,
  variants: [{ key: "v", value: given }],
  off: "v",
  fallthrough: { variant: "v" },
});
const ruleset = rulesetOf(7, {
  flag: { rules: staff },
  text: value("string", "blue"),
  count: value("number", 3),
  json: value("json", { a: 1 }),
  broken: { variants: [] },
});

function hooked(...hooks: Hook[]) {
  const { client } = testClient({ serves: ruleset, name: "shop" });
  const problems: string[] = [];
  client.on("error", ({ code, message }) => problems.push(`${code}: ${message}`));
  const removals = hooks.map((hook) => client.use(hook));
  return { client, problems, removals };
}

/** A hook that notes which of its stages ran. */
function noting(name: string, notes: string[]): Hook {
  const note = (stage: string) => (): undefined => void notes.push(`${stage} ${name}`);
  return { before: note("before"), after: note("after"), error: note("error"), finally: note("finally") };
}

describe("hooks", () => {
  it("run before first to last, and the other stages last to first", () => {
    const notes: string[] = [];
    const { client } = hooked(noting("1", notes), noting("2", notes));
    client.isEnabled("flag");
    expect(notes.splice(0)).toEqual(["before 1", "before 2", "after 2", "after 1", "finally 2", "finally 1"]);
    client.isEnabled("nope");
    expect(notes).toEqual(["before 1", "before 2", "error 2", "error 1", "finally 2", "finally 1"]);
  });

  it.each<[string, (client: Evaluation) => unknown, string, string, JsonValue]>([
    ["isEnabled", (client) => client.isEnabled("flag"), "flag", "boolean", false],
    ["value", (client) => client.value("text", {}, "red"), "text", "string", "red"],
    ["evaluate", (client) => client.evaluate("count", {}, 0), "count", "number", 0],
    ["boolean", (client) => client.boolean("flag", true)(), "flag", "boolean", true],
    ["string", (client) => client.string("text", "red")(), "text", "string", "red"],
    ["number", (client) => client.number("count", 0)(), "count", "number", 0],
    ["json", (client) => client.json("json", null)(), "json", "json", null],
    ["a bound client", (client) => client.forContext({}).isEnabled("flag"), "flag", "boolean", false],
    ["a bound handle", (client) => client.forContext({}).string("text", "x")(), "text", "string", "x"],
    ["a snapshot", (client) => client.snapshot().isEnabled("flag"), "flag", "boolean", false],
    ["a bound snapshot", (client) => client.forContext({}).snapshot().value("count", 1), "count", "number", 1],
  ])("see what %s asks for, frozen", (_, ask, flagKey, type, defaultValue) => {
    const seen: HookContext[] = [];
    const { client } = hooked({ after: (hookContext) => void seen.push(hookContext) });
    ask(client);
    expect(seen).toEqual([{ flagKey, type, defaultValue, context: {}, clientName: "shop", hookData: new Map() }]);
    expect(Object.isFrozen(seen[0])).toBe(true);
  });

  it("do not run for explain and evaluateAll", () => {
    const notes: string[] = [];
    const { client } = hooked(noting("1", notes));
    client.explain("flag");
    client.evaluateAll({});
    expect(notes).toEqual([]);
  });

  it("hand what before noted to the later stages, to each hook its own", () => {
    const found: unknown[] = [];
    const counting = (start: number): Hook => ({
      before: ({ hookData }) => void hookData.set("n", start),
      finally: ({ hookData }) => void found.push(hookData.get("n")),
    });
    const { client } = hooked(counting(1), counting(2));
    client.isEnabled("flag");
    expect(found).toEqual([2, 1]);
  });

  it("may add attributes before, which later hooks and the evaluation see, and the caller's object does not", () => {
    const seen: unknown[] = [];
    const context = { plan: "free", id: 1 };
    const { client } = hooked(
      { before: () => ({ plan: "staff" }) },
      { before: ({ context: given }) => void seen.push(given), finally: ({ context: given }) => void seen.push(given) },
    );
    expect(client.evaluate("flag", context, true)).toMatchObject({ value: false, ruleId: "staff" });
    expect(seen).toEqual([
      { plan: "staff", id: 1 },
      { plan: "staff", id: 1 },
    ]);
    expect(context).toEqual({ plan: "free", id: 1 });
  });

  it.each([
    ["nope", "FLAG_NOT_FOUND"],
    ["broken", "PARSE_ERROR"],
    ["text", "TYPE_MISMATCH"],
  ])("are told why %s could not be evaluated", (key, code) => {
    const errors: EvaluationError[] = [];
    const results: unknown[] = [];
    const { client } = hooked({
      error: (_, error) => void errors.push(error),
      finally: (_, result) => void results.push(result),
    });
    expect(client.isEnabled(key, {}, true)).toBe(true);
    expect(errors[0]).toBeInstanceOf(EvaluationError);
    expect(errors[0]).toMatchObject({ code, message: expect.stringContaining(key) });
    expect(results).toMatchObject([{ value: true, errorCode: code }]);
  });

  it("that throw or reject change nothing, and are reported once each", async () => {
    const bad = (): never => {
      throw new Error("bad");
    };
    const { client, problems } = hooked(
      { before: bad, after: bad, finally: bad },
      { after: async () => bad() },
      {
        before: () => ({
          get plan(): never {
            return bad();
          },
        }),
      },
      { before: () => new Proxy({}, { get: bad, ownKeys: bad }) },
    );
    for (let times = 0; times < 3; times++) expect(client.isEnabled("flag")).toBe(true);
    await settle();
    expect(problems).toHaveLength(4);
    expect(problems[0]).toBe(
      "hook_failed: A hook's before stage threw: bad. The evaluation went on without it; further failures of this hook are not reported.",
    );
  });

  it("are reported where they answer with a promise that is not this realm's, and it rejects", async () => {
    const { client, problems } = hooked({
      after: () => new Query(() => Promise.reject(new Error("foreign"))) as never,
    });
    expect(client.isEnabled("flag")).toBe(true);
    await settle();
    expect(problems).toEqual([expect.stringContaining("rejected: foreign.")]);
  });

  it("cannot make an evaluation wait", () => {
    const late = { before: async () => ({ plan: "staff" }) } as unknown as Hook;
    const { client, problems } = hooked(late);
    expect(client.isEnabled("flag")).toBe(true);
    expect(problems).toEqual([expect.stringContaining("answered with a promise")]);
  });

  it("cannot alter the result", () => {
    const { client, problems } = hooked({
      after: (_, result) => void Object.assign(result, { value: false }),
    });
    expect(client.evaluate("flag", {}, false).value).toBe(true);
    expect(problems).toHaveLength(1);
  });

  it("may evaluate flags themselves, which runs no hooks", () => {
    const notes: string[] = [];
    const { client } = hooked(noting("1", notes));
    client.use({ before: () => void client.isEnabled("flag") });
    expect(client.isEnabled("flag")).toBe(true);
    expect(notes).toEqual(["before 1", "after 1", "finally 1"]);
  });

  it("are removed by what use() answered, also in the middle of an evaluation, each use by itself", () => {
    const notes: string[] = [];
    const hook = noting("1", notes);
    const { client, removals } = hooked(hook, hook);
    removals[0]?.();
    removals[0]?.();
    client.use({ before: () => void removals[1]?.() });
    client.isEnabled("flag");
    expect(notes.splice(0)).toEqual(["before 1", "after 1", "finally 1"]);
    client.isEnabled("flag");
    expect(notes).toEqual([]);
  });

  it("are there for handles and snapshots made before them", () => {
    const { client } = hooked();
    const handle = client.boolean("flag", false);
    const frozen = client.forContext({}).snapshot();
    const notes: string[] = [];
    client.use(noting("1", notes));
    handle();
    frozen.isEnabled("flag");
    expect(notes.filter((note) => note === "finally 1")).toHaveLength(2);
  });

  it("are objects", () => {
    expect(() => hooked().client.use(undefined as never)).toThrow(/use\(\) needs a hook/);
  });
});

it("a hook that does nothing changes no result and no count", () => {
  const { client: plain } = testClient({ serves: ruleset });
  const { client, problems } = hooked({}, { before: () => undefined, after() {}, error() {}, finally() {} });
  const keys = fc.constantFrom<unknown>(...ruleset.flags.keys(), "nope", 7, undefined);
  const contexts = fc.oneof(fc.constantFrom<unknown>(undefined, null, [], "x", { plan: "staff" }), fc.object());
  const fallbacks = fc.oneof(fc.boolean(), fc.string(), fc.integer(), fc.constantFrom<unknown>(null, undefined, {}));
  const ask = (evaluation: Evaluation, key: unknown, context: unknown, fallback: unknown): unknown => {
    // A caller without types may hand over anything.
    const untyped: Record<keyof Evaluation, (...args: unknown[]) => unknown> = Object.assign({}, evaluation as never);
    const handles = (["boolean", "string", "number", "json"] as const).map((type) => untyped[type](key, fallback));
    return [
      ...(["isEnabled", "value", "evaluate"] as const).map((call) => untyped[call](key, context, fallback)),
      ...handles.map((handle) => (typeof handle === "function" ? handle(context) : undefined)),
    ];
  };
  fc.assert(
    fc.property(keys, contexts, fallbacks, (key, context, fallback) => {
      expect(ask(client, key, context, fallback)).toEqual(ask(plain, key, context, fallback));
    }),
    { numRuns: 300 },
  );
  expect(client.exposures()).toEqual(plain.exposures());
  expect(problems).toEqual([]);
});
