import { atOnce, buildKeyList, murmur3, readRuleset, type Sliced, toDocument } from "@bannerol/core";
import { seededRandom } from "@bannerol/testkit";
import { describe, expect, it } from "vitest";
import { rulesetAt } from "../testing/model-server.ts";
import * as cache from "./cache.ts";

const writeKept = (kept: cache.Kept, binding: string) => atOnce(cache.writeKept(kept, binding));
const readKept = (given: string, binding: string) => shown(atOnce(cache.readKept(given, binding)));

/** With its documents in maps that can be compared. */
function shown(read: cache.ReadResult): cache.ReadResult {
  return read.ok ? { ...read, ruleset: readRuleset(toDocument(read.ruleset)) } : read;
}

const kept = { ruleset: rulesetAt("epoch-1", 42), confirmedAt: 1_700_000_000_000 };
const text = writeKept(kept, "binding");

/** A text with this body, whose checksum is right. */
function sealed(body: string): string {
  const sum = [0, 1].map((seed) => murmur3(body, seed).toString(16).padStart(8, "0")).join("");
  return `bannerol-ruleset 3 ${sum}\n${body}`;
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
    const first = written.slice(written.indexOf("\n") + 1, written.indexOf("\n}}") + 3);
    expect(readKept(sealed(first), "b")).toMatchObject({ ok: true });
    for (const wrong of ["", "l", '"l"', '"l" ', '"l" %', `7 ${btoa("x")}`, `"l" ${btoa("BNRLIST")}`, ' "l"']) {
      expect([wrong, readKept(sealed(`${first}\n${wrong}`), "b").ok]).toEqual([wrong, false]);
    }
  });

  it("is written and read in slices, of which the longest is a small part of it", () => {
    const keys = Array.from({ length: 20_000 }, (_, at) => `u${at}`);
    const lists = new Map([["l", atOnce(buildKeyList({ version: 3, secret: new Uint8Array(16), keys }))]]);
    const flags = new Map(keys.slice(0, 2_000).map((key) => [key, { version: 1, note: "ü".repeat(50) }]));
    const large = { ...kept, lists, ruleset: { ...kept.ruleset, flags } };
    const written = counted(cache.writeKept(large, "b"));
    const read = counted(cache.readKept(written.value, "b"));
    expect(shown(read.value)).toMatchObject({ ok: true, ruleset: large.ruleset, confirmedAt: kept.confirmedAt });
    expect(read.value.ok && read.value.lists?.get("l")?.has("u19999")).toBe(true);
    expect(written.slices).toBeGreaterThan(2_000 / 64 + 20_000 / 2_048 + written.value.length / 65_536);
    expect(read.slices).toBeGreaterThan((20_000 * 8 * 4) / 3 / 16_384 + written.value.length / 65_536);
  });

  it.each([
    ["another key's", text, "other", /another server or key/],
    ["an older form", text.replace("ruleset 3", "ruleset 2"), "binding", /form/],
    ["empty", "", "binding", /form/],
    ["a line alone", "bannerol-ruleset 3 \n", "binding", /damaged/],
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

function counted<T>(work: Sliced<T>): { readonly value: T; readonly slices: number } {
  for (let slices = 1; ; slices += 1) {
    const step = work.next();
    if (step.done) return { value: step.value, slices };
  }
}
