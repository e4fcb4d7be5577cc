import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Credential,
  credentialClasses,
  findCredentials,
  formatCredential,
  mintCredential,
  parseCredential,
} from "./credentials.ts";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...DIGITS), minLength: length, maxLength: length });
const credentials: fc.Arbitrary<Credential> = fc.record({
  class: fc.constantFrom(...credentialClasses),
  id: digits(12),
  secret: digits(32),
});

// Golden: keys in the field have this form, so it never changes.
const GOLDEN = "bnr_server_0123456789AB_abcdefghijklmnopqrstuvwxyz012345_130TMT";
const golden: Credential = { class: "server", id: "0123456789AB", secret: "abcdefghijklmnopqrstuvwxyz012345" };

describe("the form of a credential", () => {
  it("is what it has been from the first version on (P6)", () => {
    expect(formatCredential(golden)).toBe(GOLDEN);
    expect(parseCredential(GOLDEN)).toEqual(golden);
  });

  it("is read back as it was written", () => {
    fc.assert(
      fc.property(credentials, (credential) => {
        expect(parseCredential(formatCredential(credential))).toEqual(credential);
      }),
    );
  });

  it("is lost with any one character altered (P6)", () => {
    for (let at = 0; at < GOLDEN.length; at++) {
      for (const digit of `${DIGITS}_-`) {
        const altered = GOLDEN.slice(0, at) + digit + GOLDEN.slice(at + 1);
        if (altered !== GOLDEN) expect(parseCredential(altered), altered).toBeUndefined();
      }
    }
  });

  it.each([
    ["nothing", ""],
    ["a blank before it", ` ${GOLDEN}`],
    ["a line end after it", `${GOLDEN}\n`],
    ["two of them", GOLDEN + GOLDEN],
    ["its end missing", GOLDEN.slice(0, -1)],
    ["another class", GOLDEN.replace("server", "admin")],
    ["a name of every object for a class", GOLDEN.replace("server", "constructor")],
    ["capitals", GOLDEN.toUpperCase()],
    ["a digit of another script", GOLDEN.replace("0", "٠")],
  ])("is not seen in a text with %s", (_, text) => {
    expect(parseCredential(text)).toBeUndefined();
  });
});

describe("mintCredential", () => {
  /** Bytes 0, 1, 2, … 255, 0, … */
  function counting(): (count: number) => Uint8Array {
    let next = 0;
    return (count) => Uint8Array.from({ length: count }, () => next++ % 256);
  }

  it.each(credentialClasses)("makes a good one of class %s", (kind) => {
    const { credential, text } = mintCredential(kind, counting());
    expect(credential.class).toBe(kind);
    expect(parseCredential(text)).toEqual(credential);
  });

  it("favours no digit: over all bytes each comes equally often", () => {
    const random = counting();
    const counts = new Map<string, number>();
    // 62 credentials have 62 × 44 digits. Those came from 11 rounds through all bytes that can be used, 4 of each.
    for (let made = 0; made < 62; made++) {
      const { id, secret } = mintCredential("token", random).credential;
      for (const digit of id + secret) counts.set(digit, (counts.get(digit) ?? 0) + 1);
    }
    expect(counts.size).toBe(62);
    expect(new Set(counts.values())).toEqual(new Set([44]));
  });

  it("asks again for the bytes that it throws away", () => {
    const asked: number[] = [];
    const { text } = mintCredential("server", (count) => {
      asked.push(count);
      return new Uint8Array(count).fill(asked.length === 1 ? 255 : 7);
    });
    expect(asked).toEqual([12, 12, 32]);
    expect(parseCredential(text)?.id).toBe("7".repeat(12));
  });
});

describe("findCredentials", () => {
  const other = formatCredential({ class: "token", id: "zzzzzzzzzzzz", secret: "Z".repeat(32) });
  const lookAlike = `${GOLDEN.slice(0, -3)}bnr`;

  it("finds each, wherever it stands", () => {
    const text = `{"authorization":"Bearer ${GOLDEN}","url":"http://h/?k=${other}&x=1"} x${GOLDEN}y`;
    const found = findCredentials(text);
    expect(found.map(({ start, end }) => text.slice(start, end))).toEqual([GOLDEN, other, GOLDEN]);
    expect(found.map(({ credential }) => credential.class)).toEqual(["server", "token", "server"]);
  });

  it("passes over look-alikes", () => {
    expect(findCredentials(`bnr_server_ ${lookAlike} ${GOLDEN.slice(0, -1)} bnr_server_id_secret_crc`)).toEqual([]);
  });

  it("finds the one that a look-alike overlaps", () => {
    const text = lookAlike.slice(0, -3) + other;
    expect(findCredentials(text).map(({ start }) => text.slice(start))).toEqual([other]);
  });

  it("finds every credential in any text", () => {
    const noise = fc.string({ maxLength: 20 });
    fc.assert(
      fc.property(fc.array(fc.tuple(noise, credentials), { maxLength: 4 }), noise, (parts, end) => {
        const text = parts.map(([before, credential]) => before + formatCredential(credential)).join("") + end;
        expect(findCredentials(text).map(({ credential }) => credential)).toEqual(
          parts.map(([, credential]) => credential),
        );
      }),
    );
  });

  it("takes a long hostile text in its stride", () => {
    const text = "bnr_server_".repeat(20_000) + "bnr_token_aaaaaaaaaaaa_".repeat(10_000) + GOLDEN;
    expect(findCredentials(text)).toHaveLength(1);
  });
});
