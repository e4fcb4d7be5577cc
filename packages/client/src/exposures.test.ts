import { checksumOf, toDocument } from "@bannerol/core";
import { describe, expect, it } from "vitest";
import { rulesetOf, testClient } from "./testing/test-client.ts";

function withTwoRevisions() {
  const t = testClient({ serves: rulesetOf(1, { flag: {}, other: {} }) });
  const next = rulesetOf(2, { flag: { enabled: false }, other: {} });
  const advance = () =>
    t.stream.latest.say({ type: "snapshot", ruleset: toDocument(next), checksum: checksumOf(next) });
  return { ...t, advance };
}

describe("exposures", () => {
  it("are counted by flag, variant and reason, over changes of the ruleset", () => {
    const { client, advance } = withTwoRevisions();
    const handle = client.boolean("flag", false);
    client.isEnabled("flag");
    client.value("flag", {}, false);
    client.evaluate("flag", {}, false);
    client.forContext({}).isEnabled("flag");
    handle({});
    advance();
    expect(handle({})).toBe(false);
    client.isEnabled("flag");
    expect(client.exposures().exposures).toEqual([
      { flag: "flag", variant: "on", reason: "STATIC", count: 5 },
      { flag: "flag", variant: "off", reason: "DISABLED", count: 2 },
    ]);
  });

  it("of a snapshot are counted after the client has moved on", () => {
    const { client, advance } = withTwoRevisions();
    const frozen = client.snapshot();
    advance();
    client.exposures();
    for (let times = 0; times < 3; times++) frozen.isEnabled("flag");
    expect(client.exposures().exposures).toEqual([{ flag: "flag", variant: "on", reason: "STATIC", count: 3 }]);
  });

  it("are not what nobody asked for", () => {
    const { client } = withTwoRevisions();
    client.evaluateAll({});
    client.explain("flag", {});
    expect(client.exposures()).toEqual({ exposures: [], missing: [], dropped: 0 });
  });

  it("tell errors and flags that do not exist apart", () => {
    const { client } = withTwoRevisions();
    client.value("flag", {}, "text");
    client.isEnabled("nope");
    client.boolean("nope", false)();
    expect(client.exposures()).toMatchObject({
      exposures: [{ flag: "flag", reason: "ERROR", count: 1 }],
      missing: [{ flag: "nope", count: 2 }],
    });
  });

  it("of unknown names are bounded, and what finds no room is counted as dropped", () => {
    const { client } = withTwoRevisions();
    for (let name = 0; name < 1_500; name++) client.isEnabled(`nope-${name}`);
    client.isEnabled("x".repeat(1_000));
    const { missing } = client.exposures();
    expect(missing).toHaveLength(1_000);
    expect(client.status().drops).toBe(501);
  });

  it("of unknown names before there is a ruleset leave room for flags", () => {
    const { client, stream } = testClient({ silent: true });
    for (let name = 0; name < 30_000; name++) client.isEnabled(`nope-${name}`);
    client.isEnabled("x".repeat(1_000));
    client.isEnabled("nope-0");
    expect(client.exposures()).toMatchObject({ exposures: { length: 1_000 }, missing: [], dropped: 29_001 });
    expect(client.exposures().exposures[0]).toEqual({ flag: "nope-0", reason: "ERROR", count: 2 });
    const ruleset = rulesetOf(1, { flag: {} });
    stream.latest.accept();
    stream.latest.say({ type: "snapshot", ruleset: toDocument(ruleset), checksum: checksumOf(ruleset) });
    client.isEnabled("flag");
    expect(client.exposures().exposures.at(-1)).toEqual({ flag: "flag", variant: "on", reason: "STATIC", count: 1 });
  });
});
