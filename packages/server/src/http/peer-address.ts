/**
 * Whose request it is, for limits by address. A proxy's address is everybody's, so an operator says how many stand in
 * front, and only what these wrote is believed: what a client puts into the header itself stands further left.
 */
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/** The peer, `proxies` hops away; `undefined` where the connection is gone. An IPv6 host is its network, a /64. */
export function peerAddress(
  {
    socket,
    headers,
  }: Pick<IncomingMessage, "headers"> & { readonly socket: { readonly remoteAddress?: string | undefined } },
  proxies: number,
): string | undefined {
  const nearest = networkOf(socket.remoteAddress ?? "");
  if (proxies === 0) return nearest;
  const hops = String(headers["x-forwarded-for"] ?? "").split(",");
  return networkOf(hops.at(-proxies)?.trim() ?? "") ?? nearest;
}

/** One spelling for each address; `undefined` for what is none. */
function networkOf(text: string): string | undefined {
  const address = text.replace(/^\[(.*)\](:[0-9]+)?$/, "$1").replace(/%.*$/, "");
  switch (isIP(address)) {
    case 4:
      return address;
    case 6:
      return networkOfIpv6(address);
    default:
      return undefined;
  }
}

function networkOfIpv6(address: string): string {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => "0");
  const groups = [...left, ...zeros, ...right];
  const mapped = groups.slice(0, 6).join(":") === "0:0:0:0:0:ffff";
  return mapped ? ipv4Of(groups.slice(6)) : `${groups.slice(0, 4).join(":")}::`;
}

function ipv4Of(groups: readonly string[]): string {
  const bytes = groups.map((group) => Number.parseInt(group, 16)).flatMap((pair) => [pair >> 8, pair & 255]);
  return bytes.join(".");
}
