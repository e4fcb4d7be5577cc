import { expect, it } from "vitest";
import { flagsOf, settleTable, type Table, tableOf } from "./flags.ts";
import type { Answer, View } from "./view.ts";
import { viewOfAnswers } from "./view.ts";

const served = (value: Answer["value"]): Answer => ({ value, variant: "v", reason: "SPLIT" });

const viewAt = (revision: number, flags: { readonly [key: string]: Answer }): View =>
  viewOfAnswers({ epoch: "e", revision, flags: new Map(Object.entries(flags)) });

function scene(view?: View) {
  let table: Table = tableOf(view);
  const counted: unknown[] = [];
  const count = (flag: string, answer: object | undefined, times: number) => void counted.push([flag, answer, times]);
  return {
    flags: flagsOf(
      () => table,
      () => 0,
      count,
    ),
    counted,
    settle: () => settleTable(table, count),
    show(next: View | undefined) {
      table = tableOf(next);
    },
  };
}

const view = viewAt(1, {
  on: served(true),
  name: served("x"),
  size: served(3),
  list: served([1, { a: 2 }]),
  broken: { value: null, reason: "ERROR", errorCode: "PARSE_ERROR" },
});

it("gives a value by a handle of its type, and follows the state", () => {
  const { flags, show } = scene(view);
  const handles = [
    flags.boolean("on", false),
    flags.string("name", ""),
    flags.number("size", 0),
    flags.json("list", null),
  ];
  expect(handles.map((read) => read())).toEqual([true, "x", 3, [1, { a: 2 }]]);
  show(viewAt(2, { on: served(false), name: served("y"), size: served(4), list: served({}) }));
  expect(handles.map((read) => read())).toEqual([false, "y", 4, {}]);
  show(undefined);
  expect(handles.map((read) => read())).toEqual([false, "", 0, null]);
});

it("gives a handle's default where the flag is of another type, is broken, or is not there", () => {
  const { flags } = scene(view);
  expect(flags.boolean("name", true)()).toBe(true);
  expect(flags.string("on", "none")()).toBe("none");
  expect(flags.number("list", -1)()).toBe(-1);
  expect(flags.json("size", { none: true })()).toEqual({ none: true });
  expect(flags.boolean("broken", true)()).toBe(true);
  expect(flags.boolean("missing", true)()).toBe(true);
});

it("counts handles as it counts calls: by what was served, errors and missing flags apart", () => {
  const { flags, counted, settle } = scene(view);
  const isOn = flags.boolean("on", false);
  for (let times = 0; times < 3; times++) isOn();
  flags.isEnabled("on");
  flags.string("on", "")();
  flags.boolean("missing", false)();
  settle();
  expect(counted).toEqual([
    ["on", served(true), 4],
    ["on", { reason: "ERROR" }, 1],
    ["missing", undefined, 1],
  ]);
  settle();
  expect(counted).toHaveLength(3);
});

it.each([
  ["on", false, { value: true, variant: "v", reason: "SPLIT", revision: 1 }],
  ["on", "text", { value: "text", reason: "ERROR", errorCode: "TYPE_MISMATCH", revision: 1 }],
  ["missing", 5, { value: 5, reason: "ERROR", errorCode: "FLAG_NOT_FOUND", revision: 1 }],
  ["broken", null, { value: null, reason: "ERROR", errorCode: "PARSE_ERROR", revision: 1 }],
])("tells of %s asked for with %j all that there is to tell", (key, fallback, expected) => {
  const { errorMessage: _, ...result } = scene(view).flags.evaluate(key, fallback as never);
  expect(result).toEqual(expected);
});

it("says that it is too early where there is no state, and counts nothing then", () => {
  const { flags, counted, settle } = scene();
  expect(flags.evaluate("on", false)).toMatchObject({ value: false, errorCode: "PROVIDER_NOT_READY", revision: 0 });
  settle();
  expect(counted).toEqual([]);
});

it("lets no caller alter what the next one is served", () => {
  const { flags } = scene(view);
  const list = flags.json<unknown[]>("list", []);
  expect(() => list().push(2)).toThrow(TypeError);
  expect(() => Object.assign(Object(list()[1]), { a: 3 })).toThrow(TypeError);
  expect(list()).toEqual([1, { a: 2 }]);
});
