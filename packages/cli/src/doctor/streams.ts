/** Whether changes come through as they happen: by a WebSocket, and by Server-Sent Events, as SDKs would have them. */
import type { IncomingMessage } from "node:http";
import { parseCredential, parseServerMessage } from "@bannerol/protocol";
import WebSocket from "ws";
import { version } from "../version.ts";

/** What came through, or what was in the way. */
export type Heard =
  | { readonly heard: true; readonly ms: number }
  | { readonly heard: false; readonly says: string; readonly todo: string };

interface Listening {
  readonly url: string;
  /** None tells of a WebSocket alone, which is refused by whoever is at its other end. */
  readonly key?: string;
  /** How long a first message may take. */
  readonly patienceMs: number;
}

const sdk = { name: "bannerol-doctor", version };
const NGINX =
  'nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";';
const OTHER_KEY = "Give another key: --key";
const UPGRADE = `Have what is in front pass Upgrade and Connection for /sdk/v1/stream (${NGINX}).`;

export function hearWebSocket({ url, key, patienceMs }: Listening): Promise<Heard> {
  const began = performance.now();
  // As SDKs do: a browser cannot set the header.
  const isServers = key !== undefined && parseCredential(key)?.class === "server";
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/sdk/v1/stream`, {
    perMessageDeflate: false,
    followRedirects: false,
    handshakeTimeout: patienceMs,
    headers: isServers ? { Authorization: `Bearer ${key}` } : {},
  });
  let patience: NodeJS.Timeout | undefined;
  const outcome = new Promise<Heard>((resolve) => {
    const failed = (says: string, todo: string) => resolve({ heard: false, says, todo });
    const heard = () => resolve({ heard: true, ms: Math.round(performance.now() - began) });
    const silent = () => failed(`it opens, and says nothing within ${patienceMs / 1_000} s`, UPGRADE);
    socket.on("open", () => {
      patience = setTimeout(silent, patienceMs);
      const hello = { type: "hello", protocol: 1, sdk, instance: "doctor" };
      socket.send(JSON.stringify({ ...hello, ...(!isServers && { key: key ?? "none" }) }));
    });
    socket.on("message", (data) => {
      const parsed = parseServerMessage(data.toString());
      if (!parsed.ok) failed("what it says first is no message of a Bannerol server", UPGRADE);
      // Without a key the refusal is the server's own word, which came through.
      else if (parsed.message?.type !== "problem" || key === undefined) heard();
      else failed(parsed.message.detail ?? parsed.message.title, OTHER_KEY);
    });
    socket.on("unexpected-response", (_, response) => failed(...refusal(response, isServers)));
    socket.on("error", (error) => failed(error.message, UPGRADE));
    socket.on("close", (code) => failed(`it is closed (${code}) before the server says anything`, UPGRADE));
  });
  return outcome.finally(() => {
    clearTimeout(patience);
    socket.terminate();
  });
}

/** Whoever shows no key in the handshake is refused one only where the request has ceased to be an upgrade. */
function refusal(
  { statusCode = 0, headers }: IncomingMessage,
  hasShownKey: boolean,
): readonly [says: string, todo: string] {
  const who = headers.server === undefined ? "" : ` (${headers.server})`;
  if (hasShownKey && (statusCode === 401 || statusCode === 403))
    return [`the key is refused, ${statusCode}${who}`, OTHER_KEY];
  if (statusCode === 503) return [`too many connect just now, 503${who}`, "Ask again in a moment."];
  return [`the upgrade is answered with ${statusCode}${who}`, UPGRADE];
}

const BUFFER = "Have what is in front neither buffer nor compress /sdk/v1/stream (nginx: proxy_buffering off;).";

export async function hearEvents({ url, key = "", patienceMs }: Listening): Promise<Heard> {
  const began = performance.now();
  const failed = (says: string, todo: string): Heard => ({ heard: false, says, todo });
  const over = new AbortController();
  const patience = setTimeout(() => over.abort(), patienceMs);
  try {
    const answer = await fetch(`${url}/sdk/v1/stream?instance=doctor&sdk=${sdk.name}/${version}`, {
      headers: { Accept: "text/event-stream", Authorization: `Bearer ${key}` },
      redirect: "manual",
      signal: over.signal,
    });
    const type = answer.headers.get("content-type") ?? "nothing";
    if (!answer.ok || !type.startsWith("text/event-stream"))
      return failed(`the stream is answered with ${answer.status}, ${type}`, BUFFER);
    if (await hasEvent(answer)) return { heard: true, ms: Math.round(performance.now() - began) };
    return failed("the stream ends before the server says anything", BUFFER);
  } catch (error) {
    if (!over.signal.aborted) return failed(String(error), BUFFER);
    return failed(`nothing comes within ${patienceMs / 1_000} s: something holds it back`, BUFFER);
  } finally {
    clearTimeout(patience);
    over.abort();
  }
}

async function hasEvent({ body }: Response): Promise<boolean> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (/^data:.*\r?\n\r?\n/m.test(text)) return true;
  }
  return false;
}
