import { mintCredential } from "@bannerol/protocol";
import { describe, expect, it } from "vitest";
import { createRedactor } from "./redact.ts";

const { text: key } = mintCredential("server", (count) => new Uint8Array(count).fill(7));
const { text: token } = mintCredential("token", (count) => new Uint8Array(count).fill(9));
const secret = key.split("_")[3] ?? "-";

describe("the redactor", () => {
  const redact = createRedactor(['pass"word with a \\ in it, long enough']);

  it("masks the secret of a key, and leaves what it is found by", () => {
    expect(redact(`before ${key} after`)).toBe(`before bnr_server_${key.split("_")[2]}_[redacted] after`);
  });

  it.each([
    ["in JSON", JSON.stringify({ key })],
    ["in an address", `https://x/?key=${key}&a=b`],
    ["twice in a row", `${key}${key}`],
    ["after a look-alike", `bnr_server_${key}`],
    ["beside another", `${token},${key}`],
  ])("masks it %s", (_where, text) => {
    expect(redact(text)).not.toContain(secret);
  });

  it("leaves a look-alike whose check is wrong", () => {
    const alike = `${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`;
    expect(redact(alike)).toBe(alike);
  });

  it("masks what has no form of its own, however it is spelt", () => {
    const known = 'pass"word with a \\ in it, long enough';
    for (const spelling of [known, JSON.stringify({ known }), encodeURIComponent(known)]) {
      expect(redact(spelling)).not.toContain("long enough");
      expect(redact(spelling)).not.toContain("long%20enough");
    }
  });

  it("masks what follows Bearer, also where it is no credential of ours", () => {
    expect(redact('{"authorization":"Bearer abc.def"}')).toBe('{"authorization":"Bearer [redacted]"}');
  });

  it.each([
    ['{"authorization":"Basic dXNlcjpwYXNz"}', '{"authorization":"[redacted]"}'],
    ['{"headers":{"Cookie":"__Host-sid=a\\"b; c=d","host":"x"}}', '{"headers":{"Cookie":"[redacted]","host":"x"}}'],
    ['{"set-cookie": "sid=abc"}', '{"set-cookie": "[redacted]"}'],
    ["signed with whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw+/8=, sent", "signed with whsec_[redacted], sent"],
    ["postgres://bannerol:s3cret%21@db:5432/x?a=b", "postgres://bannerol:[redacted]@db:5432/x?a=b"],
    ["redis://:s3cret@cache", "redis://:[redacted]@cache"],
    ["http://localhost:4400/a@b is no password", "http://localhost:4400/a@b is no password"],
  ])("masks what stands where secrets do: %s", (text, masked) => {
    expect(redact(text)).toBe(masked);
  });
});
