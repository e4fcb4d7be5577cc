/** What an address is, as far as it matters whether a request may go there. Pure: it resolves nothing. */
import { BlockList, isIP } from "node:net";
import { groupsOfIpv6, ipv4Within, isMappedIpv4 } from "../network/ipv6-groups.ts";

/** `public` is the one kind that everybody may be sent to; all others lie within, or nowhere. */
export type AddressKind =
  | "public"
  | "unspecified"
  | "loopback"
  | "private"
  | "carrier-grade"
  | "link-local"
  | "multicast"
  | "reserved"
  | "tunnel"
  | "no address";

type Ranges = readonly (readonly [AddressKind, readonly string[]])[];

/** IANA's registries of special-purpose addresses; the first that fits counts. */
const ipv4: Ranges = [
  ["unspecified", ["0.0.0.0/8"]],
  ["loopback", ["127.0.0.0/8"]],
  ["private", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]],
  ["carrier-grade", ["100.64.0.0/10"]],
  ["link-local", ["169.254.0.0/16"]],
  ["multicast", ["224.0.0.0/4"]],
  ["tunnel", ["192.88.99.0/24"]],
  ["reserved", ["192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4"]],
];

/** What lies outside 2000::/3 and has no row of its own is reserved: a new kind of address is refused until known. */
const ipv6: Ranges = [
  ["unspecified", ["::/128"]],
  ["loopback", ["::1/128"]],
  ["private", ["fc00::/7", "fec0::/10"]],
  ["link-local", ["fe80::/10"]],
  ["multicast", ["ff00::/8"]],
  ["tunnel", ["2001::/32", "2002::/16"]],
  ["reserved", ["2001::/23", "2001:db8::/32", "3fff::/20"]],
  ["public", ["2000::/3"]],
];

const ipv4Lists = listsOf(ipv4, "ipv4");
const ipv6Lists = listsOf(ipv6, "ipv6");

/** NAT64's well-known prefix, 64:ff9b::/96. */
const isTranslatedIpv4 = (groups: readonly string[]) => groups.slice(0, 6).join(":") === "64:ff9b:0:0:0:0";

/**
 * The kind of an address in the spelling of `getaddrinfo`. An IPv4 address inside `::ffff:0:0/96` or NAT64's
 * `64:ff9b::/96` counts as what it is by itself; 6to4 and Teredo are tunnels, whatever they hold.
 */
export function kindOfAddress(address: string): AddressKind {
  switch (isIP(address)) {
    case 4:
      return kindIn(ipv4Lists, address, "ipv4") ?? "public";
    case 6:
      return kindOfIpv6(address);
    default:
      return "no address";
  }
}

function kindOfIpv6(text: string): AddressKind {
  // A zone names one of this machine's own links.
  if (text.includes("%")) return "link-local";
  const groups = groupsOfIpv6(text);
  if (isMappedIpv4(groups) || isTranslatedIpv4(groups)) return kindOfAddress(ipv4Within(groups));
  return kindIn(ipv6Lists, text, "ipv6") ?? "reserved";
}

function kindIn(lists: ReturnType<typeof listsOf>, address: string, family: "ipv4" | "ipv6"): AddressKind | undefined {
  return lists.find(([, list]) => list.check(address, family))?.[0];
}

function listsOf(ranges: Ranges, family: "ipv4" | "ipv6"): readonly (readonly [AddressKind, BlockList])[] {
  return ranges.map(([kind, subnets]) => {
    const list = new BlockList();
    for (const subnet of subnets) {
      const [base = "", bits] = subnet.split("/");
      list.addSubnet(base, Number(bits), family);
    }
    return [kind, list] as const;
  });
}
