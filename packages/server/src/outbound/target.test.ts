import { describe, expect, it } from "vitest";
import { allowsAddress, allowsHost, allowsPort, parseAllow } from "./allow.ts";
import { type OutboundRefusal, parseTarget, type Reach, refuseAddresses, refuseUnresolved } from "./target.ts";

/** What becomes of an address as it is written, given where its name leads. */
function judge(url: string, { leadsTo = ["93.184.215.14"], allow = "", reach = "public" as Reach } = {}) {
  const target = parseTarget(url);
  if ("kind" in target) return target.reason;
  const entries = parseAllow(allow);
  const addresses = /^[0-9.]+$|:/.test(target.host) ? [target.host] : leadsTo;
  const refusal: OutboundRefusal | undefined =
    refuseUnresolved(target, entries, reach) ?? refuseAddresses(target, addresses, entries, reach);
  return refusal?.reason ?? "goes";
}

describe("an address that a user wrote", () => {
  it.each([
    ["https://hooks.example.com/x?y", "goes"],
    ["https://hooks.example.com:443/", "goes"],
    ["https://1.1.1.1/", "goes"],
    ["https://[2606:4700::1111]/", "goes"],
    ["HTTPS://EXAMPLE.COM", "goes"],
    ["https://user@example.com/", "credentials"],
    ["https://:secret@example.com/", "credentials"],
    ["https://127.0.0.1@example.com/", "credentials"],
    ["http://example.com/", "protocol"],
    ["file:///etc/passwd", "protocol"],
    ["gopher://example.com/", "protocol"],
    ["javascript:alert(1)", "protocol"],
    ["//example.com", "malformed"],
    ["example.com/hook", "malformed"],
    ["https://", "malformed"],
    ["https://exa mple.com", "malformed"],
    ["https://256.256.256.256/", "malformed"],
    [`https://example.com/${"x".repeat(2_048)}`, "malformed"],
    ["https://example.com:8443/", "port"],
    ["https://example.com:22/", "port"],
  ])("%s: %s", (url, outcome) => {
    expect(judge(url)).toBe(outcome);
  });

  it.each([
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://１２７.０.０.１/",
    "https://127。0。0。1/",
    "https://127.0.0.1./",
    "https://%31%32%37.0.0.1/",
    "https://[::1]/",
    "https://[::]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[0:0:0:0:0:ffff:127.0.0.1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[2002:7f00:1::]/",
    "https://[fd00:ec2::254]/",
    "https://[fe80::1]/",
    "https://169.254.169.254/latest/meta-data",
    "https://2852039166/",
    "https://0xa9fea9fe/",
    "https://0251.0376.0251.0376/",
    "https://10.0.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://224.0.0.1/",
  ])("A11, A21, F42: %s is not public, however it is spelt", (url) => {
    expect(judge(url)).toBe("not public");
  });

  it.each([
    [["93.184.215.14", "127.0.0.1"]],
    [["127.0.0.1"]],
    [["::1"]],
    [["93.184.215.14", "::ffff:10.0.0.1"]],
    [["169.254.169.254"]],
  ])("is refused where any address that its name leads to lies within: %j", (leadsTo) => {
    expect(judge("https://harmless.example/", { leadsTo })).toBe("not public");
  });

  it("is refused where its name leads nowhere", () => {
    expect(judge("https://nowhere.example/", { leadsTo: [] })).toBe("unresolved");
  });

  it("is told what to do, and not where the name leads", () => {
    const target = parseTarget("https://inside.example/");
    if ("kind" in target) throw new Error(target.message);
    const refusal = refuseAddresses(target, ["10.1.2.3"], [], "public");
    expect(refusal?.message).toContain("inside.example leads to an address that is not public");
    expect(refusal?.message).toContain("BANNEROL_OUTBOUND_ALLOW");
    expect(refusal?.message).not.toContain("10.1");
  });
});

describe("what the operator allows", () => {
  it.each([
    ["http://prometheus:9090/", "prometheus:9090", ["10.0.0.9"], "goes"],
    ["http://PROMETHEUS.:9090/", "prometheus:9090", ["10.0.0.9"], "goes"],
    ["http://prometheus:9091/", "prometheus:9090", ["10.0.0.9"], "protocol"],
    ["https://prometheus/", "prometheus:9090", ["10.0.0.9"], "not public"],
    ["https://prometheus.evil.example/", "prometheus", ["10.0.0.9"], "not public"],
    ["http://any.example:8080/", "10.0.0.0/8", ["10.0.0.9"], "goes"],
    ["http://any.example:8080/", "10.0.0.0/8:80", ["10.0.0.9"], "protocol"],
    ["http://any.example/", "10.0.0.0/8", ["10.0.0.9", "11.0.0.1"], "protocol"],
    ["https://any.example/", "10.0.0.0/8", ["10.0.0.9", "192.168.0.1"], "not public"],
    ["http://[fd00::1]:9090/", "[fd00::/8]:9090", [], "goes"],
    ["http://[fd00::1]:9090/", "fd00::/8", [], "goes"],
    ["http://[::ffff:10.0.0.1]:9090/", "10.0.0.0/8", [], "goes"],
    ["http://10.0.0.9/", "10.0.0.9", [], "goes"],
    ["https://example.com:8443/", "*:8443", ["93.184.215.14"], "goes"],
    ["https://example.com:8443/", "*:8443", ["10.0.0.9"], "not public"],
    ["http://example.com:8443/", "*:8443", ["93.184.215.14"], "protocol"],
  ])("%s under %s, leading to %j: %s", (url, allow, leadsTo, outcome) => {
    expect(judge(url, { allow, leadsTo })).toBe(outcome);
  });

  it.each([
    ["https://example.com/", "", ["93.184.215.14"], "not listed"],
    ["https://example.com:8443/", "*:8443", ["93.184.215.14"], "not listed"],
    ["http://prometheus:9090/", "prometheus:9090", ["10.0.0.9"], "goes"],
    ["http://inside/", "10.0.0.0/8", ["10.0.0.9"], "goes"],
    ["http://inside/", "10.0.0.0/8", ["10.0.0.9", "93.184.215.14"], "not listed"],
  ])("is all that a listed request may reach: %s under %s, leading to %j: %s", (url, allow, leadsTo, outcome) => {
    expect(judge(url, { allow, leadsTo, reach: "listed" })).toBe(outcome);
  });

  it("is read from a list", () => {
    const entries = parseAllow(" a.internal , 10.0.0.0/8:80,::1,*:8443,");
    expect(entries).toHaveLength(4);
    expect(allowsHost(entries, "a.internal", 1)).toBe(true);
    expect(allowsAddress(entries, "10.2.3.4", 80)).toBe(true);
    expect(allowsAddress(entries, "10.2.3.4", 81)).toBe(false);
    expect(allowsAddress(entries, "::1", 1)).toBe(true);
    expect(allowsPort(entries, 8443)).toBe(true);
    expect(allowsPort(entries, 8444)).toBe(false);
  });

  it.each([
    "*",
    "*:0",
    "*:70000",
    "10.0.0.0/33",
    "10.0.0.0/8/8",
    "10.0.0.0/x",
    "http://x",
    "a b",
    "x:y",
    "[::1",
    "::1/129",
    "*.x",
  ])("cannot be %s", (text) => {
    expect(() => parseAllow(text)).toThrow(RangeError);
  });
});
