/** What the server says on a stream. As `parseServerMessage` of the protocol, which says what is wrong besides. */
import { isCount, isList, isRecord, isSeed, isText, type RulesetDocument } from "@bannerol/core";
import type { ServerMessage } from "@bannerol/protocol";

const isDuration = (value: unknown): value is number => Number.isFinite(value) && Number(value) >= 0;

export function isRuleset(value: unknown): value is RulesetDocument {
  if (!isRecord(value)) return false;
  const { epoch, revision, project, environment, flags, segments } = value;
  return [epoch, project, environment].every(isText) && isCount(revision) && isRecord(flags) && isRecord(segments);
}

const forms: { readonly [type in ServerMessage["type"]]: (message: { readonly [name: string]: unknown }) => boolean } =
  {
    snapshot: ({ ruleset, checksum }) => isRuleset(ruleset) && isSeed(checksum),
    fetch: ({ revision, afterMs }) => isCount(revision) && isDuration(afterMs),
    delta: ({ epoch = "", from, to, flags, segments, checksum }) =>
      isText(epoch) && isCount(from) && isCount(to) && isRecord(flags) && isRecord(segments) && isSeed(checksum),
    current: ({ epoch, revision, checksum, upTo = 0 }) =>
      isText(epoch) && isCount(revision) && isSeed(checksum) && isCount(upTo),
    goodbye: ({ reason, afterMs }) =>
      isText(reason) &&
      isList(afterMs) &&
      afterMs.length === 2 &&
      afterMs.every(isDuration) &&
      !(Number(afterMs[0]) > Number(afterMs[1])),
    problem: ({ code, title, status, detail = "" }) => [code, title, detail].every(isText) && isCount(status),
  };

const isForm = (type: string): type is ServerMessage["type"] => Object.hasOwn(forms, type);

/** `undefined` where it is malformed; of a type that is not known here, a message of no type. */
export function readMessage(text: string): ServerMessage | { readonly type?: never } | undefined {
  try {
    const message: unknown = JSON.parse(text);
    if (!isRecord(message) || !isText(message.type)) return undefined;
    if (!isForm(message.type)) return {};
    return forms[message.type](message) ? (message as unknown as ServerMessage) : undefined;
  } catch {
    return undefined;
  }
}
