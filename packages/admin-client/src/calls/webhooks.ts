import type {
  Changed,
  CommentQuery,
  WebhookChanged,
  WebhookCreate,
  WebhookForm,
  WebhookList,
  WebhookPatch,
  WebhookReplay,
  WebhookRotate,
  WebhookSecret,
  WebhooksQuery,
  WebhookTested,
} from "@bannerol/protocol/schemas";
import type { Send } from "../request.ts";
import type { ChangeOptions } from "./options.ts";

/** Endpoints that are told of changes. The answers to `create` and `rotate` are the only ones that hold a secret. */
export function webhookCalls(send: Send) {
  return {
    list: (query: WebhooksQuery = {}) => send<WebhookList>({ method: "GET", path: ["webhooks"], query: { ...query } }),
    get: (id: string) => send<WebhookForm>({ method: "GET", path: ["webhooks", id] }),
    create: (body: WebhookCreate) => send<WebhookSecret>({ method: "POST", path: ["webhooks"], body }),
    update: (id: string, body: WebhookPatch, { ifMatch }: ChangeOptions = {}) =>
      send<WebhookChanged>({ method: "PATCH", path: ["webhooks", id], body, ifMatch }),
    delete: (id: string, query: CommentQuery = {}) =>
      send<Changed>({ method: "DELETE", path: ["webhooks", id], query: { ...query } }),
    test: (id: string) => send<WebhookTested>({ method: "POST", path: ["webhooks", id, "test"] }),
    replay: (id: string, body: WebhookReplay) =>
      send<WebhookForm>({ method: "POST", path: ["webhooks", id, "replay"], body }),
    rotate: (id: string, body: WebhookRotate = {}) =>
      send<WebhookSecret>({ method: "POST", path: ["webhooks", id, "rotate"], body }),
  };
}
