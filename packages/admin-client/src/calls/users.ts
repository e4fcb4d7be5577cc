import type {
  UserChanged,
  UserCreate,
  UserForm,
  UserList,
  UserPatch,
  UsersQuery,
  Whoami,
} from "@bannerol/protocol/schemas";
import type { Send } from "../request.ts";
import type { ChangeOptions } from "./options.ts";

/** People, and who of them asks. */
export function userCalls(send: Send) {
  return {
    whoami: () => send<Whoami>({ method: "GET", path: ["whoami"] }),
    list: (query: UsersQuery = {}) => send<UserList>({ method: "GET", path: ["users"], query: { ...query } }),
    get: (id: string) => send<UserForm>({ method: "GET", path: ["users", id] }),
    create: (body: UserCreate) => send<UserChanged>({ method: "POST", path: ["users"], body }),
    update: (id: string, body: UserPatch, { ifMatch }: ChangeOptions = {}) =>
      send<UserChanged>({ method: "PATCH", path: ["users", id], body, ifMatch }),
  };
}
