import { mintCredential } from "@bannerol/protocol";
import { describe, expect, it } from "vitest";
import { type ClientOptions, checkOptions, OptionsError } from "./options.ts";
import { documentAt } from "./testing/test-server.ts";

const good = { url: "http://localhost:4400", key: "bnr_server_x" };
const keyOf = (kind: "server" | "client" | "token") => mintCredential(kind, (count) => new Uint8Array(count)).text;

describe("options that cannot work are told apart", () => {
  it.each<[string, object, RegExp]>([
    ["no url", { url: undefined }, /^url must be .* it is undefined/],
    ["no address", { url: "localhost" }, /^url must be the server's address/],
    ["another protocol", { url: "ws://localhost" }, /^url must begin with http/],
    ["a query", { url: "http://localhost/?key=x" }, /The key goes in `key`/],
    ["a password", { url: "http://me:secret@localhost/" }, /without a user/],
    ["no key", { key: undefined }, /^key is missing/],
    ["an empty key", { key: "" }, /^key is missing/],
    ["a number for a key", { key: 7 }, /^key must be a string/],
    ["a key with a line break in it", { key: "bnr\nserver" }, /^key holds characters/],
    ["a client key", { key: keyOf("client") }, /client key, made for browsers/],
    ["a token", { key: keyOf("token") }, /token, made for the admin API/],
    ["true for a cache", { cache: true }, /^cache must be a folder/],
    ["a bootstrap that is no ruleset", { bootstrap: { epoch: 1 } }, /^bootstrap is no ruleset/],
    ["a bootstrap's text that is no ruleset", { bootstrap: '{"epoch":1}' }, /^bootstrap is no ruleset: .*epoch/],
    ["a bootstrap's text that is no JSON", { bootstrap: "<html>" }, /^bootstrap is no ruleset/],
    ["a negative limit", { readyTimeoutMs: -1 }, /^readyTimeoutMs must be/],
    ["NaN", { staleAfterMs: Number.NaN }, /^staleAfterMs must be/],
    ["neither a server nor a file", { url: undefined, key: undefined }, /a server, .* or a file, /],
    ["a server and a file", { file: "flags.yaml" }, /^file and url are both given.* Remove one/],
    [
      "a file with a cache",
      { url: undefined, key: undefined, file: "f", cache: "c" },
      /^file and cache are both given/,
    ],
    ["an empty path", { url: undefined, key: undefined, file: "" }, /^file must be the path/],
    [
      "a file by HTTP",
      { url: undefined, key: undefined, file: new URL("https://example.com/f.yaml") },
      /^file must be/,
    ],
    ["a name that is none", { name: 7 }, /^name must be a string/],
    ["a word for events", { events: "off" }, /^events must be true or false/],
    ["another word", { onReadyTimeout: "throw" }, /^onReadyTimeout must be/],
  ])("%s", (_, wrong, message) => {
    const options = { ...good, ...wrong } as ClientOptions;
    expect(() => checkOptions(options)).toThrow(OptionsError);
    expect(() => checkOptions(options)).toThrow(message);
  });

  it("never shows a password", () => {
    expect(() => checkOptions({ ...good, url: "http://me:secret@localhost/" })).not.toThrow(/secret/);
  });

  it("of no kind at all", () => {
    expect(() => checkOptions(undefined as never)).toThrow(/createClient needs a server/);
  });
});

describe("options that can work", () => {
  it("keep a path as a prefix, and a key without the line break of its file", () => {
    const checked = checkOptions({ url: "https://example.com/flags", key: `${keyOf("server")}\n` });
    expect(checked).toMatchObject({ url: new URL("https://example.com/flags/"), key: keyOf("server") });
  });

  it("may name a file, by its path or its URL, and leave the others undefined", () => {
    expect(checkOptions({ file: "flags.yaml", key: undefined })).toMatchObject({ source: "file", file: "flags.yaml" });
    expect(checkOptions({ file: new URL("file:///etc/my%20flags.yaml") })).toMatchObject({
      file: "/etc/my flags.yaml",
    });
  });

  it("may hold a key that is merely wrong", () => {
    expect(checkOptions({ ...good, key: "wrong" })).toMatchObject({ key: "wrong" });
  });

  it("may hold a ruleset to start with", () => {
    for (const bootstrap of [documentAt(3), JSON.stringify(documentAt(3))])
      expect(checkOptions({ ...good, bootstrap })).toMatchObject({ bootstrap: { revision: 3 } });
  });
});
