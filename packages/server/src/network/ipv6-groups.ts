/** An IPv6 address by its parts, however it was spelt. */

/** The eight groups of an address that `isIP` calls 6, in hexadecimal without leading zeros. It must have no zone. */
export function groupsOfIpv6(address: string): readonly string[] {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => "0");
  return [...left, ...zeros, ...right];
}

/** The IPv4 address that the last two groups hold. */
export function ipv4Within(groups: readonly string[]): string {
  const pairs = groups.slice(-2).map((group) => Number.parseInt(group, 16));
  return pairs.flatMap((pair) => [pair >> 8, pair & 255]).join(".");
}

export const isMappedIpv4 = (groups: readonly string[]): boolean => groups.slice(0, 6).join(":") === "0:0:0:0:0:ffff";
