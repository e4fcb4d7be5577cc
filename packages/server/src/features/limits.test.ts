import { beforeAll, describe, expect, it } from "vitest";
import { sample } from "../state/sample-documents.ts";
import { createHarness, FLAGS, field, type Harness } from "../testing/harness.ts";
import { MAX_FLAGS } from "./flags/decide.ts";

const SEGMENTS = "/api/v1/projects/default/segments";
const PRODUCTION = `${FLAGS}/checkout/environments/production`;
const texts = (count: number, prefix = "u") => Array.from({ length: count }, (_, at) => `${prefix}${at}`);
const test = { attribute: "plan", op: "in", values: ["pro"] };
const nested = (depth: number): unknown => (depth === 1 ? test : { not: nested(depth - 1) });
const rule = (when: unknown) => ({ when, serve: { variant: "on" } });
const variants = (count: number) => texts(count, "v").map((key) => ({ key, value: key }));

/** Each limit of the model: what is just within it, what is just beyond, and how the refusal begins and where it points. */
interface Limit {
  readonly name: string;
  readonly ask: string;
  readonly within: unknown;
  readonly beyond: unknown;
  readonly path: string;
  readonly message: RegExp;
}

const limits: readonly Limit[] = [
  {
    name: "64 variants",
    ask: `POST ${FLAGS}`,
    within: { key: "many", type: "string", variants: variants(64) },
    beyond: { key: "more", type: "string", variants: variants(65) },
    path: "variants",
    message: /There are 65 variants, and the limit is 64\. Remove at least 1\./,
  },
  {
    name: "200 rules",
    ask: `PATCH ${PRODUCTION}`,
    within: { rules: Array.from({ length: 200 }, () => rule(test)) },
    beyond: { rules: Array.from({ length: 201 }, () => rule(test)) },
    path: "rules",
    message: /There are 201 rules, and the limit is 200/,
  },
  {
    name: "10,000 target keys, over all variants",
    ask: `PATCH ${PRODUCTION}`,
    within: {
      targets: [
        { variant: "on", keys: texts(9_000) },
        { variant: "off", keys: texts(1_000, "x") },
      ],
    },
    beyond: {
      targets: [
        { variant: "on", keys: texts(9_000) },
        { variant: "off", keys: texts(1_001, "x") },
      ],
    },
    path: "targets",
    message: /There are 10001 target keys, and the limit is 10000/,
  },
  {
    name: "conditions 16 deep",
    ask: `PATCH ${PRODUCTION}`,
    within: { rules: [rule(nested(16))] },
    beyond: { rules: [rule(nested(17))] },
    path: `rules[0].when${".not".repeat(16)}`,
    message: /nest more than 16 deep here\. Move a part into a segment/,
  },
  {
    name: "conditions of 1,000 tests",
    ask: `PATCH ${PRODUCTION}`,
    within: { rules: [rule({ any: Array.from({ length: 1_000 }, () => test) }), rule(test)] },
    beyond: { rules: [rule({ any: [...Array.from({ length: 999 }, () => test), { all: [test, { not: test }] }] })] },
    path: "rules[0].when",
    message: /There are 1001 tests in this condition, and the limit is 1000/,
  },
  {
    name: "patterns of 256 characters",
    ask: `PATCH ${PRODUCTION}`,
    within: { rules: [rule({ attribute: "a", op: "matches", values: ["x".repeat(256)] })] },
    beyond: { rules: [rule({ attribute: "a", op: "matches", values: ["x".repeat(257)] })] },
    path: "rules[0].when.values[0]",
    message: /The pattern has 257 characters, and the limit is 256/,
  },
  {
    name: "10,000 keys in a segment's list",
    ask: `POST ${SEGMENTS}`,
    within: { key: "large", included: texts(10_000), excluded: texts(10_000, "x") },
    beyond: { key: "larger", included: texts(10_001) },
    path: "included",
    message:
      /There are 10001 keys, and a segment's document holds at most 10000 in a list\. Put longer lists line by line/,
  },
  {
    name: "16 deep in a segment",
    ask: `POST ${SEGMENTS}`,
    within: { key: "deep", when: nested(16) },
    beyond: { key: "deeper", when: nested(17) },
    path: `when${".not".repeat(16)}`,
    message: /nest more than 16 deep/,
  },
];

describe("the limits of the model", () => {
  let api: Harness;
  beforeAll(async () => {
    api = await createHarness();
    await api.ask(`POST ${FLAGS}`, { body: { key: "checkout" } });
  });

  it.each(limits)("$name are taken, and not one more", async ({ ask, within, beyond, path, message }) => {
    const taken = await api.ask(ask, { body: within });
    expect([200, 201], taken.text.slice(0, 500)).toContain(taken.status);
    const refused = await api.ask(ask, { body: beyond });
    expect(refused).toMatchObject({ status: 422, body: { code: "limit_exceeded" } });
    expect(field(refused.body, "errors")).toEqual([{ path, message: expect.stringMatching(message) }]);
  });

  it("256 KiB are the definition together with one environment's targeting, as JSON", async () => {
    const keys = (bytes: number) => [{ variant: "on", keys: ["é".repeat(bytes / 2)] }];
    await api.ask(`POST ${FLAGS}`, { body: { key: "heavy" } });
    const ask = `PATCH ${FLAGS}/heavy/environments/staging`;
    expect((await api.ask(ask, { body: { targets: keys(200 * 1024) } })).status).toBe(200);
    const over = await api.ask(ask, { body: { targets: keys(256 * 1024) } });
    expect(over).toMatchObject({ status: 422, body: { code: "limit_exceeded" } });
    expect(field(over.body, "errors", 0, "message")).toMatch(/The flag takes \d+ bytes, and the limit is 262144/);
    // What is left of it in one environment is none in another, and the definition counts in each.
    const elsewhere = `PATCH ${FLAGS}/heavy/environments/production`;
    expect((await api.ask(elsewhere, { body: { targets: keys(200 * 1024) } })).status).toBe(200);
    const large = [
      { key: "on", value: true, description: "x".repeat(10_000) },
      { key: "off", value: false, description: "x".repeat(10_000) },
      ...texts(4, "v").map((key) => ({ key, value: true, description: "x".repeat(10_000) })),
    ];
    const definition = await api.ask(`PATCH ${FLAGS}/heavy`, { body: { variants: large } });
    expect(definition).toMatchObject({ status: 422, body: { code: "limit_exceeded" } });
    expect(field(definition.body, "detail")).toMatch(/targeting.*bytes/);
  });

  it.each([
    ["a", true],
    ["0", true],
    ["a.b_c-d", true],
    ["a".repeat(128), true],
    ["a".repeat(129), false],
    ["", false],
    ["A", false],
    [".a", false],
    ["-a", false],
    ["_a", false],
    ["a b", false],
    ["é", false],
    ["a/b", false],
    ["a\n", false],
  ])("keys have their form: %j, %s", async (key, isKey) => {
    const made = [
      await api.ask(`POST ${SEGMENTS}`, { body: { key } }),
      await api.ask(`POST ${FLAGS}`, { body: { key } }),
      await api.ask(`POST ${FLAGS}`, {
        body: {
          key: `v${key.length}${isKey}${key.charCodeAt(0) || 0}`,
          variants: [
            { key, value: true },
            { key: "x1", value: false },
          ],
        },
      }),
      await api.ask(`PATCH ${PRODUCTION}`, { body: { rules: [{ id: key, when: test, serve: { variant: "on" } }] } }),
      await api.ask("POST /api/v1/projects/default/environments", { body: { key } }),
    ];
    expect(made.map(({ status }) => status < 300)).toEqual(made.map(() => isKey));
  });

  it("a project holds 10,000 flags, archived ones included", async () => {
    const full = await createHarness();
    const items = texts(MAX_FLAGS, "f").map((key) => sample.flag(key, key === "f0" ? { archivedAt: 1 } : {}));
    await full.write("default", items);
    const refused = await full.ask(`POST ${FLAGS}`, { body: { key: "one-more" } });
    expect(refused).toMatchObject({ status: 422, body: { code: "limit_exceeded" } });
    expect(field(refused.body, "detail")).toMatch(/has 10000 flags, which is the limit\. /);
  });

  it("a context takes 64 KiB of JSON, in bytes and not in characters", async () => {
    const evaluate = (text: string) =>
      api.ask("POST /api/v1/projects/default/environments/production/evaluate", {
        body: { flag: "checkout", context: { text } },
      });
    const around = '{"text":""}'.length;
    expect((await evaluate("é".repeat((65_536 - around - 1) / 2))).status).toBe(200);
    expect(await evaluate("é".repeat((65_536 - around + 1) / 2))).toMatchObject({
      status: 422,
      body: { code: "limit_exceeded" },
    });
  });
});
