/** Holds `SPEC.md` to the code where both say the same: types of messages, close codes, limits, golden values. */
import { readFileSync } from "node:fs";
import { checksumOf, entityChecksum } from "@bannerol/core";
import { describe, expect, it } from "vitest";
import { parseCredential } from "./credentials.ts";
import * as limits from "./limits.ts";
import { type ClientMessage, CloseCode, type ServerMessage } from "./messages.ts";
import { cellOf } from "./outcomes.ts";

const spec = readFileSync(new URL("../SPEC.md", import.meta.url), "utf8");

/** The cells of the rows of the table under a heading, without the table's head. */
function tableUnder(heading: string): readonly (readonly string[])[] {
  const section = spec.slice(spec.indexOf(`\n### ${heading}\n`) + 1).split(/\n#+ /)[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("|"));
  return rows.slice(2).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}

// Written so that a type without an entry does not compile.
const types: { readonly [T in (ClientMessage | ServerMessage)["type"]]: true } = {
  hello: true,
  ack: true,
  snapshot: true,
  fetch: true,
  delta: true,
  current: true,
  goodbye: true,
  problem: true,
};

describe("SPEC.md", () => {
  it("has a section for every type of message, and for no other", () => {
    const documented = [...spec.matchAll(/^#### `(\w+)`$/gm)].map(([, type]) => type);
    expect(documented.sort()).toEqual(Object.keys(types).sort());
  });

  it("lists every close code by its name", () => {
    const documented = tableUnder("Close codes").map(([code, name]) => [name, Number(code)]);
    expect(Object.fromEntries(documented)).toEqual(CloseCode);
  });

  it("lists every limit with its value", () => {
    const documented = tableUnder("Limits").map(([name, value]) => [name, Number(value)]);
    expect(Object.fromEntries(documented)).toEqual({ ...limits });
  });

  it("gives checksums and a key that are right", () => {
    const flags = new Map([["new-checkout", { version: 42 }]]);
    const segments = new Map([["staff", { version: 7 }]]);
    expect(spec).toContain(`| ${entityChecksum("flag", "new-checkout", 42)} |`);
    expect(spec).toContain(`| ${entityChecksum("segment", "staff", 7)} |`);
    expect(spec).toContain(`| both | ${checksumOf({ flags, segments })} |`);
    expect(parseCredential(/bnr_server_\w+/.exec(spec)?.[0] ?? "")?.class).toBe("server");
  });

  it("gives a cell that is right", () => {
    expect(spec).toContain(`is in cell ${cellOf("abcd1234", "u1")}.`);
  });
});
