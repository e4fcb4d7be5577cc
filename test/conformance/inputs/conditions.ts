/** Conditions, and for which contexts each holds: written down by hand from the model, none computed. */
import { type ConditionInput, MARCH, MARCH_MS, type Question } from "./condition.ts";

const contexts = (...all: readonly unknown[]): readonly Question[] => all.map((context) => ({ context }));
const plan = { attribute: "organization.plan", op: "in", values: ["pro"] };
const isA = { attribute: "a", op: "in", values: ["x"] };
const unknown = { moonPhase: "full" };

export const conditions: readonly ConditionInput[] = [
  {
    name: "a dotted name is looked up whole first, then as a path",
    when: plan,
    holds: contexts(
      { organization: { plan: "pro" } },
      { "organization.plan": "pro" },
      { "organization.plan": "pro", organization: { plan: "x" } },
      { organization: { plan: ["pro"] } },
    ),
    fails: contexts(
      { "organization.plan": null, organization: { plan: "pro" } },
      { "organization.plan": "x", organization: { plan: "pro" } },
      { organization: "pro" },
      { organization: [{ plan: "pro" }] },
      { organization: null },
      {},
    ),
  },
  {
    name: "a path has a step at every dot",
    when: { attribute: "a.b.c", op: "exists" },
    holds: contexts({ a: { b: { c: 1 } } }, { "a.b.c": 1 }),
    fails: contexts({ "a.b": { c: 1 } }, { a: { "b.c": 1 } }, { a: { b: { c: null } } }),
  },
  {
    name: "empty steps are names like others",
    when: { attribute: "a..b", op: "exists" },
    holds: contexts({ a: { "": { b: 1 } } }),
    fails: contexts({ a: { b: 1 } }),
  },
  ...["constructor", "__proto__", "toString", "hasOwnProperty"].map((name) => ({
    name: `${name} is an attribute like others`,
    when: { attribute: name, op: "exists" },
    holds: contexts({ [name]: 1 }),
    fails: contexts({}, { [name]: null }),
  })),
  {
    name: "a list has no attributes",
    when: { attribute: "tags.length", op: "exists" },
    holds: contexts({ "tags.length": 1 }),
    fails: contexts({ tags: ["a"] }, { tags: "abc" }),
  },
  {
    name: "the element of a list is not addressed",
    when: { attribute: "tags.0", op: "exists" },
    holds: contexts({ tags: { "0": "a" } }),
    fails: contexts({ tags: ["a"] }),
  },
  {
    name: "targetingKey is seen as it is",
    when: { attribute: "targetingKey", op: "in", values: ["7"] },
    holds: contexts({ targetingKey: "7" }),
    fails: contexts({ targetingKey: 7 }),
  },
  {
    name: "$now is the clock, whatever the context holds",
    when: { attribute: "$now", op: "after", values: [MARCH] },
    holds: [
      { context: {}, now: MARCH_MS + 1 },
      { context: { $now: 0 }, now: MARCH_MS + 1 },
    ],
    fails: [
      { context: {}, now: MARCH_MS },
      { context: { $now: MARCH_MS + 1 }, now: MARCH_MS - 1 },
    ],
  },
  {
    name: "$now is a number",
    when: { attribute: "$now", op: "atLeast", values: [MARCH_MS] },
    holds: [{ context: {}, now: MARCH_MS }],
    fails: [{ context: {}, now: MARCH_MS - 1 }],
  },
  { name: "an empty all holds", when: { all: [] }, holds: contexts({}, null, []), fails: [] },
  { name: "an empty any does not", when: { any: [] }, holds: [], fails: contexts({}, { a: "x" }) },
  {
    name: "not is plain negation: what is missing or of another type passes",
    when: { not: isA },
    holds: contexts({}, { a: "y" }, { a: 1 }, { a: null }, { a: [] }),
    fails: contexts({ a: "x" }, { a: ["y", "x"] }),
  },
  {
    name: "all",
    when: { all: [isA, { attribute: "b", op: "exists" }] },
    holds: contexts({ a: "x", b: 0 }),
    fails: contexts({ a: "x" }, { b: 0 }, {}),
  },
  {
    name: "any",
    when: { any: [isA, { attribute: "b", op: "exists" }, { attribute: "c", op: "exists" }] },
    holds: contexts({ a: "x" }, { b: 0 }, { c: 0 }),
    fails: contexts({}),
  },
  {
    name: "nested",
    when: { all: [{ any: [isA, plan] }, { not: { all: [isA, plan] } }] },
    holds: contexts({ a: "x" }, { organization: { plan: "pro" } }),
    fails: contexts({ a: "x", organization: { plan: "pro" } }, {}),
  },
  {
    name: "a context that is no object counts as empty",
    when: { attribute: "a", op: "exists" },
    holds: contexts({ a: "x" }),
    fails: contexts(null, ["a"], { b: 1 }),
  },
  { name: "a kind of condition that is not known", when: unknown, holds: [], fails: contexts({}), notUnderstood: true },
  { name: "its opposite", when: { not: unknown }, holds: [], fails: contexts({}), notUnderstood: true },
  {
    name: "it beside what holds",
    when: { any: [{ all: [] }, unknown] },
    holds: [],
    fails: contexts({}),
    notUnderstood: true,
  },
  {
    name: "an unknown operator deep inside",
    when: { all: [{ not: { any: [{ attribute: "a", op: "soundsLike", values: ["x"] }] } }] },
    holds: [],
    fails: contexts({ a: "x" }, {}),
    notUnderstood: true,
  },
];
