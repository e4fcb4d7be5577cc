import { atOnce, buildKeyList, murmur3 } from "@bannerol/core";
import { seededRandom } from "@bannerol/testkit";
import { describe, expect, it } from "vitest";
import { rulesetAt } from "../testing/model-server.ts";
import { readKept, writeKept } from "./cache.ts";

const kept = { ruleset: rulesetAt("epoch-1", 42), confirmedAt: 1_700_000_000_000 };
const text = writeKept(kept, "binding");

/** The text with another body, whose checksum is right. */
function resealed(text: string, alter: (body: object) => object): string {
  const body = JSON.stringify(alter(JSON.parse(text.slice(text.indexOf("\n") + 1))));
  const sum = [0, 1].map((seed) => murmur3(body, seed).toString(16).padStart(8, "0")).join("");
  return `bannerol-ruleset 1 ${sum}\n${body}`;
}

describe("a kept ruleset", () => {
  it("comes back as it was", () => {
    expect(readKept(text, "binding")).toEqual({ ok: true, ...kept });
  });

  it("keeps keys such as __proto__", () => {
    const odd = { ...kept.ruleset, flags: new Map<string, unknown>([["__proto__", { version: 1 }]]) };
    expect(readKept(writeKept({ ...kept, ruleset: odd }, "b"), "b")).toMatchObject({ ok: true, ruleset: odd });
  });

  it("comes back with its lists, whatever they are called, and is refused where one is damaged", () => {
    const list = atOnce(buildKeyList({ version: 3, secret: new Uint8Array(16), keys: ["u1", "u2"] }));
    const lists = new Map([
      ["__proto__", list],
      ["l", list],
    ]);
    const written = writeKept({ ...kept, lists }, "b");
    const read = readKept(written, "b");
    expect(read.ok && [...(read.lists ?? [])].map(([id, { version, size }]) => [id, version, size])).toEqual([
      ["__proto__", 3, 2],
      ["l", 3, 2],
    ]);
    expect(read.ok && ["u1", "u3"].map((key) => read.lists?.get("l")?.has(key))).toEqual([true, false]);
    for (const wrong of [{}, [["l"]], [["l", "%"]], [["l", btoa("BNRLIST")]]]) {
      expect(
        readKept(
          resealed(written, (body) => ({ ...body, lists: wrong })),
          "b",
        ).ok,
      ).toBe(false);
    }
  });

  it.each([
    ["another key's", text, "other", /another server or key/],
    ["an older form", text.replace("ruleset 1", "ruleset 0"), "binding", /form/],
    ["empty", "", "binding", /form/],
    ["a line alone", "bannerol-ruleset 1 \n", "binding", /damaged/],
  ])("is refused where it is %s", (_, given, binding, reason) => {
    expect(readKept(given, binding)).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });

  it("is refused where it was cut (F4)", () => {
    for (let length = 0; length < text.length; length++)
      expect(readKept(text.slice(0, length), "binding").ok).toBe(false);
  });

  it("is refused after any of 10,000 byte edits (F4)", () => {
    const random = seededRandom(4);
    const bytes = new TextEncoder().encode(text);
    for (let edits = 0; edits < 10_000; edits++) {
      const damaged = bytes.slice();
      const at = Math.floor(random() * bytes.length);
      damaged[at] = (damaged[at] ?? 0) ^ (1 + Math.floor(random() * 255));
      expect(readKept(new TextDecoder().decode(damaged), "binding").ok).toBe(false);
    }
  });
});
