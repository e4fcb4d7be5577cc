import { MAX_HELLO_TEXT_LENGTH } from "./limits.ts";
import type { AckMessage, ClientMessage, HelloMessage, StateIdentity } from "./messages.ts";
import {
  aCount,
  anUnsigned32,
  type FieldType,
  type JsonObject,
  own,
  type ParseResult,
  parseFrame,
  readFields,
  readObject,
  shortString,
} from "./parse.ts";

/** What a client's frame says. Total: never throws. The size of the frame is the caller's to bound. */
export function parseClientMessage(text: string): ParseResult<ClientMessage> {
  return parseFrame(text, readers);
}

const aLabel = shortString(MAX_HELLO_TEXT_LENGTH);

const aPlaceOfEvaluation: FieldType<"local" | "remote"> = {
  name: "local or remote",
  accepts: (value) => value === "local" || value === "remote",
};

const readers = new Map<string, (frame: JsonObject) => ClientMessage>([
  ["hello", readHello],
  ["ack", readAck],
]);

function readHello(frame: JsonObject): HelloMessage {
  const { protocol, instance } = readFields(frame, { protocol: aCount, instance: aLabel });
  return {
    type: "hello",
    protocol,
    ...(own(frame, "key") !== undefined && readFields(frame, { key: aLabel })),
    sdk: readFields(readObject(frame, "sdk"), { name: aLabel, version: aLabel }, "sdk."),
    instance,
    ...(own(frame, "have") !== undefined && { have: readIdentity(readObject(frame, "have")) }),
    ...(own(frame, "evaluation") !== undefined && readFields(frame, { evaluation: aPlaceOfEvaluation })),
  };
}

function readAck(frame: JsonObject): AckMessage {
  return { type: "ack", ...readFields(frame, { revision: aCount }) };
}

function readIdentity(have: JsonObject): StateIdentity {
  return readFields(have, { epoch: aLabel, revision: aCount, checksum: anUnsigned32 }, "have.");
}
