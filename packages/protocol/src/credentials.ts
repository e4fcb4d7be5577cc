/**
 * The form of keys and tokens: `bnr_<class>_<id: 12 base62>_<secret: 32 base62>_<CRC-32 of all before: 6 base62>`.
 * The checksum lets scanners, log redactors and error messages tell a real one from a look-alike; it proves nothing.
 *
 * The base62 digits are `0-9`, `A-Z`, `a-z`, in that order. The CRC-32 covers every character before it, the last
 * underscore too, and is written with the highest digit first, zero-padded.
 */
import { crc32 } from "./crc32.ts";

export const credentialClasses = ["server", "client", "token"] as const;
export type CredentialClass = (typeof credentialClasses)[number];

export interface Credential {
  readonly class: CredentialClass;
  /** 12 base62 digits; public. */
  readonly id: string;
  /** 32 base62 digits, 190 bits: shown once, stored as its SHA-256. */
  readonly secret: string;
}

/** A credential that stands in some text, from `start` up to, but not including, `end`. */
export interface FoundCredential {
  readonly start: number;
  readonly end: number;
  readonly credential: Credential;
}

/** At least `count` bytes are asked for at a time; each must be uniformly random and secret. */
export type RandomBytes = (count: number) => Uint8Array;

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID_LENGTH = 12;
const SECRET_LENGTH = 32;
const CHECKSUM_LENGTH = 6;

const FORM = `bnr_(${credentialClasses.join("|")})_([0-9A-Za-z]{${ID_LENGTH}})_([0-9A-Za-z]{${SECRET_LENGTH}})_[0-9A-Za-z]{${CHECKSUM_LENGTH}}`;
const WHOLE = new RegExp(`^${FORM}$`);
// Within a look-ahead, so that a look-alike that ends in `bnr` cannot hide the real one that it overlaps.
const ANYWHERE = new RegExp(`(?=(${FORM}))`, "g");

/** The text of a credential. Its parts are taken as they are: `mintCredential` and `parseCredential` make good ones. */
export function formatCredential({ class: kind, id, secret }: Credential): string {
  const body = `bnr_${kind}_${id}_${secret}_`;
  return body + checksumDigits(body);
}

/** What a text that is a credential, and nothing else, holds; undefined where its form or its checksum is wrong. */
export function parseCredential(text: string): Credential | undefined {
  const [, kind, id, secret] = WHOLE.exec(text) ?? [];
  const known = credentialClasses.find((name) => name === kind);
  if (known === undefined || id === undefined || secret === undefined) return undefined;
  const credential: Credential = { class: known, id, secret };
  return formatCredential(credential) === text ? credential : undefined;
}

/** A new credential and its text, from uniformly random bytes. Every digit is equally likely. */
export function mintCredential(
  kind: CredentialClass,
  randomBytes: RandomBytes,
): { readonly credential: Credential; readonly text: string } {
  const credential: Credential = {
    class: kind,
    id: randomDigits(ID_LENGTH, randomBytes),
    secret: randomDigits(SECRET_LENGTH, randomBytes),
  };
  return { credential, text: formatCredential(credential) };
}

/** Every credential in a text whose checksum confirms it, from left to right. Two may overlap. */
export function findCredentials(text: string): readonly FoundCredential[] {
  const found: FoundCredential[] = [];
  for (const match of text.matchAll(ANYWHERE)) {
    const written = match[1] ?? "";
    const credential = parseCredential(written);
    if (credential !== undefined) {
      found.push({ start: match.index, end: match.index + written.length, credential });
    }
  }
  return found;
}

function checksumDigits(body: string): string {
  let rest = crc32(body);
  let digits = "";
  for (let place = 0; place < CHECKSUM_LENGTH; place++) {
    digits = DIGITS.charAt(rest % DIGITS.length) + digits;
    rest = Math.floor(rest / DIGITS.length);
  }
  return digits;
}

function randomDigits(count: number, randomBytes: RandomBytes): string {
  // Bytes from the last, incomplete run of 62 are thrown away: taken modulo 62 they would favour the low digits.
  const usable = 256 - (256 % DIGITS.length);
  let digits = "";
  while (digits.length < count) {
    for (const byte of randomBytes(count - digits.length)) {
      if (byte < usable) digits += DIGITS.charAt(byte % DIGITS.length);
    }
  }
  return digits.slice(0, count);
}
