/** What becomes of people. Pure. They are never removed: what they did stays theirs. */
import type { Item, UserDocument } from "../../state/documents.ts";
import type { SystemState } from "../../state/project-state.ts";
import { type Decided, type Refused, refused } from "../decision.ts";

export function createUser(state: SystemState, user: UserDocument): Decided<undefined> {
  return takenEmail(state, user) ?? put(user, "user.create");
}

export interface UserPatchFields extends Partial<Pick<UserDocument, "name" | "email" | "role">> {
  readonly disabled?: boolean;
}

export function patchUser(
  state: SystemState,
  id: string,
  { fields: { disabled, ...fields }, at }: { readonly fields: UserPatchFields; readonly at: number },
): Decided<undefined> {
  const before = state.users.get(id)?.document;
  if (before === undefined) return refused("not_found", `There is no user ${id}. List them with GET /api/v1/users.`);
  const { disabledAt, ...rest } = before;
  const isDisabled = disabled ?? disabledAt !== undefined;
  const after: UserDocument = { ...rest, ...fields, ...(isDisabled ? { disabledAt: disabledAt ?? at } : {}) };
  return takenEmail(state, after) ?? put(after, "user.update");
}

function put(after: UserDocument, action: string): Decided<undefined> {
  const items: Item[] = [{ kind: "user", key: after.id, environment: "", after }];
  return { ok: true, action, items, result: undefined };
}

const USERS = "/api/v1/users";

/** Two people with one address would be one person twice. */
function takenEmail({ users }: SystemState, { id, email }: UserDocument): Refused | undefined {
  const taken = [...users.values()].find(
    ({ document }) => document.id !== id && document.email.toLowerCase() === email.toLowerCase(),
  );
  if (taken === undefined) return undefined;
  // Whose it is may lie beyond the caller's scope.
  return refused("already_exists", `Somebody has the address ${email} already. Find them with GET ${USERS}.`);
}
