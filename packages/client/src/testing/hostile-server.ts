/** A server that picks at random from what a server should not do, and what comes of it within five minutes. */
import { toDocument } from "@bannerol/core";
import {
  type FakeRequest,
  type FakeStream,
  fakeClock,
  fakeHttpTransport,
  fakeStreamTransport,
  seededRandom,
} from "@bannerol/testkit";
import type { ConnectionPorts } from "../connection/driver.ts";
import { currentOf, deltaOf, rulesetAt, snapshotOf } from "./model-server.ts";

export const FIVE_MINUTES = 5 * 60_000;
/** What the client has from elsewhere. */
export const r1 = rulesetAt("e", 1);
export const r2 = rulesetAt("e", 2);

/** A stream of either transport, seen from the server. */
type Peer = Pick<FakeStream, "accept" | "say" | "close" | "ended">;

const encoder = new TextEncoder();

/** A request for events: it is greeted as it opens. */
function eventsPeer(request: FakeRequest, greet: (peer: Peer) => void): Peer {
  const send = (text: string) => request.send(encoder.encode(text));
  let over = false;
  const peer: Peer = {
    get ended() {
      return over || request.cancelled;
    },
    accept() {
      send(":\n\n");
      greet(peer);
    },
    say: (message) => send(`data: ${typeof message === "string" ? message : JSON.stringify(message)}\n\n`),
    close({ status, retryAfterMs } = {}) {
      over = true;
      request.answer(status ?? 200, "", retryAfterMs === undefined ? {} : { "retry-after": `${retryAfterMs / 1_000}` });
    },
  };
  return peer;
}

export const accept = (stream: Peer) => stream.accept();
export const fetchNow = { type: "fetch", revision: 2, afterMs: 0 };
const goodbyeNow = { type: "goodbye", reason: "", afterMs: [0, 0] };

export const openings: Record<string, (stream: Peer) => void> = {
  accepts: accept,
  "accepts and closes": (stream) => {
    stream.accept();
    stream.close();
  },
  "closes at once": (stream) => stream.close(),
  "answers 503, Retry-After 0": (stream) => stream.close({ status: 503, retryAfterMs: 0 }),
  "answers a page": (stream) => stream.close({ status: 200 }),
  hangs: () => undefined,
};

export const greetings: Record<string, (stream: Peer) => void> = {
  silence: () => undefined,
  garbage: (stream) => stream.say("{"),
  "fetch at once": (stream) => stream.say(fetchNow),
  "fetch, and the end": (stream) => {
    stream.say(fetchNow);
    stream.close();
  },
  "fetch without end": (stream) => {
    for (let times = 0; times < 50; times++) stream.say(fetchNow);
  },
  "a snapshot, and the end": (stream) => {
    stream.say(snapshotOf(r1));
    stream.close();
  },
  "a snapshot, and fetch": (stream) => {
    stream.say(snapshotOf(r1));
    stream.say(fetchNow);
  },
  "fetch and snapshot, over and over": (stream) => {
    for (let times = 0; times < 20; times++) {
      stream.say(fetchNow);
      stream.say(snapshotOf(r1));
    }
  },
  "goodbye at once": (stream) => stream.say(goodbyeNow),
  "current of another state": (stream) => stream.say(currentOf(r2)),
  "a delta that does not fit": (stream) => stream.say(deltaOf(rulesetAt("e", 8), rulesetAt("e", 9))),
  "too slow": (stream) => stream.close({ code: 4408 }),
  "try later": (stream) => stream.close({ code: 1013, retryAfterMs: 0 }),
};

export const answers: Record<string, (request: FakeRequest) => void> = {
  "503, Retry-After 0": (request) => request.answer(503, "", { "retry-after": "0" }),
  "an error": (request) => request.fail("reset"),
  garbage: (request) => request.answer(200, "<html>"),
  "an older state": (request) => request.answer(200, toDocument(rulesetAt("e", 0))),
  "a delta that does not fit": (request) => request.answer(200, deltaOf(r2, rulesetAt("e", 3))),
  nothing: () => undefined,
  "a ruleset, and max-age 0": (request) => request.answer(200, toDocument(r1), { "cache-control": "max-age=0" }),
};

export interface Script {
  readonly open: readonly string[];
  readonly greet: readonly string[];
  readonly answer: readonly string[];
  readonly beats: boolean;
}

/** Runs five minutes of what `start` connects, with `r1` in hand. */
export function runAgainst(seed: number, script: Script, start: (ports: ConnectionPorts) => void, draw = 0) {
  const clock = fakeClock();
  const random = seededRandom(seed);
  const pick = (names: readonly string[]) => names[Math.floor(random() * names.length)] ?? "";
  const peers: Peer[] = [];
  /** What the client did, and when. */
  const log: string[] = [];
  const note = (what: string): void => void log.push(`${clock.monotonic()} ${what}`);
  const greet = (peer: Peer) => greetings[pick(script.greet)]?.(peer);
  const open = (peer: Peer): void => {
    peers.push(peer);
    openings[pick(script.open)]?.(peer);
  };
  const polls: number[] = [];
  let fetches = 0;
  const stream = fakeStreamTransport({
    opened(peer) {
      note("opens a WebSocket");
      open(peer);
    },
    said(from, message) {
      note(JSON.stringify(message));
      if (isHello(message)) greet(from);
    },
  });
  const http = fakeHttpTransport((request) => {
    note(`${request.path} ${JSON.stringify(request.headers)}`);
    if (request.path.startsWith("/sdk/v1/ack")) request.fail("reset");
    else if (request.path.startsWith("/sdk/v1/stream")) open(eventsPeer(request, greet));
    else {
      const how = pick(script.answer);
      const askedAt = clock.monotonic();
      clock.set(1, () => {
        const succeeds = how === "a ruleset, and max-age 0" && !request.cancelled;
        if (succeeds) polls.push(askedAt);
        else fetches++;
        answers[how]?.(request);
      });
    }
  });
  // Of 0, the shortest waits that the client may draw: the most tries.
  start({ clock, timers: clock, random: () => draw, stream, http });
  for (let second = 0; second < FIVE_MINUTES / 1_000; second++) {
    if (script.beats && second % 10 === 0) for (const peer of peers) if (!peer.ended) peer.say(currentOf(r1));
    clock.advance(1_000);
  }
  return { tries: peers.length + fetches, polls, log };
}

function isHello(message: unknown): boolean {
  return typeof message === "object" && message !== null && "type" in message && message.type === "hello";
}
