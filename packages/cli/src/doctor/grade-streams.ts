/** What it means for SDKs which of the ways are open. Pure. */
import type { Finding } from "./finding.ts";
import type { Heard } from "./streams.ts";

/** `sse` is `undefined` where there was no key to try it with. */
export function gradeStreams(websocket: Heard, sse: Heard | undefined): readonly Finding[] {
  return [websocketFinding(websocket, sse), sseFinding(websocket, sse)];
}

function websocketFinding(heard: Heard, sse: Heard | undefined): Finding {
  const check = "websocket";
  if (heard.heard) return { check, grade: "ok", says: `the upgrade and the hello come through, after ${heard.ms} ms` };
  const { says, todo } = heard;
  if (sse?.heard === true)
    return { check, grade: "warn", says: `${says}; SDKs use Server-Sent Events in its place`, todo };
  return { check, grade: "fail", says, todo };
}

function sseFinding(websocket: Heard, heard: Heard | undefined): Finding {
  const check = "sse";
  if (heard === undefined) return { check, grade: "skipped", says: "needs a key: --key or BANNEROL_KEY" };
  if (heard.heard) return { check, grade: "ok", says: `events come through as they happen, after ${heard.ms} ms` };
  const { says, todo } = heard;
  if (websocket.heard) return { check, grade: "warn", says: `${says}; SDKs have the WebSocket`, todo };
  return { check, grade: "fail", says: `${says}; SDKs poll, and have a change up to half a minute late`, todo };
}
