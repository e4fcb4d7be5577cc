/** Settings with the places that they come from, for people and for scripts; a token's secret is never shown. */
import { parseCredential } from "@bannerol/protocol";
import type { Found, FoundSettings } from "../settings-places.ts";
import type { Colours } from "./colour.ts";
import { printable } from "./printable.ts";

export interface ShownSetting {
  readonly setting: "url" | "token" | "project" | "environment";
  /** Absent where it is not set. */
  readonly value?: string;
  readonly origin?: { readonly kind: Found["kind"]; readonly name: string };
}

export function shownSettings(found: FoundSettings): readonly ShownSetting[] {
  return (["url", "token", "project", "environment"] as const).map((setting) => {
    const one = found[setting];
    if (one === undefined) return { setting };
    const value = setting === "token" ? masked(one.value) : withoutUser(one.value);
    return { setting, value, origin: { kind: one.kind, name: one.source } };
  });
}

/** What tells one token from another, and opens nothing. */
function masked(token: string): string {
  const credential = parseCredential(token);
  return credential === undefined ? "********" : `bnr_${credential.class}_${credential.id}_********`;
}

/** A password has no place in an address, and may stand there all the same. */
function withoutUser(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//********@");
}

export function originText({ origin }: ShownSetting, colours: Colours): string {
  return origin === undefined ? "" : colours.dim(printable(origin.name));
}

/** Why no token was found where one is there. */
export function withheldNote({ withheld, url }: FoundSettings): readonly string[] {
  if (withheld === undefined) return [];
  return [
    `The token in ${withheld.source} is for ${withheld.url}, so it is not sent to ${url.value}. ` +
      `Keep one for it: bannerol login --url ${url.value}`,
  ].map(printable);
}
