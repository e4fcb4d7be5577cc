/** Whether a request may go to an address that a user wrote. Pure: what the name leads to is handed in. */
import { isIP } from "node:net";
import { kindOfAddress } from "./address.ts";
import { type AllowEntry, allowsAddress, allowsHost, allowsPort } from "./allow.ts";

export interface Target {
  readonly protocol: "http:" | "https:";
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
  /** As it stands in `Host`. */
  readonly authority: string;
  /** Path and query. */
  readonly path: string;
}

/**
 * How far a request may go: to whatever is public or allowed, or, for `listed`, only to hosts and ranges that the
 * operator has listed.
 */
export type Reach = "public" | "listed";

export interface OutboundRefusal {
  readonly kind: "refused";
  readonly reason: "malformed" | "protocol" | "credentials" | "port" | "unresolved" | "not public" | "not listed";
  /** What is wrong and what to do, for whoever wrote the address. It names no address that a name leads to. */
  readonly message: string;
}

const MAX_URL_LENGTH = 2_048;

/** Reads an address; `URL` turns decimal, octal, hexadecimal and full-width spellings into the one that counts. */
export function parseTarget(text: string): Target | OutboundRefusal {
  if (text.length > MAX_URL_LENGTH) return refuse("malformed", `The address has over ${MAX_URL_LENGTH} characters.`);
  if (!URL.canParse(text)) return refuse("malformed", "The address is no URL. Write it like https://example.com/hook.");
  const { protocol, hostname, port, host, username, password, pathname, search } = new URL(text);
  if (protocol !== "https:" && protocol !== "http:") {
    return refuse("protocol", `An address begins with https://, not with ${protocol}//.`);
  }
  if (username !== "" || password !== "") {
    return refuse("credentials", "The address holds a user name or password. Leave them out.");
  }
  return {
    protocol,
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port),
    authority: host,
    path: `${pathname}${search}`,
  };
}

/** What is wrong before anybody asks where the name leads. */
export function refuseUnresolved(
  target: Target,
  allow: readonly AllowEntry[],
  reach: Reach,
): OutboundRefusal | undefined {
  if (allowsHost(allow, target.host, target.port)) return undefined;
  const inRange = allow.some((entry) => entry.kind === "range" && (entry.port ?? target.port) === target.port);
  if (inRange) return undefined;
  if (reach === "listed") return notListed(target);
  return refuseForm(target, allow);
}

/** What is wrong with where the name leads: every address has to be allowed, not the first alone. */
export function refuseAddresses(
  target: Target,
  addresses: readonly string[],
  allow: readonly AllowEntry[],
  reach: Reach,
): OutboundRefusal | undefined {
  if (addresses.length === 0) return unresolved(target);
  if (allowsHost(allow, target.host, target.port)) return undefined;
  const others = addresses.filter((address) => !allowsAddress(allow, address, target.port));
  if (others.length === 0) return undefined;
  if (reach === "listed") return notListed(target);
  if (others.some((address) => kindOfAddress(address) !== "public")) return notPublic(target);
  return refuseForm(target, allow);
}

export const unresolved = ({ host }: Target): OutboundRefusal =>
  refuse(
    "unresolved",
    `The name ${host} leads to no address. Check its spelling, and that this server can resolve it.`,
  );

export const isAddress = ({ host }: Target): boolean => isIP(host) !== 0;

/** What only an entry for the host or for a range makes good. */
function refuseForm({ protocol, port, authority }: Target, allow: readonly AllowEntry[]): OutboundRefusal | undefined {
  if (protocol === "http:") {
    return refuse("protocol", `Use https://: plain http goes only to what ${operatorSetting} lists.`);
  }
  if (allowsPort(allow, port)) return undefined;
  return refuse(
    "port",
    `Port ${port} of ${authority} is not allowed: use 443, or let the operator add *:${port} to ${operatorSetting}.`,
  );
}

const operatorSetting = "BANNEROL_OUTBOUND_ALLOW";

function notPublic(target: Target): OutboundRefusal {
  const what = isAddress(target)
    ? `${target.authority} is no public address`
    : `${target.host} leads to an address that is not public`;
  return refuse("not public", `${what}. If it is meant, the operator of this server adds it to ${operatorSetting}.`);
}

function notListed({ authority }: Target): OutboundRefusal {
  return refuse(
    "not listed",
    `${authority} is asked only where the operator of this server lists it in ${operatorSetting}.`,
  );
}

function refuse(reason: OutboundRefusal["reason"], message: string): OutboundRefusal {
  return { kind: "refused", reason, message };
}
