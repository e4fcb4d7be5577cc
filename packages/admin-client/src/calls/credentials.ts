import type {
  CommentQuery,
  Rotate,
  SdkKeyChanged,
  SdkKeyCreate,
  SdkKeyCreated,
  SdkKeyList,
  SdkKeysQuery,
  TokenChanged,
  TokenCreate,
  TokenCreated,
  TokenList,
  TokensQuery,
} from "@bannerol/protocol/schemas";
import type { Send } from "../request.ts";

/** SDK keys. The answers to `create` and `rotate` are the only ones that ever hold the key itself. */
export function keyCalls(send: Send) {
  return {
    list: (query: SdkKeysQuery = {}) => send<SdkKeyList>({ method: "GET", path: ["keys"], query: { ...query } }),
    create: (body: SdkKeyCreate) => send<SdkKeyCreated>({ method: "POST", path: ["keys"], body }),
    rotate: (id: string, body: Rotate = {}) =>
      send<SdkKeyCreated>({ method: "POST", path: ["keys", id, "rotate"], body }),
    revoke: (id: string, query: CommentQuery = {}) =>
      send<SdkKeyChanged>({ method: "DELETE", path: ["keys", id], query: { ...query } }),
  };
}

/** Tokens of the admin API. The answers to `create` and `rotate` are the only ones that ever hold the token itself. */
export function tokenCalls(send: Send) {
  return {
    list: (query: TokensQuery = {}) => send<TokenList>({ method: "GET", path: ["tokens"], query: { ...query } }),
    create: (body: TokenCreate) => send<TokenCreated>({ method: "POST", path: ["tokens"], body }),
    rotate: (id: string, body: Rotate = {}) =>
      send<TokenCreated>({ method: "POST", path: ["tokens", id, "rotate"], body }),
    revoke: (id: string, query: CommentQuery = {}) =>
      send<TokenChanged>({ method: "DELETE", path: ["tokens", id], query: { ...query } }),
  };
}
