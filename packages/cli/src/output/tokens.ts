import type { TokenForm } from "@bannerol/protocol/schemas";
import { scopeOf } from "../reach.ts";
import type { Colours } from "./colour.ts";
import { printable } from "./printable.ts";
import { table } from "./table.ts";
import { minuteOf, secondOf } from "./when.ts";

interface Seen {
  /** Names by id, for telling whose each is; who is missing is told by id. */
  readonly people?: ReadonlyMap<string, string> | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Tokens, one on a line. */
export function tokenTable(tokens: readonly TokenForm[], { people, now }: Seen, colours: Colours): string {
  const ownerOf = ({ user }: TokenForm) => (user === undefined ? "a service" : printable(people?.get(user) ?? user));
  const head = ["ID", "NAME", "ROLE", "SCOPE", ...(people ? ["WHOSE"] : []), "ENDS (UTC)", "LAST USED (UTC)"];
  const rows = tokens.map((token) => [
    colours.bold(token.id),
    printable(token.name),
    token.role,
    scopeOf(token),
    ...(people ? [ownerOf(token)] : []),
    endOf(token, now, colours),
    token.lastUsedAt === undefined ? "never" : minuteOf(token.lastUsedAt),
  ]);
  return table([head.map((cell) => colours.dim(cell)), ...rows]);
}

function endOf({ expiresAt, revokedAt }: TokenForm, now: number, colours: Colours): string {
  if (revokedAt !== undefined) return colours.dim(`revoked ${secondOf(revokedAt)}`);
  if (expiresAt === undefined) return "never";
  return Date.parse(expiresAt) > now ? secondOf(expiresAt) : colours.yellow(`ended ${secondOf(expiresAt)}`);
}
