import { describe, expect, it } from "vitest";
import { guardOf } from "../features/releases/judge/read-guard.ts";
import { READING_MS } from "../features/releases/judge/readings.ts";
import type { OutboundOutcome } from "../outbound/outbound.ts";
import type { UsageBatch } from "../store/usage-store.ts";
import { numberAt, prometheusValue } from "./source-answers.ts";
import { Sources } from "./sources.ts";

const PLACE = { project: "default", environment: "production", flag: "a", release: "abcd1234" };
const vector = (...values: readonly string[]) => ({
  data: { resultType: "vector", result: values.map((value) => ({ metric: {}, value: [1, value] })) },
});

describe("the number in an answer", () => {
  it.each<[unknown, string, number | undefined]>([
    [{ a: { "b/c": [1, 2.5] } }, "/a/b~1c/1", 2.5],
    [7, "", 7],
    [{ rate: "0.25" }, "/rate", 0.25],
    [{ rate: "none" }, "/rate", undefined],
    [{ rate: null }, "/rate", undefined],
    [{}, "/constructor", undefined],
    [[], "/0", undefined],
  ])("of %j at %j is %d", (document, pointer, expected) => expect(numberAt(document, pointer)).toBe(expected));

  it.each<[unknown, number | undefined]>([
    [vector("0.5"), 0.5],
    [{ data: { resultType: "scalar", result: [1, "3"] } }, 3],
    [vector(), undefined],
    [vector("1", "2"), undefined],
    [vector("NaN"), undefined],
    [{ status: "error" }, undefined],
  ])("of Prometheus in %j is %d", (document, expected) => expect(prometheusValue(document)).toBe(expected));
});

describe("sources", () => {
  function setUp(answer: (url: string) => OutboundOutcome, prometheusUrl?: string) {
    const clock = { at: 1_000 * READING_MS };
    const asked: (readonly [string, string | undefined])[] = [];
    const batches: UsageBatch[] = [];
    const failures: string[] = [];
    const sources = new Sources({
      outbound: {
        send: async ({ url, reach }) => {
          asked.push([url, reach]);
          return answer(url);
        },
      },
      now: () => clock.at,
      prometheusUrl,
      take: async (batch) => batches.push(batch) > 0,
      controlVariant: () => "off",
      failed: (_, message) => failures.push(message),
      came: () => undefined,
    });
    return { sources, clock, asked, batches, failures };
  }
  const answered = (body: unknown, status = 200): OutboundOutcome => {
    return { kind: "answered", status, body: JSON.stringify(body), isCut: false, ms: 1 };
  };
  const guards = [guardOf({ metric: "m", measure: "errors", source: { prometheus: 'rate(x{v="$variant"}[1m])' } })];
  const wanted = { guards, treated: { on: 1 }, step: 2, heldMs: 0 };

  it("asks less often the longer a step is held, so that all readings of weeks can be kept", async () => {
    const t = setUp(() => answered(vector("1")), "http://prometheus:9090/");
    const day = 8_640;
    const counts: number[] = [];
    for (let span = 0; span < 14 * day; span++) {
      await t.sources.read(PLACE, { ...wanted, heldMs: span * READING_MS });
      t.clock.at += READING_MS;
      if (span % day === day - 1) counts.push(t.batches.length);
    }
    expect(t.batches.slice(0, 700).at(-1)?.id).toBe("abcd1234:0:2:1699");
    expect(counts[0]).toBeLessThan(3_200);
    expect(counts.at(-1)).toBeLessThan(5_200);
    expect((counts.at(-1) ?? 0) - (counts.at(-2) ?? 0)).toBeGreaterThan(50);
  });

  it("asks for each side at listed addresses alone, and keeps one reading for each span", async () => {
    const t = setUp((url) => answered(vector(url.includes("on") ? "2" : "1")), "http://prometheus:9090/");
    await t.sources.read(PLACE, wanted);
    await t.sources.read(PLACE, wanted);
    t.clock.at += READING_MS;
    await t.sources.read(PLACE, wanted);
    expect(t.asked.map(([url, reach]) => [new URL(url).searchParams.get("query"), reach]).slice(0, 2)).toEqual([
      ['rate(x{v="on"}[1m])', "listed"],
      ['rate(x{v="off"}[1m])', "listed"],
    ]);
    expect(t.batches.map(({ id }) => id)).toEqual(["abcd1234:0:2:1000", "abcd1234:0:2:1001"]);
    expect(t.batches[0]?.sums.map(({ name, side, part }) => [name, side, part])).toEqual([
      ["$guard:0", "on", 2],
      ["$guard:0", "", 2],
    ]);
  });

  it.each<[string, OutboundOutcome]>([
    ["a refusal", { kind: "refused", reason: "notListed", message: "It is not in the list." }],
    ["an error", answered({}, 500)],
    ["no number", answered(vector())],
  ] as readonly [string, OutboundOutcome][])(
    "says once what is wrong with %s, and keeps nothing",
    async (_, outcome) => {
      const t = setUp(() => outcome, "http://prometheus:9090");
      await t.sources.read(PLACE, wanted);
      t.clock.at += READING_MS;
      await t.sources.read(PLACE, wanted);
      expect([t.failures.length, t.batches.length]).toEqual([1, 0]);
    },
  );

  it("F47: names the address and no secret in it where it cannot be read", async () => {
    const source = { http: "https://numbers.internal/rate?token=canary-of-the-query", path: "/rate" };
    const guarded = [guardOf({ metric: "m", measure: "errors", source }), ...guards];
    const t = setUp(() => answered({}, 500), "https://reader:canary-of-the-user@prometheus");
    await t.sources.read(PLACE, { ...wanted, guards: guarded });
    expect(t.failures.join()).toContain("https://numbers.internal/rate");
    expect(t.failures.join()).not.toContain("canary");
  });

  it("says where no server is named", async () => {
    const t = setUp(() => answered({}));
    await t.sources.read(PLACE, wanted);
    expect(t.failures.join()).toContain("BANNEROL_PROMETHEUS_URL");
  });
});
