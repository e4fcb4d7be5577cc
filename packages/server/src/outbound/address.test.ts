import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { type AddressKind, kindOfAddress } from "./address.ts";

const known: readonly (readonly [string, AddressKind])[] = [
  ["0.0.0.0", "unspecified"],
  ["0.255.255.255", "unspecified"],
  ["1.0.0.0", "public"],
  ["1.1.1.1", "public"],
  ["9.255.255.255", "public"],
  ["10.0.0.0", "private"],
  ["10.255.255.255", "private"],
  ["11.0.0.0", "public"],
  ["100.63.255.255", "public"],
  ["100.64.0.0", "carrier-grade"],
  ["100.127.255.255", "carrier-grade"],
  ["100.128.0.0", "public"],
  ["126.255.255.255", "public"],
  ["127.0.0.1", "loopback"],
  ["127.255.255.255", "loopback"],
  ["128.0.0.0", "public"],
  ["169.253.255.255", "public"],
  ["169.254.169.254", "link-local"],
  ["169.255.0.0", "public"],
  ["172.15.255.255", "public"],
  ["172.16.0.0", "private"],
  ["172.31.255.255", "private"],
  ["172.32.0.0", "public"],
  ["192.0.0.1", "reserved"],
  ["192.0.1.0", "public"],
  ["192.0.2.1", "reserved"],
  ["192.88.99.1", "tunnel"],
  ["192.167.255.255", "public"],
  ["192.168.0.1", "private"],
  ["192.169.0.0", "public"],
  ["198.17.255.255", "public"],
  ["198.18.0.1", "reserved"],
  ["198.19.255.255", "reserved"],
  ["198.20.0.0", "public"],
  ["198.51.100.7", "reserved"],
  ["203.0.113.7", "reserved"],
  ["223.255.255.255", "public"],
  ["224.0.0.1", "multicast"],
  ["239.255.255.250", "multicast"],
  ["240.0.0.1", "reserved"],
  ["255.255.255.255", "reserved"],
  ["::", "unspecified"],
  ["0:0:0:0:0:0:0:0", "unspecified"],
  ["::1", "loopback"],
  ["0000:0000:0000:0000:0000:0000:0000:0001", "loopback"],
  ["::2", "reserved"],
  ["::127.0.0.1", "reserved"],
  ["::ffff:127.0.0.1", "loopback"],
  ["::FFFF:7F00:1", "loopback"],
  ["::ffff:a9fe:a9fe", "link-local"],
  ["::ffff:10.1.2.3", "private"],
  ["::ffff:8.8.8.8", "public"],
  ["::ffff:0:127.0.0.1", "reserved"],
  ["64:ff9b::7f00:1", "loopback"],
  ["64:ff9b::169.254.169.254", "link-local"],
  ["64:ff9b::8.8.8.8", "public"],
  ["64:ff9b:1::8.8.8.8", "reserved"],
  ["100::1", "reserved"],
  ["2001::1", "tunnel"],
  ["2001:0:5ef5:79fd:380c:12ff:fe00:1", "tunnel"],
  ["2001:10::1", "reserved"],
  ["2001:20::1", "reserved"],
  ["2001:db8::1", "reserved"],
  ["2001:4860:4860::8888", "public"],
  ["2002:7f00:1::", "tunnel"],
  ["2002:808:808::1", "tunnel"],
  ["2606:4700::1111", "public"],
  ["3fff::1", "reserved"],
  ["4000::1", "reserved"],
  ["5f00::1", "reserved"],
  ["fc00::1", "private"],
  ["fd00:ec2::254", "private"],
  ["fe80::1", "link-local"],
  ["fe80::1%eth0", "link-local"],
  ["2606:4700::1111%1", "link-local"],
  ["fec0::1", "private"],
  ["ff02::1", "multicast"],
  ["", "no address"],
  ["localhost", "no address"],
  ["2130706433", "no address"],
  ["0x7f.1", "no address"],
  ["0177.0.0.1", "no address"],
  ["127.1", "no address"],
  ["1.1.1.1 ", "no address"],
  ["[::1]", "no address"],
];

/** What ipaddr.js calls a range and we let through. `as112` names servers that everybody may ask. */
const publicThere = new Set(["unicast", "as112"]);

describe("an address", () => {
  it.each(known)("%s is %s", (address, kind) => {
    expect(kindOfAddress(address)).toBe(kind);
  });

  it("is public only where another library says so too, in IPv4", () => {
    const edge = fc.constantFrom(0, 1, 10, 63, 64, 100, 127, 128, 168, 169, 172, 192, 198, 203, 224, 254, 255);
    const octet = fc.oneof(edge, fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.tuple(octet, octet, octet, octet), (octets) => {
        const address = octets.join(".");
        const agrees = publicThere.has(ipaddr.IPv4.parse(address).range());
        expect([address, kindOfAddress(address) === "public"]).toEqual([address, agrees]);
      }),
      { numRuns: 5_000 },
    );
  });

  it("is public only where another library says so too, in IPv6, IPv4 inside it included", () => {
    const edge = fc.constantFrom(
      0,
      1,
      0x64,
      0xff9b,
      0xffff,
      0x2001,
      0x2002,
      0x20,
      0xdb8,
      0x3fff,
      0xfe80,
      0xfc00,
      0x7f00,
    );
    const group = fc.oneof(edge, fc.integer({ min: 0, max: 0xffff }));
    const any = fc.array(group, { minLength: 8, maxLength: 8 });
    const inside = fc
      .tuple(fc.constantFrom([0, 0, 0, 0, 0, 0xffff], [0x64, 0xff9b, 0, 0, 0, 0]), group, group)
      .map(([head, ...tail]) => [...head, ...tail]);
    fc.assert(
      fc.property(fc.oneof(any, inside), (groups) => {
        const address = groups.map((part) => part.toString(16)).join(":");
        if (kindOfAddress(address) === "public") expect([address, isPublicThere(groups)]).toEqual([address, true]);
      }),
      { numRuns: 5_000 },
    );
  });
});

function isPublicThere(groups: readonly number[]): boolean {
  const address = new ipaddr.IPv6([...groups]);
  const range = address.range();
  if (address.isIPv4MappedAddress()) return publicThere.has(address.toIPv4Address().range());
  if (range === "rfc6052") return publicThere.has(new ipaddr.IPv4(address.toByteArray().slice(12)).range());
  return publicThere.has(range);
}
