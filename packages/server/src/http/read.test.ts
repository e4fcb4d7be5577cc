import { changeSetSchema, eventBatchSchema, invariantCreateSchema, userCreateSchema } from "@bannerol/protocol/schemas";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { fieldProblems } from "./read.ts";

const wrongWith = (schema: z.ZodType, value: unknown) => {
  const { error } = schema.safeParse(value);
  return error === undefined ? [] : fieldProblems(error).map(({ path, message }) => `${path}: ${message}`);
};

describe("what is wrong with a body", () => {
  it.each([
    [
      "an address",
      userCreateSchema,
      { name: "A", email: "a", role: "viewer" },
      ["email: Give an e-mail address, like ada@example.com."],
    ],
    ["a URL", z.object({ url: z.url() }), { url: "x" }, ["url: Give an address, like https://example.com/path."]],
    ["too few", z.object({ a: z.array(z.string()).min(1) }), { a: [] }, ["a: Give at least 1 entry."]],
    ["too long a text", z.object({ a: z.string().max(2) }), { a: "xyz" }, ["a: Give at most 2 characters."]],
    [
      "a form of its own",
      z.object({ head: z.string().regex(/^[0-9]$/) }),
      { head: "x" },
      ["head: It must match pattern /^[0-9]$/."],
    ],
    [
      "a form of several, of which one is meant",
      z.object({ a: z.union([z.number(), z.null()]) }),
      { a: "x" },
      ["a: It is of another type. Give a number."],
    ],
    [
      "nothing, where anything goes",
      changeSetSchema,
      { items: [{ flag: "a" }] },
      ["items[0].after: It is missing. Give a value."],
    ],
  ])("is said in a sentence of ours: %s", (_, schema, value, told) => {
    expect(wrongWith(schema, value)).toEqual(told);
  });

  it("is said of the form that was meant, where there are several", () => {
    const placed = { key: "k", environment: "production", flag: "a" };
    expect(wrongWith(invariantCreateSchema, { ...placed, context: {}, serves: "on" })).toEqual([
      "serves: It is of another type. Give a list.",
    ]);
    expect(wrongWith(invariantCreateSchema, { ...placed, minimumPercentage: 101 })).toEqual([
      "minimumPercentage: Give at most 100.",
    ]);
    expect(wrongWith(invariantCreateSchema, { key: "k", environment: "e", never: [{ flag: "a" }] })).toEqual([
      "never[0].variant: It is missing. Give a text.",
    ]);
  });

  it("is found however deep it lies", () => {
    const sides = { on: { n: "many" } };
    const outcomes = [{ flag: "f", release: "r", step: 0, metric: "m", sides }];
    const batch = { id: "b", instance: "i", sdk: { name: "n", version: "1" }, outcomes };
    expect(wrongWith(eventBatchSchema, batch)[0]).toMatch(
      /^outcomes\[0\]\.sides\.on\.n: It is of another type\. Give a/,
    );
  });
});
