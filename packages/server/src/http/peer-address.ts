/**
 * Whose request it is, for limits by address. A proxy's address is everybody's, so an operator says how many stand in
 * front, and only what these wrote is believed: what a client puts into the header itself stands further left.
 */
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { groupsOfIpv6, ipv4Within, isMappedIpv4 } from "../network/ipv6-groups.ts";

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
  const groups = groupsOfIpv6(address);
  return isMappedIpv4(groups) ? ipv4Within(groups) : `${groups.slice(0, 4).join(":")}::`;
}
