/** Who may do what: four roles, each of which may do all that the one before it may. */
import type { Role } from "../state/documents.ts";

/**
 * What a route lets be done.
 * - `read`: nothing changes.
 * - `edit`: definitions, targeting, segments; not where an environment is protected.
 * - `release`: the switches of a flag and its rollout. For an editor only in environments that are not protected.
 * - `administer`: keys, tokens, environments, and whatever is protected.
 */
export type Right = "read" | "edit" | "release" | "administer";

const rights: ReadonlyMap<string, ReadonlySet<Right>> = new Map<Role, ReadonlySet<Right>>([
  ["viewer", new Set(["read"])],
  ["editor", new Set(["read", "edit", "release"])],
  ["releaser", new Set(["read", "edit", "release"])],
  ["admin", new Set(["read", "edit", "release", "administer"])],
]);

/** Deny by default: a role that is missing or unknown may do nothing. */
export function mayRole(role: string | undefined, right: Right): boolean {
  return role !== undefined && (rights.get(role)?.has(right) ?? false);
}

/** The lesser of two roles; one that is missing or unknown is less than all. */
export function lesserRole(a: string, b: string): string {
  const order = [...rights.keys()];
  return order.indexOf(a) <= order.indexOf(b) ? a : b;
}

/** Whether a role may use a right where an environment is protected. */
export function mayInProtected(role: string, right: Right): boolean {
  return role === "admin" || (role === "releaser" && right === "release");
}
