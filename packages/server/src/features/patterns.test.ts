import { beforeAll, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Harness } from "../testing/harness.ts";

const SEGMENTS = "/api/v1/projects/default/segments";
const PRODUCTION = `${FLAGS}/checkout/environments/production`;
const matches = (...values: string[]) => ({ attribute: "email", op: "matches", values });
const ruled = (when: unknown) => ({ rules: [{ when: { any: [when] }, serve: { variant: "on" } }] });

describe("patterns that are written", () => {
  let api: Harness;
  beforeAll(async () => {
    api = await createHarness();
    await api.ask(`POST ${FLAGS}`, { body: { key: "checkout" } });
    await api.ask(`POST ${SEGMENTS}`, { body: { key: "beta" } });
  });

  it("are taken where they are proved", async () => {
    const when = { ...matches(String.raw`@example\.com$`, "^(a|b)+$"), ignoreCase: true };
    expect((await api.ask(`PATCH ${PRODUCTION}`, { body: ruled(when) })).status).toBe(200);
    expect((await api.ask(`PATCH ${SEGMENTS}/beta`, { body: { when } })).status).toBe(200);
  });

  it.each([
    ["(a+)+$", /stall/],
    ["(?=a)b", /look-ahead/],
    [String.raw`(a)\1`, /back-reference/],
    ["(", /JavaScript/],
    [String.raw`^(\w+\s?)*$`, /stall/],
    ["^(?:.*,)+x$", /stall/],
    ["a*a*a*b", /stall/],
    [`^${"a?".repeat(60)}${"a".repeat(60)}$`, /./],
  ])("F41: are refused where they are not, wherever they come in: %s", async (pattern, message) => {
    const { revision } = api.ledger.state("default") ?? {};
    const whole = { enabled: true, off: "off", prerequisites: [], targets: [], fallthrough: { variant: "on" } };
    const inRule = "rules[0].when.any[0].values[1]";
    const bad = matches("fine", pattern);
    const asked: readonly [string, object, string][] = [
      [`PATCH ${PRODUCTION}`, ruled(bad), inRule],
      [`PUT ${PRODUCTION}`, { ...whole, ...ruled(bad) }, inRule],
      [`POST ${SEGMENTS}`, { key: "other", when: bad }, "when.values[1]"],
      [`PUT ${SEGMENTS}/beta`, { when: bad }, "when.values[1]"],
      [`PATCH ${SEGMENTS}/beta`, { when: { not: bad } }, "when.not.values[1]"],
    ];
    for (const [what, body, path] of asked) {
      const got = await api.ask(what, { body });
      expect(got, what).toMatchObject({ status: 422, body: { code: "invalid" } });
      expect(field(got.body, "errors"), what).toEqual([{ path, message: expect.stringMatching(message) }]);
    }
    expect(api.ledger.state("default")?.revision).toBe(revision);
  });

  it("F41: find nothing in a text of 20 kB, whatever they look for, and what they are next to is served", async () => {
    await api.ask(`PATCH ${SEGMENTS}/beta`, { body: { when: matches("a", String.raw`^\s*a`, "(?:x|y)*z$") } });
    const rules = [
      { when: { segment: "beta" }, serve: { variant: "on" } },
      { when: matches("a|b|x"), serve: { variant: "on" } },
    ];
    const body = { enabled: true, rules, fallthrough: { variant: "off" } };
    expect((await api.ask(`PATCH ${PRODUCTION}`, { body })).status).toBe(200);
    const served = async (email: string) => {
      const token = api.keys.get("production") ?? "";
      const { body: answer } = await api.ask("POST /sdk/v1/evaluate", { token, body: { context: { email } } });
      return field(answer, "flags", "checkout");
    };
    for (const letter of ["a", " ", "x"]) {
      expect(await served(letter.repeat(20_000))).toEqual({ value: false, variant: "off", reason: "DEFAULT" });
    }
    expect(await served("a".repeat(1_024))).toMatchObject({ value: true, reason: "TARGETING_MATCH" });
    expect(await served("a".repeat(1_025))).toMatchObject({ value: false, reason: "DEFAULT" });
  });

  it("are no way in for who may not write", async () => {
    const token = await api.makeToken("viewer");
    expect((await api.ask(`PATCH ${PRODUCTION}`, { token, body: ruled(matches("(a+)+$")) })).status).toBe(403);
  });
});
