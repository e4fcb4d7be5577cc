/** IPv4 and IPv6 addresses, and ranges of them. */

/** An address as its 16-bit groups: two for IPv4, eight for IPv6. */
type Address = readonly number[];

export interface Range {
  readonly base: Address;
  /** How many leading bits an address has to share with `base`. */
  readonly bits: number;
}

/** The longest form of an IPv6 address: six groups and an IPv4 tail. */
const MAX_LENGTH = 45;
const OCTET = /^(?:0|[1-9][0-9]{0,2})$/;
const GROUP = /^[0-9A-Fa-f]{1,4}$/;
const PREFIX = /^(?:0|[1-9][0-9]{0,2})$/;

/** A leading zero is refused: some read it as octal, and an address must not mean two things. */
function parseIpv4(text: string): Address | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => OCTET.test(part) && Number(part) <= 255)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = parts.map(Number);
  return [a * 256 + b, c * 256 + d];
}

/** Groups separated by colons, the last two of which may be written as an IPv4 address. */
function parseGroups(text: string, mayEndInIpv4: boolean): Address | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const groups: number[] = [];
  for (const [at, part] of parts.entries()) {
    if (GROUP.test(part)) groups.push(Number.parseInt(part, 16));
    else {
      const tail = mayEndInIpv4 && at === parts.length - 1 ? parseIpv4(part) : undefined;
      if (tail === undefined) return undefined;
      groups.push(...tail);
    }
  }
  return groups;
}

/** `::` stands for one group of zeros or more, once. */
function parseIpv6(text: string): Address | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (tail === undefined) {
    const groups = parseGroups(head, true);
    return groups?.length === 8 ? groups : undefined;
  }
  const before = parseGroups(head, false);
  const after = parseGroups(tail, true);
  if (before === undefined || after === undefined || more.length > 0) return undefined;
  const zeros = 8 - before.length - after.length;
  return zeros < 1 ? undefined : [...before, ...new Array<number>(zeros).fill(0), ...after];
}

const isMapped = (address: Address) =>
  address.length === 8 && address[5] === 0xffff && address.slice(0, 5).every((group) => group === 0);

function parseAddress(text: string): Address | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/** `::ffff:1.2.3.4` counts as 1.2.3.4, so that a dual-stack listener's addresses fall into IPv4 ranges. */
export function parseAttribute(value: unknown): Address | undefined {
  if (typeof value !== "string") return undefined;
  const address = parseAddress(value);
  return address !== undefined && isMapped(address) ? address.slice(6) : address;
}

export function parseRange(value: unknown): Range | undefined {
  if (typeof value !== "string") return undefined;
  const slash = value.indexOf("/");
  const base = parseAddress(slash < 0 ? value : value.slice(0, slash));
  if (base === undefined) return undefined;
  const width = base.length * 16;
  const prefix = slash < 0 ? String(width) : value.slice(slash + 1);
  if (!PREFIX.test(prefix) || Number(prefix) > width) return undefined;
  const bits = Number(prefix);
  return isMapped(base) && bits >= 96 ? { base: base.slice(6), bits: bits - 96 } : { base, bits };
}

export function rangeContains({ base, bits }: Range, address: Address): boolean {
  if (base.length !== address.length) return false;
  for (let at = 0; at * 16 < bits; at++) {
    const ignored = Math.max(0, (at + 1) * 16 - bits);
    if ((base[at] ?? 0) >>> ignored !== (address[at] ?? 0) >>> ignored) return false;
  }
  return true;
}
