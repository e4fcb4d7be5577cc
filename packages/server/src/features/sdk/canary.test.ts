/** I15, over everything that a client key can get: no word of what is not for it. */
import type { Condition } from "@bannerol/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sample } from "../../state/sample-documents.ts";
import { createHarness, type Harness } from "../../testing/harness.ts";

const open = ["open-0", "open-1"] as const;
const flags = [...open, "canary-flag"] as const;
const segments = ["canary-list", "canary-plain"] as const;

const condition = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    fc.constant({ attribute: "plan", op: "in", values: ["a"] }),
    fc.constantFrom(...segments).map((segment) => ({ segment })),
    fc.constantFrom(...flags).map((flag) => ({ flag, variants: ["on"] })),
    tie("condition").map((not) => ({ not })),
    fc.array(tie("condition"), { maxLength: 2 }).map((any) => ({ any })),
  ),
})).condition;

const targeting = fc
  .tuple(fc.constantFrom(...flags), fc.option(fc.constantFrom(...flags)), condition)
  .map(([key, before, when]) =>
    sample.targeting(key, {
      enabled: true,
      prerequisites: before === null ? [] : [{ flag: before, variants: ["on"] }],
      rules: [{ id: "r1", name: "canary-rule", when, serve: { variant: "on" } }],
    }),
  );
const definition = fc.constantFrom(...open).map((key) => sample.flag(key, { ...words, clientSide: true }));
const step = fc.oneof(targeting, definition);

const words = { name: "canary-name", description: "canary-description", tags: ["canary-tag"], owner: "canary-owner" };

const beginning = [
  ...open.map((key) => sample.flag(key, { ...words, clientSide: true })),
  sample.flag("canary-flag", words),
  ...flags.map((key) => sample.targeting(key)),
  sample.segment("canary-list", { ...words, included: ["canary-member"], excluded: ["canary-other"] }),
  sample.segment("canary-plain", { ...words, when: { attribute: "plan", op: "in", values: ["a"] } }),
];

/** Everything that the key gets by asking. */
async function answers(api: Harness, token: string): Promise<string> {
  const contexts = [{}, { targetingKey: "u1", plan: "a" }];
  const got = await Promise.all([
    ...["", "?evaluation=remote", "?since=1&epoch=epoch1", "?since=2&epoch=epoch1&evaluation=remote"].map((query) =>
      api.ask(`GET /sdk/v1/ruleset${query}`, { token }),
    ),
    ...contexts.map((context) => api.ask("POST /sdk/v1/evaluate", { token, body: { context } })),
    api.ask("POST /sdk/v1/evaluate", { token, body: { flags: [...flags] } }),
    api.ask("GET /metrics", { token: null }),
  ]);
  expect(got.map(({ status }) => status)).toEqual(got.map(() => 200));
  return got.map(({ text, headers }) => text + JSON.stringify([...headers])).join("\n");
}

async function stream(api: Harness, token: string, query: string): Promise<() => Promise<string>> {
  const headers = { authorization: `Bearer ${token}`, accept: "text/event-stream" };
  const opened = await api.app.request(`/sdk/v1/stream${query}`, { headers });
  const text = opened.text();
  return () => text;
}

describe("what a client key can get", () => {
  it("holds nothing that is not for it: rulesets, deltas, messages, events, evaluations, metrics (I15)", async () => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
      const api = await createHarness();
      const token = await api.makeKey("client", "production");
      await api.write("default", beginning);
      const streams = await Promise.all(["", "?evaluation=remote"].map((query) => stream(api, token, query)));
      const seen: string[] = [];
      for (const item of steps) {
        await api.write("default", [item]);
        seen.push(await answers(api, token));
      }
      await api.stream.drain(0);
      for (const all of streams) seen.push(await all());
      const text = seen.join("\n");
      expect(text).toContain("open-0");
      expect(text).toContain("goodbye");
      expect(/.{0,80}canary.{0,40}/.exec(text)?.[0]).toBeUndefined();
    });
    await fc.assert(property, { numRuns: 20 });
  });
});
