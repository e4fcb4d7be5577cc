import type {
  CommentQuery,
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

/** SDK keys. The answer to `create` is the only one that ever holds the key itself. */
export function keyCalls(send: Send) {
  return {
    list: (query: SdkKeysQuery = {}) => send<SdkKeyList>({ method: "GET", path: ["keys"], query: { ...query } }),
    create: (body: SdkKeyCreate) => send<SdkKeyCreated>({ method: "POST", path: ["keys"], body }),
    revoke: (id: string, query: CommentQuery = {}) =>
      send<SdkKeyChanged>({ method: "DELETE", path: ["keys", id], query: { ...query } }),
  };
}

/** Tokens of the admin API. The answer to `create` is the only one that ever holds the token itself. */
export function tokenCalls(send: Send) {
  return {
    list: (query: TokensQuery = {}) => send<TokenList>({ method: "GET", path: ["tokens"], query: { ...query } }),
    create: (body: TokenCreate) => send<TokenCreated>({ method: "POST", path: ["tokens"], body }),
    revoke: (id: string, query: CommentQuery = {}) =>
      send<TokenChanged>({ method: "DELETE", path: ["tokens", id], query: { ...query } }),
  };
}
