import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_HELLO_TEXT_LENGTH } from "./limits.ts";
import type { ClientMessage, ServerMessage } from "./messages.ts";
import type { ParseResult } from "./parse.ts";
import { parseClientMessage } from "./parse-client-message.ts";
import { parseServerMessage } from "./parse-server-message.ts";

const identity = { epoch: "e1", revision: 42, checksum: 4_294_967_295 };
const ruleset = {
  epoch: "e1",
  revision: 42,
  project: "default",
  environment: "production",
  flags: { checkout: { version: 42 }, poisoned: "no flag", __proto: null },
  segments: {},
};
const hello = { type: "hello", protocol: 1, sdk: { name: "node", version: "0.1.0" }, instance: "i-1" };

const clientMessages: readonly ClientMessage[] = [
  { ...hello, type: "hello" },
  { ...hello, type: "hello", key: "bnr_client_x", have: identity },
  { type: "ack", revision: 0 },
];

const serverMessages: readonly ServerMessage[] = [
  { type: "snapshot", ruleset, checksum: 7 },
  { type: "fetch", revision: 42, afterMs: 0 },
  { type: "delta", from: 41, to: 42, flags: { checkout: { version: 42 }, gone: null }, segments: {}, checksum: 7 },
  { type: "current", ...identity },
  { type: "goodbye", reason: "restart", afterMs: [0, 5_000] },
  { type: "problem", code: "key_invalid", title: "The key is not valid", status: 401 },
  { type: "problem", code: "key_invalid", title: "The key is not valid", status: 401, detail: "Make another." },
];

/** Both parsers by the frames of their messages. */
const ends: readonly [
  end: string,
  parse: (text: string) => ParseResult<unknown>,
  messages: readonly (ClientMessage | ServerMessage)[],
][] = [
  ["parseClientMessage", parseClientMessage, clientMessages],
  ["parseServerMessage", parseServerMessage, serverMessages],
];

describe.each(ends)("%s", (_, parse, messages) => {
  it.each(messages.map((message) => [message.type, message] as const))("reads back a %s", (_type, message) => {
    expect(parse(JSON.stringify(message))).toEqual({ ok: true, message });
  });

  it("leaves unknown fields behind (P5)", () => {
    for (const message of messages) {
      expect(parse(JSON.stringify({ ...message, shiny: [1], toString: 1 }))).toEqual({ ok: true, message });
    }
  });

  it.each(["party", "constructor", "__proto__", "toString", ""])("passes over the unknown type %j", (type) => {
    expect(parse(JSON.stringify({ type, revision: "?" }))).toEqual({ ok: true, message: undefined, ignored: type });
  });

  it.each([
    "",
    " ",
    "hello",
    "{",
    "null",
    "7",
    '"ack"',
    "[]",
    '[{"type":"ack"}]',
    "{}",
    '{"type":null}',
    '{"type":["ack"]}',
    '{"__proto__":{"type":"ack","revision":1}}',
    "\ud800",
  ])("calls %j malformed (P4)", (text) => {
    expect(parse(text)).toEqual({ ok: false, reason: expect.any(String) });
  });

  it("survives nesting deeper than any stack", () => {
    expect(parse("[".repeat(1_000_000)).ok).toBe(false);
    expect(parse(`{"type":"party","x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`).ok).toBe(true);
  });

  it("answers whatever any one field is made (P4)", () => {
    const wrong = fc.oneof(fc.jsonValue(), fc.constantFrom(-1, 0.5, 1e300, 2 ** 53, "1", null, [], {}, true));
    const cases = fc
      .constantFrom(...messages)
      .chain((message) => fc.tuple(fc.constant(message), fc.constantFrom(...Object.keys(message)), wrong));
    fc.assert(
      fc.property(cases, ([message, field, value]) => {
        const result = parse(JSON.stringify({ ...message, [field]: value }));
        if (!result.ok) expect(result.reason).toContain(field);
      }),
      { numRuns: 500 },
    );
  });

  it("names the field that is missing", () => {
    const optional = new Set(["key", "have", "detail"]);
    for (const message of messages) {
      for (const field of Object.keys(message).filter((name) => !optional.has(name))) {
        const { [field]: _removed, ...rest }: { readonly [name: string]: unknown } = { ...message };
        expect(parse(JSON.stringify(rest))).toEqual({ ok: false, reason: expect.stringContaining(field) });
      }
    }
  });
});

describe("parseClientMessage", () => {
  const long = "x".repeat(MAX_HELLO_TEXT_LENGTH + 1);
  it.each<[string, object]>([
    ["protocol must be", { protocol: "1" }],
    ["protocol must be", { protocol: 1.5 }],
    ["key must be", { key: null }],
    ["key must be", { key: long }],
    ["sdk must be", { sdk: "node" }],
    ["sdk must be", { sdk: [] }],
    ["sdk.name must be", { sdk: { version: "1" } }],
    ["sdk.version must be", { sdk: { name: "node", version: 1 } }],
    ["sdk.name must be", { sdk: { name: long, version: "1" } }],
    ["instance must be", { instance: 7 }],
    ["instance must be", { instance: long }],
    ["have must be", { have: null }],
    ["have.epoch must be", { have: { ...identity, epoch: 1 } }],
    ["have.revision must be", { have: { ...identity, revision: -1 } }],
    ["have.revision must be", { have: { ...identity, revision: 2 ** 53 } }],
    ["have.checksum must be", { have: { ...identity, checksum: 2 ** 32 } }],
  ])("says %j of a hello with %j", (reason, fields) => {
    expect(parseClientMessage(JSON.stringify({ ...hello, ...fields }))).toEqual({
      ok: false,
      reason: expect.stringContaining(reason),
    });
  });

  it("repeats nothing of the frame, which may hold a key", () => {
    const secret = "bnr_client_secret".padEnd(MAX_HELLO_TEXT_LENGTH + 1, "x");
    for (const text of [JSON.stringify({ ...hello, key: secret }), `{"type":"hello","key":"${secret}`]) {
      expect(JSON.stringify(parseClientMessage(text))).not.toContain("secret");
    }
  });
});

describe("parseServerMessage", () => {
  it.each<[string, ServerMessage["type"], object]>([
    ["ruleset must be", "snapshot", { ruleset: null }],
    ["ruleset.flags must be", "snapshot", { ruleset: { ...ruleset, flags: [] } }],
    ["ruleset.segments must be", "snapshot", { ruleset: { ...ruleset, segments: null } }],
    ["ruleset.epoch must be", "snapshot", { ruleset: { ...ruleset, epoch: 1 } }],
    ["ruleset.revision must be", "snapshot", { ruleset: { ...ruleset, revision: "42" } }],
    ["checksum must be", "snapshot", { checksum: -1 }],
    ["afterMs must be", "fetch", { afterMs: -1 }],
    ["afterMs must be", "fetch", { afterMs: null }],
    ["flags must be", "delta", { flags: null }],
    ["to must be", "delta", { to: 1.5 }],
    ["checksum must be", "current", { checksum: 1.5 }],
    ["afterMs must be", "goodbye", { afterMs: 5 }],
    ["afterMs must be", "goodbye", { afterMs: [1] }],
    ["afterMs must be", "goodbye", { afterMs: [5, 1] }],
    ["afterMs must be", "goodbye", { afterMs: [0, 1, 2] }],
    ["afterMs must be", "goodbye", { afterMs: [null, null] }],
    ["detail must be", "problem", { detail: 7 }],
  ])("says %j of a %s with %j", (reason, type, fields) => {
    const good = serverMessages.find((message) => message.type === type);
    expect(parseServerMessage(JSON.stringify({ ...good, ...fields }))).toEqual({
      ok: false,
      reason: expect.stringContaining(reason),
    });
  });

  it("takes a number beyond all doubles for no duration", () => {
    expect(parseServerMessage('{"type":"fetch","revision":1,"afterMs":1e999}')).toEqual({
      ok: false,
      reason: expect.stringContaining("afterMs"),
    });
  });

  it("reads no field that a polluted prototype lends", () => {
    Object.defineProperty(Object.prototype, "revision", { value: 7, configurable: true });
    try {
      expect(parseServerMessage('{"type":"fetch","afterMs":1}').ok).toBe(false);
    } finally {
      Reflect.deleteProperty(Object.prototype, "revision");
    }
  });

  it("keeps a flag called __proto__ an ordinary one", () => {
    const frame = '{"type":"delta","from":1,"to":2,"flags":{"__proto__":{"version":2}},"segments":{},"checksum":3}';
    const result = parseServerMessage(frame);
    const flags = result.ok && result.message?.type === "delta" ? result.message.flags : {};
    expect(Object.keys(flags)).toEqual(["__proto__"]);
  });
});
