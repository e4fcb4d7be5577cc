/** What an operator allows beyond public addresses: the setting `BANNEROL_OUTBOUND_ALLOW`. */
import { BlockList, isIP } from "node:net";

export type AllowEntry =
  /** This name, whatever it leads to, `http` included; any port where none is named. */
  | { readonly kind: "host"; readonly host: string; readonly port?: number }
  /** Whatever leads into this range, `http` included; any port where none is named. */
  | { readonly kind: "range"; readonly range: BlockList; readonly port?: number }
  /** This port of public addresses, by `https`. */
  | { readonly kind: "port"; readonly port: number };

/** How the setting is written, as its error says it. */
export const allowForm =
  "hosts, ranges and ports with commas between, like prometheus.internal:9090,10.0.0.0/8,[fd00::/8]:443,*:8443";

/** Throws `RangeError` where an entry is neither host nor range nor port. */
export function parseAllow(text: string): readonly AllowEntry[] {
  return text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
    .map(parseEntry);
}

function parseEntry(entry: string): AllowEntry {
  const [place, port] = split(entry);
  if (place === "*") {
    if (port === undefined) throw new RangeError("an entry * needs a port, like *:8443");
    return { kind: "port", port };
  }
  const range = rangeOf(place);
  const withPort = port === undefined ? {} : { port };
  return range === undefined
    ? { kind: "host", host: hostOf(place), ...withPort }
    : { kind: "range", range, ...withPort };
}

/** A bare IPv6 address or range has colons of its own, so with a port it stands in brackets. */
function split(entry: string): readonly [string, number | undefined] {
  if (isIP(entry.replace(/\/.*$/, "")) === 6) return [entry, undefined];
  const parts = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::([0-9]{1,5}))?$/.exec(entry);
  const place = parts?.[1] ?? parts?.[2];
  if (place === undefined) throw new RangeError(`${entry} is neither a host nor a range`);
  const port = parts?.[3] === undefined ? undefined : Number(parts[3]);
  if (port !== undefined && (port < 1 || port > 65_535)) throw new RangeError(`${entry} names no port`);
  return [place, port];
}

function rangeOf(place: string): BlockList | undefined {
  const [base = "", bits, ...more] = place.split("/");
  const version = isIP(base);
  if (version === 0) return undefined;
  const width = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? width : /^[0-9]{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  if (more.length > 0 || !(prefix <= width)) throw new RangeError(`${place} is no range`);
  const list = new BlockList();
  list.addSubnet(base, prefix, version === 4 ? "ipv4" : "ipv6");
  return list;
}

function hostOf(place: string): string {
  const host = plainHost(place);
  if (!/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/.test(host)) throw new RangeError(`${place} is neither a host nor a range`);
  return host;
}

/** One spelling for a name: its last dot changes nothing. */
export const plainHost = (host: string): string => host.toLowerCase().replace(/\.$/, "");

export function allowsHost(entries: readonly AllowEntry[], host: string, port: number): boolean {
  return entries.some(
    (entry) => entry.kind === "host" && entry.host === plainHost(host) && (entry.port ?? port) === port,
  );
}

export function allowsAddress(entries: readonly AllowEntry[], address: string, port: number): boolean {
  const family = isIP(address) === 4 ? "ipv4" : "ipv6";
  return entries.some(
    (entry) => entry.kind === "range" && (entry.port ?? port) === port && entry.range.check(address, family),
  );
}

export function allowsPort(entries: readonly AllowEntry[], port: number): boolean {
  return port === 443 || entries.some((entry) => entry.kind === "port" && entry.port === port);
}
