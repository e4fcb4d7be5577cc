import { describe, expect, it, vi } from "vitest";
import { createTestClient } from "../test-client/index.ts";
import { type EventOptions, type SpanLike, spanEvents } from "./span-events.ts";

function traced(options: EventOptions = {}, isRecording = true) {
  const flags = createTestClient({ beta: true, limits: { perDay: 3 } });
  const addEvent = vi.fn();
  const span: SpanLike = { isRecording: () => isRecording, addEvent };
  const active: { span: SpanLike | undefined } = { span };
  flags.use(spanEvents(() => active.span, options));
  return { flags, active, addEvent, attributes: () => addEvent.mock.calls.map(([, attributes]) => attributes) };
}

describe("the active span", () => {
  it("is told of an evaluation in the words of the semantic conventions", () => {
    const { flags, addEvent } = traced();
    flags.setFor({ plan: "pro" }, "beta", false);
    flags.isEnabled("beta", { targetingKey: "u1", plan: "pro" });
    expect(addEvent.mock.calls).toEqual([
      [
        "feature_flag.evaluation",
        {
          "feature_flag.key": "beta",
          "feature_flag.provider.name": "bannerol",
          "feature_flag.result.variant": "off",
          "feature_flag.result.reason": "targeting_match",
          "feature_flag.context.id": "u1",
          "feature_flag.version": String(flags.status().revision),
        },
      ],
    ]);
  });

  it("is told of an error, and of no variant", () => {
    const { flags, attributes } = traced();
    flags.value("missing", { targetingKey: 7 }, 1);
    expect(attributes()).toEqual([
      {
        "feature_flag.key": "missing",
        "feature_flag.provider.name": "bannerol",
        "feature_flag.result.reason": "error",
        "feature_flag.context.id": "7",
        "feature_flag.version": String(flags.status().revision),
        "error.type": "flag_not_found",
        "error.message": expect.stringContaining("missing"),
      },
    ]);
  });

  it.each([
    ["beta", false, true],
    ["limits", {}, '{"perDay":3}'],
  ])("is told the value of %s only where that is asked for", (key, fallback, told) => {
    const [silent, telling] = [traced(), traced({ value: true })];
    silent.flags.value(key, {}, fallback);
    telling.flags.value(key, {}, fallback);
    expect(silent.attributes()).toEqual([
      expect.not.objectContaining({ "feature_flag.result.value": expect.anything() }),
    ]);
    expect(telling.attributes()).toEqual([expect.objectContaining({ "feature_flag.result.value": told })]);
  });

  it.each([
    ["it is unwanted", { contextId: false }, { targetingKey: "u1" }],
    ["there is none", {}, {}],
    ["it is no key", {}, { targetingKey: { id: 1 } as unknown as string }],
  ])("is not told the targeting key where %s", (_why, options, context) => {
    const { flags, attributes } = traced(options);
    flags.isEnabled("beta", context);
    expect(Object.keys(attributes()[0])).not.toContain("feature_flag.context.id");
  });

  it("is told nothing where it is not recorded, or where there is none", () => {
    const { flags, active, addEvent } = traced({}, false);
    flags.isEnabled("beta");
    active.span = undefined;
    flags.isEnabled("beta");
    expect(addEvent).not.toHaveBeenCalled();
  });
});
