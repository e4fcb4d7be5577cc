import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linesOf } from "./lines.ts";

/** A body that comes in these pieces. */
function bodyOf(pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  const left = [...pieces];
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = left.shift();
      if (next === undefined) controller.close();
      else controller.enqueue(next);
    },
  });
}

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end));
}

async function read(pieces: readonly Uint8Array[]): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const page of linesOf(bodyOf(pieces))) lines.push(...page);
  return lines;
}

const utf8 = new TextEncoder();

describe("lines of a body", () => {
  it("are the same however the bytes are cut, within a character and between return and feed too", async () => {
    const line = fc
      .array(fc.constantFrom("a", "é", "\u{1f600}", " ", "\t"), { maxLength: 4 })
      .map((part) => part.join(""));
    const end = fc.constantFrom("\n", "\r\n");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(line, end)), fc.array(fc.nat()), async (lines, places) => {
        const bytes = utf8.encode(lines.flat().join(""));
        expect(await read(cut(bytes, places))).toEqual(lines.map(([text]) => text));
      }),
    );
  });

  it("are none where there is no body", async () => {
    expect(await read([])).toEqual([]);
    for await (const page of linesOf(null)) expect(page).toBeUndefined();
  });

  it.each([
    ["what is no UTF-8", [97, 10, 0xff, 10], /not UTF-8 text, soon after line 0/],
    ["a character that is cut off at the end", [97, 10, 0xc3], /not UTF-8 text, soon after line 1/],
    ["a line without an end", Array.from({ length: 5_000 }, () => 97), /^Line 1 is longer than 1024 bytes/],
  ])("are refused where there is %s", async (_, bytes, detail) => {
    await expect(read([Uint8Array.from(bytes)])).rejects.toThrow(detail);
  });

  it("leave the rest of the body to another where nobody wants more of them", async () => {
    const body = bodyOf(["a\n", "b\n", "c\n"].map((text) => utf8.encode(text)));
    for await (const page of linesOf(body)) {
      expect(page).toEqual(["a"]);
      break;
    }
    const rest: string[][] = [];
    for await (const page of linesOf(body)) rest.push([...page]);
    expect(rest.flat()).toEqual(["b", "c"]);
  });
});
