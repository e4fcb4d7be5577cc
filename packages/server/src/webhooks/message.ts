/** What a webhook is told of a change: which, by whom and of what, and where to read more. Pure. */
import { nameOfItem } from "../features/changes/present.ts";
import type { ItemName, WebhookDocument } from "../state/documents.ts";
import { type Change, SYSTEM_PROJECT } from "../store/port.ts";

/** What names a change for ever: receivers remove doubles by it. */
export interface Message {
  readonly id: string;
  readonly body: string;
}

/** Bytes. */
export const MAX_BODY_BYTES = 20_000;

/** `undefined` where the change is none of the webhook's. */
export function messageFor(webhook: WebhookDocument, change: Change, epoch: string): Message | undefined {
  if (!concerns(webhook, change.project) || !isWanted(webhook.events, change.action)) return undefined;
  const items = change.items.filter((item) => sees(webhook, item));
  if (items.length === 0 && webhook.environment !== undefined) return undefined;
  return { id: `${epoch}.${change.project}.${change.revision}`, body: bodyOf(change, items) };
}

/** Whether a webhook is told of a project's changes; those of the installation go to webhooks of all projects. */
export function concerns({ project }: Pick<WebhookDocument, "project">, other: string): boolean {
  return project === undefined || project === other;
}

function isWanted(events: readonly string[], action: string): boolean {
  return events.some((event) => (event.endsWith("*") ? action.startsWith(event.slice(0, -1)) : event === action));
}

function sees({ environment }: WebhookDocument, item: ItemName): boolean {
  const own = item.kind === "environment" ? item.key : item.environment;
  return environment === undefined || own === "" || own === environment;
}

/** Rules, contexts and values stay at home: who wants them asks for them with a token. */
function bodyOf(change: Change, items: readonly ItemName[]): string {
  const named = items.map(itemOf);
  for (let shown = named.length; ; shown = Math.floor(shown / 2)) {
    const body = JSON.stringify(contentOf(change, named.slice(0, shown), items.length));
    if (Buffer.byteLength(body) < MAX_BODY_BYTES || shown === 0) return body;
  }
}

/** What belongs to no project is named by its id, whatever it is. */
const ofTheInstallation: ReadonlySet<ItemName["kind"]> = new Set(["project", "user", "token", "webhook"]);

function itemOf(item: ItemName): object {
  const { kind, key } = item;
  return { kind, ...(ofTheInstallation.has(kind) ? { id: key } : nameOfItem(item)) };
}

function contentOf(change: Change, items: readonly object[], itemCount: number) {
  const { project, revision, at, actor, action, comment, hash } = change;
  return {
    type: action,
    timestamp: new Date(at).toISOString(),
    data: {
      project,
      revision,
      actor: { type: actor.type, name: actor.name },
      items,
      itemCount,
      ...(comment === undefined ? {} : { comment }),
      hash,
      ...(project === SYSTEM_PROJECT ? {} : { link: linkTo(project, revision) }),
    },
  };
}

const linkTo = (project: string, revision: number): string =>
  `/api/v1/projects/${project}/changes?since=${revision - 1}&until=${revision + 1}`;
