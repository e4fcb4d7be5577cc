/** What the server says on a stream. As `parseServerMessage` of the protocol, which says what is wrong besides. */
import { isCount, isList, isRecord, isSeed, isText, type RulesetDocument } from "@bannerol/core";
import type { ServerMessage } from "@bannerol/protocol";

type Check = (value: unknown) => boolean;
type Form = { readonly [field: string]: Check };

const isDuration = (value: unknown): boolean => Number.isFinite(value) && Number(value) >= 0;

const isWindow = (value: unknown): boolean =>
  isList(value) && value.length === 2 && value.every(isDuration) && Number(value[0]) <= Number(value[1]);

const optional =
  (is: Check): Check =>
  (value) =>
    value === undefined || is(value);

const has = (value: unknown, form: Form): boolean =>
  isRecord(value) && Object.entries(form).every(([field, is]) => is(value[field]));

const patch = { flags: isRecord, segments: isRecord };

const ruleset = { epoch: isText, project: isText, environment: isText, revision: isCount, ...patch };

export const isRuleset = (value: unknown): value is RulesetDocument => has(value, ruleset);

/** A Map: `toString` is no type. */
const forms: ReadonlyMap<unknown, Form> = new Map<ServerMessage["type"], Form>([
  ["snapshot", { ruleset: isRuleset, checksum: isSeed }],
  ["fetch", { revision: isCount, afterMs: isDuration }],
  ["delta", { epoch: optional(isText), from: isCount, to: isCount, checksum: isSeed, ...patch }],
  ["current", { epoch: isText, revision: isCount, checksum: isSeed, upTo: optional(isCount) }],
  ["goodbye", { reason: isText, afterMs: isWindow }],
  ["problem", { code: isText, title: isText, status: isCount, detail: optional(isText) }],
]);

/** `undefined` where it is malformed; of a type that is not known here, a message of no type. */
export function readMessage(text: string): ServerMessage | { readonly type?: never } | undefined {
  try {
    const message = JSON.parse(text);
    if (!isText(message.type)) return undefined;
    const form = forms.get(message.type);
    if (form === undefined) return {};
    return has(message, form) ? message : undefined;
  } catch {
    return undefined;
  }
}
