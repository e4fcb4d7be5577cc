import type { RulesetDocument } from "@bannerol/core";
import type { CurrentMessage, DeltaMessage, GoodbyeMessage, ProblemMessage, ServerMessage } from "./messages.ts";
import {
  aCount,
  aDuration,
  anObject,
  anUnsigned32,
  aString,
  aWindow,
  type JsonObject,
  own,
  type ParseResult,
  parseFrame,
  readFields,
  readObject,
} from "./parse.ts";

/**
 * What a server's frame says. Total: never throws. Of a ruleset only the envelope is read; its flags and segments stay
 * as they came, since one that cannot be read fails alone and later (`readRuleset` in core).
 */
export function parseServerMessage(text: string): ParseResult<ServerMessage> {
  return parseFrame(text, readers);
}

const identity = { epoch: aString, revision: aCount };

const envelope = { ...identity, project: aString, environment: aString, flags: anObject, segments: anObject };

const patch = { from: aCount, to: aCount, flags: anObject, segments: anObject, checksum: anUnsigned32 };

const readers = new Map<string, (frame: JsonObject) => ServerMessage>([
  [
    "snapshot",
    (frame) => ({ type: "snapshot", ruleset: readRuleset(frame), ...readFields(frame, { checksum: anUnsigned32 }) }),
  ],
  ["fetch", (frame) => ({ type: "fetch", ...readFields(frame, { revision: aCount, afterMs: aDuration }) })],
  ["delta", readDelta],
  ["current", readCurrent],
  ["goodbye", readGoodbye],
  ["problem", readProblem],
]);

function readRuleset(frame: JsonObject): RulesetDocument {
  return readFields(readObject(frame, "ruleset"), envelope, "ruleset.");
}

function readDelta(frame: JsonObject): DeltaMessage {
  return {
    type: "delta",
    ...(own(frame, "epoch") !== undefined && readFields(frame, { epoch: aString })),
    ...readFields(frame, patch),
  };
}

function readCurrent(frame: JsonObject): CurrentMessage {
  return {
    type: "current",
    ...readFields(frame, { ...identity, checksum: anUnsigned32 }),
    ...(own(frame, "upTo") !== undefined && readFields(frame, { upTo: aCount })),
  };
}

function readGoodbye(frame: JsonObject): GoodbyeMessage {
  return { type: "goodbye", ...readFields(frame, { reason: aString, afterMs: aWindow }) };
}

function readProblem(frame: JsonObject): ProblemMessage {
  return {
    type: "problem",
    ...readFields(frame, { code: aString, title: aString, status: aCount }),
    ...(own(frame, "detail") !== undefined && readFields(frame, { detail: aString })),
  };
}
