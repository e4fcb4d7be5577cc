import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventReader } from "./event-reader.ts";

const encoder = new TextEncoder();

function readAll(chunks: Iterable<Uint8Array>): { readonly told: readonly string[]; readonly readable: boolean } {
  const told: string[] = [];
  const read = eventReader((data) => told.push(data));
  let readable = true;
  for (const chunk of chunks) readable = readable && read(chunk);
  return { told, readable };
}

describe("events", () => {
  it.each([
    ["a line of data", "data: a\n\n", ["a"]],
    ["data without a space", "data:a\n\n", ["a"]],
    ["one space alone taken off", "data:  a\n\n", [" a"]],
    ["several lines", "data: a\ndata: b\n\n", ["a\nb"]],
    ["other fields and comments passed over", ": hi\nid: 7\nevent: x\nretry: 1\ndata: a\n\n", ["a"]],
    ["an event without data", "id: 7\n\ndata: a\n\n", ["a"]],
    ["empty data", "data:\n\n", [""]],
    ["every end of a line", "data: a\r\n\r\ndata: b\r\rdata: c\n\n", ["a", "b", "c"]],
    ["an event that is not over", "data: a\n", []],
    ["a mark of the order of bytes", "\ufeffdata: a\n\n", ["a"]],
  ])("are read: %s", (_, text, told) => {
    expect(readAll([encoder.encode(text)])).toEqual({ told, readable: true });
  });

  it("are the same however the bytes come apart (P9)", () => {
    const events = fc.array(
      fc.string({ unit: "grapheme" }).map((text) => JSON.stringify(text)),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(events, fc.constantFrom("\n", "\r\n", "\r"), fc.array(fc.nat({ max: 9 })), (sent, eol, sizes) => {
        const bytes = encoder.encode(sent.map((data) => `id: e:1:2${eol}data: ${data}${eol}${eol}`).join(""));
        const chunks: Uint8Array[] = [];
        for (let from = 0, turn = 0; from < bytes.length; turn++) {
          const size = 1 + (sizes[turn % Math.max(1, sizes.length)] ?? 0);
          chunks.push(bytes.subarray(from, from + size));
          from += size;
        }
        // The last carriage return may be half of an end.
        expect(readAll(chunks).told).toEqual(sent);
      }),
    );
  });

  it("are given up where one has no end (I9)", () => {
    const chunk = encoder.encode("data: ".padEnd(64 * 1024, "x"));
    const chunks = Array.from({ length: 17 }, () => chunk);
    expect(readAll(chunks)).toEqual({ told: [], readable: false });
    expect(readAll(chunks.map((bytes) => Uint8Array.from([...bytes.subarray(0, -1), 10]))).readable).toBe(false);
    expect(readAll(Array.from({ length: 17 }, () => encoder.encode(`${"x".repeat(70_000)}\n\n`))).readable).toBe(true);
  });
});
