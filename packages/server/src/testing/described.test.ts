import { beforeAll, describe, expect, it } from "vitest";
import { type Description, readDescription } from "./described.ts";
import { createHarness, FLAGS, type Got } from "./harness.ts";

describe("the description", () => {
  let description: Description;
  let flag: Got;
  let refused: Got;

  beforeAll(async () => {
    const api = await createHarness();
    const { body } = await api.ask("GET /openapi.json");
    description = readDescription(Object(body));
    flag = await api.ask(`POST ${FLAGS}`, { body: { key: "a" } });
    refused = await api.ask(`GET ${FLAGS}/nothing`);
  });

  /** An answer with something else in it. */
  const altered = (
    got: Got,
    fields: object,
    head: Partial<Pick<Got, "status">> & { readonly contentType?: string } = {},
  ) => {
    const { status = got.status, contentType = got.headers.get("content-type") ?? "" } = head;
    const body: unknown = JSON.parse(JSON.stringify({ ...Object(got.body), ...fields }));
    return { status, headers: new Headers({ "content-type": contentType }), body };
  };

  it("knows a right answer, and a problem", () => {
    expect(description.wrongWith(`POST ${FLAGS}`, flag)).toBeUndefined();
    expect(description.wrongWith(`GET ${FLAGS}/nothing?comment=x`, refused)).toBeUndefined();
    expect(description.wrongWith("GET /nowhere", refused)).toBeUndefined();
  });

  it.each([
    ["without a field", { variants: undefined }, /must have required property 'variants'/],
    ["with a field of another type", { revision: "7" }, /^\/revision must be integer$/],
    ["with a word that is none of its words", { type: "decimal" }, /^\/type must be equal to one of/],
    ["with a key of another form", { key: "A b" }, /^\/key must match pattern/],
  ])("finds an answer %s", (_, fields, told) => {
    expect(description.wrongWith(`POST ${FLAGS}`, altered(flag, fields))).toMatch(told);
  });

  it.each([
    ["in a form that is not described", { contentType: "text/plain" }, /^201 is described as application\/json, not/],
    ["with a status that only problems have", { status: 418 }, /^default is described as application\/problem\+json/],
  ])("finds an answer %s", (_, head, told) => {
    expect(description.wrongWith(`POST ${FLAGS}`, altered(flag, {}, head))).toMatch(told);
  });

  it("finds a body where none is described, and a problem that is none", () => {
    const unchanged = altered(flag, {}, { status: 304 });
    expect(description.wrongWith("GET /sdk/v1/ruleset", unchanged)).toBe("304 has no body there.");
    expect(description.wrongWith("GET /nowhere", altered(refused, { code: 404 }))).toMatch(/^\/code must be/);
  });

  it("has no example that its own schema would refuse", () => {
    expect(description.wrongExamples()).toEqual([]);
  });

  it("finds one that is", () => {
    const components = { schemas: { Word: { type: "string", example: 7 }, Number: { type: "number", example: 7 } } };
    expect(readDescription({ paths: {}, components }).wrongExamples()).toEqual(["Word:  must be string"]);
  });
});
