import { describe, expect, it } from "vitest";
import { peerAddress } from "./peer-address.ts";

const from = (remoteAddress: string | undefined, forwarded?: string) => ({
  socket: { remoteAddress },
  headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
});

describe("whose request it is", () => {
  it.each([
    ["the connection's own peer", from("203.0.113.7"), 0, "203.0.113.7"],
    ["not what the peer says of itself", from("203.0.113.7", "10.0.0.1"), 0, "203.0.113.7"],
    ["what the one proxy in front saw", from("10.0.0.9", "198.51.100.1, 203.0.113.7"), 1, "203.0.113.7"],
    ["what the outer of two proxies saw", from("10.0.0.9", "1.1.1.1, 203.0.113.7, 10.0.0.8"), 2, "203.0.113.7"],
    ["the peer where proxies are missing", from("203.0.113.7", "198.51.100.1"), 2, "203.0.113.7"],
    ["the peer where the header holds no address", from("203.0.113.7", "unknown"), 1, "203.0.113.7"],
    ["an IPv4 address in IPv6 clothes", from("::ffff:203.0.113.7"), 0, "203.0.113.7"],
    ["the same, spelt oddly (A21)", from("0:0:0:0:0:FFFF:cb00:7107"), 0, "203.0.113.7"],
    ["the network of an IPv6 host", from("2001:db8:1:2:3:4:5:6"), 0, "2001:db8:1:2::"],
    ["the same network, of its neighbour", from("2001:0DB8:1:2::9%eth0"), 0, "2001:db8:1:2::"],
    ["an IPv6 address in brackets", from("10.0.0.9", "[2001:db8::1]:4711"), 1, "2001:db8:0:0::"],
    ["the loopback", from("::1"), 0, "0:0:0:0::"],
    ["nobody", from(undefined), 0, undefined],
  ])("is %s", (_, request, proxies, expected) => {
    expect(peerAddress(request, proxies)).toBe(expected);
  });
});
