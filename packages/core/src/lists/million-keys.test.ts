import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { ListDecoder } from "./list-decoder.ts";
import { encodeKeyList } from "./list-encoder.ts";
import { listOf } from "./testing/lists.ts";

describe("a million keys", () => {
  const count = 1_000_000;
  const arrayBytes = () => process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
  const settle = async () => {
    // Buffers are let go in turns of their own.
    for (let turn = 0; turn < 3; turn++) {
      globalThis.gc?.();
      await new Promise(setImmediate);
    }
  };

  it("are all found, none of a million strangers is, and they take at most 12 bytes each", async () => {
    setFlagsFromString("--expose-gc");
    globalThis.gc ??= runInNewContext("gc");
    const keys = function* (prefix: string) {
      for (let at = 0; at < count; at++) yield `${prefix}-${at}`;
    };
    await settle();
    const before = arrayBytes();
    const decoder = new ListDecoder();
    for (const chunk of encodeKeyList(listOf(keys("member")))) decoder.push(chunk);
    const result = decoder.finish();
    await settle();
    const bytes = arrayBytes() - before;
    if (result.kind !== "list") throw new Error("a list was encoded");
    const { list } = result;
    let members = 0;
    for (const key of keys("member")) if (list.has(key)) members += 1;
    let strangers = 0;
    for (const key of keys("stranger")) if (list.has(key)) strangers += 1;
    expect([list.size, members, strangers]).toEqual([count, count, 0]);
    expect(bytes / count).toBeGreaterThan(8);
    expect(bytes / count).toBeLessThanOrEqual(12);
  });

  it("that are one and the same come to a list of one", () => {
    const list = listOf(Array(count).fill("u1"));
    expect([list.size, list.has("u1")]).toEqual([1, true]);
  });
});
