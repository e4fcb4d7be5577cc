import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Harness } from "../../testing/harness.ts";

const EVALUATE = "POST /api/v1/projects/default/environments/production/evaluate";

describe("evaluate", () => {
  let api: Harness;
  beforeEach(async () => {
    api = await createHarness();
    await api.ask(`POST ${FLAGS}`, { body: { key: "a" } });
    await api.ask(`POST ${FLAGS}`, { body: { key: "size", type: "number", variants: [{ key: "one", value: 1 }] } });
    await api.ask(`POST ${FLAGS}/a/environments/production/enable`);
    await api.ask(`PUT ${FLAGS}/a/environments/production/rollout`, { body: { percentage: 100 } });
  });

  it("explains one flag step by step, with the bucket of its rollout", async () => {
    const { body, text } = await api.ask(EVALUATE, { body: { flag: "a", context: { targetingKey: "u1" } } });
    expect(body).toMatchObject({
      flag: "a",
      value: true,
      variant: "on",
      reason: "SPLIT",
      explanation: { flag: "a", variant: "on" },
    });
    expect(text).toContain('"bucket":');
  });

  it("gives every flag where none is named, and nobody's context where there is none", async () => {
    const { body } = await api.ask(EVALUATE, { body: {} });
    expect(body).toMatchObject({ items: [{ flag: "a" }, { flag: "size", value: 1, reason: "DISABLED" }] });
  });

  it("sees a change at once", async () => {
    await api.ask(`POST ${FLAGS}/a/environments/production/kill`);
    const { body } = await api.ask(EVALUATE, { body: { flag: "a", context: { targetingKey: "u1" } } });
    expect(body).toMatchObject({ value: false, reason: "DISABLED" });
  });

  it("says that a flag is not there", async () => {
    expect(await api.ask(EVALUATE, { body: { flag: "nope" } })).toMatchObject({
      status: 404,
      body: { code: "not_found" },
    });
  });

  it.each([
    [{ context: null }, "context"],
    [{ context: [] }, "context"],
    [{ context: "u1" }, "context"],
    [{ flag: 1 }, "flag"],
    [{ at: "now" }, "at"],
    [{ at: -1 }, "at"],
    [{ at: 1.5 }, "at"],
    [{ at: "2026-13-01T00:00:00Z" }, "at"],
    [{ at: null }, "at"],
  ])("refuses %j", async (body, path) => {
    expect(await api.ask(EVALUATE, { body })).toMatchObject({ status: 422, body: { errors: [{ path }] } });
  });

  it("refuses a context over its limit", async () => {
    const context = { text: "x".repeat(65_536) };
    expect(await api.ask(EVALUATE, { body: { context } })).toMatchObject({
      status: 422,
      body: { code: "limit_exceeded" },
    });
  });

  it("puts no context into the log", async () => {
    await api.ask(EVALUATE, { body: { flag: "a", context: { targetingKey: "canary-person" } } });
    expect(field({ lines: api.lines.join("") }, "lines")).not.toContain("canary-person");
  });
});
