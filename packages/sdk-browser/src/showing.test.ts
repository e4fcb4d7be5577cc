import { expect, it, vi } from "vitest";
import type { Question } from "./answers.ts";
import { flagsOf, settleTable } from "./flags.ts";
import { localMode } from "./local-mode.ts";
import type { Known, Mode } from "./mode.ts";
import { remoteMode } from "./remote-mode.ts";
import { createShowing } from "./showing.ts";
import { flag } from "./testing/flag.ts";
import type { Answers } from "./view.ts";

const rulesetAt = (revision: number, flags: { readonly [key: string]: object }) => ({
  epoch: "e",
  revision,
  project: "p",
  environment: "e",
  flags: new Map(Object.entries(flags)),
  segments: new Map(),
});

function scene(mode: Mode, context: object = {}, bootstrap?: Known) {
  const asked: {
    question: Question;
    answered: (answers: Answers) => void;
    failed: (reason: string) => void;
    over: boolean;
  }[] = [];
  const changes: (readonly string[])[] = [];
  let listen = () => {};
  const counted: unknown[] = [];
  const count = (...row: unknown[]) => void counted.push(row);
  const showing = createShowing(
    {
      mode,
      now: () => 0,
      count,
      ask(question, told) {
        const one = { question, ...told, over: false };
        asked.push(one);
        return () => {
          one.over = true;
        };
      },
      shown(keys) {
        changes.push(keys);
        listen();
      },
      failed: () => undefined,
    },
    context,
    bootstrap,
  );
  /** Once, at the next change. */
  const next = (fn: () => void): void => {
    listen = () => {
      listen = () => {};
      fn();
    };
  };
  return { asked, changes, counted, showing, next, flags: flagsOf(showing.table, () => 0, count) };
}

const answersAt = (revision: number, value: boolean, epoch = "e"): Answers => ({
  epoch,
  revision,
  flags: new Map([["home", { value, variant: value ? "on" : "off", reason: "STATIC" }]]),
});

it("tells of those flags alone whose results for this context differ", () => {
  const { showing, changes } = scene(localMode, { plan: "gold" });
  showing.take(rulesetAt(1, { a: flag(1, "off"), b: flag(1, "off", { rules: [] }) }));
  showing.take(rulesetAt(2, { a: flag(2, "on"), b: flag(2, "on", { rules: [] }) }));
  expect(changes).toEqual([["a", "b"], ["b"]]);
});

it("shows what changed together only once the server has answered for its part", () => {
  const { showing, asked, flags } = scene(localMode);
  const home = (version: number) => ({ version, type: "boolean", remote: true });
  showing.take(rulesetAt(1, { a: flag(1, "off"), home: home(1) }));
  asked[0]?.answered(answersAt(1, false));
  showing.take(rulesetAt(2, { a: flag(2, "on"), home: home(2) }));
  expect([flags.isEnabled("a"), flags.isEnabled("home")]).toEqual([false, false]);
  asked[1]?.answered(answersAt(2, true));
  expect([flags.isEnabled("a"), flags.isEnabled("home")]).toEqual([true, true]);
});

it("shows what it can evaluate itself where the server does not answer", () => {
  const { showing, asked, flags } = scene(localMode);
  showing.take(rulesetAt(1, { a: flag(1, "on"), home: { version: 1, type: "boolean", remote: true } }));
  asked[0]?.failed("It is away.");
  expect(flags.isEnabled("a")).toBe(true);
  expect(flags.evaluate("home", true)).toMatchObject({ value: true, errorCode: "PROVIDER_NOT_READY" });
});

it("shows nobody what was answered for somebody else, and drops the answer that comes too late", async () => {
  const { showing, asked, flags } = scene(remoteMode, { targetingKey: "u1" });
  showing.take(rulesetAt(1, { home: { version: 1 } }));
  asked[0]?.answered(answersAt(1, true));
  expect(flags.isEnabled("home")).toBe(true);
  showing.take(rulesetAt(2, { home: { version: 2 } }));
  const shown = showing.setContext({ targetingKey: "u2" });
  expect(flags.evaluate("home", false)).toMatchObject({ value: false, errorCode: "PROVIDER_NOT_READY" });
  expect([asked[1]?.over, asked[2]?.over]).toEqual([true, false]);
  expect(asked[2]?.question.context).toEqual({ targetingKey: "u2" });
  asked[2]?.answered(answersAt(2, true));
  await shown;
  expect(flags.isEnabled("home")).toBe(true);
});

it("shows what it asked for where changes come faster than answers, and asks once more for the newest", () => {
  const { showing, asked, flags } = scene(remoteMode);
  for (const revision of [1, 2, 3]) showing.take(rulesetAt(revision, { home: { version: revision } }));
  expect(asked.map(({ question }) => question.atLeast)).toEqual([1]);
  asked[0]?.answered(answersAt(1, true));
  expect(flags.isEnabled("home")).toBe(true);
  expect(asked.map(({ question }) => question.atLeast)).toEqual([1, 3]);
  asked[1]?.answered(answersAt(3, false));
  expect(flags.isEnabled("home")).toBe(false);
  expect(asked).toHaveLength(2);
});

it("goes back to no older state where an answer fails and the next one comes", () => {
  const { showing, asked, flags } = scene(localMode);
  const at = (revision: number, serves: "on" | "off") =>
    rulesetAt(revision, { a: flag(revision, serves), home: { version: revision, type: "boolean", remote: true } });
  showing.take(at(1, "off"));
  showing.take(at(2, "on"));
  asked[0]?.failed("It is away.");
  expect(flags.isEnabled("a")).toBe(true);
  expect([asked[0]?.over, asked[1]?.question.atLeast]).toEqual([true, 2]);
  asked[1]?.answered(answersAt(2, true));
  expect([flags.isEnabled("a"), flags.isEnabled("home")]).toEqual([true, true]);
});

it("asks for a state no older than what was shown", () => {
  const { showing, asked } = scene(remoteMode);
  showing.take(rulesetAt(1, { home: { version: 1 } }));
  asked[0]?.answered(answersAt(5, true));
  showing.take(rulesetAt(6, { home: { version: 6 } }));
  expect(asked[1]?.question.atLeast).toBe(6);
  expect(asked).toHaveLength(2);
});

it("counts each answer as often as it was given, and what was asked for wrongly", () => {
  const { showing, flags, counted } = scene(localMode);
  showing.take(rulesetAt(1, { a: flag(1, "on") }));
  for (let times = 0; times < 3; times++) flags.isEnabled("a");
  flags.value("a", "text");
  flags.isEnabled("nothing");
  showing.close();
  expect(counted).toEqual([
    ["a", expect.objectContaining({ variant: "on", reason: "DEFAULT" }), 3],
    ["a", { reason: "ERROR" }, 1],
    ["nothing", undefined, 1],
  ]);
});

it("shows nobody what was kept for somebody else, where the context changed before the state could be read", () => {
  let done = () => {};
  const prepare: Mode["prepare"] = (_, prepared) => {
    done = prepared;
    return () => undefined;
  };
  const { showing, asked, flags } = scene({ ...localMode, prepare }, { targetingKey: "u1" });
  const ruleset = rulesetAt(1, { home: { version: 1, type: "boolean", remote: true } });
  showing.take(ruleset, { answers: answersAt(1, true), asOf: ruleset });
  void showing.setContext({ targetingKey: "u2" });
  done();
  expect(flags.isEnabled("home")).toBe(false);
  expect(asked.map(({ question }) => question.context)).toEqual([{ targetingKey: "u2" }]);
});

it("shows a state whole, once the operators that it tests by are there", async () => {
  const { showing, flags, changes } = scene(localMode, { version: "1.10.0" });
  showing.take(rulesetAt(1, { plain: flag(1, "off"), versioned: flag(1, "off") }));
  const when = { not: { attribute: "version", op: "semverLessThan", values: ["1.9"] } };
  const rules = [{ id: "new", when: { all: [when] }, serve: { variant: "on" } }];
  showing.take(rulesetAt(2, { plain: flag(2, "on"), versioned: flag(2, "off", { rules }) }));
  const before = [flags.isEnabled("plain"), flags.isEnabled("versioned")];
  // Where another test has had them loaded, at once.
  if (changes.length === 1) expect(before).toEqual([false, false]);
  await vi.waitFor(() => expect(changes.length).toBe(2));
  expect([flags.isEnabled("plain"), flags.isEnabled("versioned")]).toEqual([true, true]);
});

it("tells of a flag that was asked for before two changes of context, of which the first made no difference to it", () => {
  const { showing, flags, changes } = scene(localMode, { plan: "free" });
  showing.take(rulesetAt(1, { a: flag(1, "off"), b: flag(1, "off") }));
  flags.isEnabled("a");
  for (const plan of ["team", "gold"]) void showing.setContext({ plan });
  expect(changes.slice(1)).toEqual([[], ["a"]]);
});

it("counts what is served again after the clock moved as the same, and another outcome as another", () => {
  let now = Date.UTC(2026, 0, 1, 10);
  const counted: unknown[] = [];
  const count = (...row: unknown[]) => void counted.push(row);
  const { showing } = scene(localMode);
  const when = { attribute: "$now", op: "atLeast", values: [Date.UTC(2026, 0, 1, 12)] };
  showing.take(rulesetAt(1, { timed: flag(1, "off", { rules: [{ id: "noon", when, serve: { variant: "on" } }] }) }));
  const flags = flagsOf(showing.table, () => now, count);
  for (let minute = 0; minute < 240; minute++) {
    expect(flags.isEnabled("timed")).toBe(minute >= 120);
    now += 60_000;
  }
  expect(counted).toEqual([["timed", expect.objectContaining({ variant: "off", reason: "DEFAULT" }), 120]]);
  settleTable(showing.table(), count);
  expect(counted.slice(1)).toEqual([["timed", expect.objectContaining({ variant: "on" }), 120]]);
});

it.each([
  ["in the page", localMode],
  ["by the server", remoteMode],
])("shows nobody else what a page was rendered with, where flags are evaluated %s", (_, mode) => {
  const { showing, flags } = scene(mode, { targetingKey: "u1" }, { answers: answersAt(1, true) });
  expect(flags.isEnabled("home")).toBe(true);
  void showing.setContext({ targetingKey: "u2" });
  expect(flags.evaluate("home", false)).toMatchObject({ value: false, errorCode: "PROVIDER_NOT_READY" });
});

it("lets nobody wait for another context once it is closed, and asks the server no more", async () => {
  const { showing, asked, flags } = scene(localMode);
  const early = showing.setContext({ targetingKey: "u1" });
  showing.take(rulesetAt(1, { a: flag(1, "off"), home: { version: 1, type: "boolean", remote: true } }));
  showing.close();
  await early;
  await showing.setContext({ plan: "gold" });
  expect([flags.isEnabled("a"), flags.isEnabled("home"), asked.length]).toEqual([true, false, 1]);
});

it("lets who sets a context within a change wait for that one", async () => {
  const { showing, asked, next } = scene(remoteMode, { targetingKey: "u1" });
  showing.take(rulesetAt(1, { home: { version: 1 } }));
  const shown = vi.fn();
  next(() => void showing.setContext({ targetingKey: "u2" }).then(shown));
  asked[0]?.answered(answersAt(1, true));
  await Promise.resolve();
  expect(shown).not.toHaveBeenCalled();
  asked[1]?.answered(answersAt(1, false));
  await Promise.resolve();
  expect(shown).toHaveBeenCalled();
});

it.each(["answered", "failed"] as const)(
  "asks nothing more where it is closed within a change, the server having %s",
  (how) => {
    const { showing, asked, next } = scene(localMode);
    for (const version of [1, 2])
      showing.take(rulesetAt(version, { home: { version, type: "boolean", remote: true } }));
    next(() => showing.close());
    if (how === "answered") asked[0]?.answered(answersAt(1, true));
    else asked[0]?.failed("It is away.");
    expect(asked).toHaveLength(1);
  },
);

it("takes no answer of another epoch for one of this, whatever the numbers", () => {
  const { showing, asked, flags } = scene(localMode);
  const home = { version: 1, type: "boolean", remote: true };
  showing.take(rulesetAt(1, { home }));
  asked[0]?.answered(answersAt(1, true));
  const anew = { ...rulesetAt(1, { home }), epoch: "f" };
  showing.take(anew);
  expect(asked).toHaveLength(2);
  // From a node that has not heard of it.
  asked[1]?.answered(answersAt(1, true));
  // The next heartbeat.
  showing.take(anew);
  asked[2]?.answered(answersAt(1, false, "f"));
  showing.take(anew);
  expect([asked.length, flags.isEnabled("home")]).toEqual([3, false]);
});

it("tells of flags that come where all were asked for, and of one that was asked for before it was there", () => {
  const { showing, asked, changes, flags } = scene(remoteMode);
  const answersOf = (revision: number, keys: readonly string[]): Answers => ({
    ...answersAt(revision, true),
    flags: new Map(keys.map((key) => [key, { value: true, variant: "on", reason: "STATIC" }])),
  });
  showing.take(rulesetAt(1, {}));
  asked[0]?.answered(answersOf(1, ["a"]));
  flags.isEnabled("late");
  flags.evaluateAll();
  showing.take(rulesetAt(2, {}));
  asked[1]?.answered(answersOf(2, ["a", "b", "late"]));
  expect(changes.at(-1)).toEqual(["late", "b"]);
});

it("keeps what was answered at hand where it is given the state that it shows", () => {
  const { showing, changes } = scene(localMode);
  const ruleset = rulesetAt(1, { a: flag(1, "on") });
  showing.take(ruleset);
  const table = showing.table();
  showing.take(ruleset);
  expect([showing.table() === table, changes.length]).toEqual([true, 1]);
});

it("takes what the server answered of a flag for what the flag's type is, whatever value it has", () => {
  const { showing, asked, flags } = scene(localMode);
  showing.take(rulesetAt(1, { home: { version: 1, type: "json", remote: true } }));
  asked[0]?.answered(answersAt(1, true));
  expect([flags.value("home", {}), flags.isEnabled("home")]).toEqual([true, false]);
  expect(flags.evaluate("home", false).errorCode).toBe("TYPE_MISMATCH");
});
