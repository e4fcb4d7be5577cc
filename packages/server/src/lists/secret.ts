import { type ListKey, listKeyOf } from "@bannerol/core";

/** A list's secret as it is stored, ready for hashing. */
export function listKeyFrom(secret: string): ListKey {
  return listKeyOf(Buffer.from(secret, "hex"));
}
