/** The model's vectors, against the package as it is published, in a browser. */
import { readdirSync, readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checksumOf } from "../../packages/core/src/index.ts";
import { rulesetOf } from "../conformance/build.ts";
import { folder } from "../conformance/files.ts";
import type { VectorFile } from "../conformance/schema.ts";
import { chromiumPath, orWhyNot, startChromium } from "./chromium.ts";
import { Site } from "./pages.ts";
import { servedInPage } from "./served.ts";

const files: readonly VectorFile[] = readdirSync(folder)
  .filter((name) => name.endsWith(".json") && name !== "schema.json")
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")));

interface Question {
  readonly flag: string;
  readonly context: unknown;
  readonly default: unknown;
  readonly now: number;
}

interface Case {
  readonly name: string;
  /** As text: a field such as `__proto__` is one like others. */
  readonly snapshot: string;
  readonly questions: readonly Question[];
  readonly expected: readonly unknown[];
}

const decisions = files.flatMap((file) => (file.kind === "decisions" ? file.vectors : []));
const conditions = files.flatMap((file) => (file.kind === "conditions" ? file.vectors : []));

const cases: readonly Case[] = [
  ...decisions
    // Lists never come to a page: a flag that needs one is asked of the server.
    .filter(({ lists }) => lists === undefined)
    .map(({ name, ruleset, evaluations }) => ({
      name,
      snapshot: snapshotOf(ruleset),
      questions: evaluations,
      expected: evaluations.map(({ expect: result }) => ({ ...result, revision: 1 })),
    })),
  ...conditions.map(({ name, when, understood, cases: asked }) => ({
    name: `conditions: ${name}`,
    snapshot: snapshotOf({ flags: { plain: onWhere(when), negated: onWhere({ not: when }) }, segments: {} }),
    questions: asked.flatMap(({ context, now }) =>
      ["plain", "negated"].map((flag) => ({ flag, context, default: false, now })),
    ),
    expected: asked.flatMap(({ holds }) => [holds, understood && !holds]),
  })),
];

function snapshotOf(ruleset: object): string {
  const { flags, segments } = ruleset as { readonly flags: object; readonly segments: object };
  const state = { epoch: "vectors", revision: 1, project: "default", environment: "test", flags, segments };
  return JSON.stringify({ type: "snapshot", ruleset: state, checksum: checksumOf(rulesetOf(ruleset)) });
}

function onWhere(when: unknown): object {
  const [on, off] = [true, false].map((value) => ({ key: value ? "on" : "off", value }));
  const rules = [{ id: "r", when, serve: { variant: "on" } }];
  const rest = { version: 1, type: "boolean", seed: 1, enabled: true, off: "off", prerequisites: [], targets: [] };
  return { ...rest, variants: [on, off], rules, fallthrough: { variant: "off" } };
}

describe.skipIf(chromiumPath === undefined)(`the bundle in a browser${orWhyNot}`, () => {
  const site = new Site();
  let browser: Awaited<ReturnType<typeof startChromium>>;
  let page: Page;

  beforeAll(async () => {
    await site.start();
    browser = await startChromium();
    page = await browser.newPage();
    await page.addInitScript(servedInPage);
    const body = `<!doctype html><title>Vectors</title><script type="module">
      import { createClient } from "/sdk/index.js";
      Date.now = () => window.now ?? 0;
      window.answer = async (snapshot, questions) => {
        window.snapshot = snapshot;
        const flags = createClient({ url: location.origin, key: "k", cache: false, shareTabs: false, events: false });
        await flags.ready();
        const results = questions.map((question) => {
          window.now = question.now;
          void flags.setContext(question.context);
          return flags.evaluate(question.flag, question.default);
        });
        await flags.close();
        return JSON.stringify(results);
      };
    </script>`;
    await page.goto(site.put("/", { body }));
    await page.waitForFunction("'answer' in window");
  });
  afterAll(async () => {
    await browser.close();
    await site.end();
  });

  it("answers as the model says", async () => {
    expect(cases.length).toBeGreaterThan(100);
    const wrong: unknown[] = [];
    for (const { name, snapshot, questions, expected } of cases) {
      const text = await page.evaluate(
        `answer(${JSON.stringify(snapshot)}, JSON.parse(${JSON.stringify(JSON.stringify(questions))}))`,
      );
      const results: { readonly value: unknown; readonly errorMessage?: string }[] = JSON.parse(String(text));
      const told = results.map(({ errorMessage: _, ...rest }, at) =>
        typeof expected[at] === "boolean" ? rest.value : rest,
      );
      try {
        expect(told).toEqual(JSON.parse(JSON.stringify(expected)));
      } catch (error) {
        wrong.push({ name, error: String(error) });
      }
    }
    expect(wrong).toEqual([]);
  });
});
