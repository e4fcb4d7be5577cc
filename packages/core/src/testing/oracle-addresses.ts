/** IP addresses and ranges as the model's `inCidr` reads them, sharing no code with what is shipped. */

/** A range of addresses; an address is a range of one. `width` is 32 for IPv4 and 128 for IPv6. */
export interface Network {
  readonly width: 32 | 128;
  readonly bits: bigint;
  readonly prefix: number;
}

/** `::ffff:0:0/96`, within which IPv4 lies. */
const MAPPED = 0xffffn;

export function addressOf(value: unknown): Network | undefined {
  return typeof value === "string" ? unmapped(addressIn(value)) : undefined;
}

export function networkOf(value: unknown): Network | undefined {
  if (typeof value !== "string") return undefined;
  const [host = "", prefix, ...more] = value.split("/");
  const address = addressIn(host);
  if (prefix === undefined) return unmapped(address);
  if (address === undefined || more.length > 0 || !/^(0|[1-9]\d*)$/.test(prefix)) return undefined;
  return Number(prefix) > address.width ? undefined : unmapped({ ...address, prefix: Number(prefix) });
}

function unmapped(network: Network | undefined): Network | undefined {
  if (network === undefined || network.width === 32 || network.prefix < 96) return network;
  if (network.bits >> 32n !== MAPPED) return network;
  return { width: 32, bits: BigInt.asUintN(32, network.bits), prefix: network.prefix - 96 };
}

function addressIn(text: string): Network | undefined {
  const four = bitsOfFour(text);
  if (four !== undefined) return { width: 32, bits: four, prefix: 32 };
  const six = bitsOfSix(text);
  return six === undefined ? undefined : { width: 128, bits: six, prefix: 128 };
}

function bitsOfFour(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return undefined;
  }
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function bitsOfSix(text: string): bigint | undefined {
  const halves = withoutFour(text).split("::");
  if (halves.length > 2) return undefined;
  const [high = [], low = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const given = high.length + low.length;
  if (halves.length === 1 ? given !== 8 : given > 7) return undefined;
  const groups = [...high, ...Array.from({ length: 8 - given }, () => "0"), ...low];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

/** `::ffff:1.2.3.4` as `::ffff:102:304`; what is no IPv4 address at the end stays, and is refused as a group. */
function withoutFour(text: string): string {
  const start = text.lastIndexOf(":") + 1;
  const four = start === 0 ? undefined : bitsOfFour(text.slice(start));
  if (four === undefined) return text;
  return `${text.slice(0, start)}${(four >> 16n).toString(16)}:${(four & 0xffffn).toString(16)}`;
}
