/** Whatever a server does, a client asks it at most 26 times in five minutes (I16). */
import { toDocument } from "@bannerol/core";
import {
  type FakeRequest,
  type FakeStream,
  fakeClock,
  fakeHttpTransport,
  fakeStreamTransport,
  seededRandom,
} from "@bannerol/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFlagClient } from "../flag-client.ts";
import { currentOf, deltaOf, rulesetAt, snapshotOf } from "../testing/model-server.ts";

const FIVE_MINUTES = 5 * 60_000;
const r1 = rulesetAt("e", 1);
const r2 = rulesetAt("e", 2);

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

const accept = (stream: Peer) => stream.accept();
const fetchNow = { type: "fetch", revision: 2, afterMs: 0 };
const goodbyeNow = { type: "goodbye", reason: "", afterMs: [0, 0] };

const openings: Record<string, (stream: Peer) => void> = {
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

const greetings: Record<string, (stream: Peer) => void> = {
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

const answers: Record<string, (request: FakeRequest) => void> = {
  "503, Retry-After 0": (request) => request.answer(503, "", { "retry-after": "0" }),
  "an error": (request) => request.fail("reset"),
  garbage: (request) => request.answer(200, "<html>"),
  "an older state": (request) => request.answer(200, toDocument(rulesetAt("e", 0))),
  "a delta that does not fit": (request) => request.answer(200, deltaOf(r2, rulesetAt("e", 3))),
  nothing: () => undefined,
  "a ruleset, and max-age 0": (request) => request.answer(200, toDocument(r1), { "cache-control": "max-age=0" }),
};

/** Runs five minutes against a server that picks from what it is given. */
function run(seed: number, script: { open: string[]; greet: string[]; answer: string[]; beats: boolean }) {
  const clock = fakeClock();
  const random = seededRandom(seed);
  const pick = (names: readonly string[]) => names[Math.floor(random() * names.length)] ?? "";
  const peers: Peer[] = [];
  const greet = (peer: Peer) => greetings[pick(script.greet)]?.(peer);
  const open = (peer: Peer): void => {
    peers.push(peer);
    openings[pick(script.open)]?.(peer);
  };
  const polls: number[] = [];
  let fetches = 0;
  const stream = fakeStreamTransport({ opened: open, said: (from, message) => isHello(message) && greet(from) });
  const http = fakeHttpTransport((request) => {
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
  // The shortest waits that the client may draw: the most tries.
  const client = createFlagClient({
    identity: { key: "k", sdk: { name: "test", version: "0" }, instance: "i" },
    binding: "b",
    // So that what is called older is.
    bootstrap: r1,
    ports: { clock, timers: clock, random: () => 0, stream, http, logger: { warn: () => undefined } },
  });
  for (let second = 0; second < FIVE_MINUTES / 1_000; second++) {
    if (script.beats && second % 10 === 0) for (const peer of peers) if (!peer.ended) peer.say(currentOf(r1));
    clock.advance(1_000);
  }
  return { tries: peers.length + fetches, polls, client };
}

function isHello(message: unknown): boolean {
  return typeof message === "object" && message !== null && "type" in message && message.type === "hello";
}

/** Polls of which some pass and some do not once gave back the shortest waits, and with them a 27th try. */
const someSucceed = {
  open: ["answers a page"],
  greet: ["try later"],
  answer: ["an error", "a ruleset, and max-age 0"],
  beats: false,
};

describe("tries in the first five minutes", () => {
  it.each(Object.keys(openings))("are bounded where the server %s", (open) => {
    expect(run(1, { open: [open], greet: ["silence"], answer: ["nothing"], beats: false }).tries).toBeLessThanOrEqual(
      26,
    );
  });

  it.each(Object.keys(greetings).flatMap((greet) => Object.keys(answers).map((answer) => [greet, answer] as const)))(
    "are bounded where hello gets %s, and a fetch %s",
    (greet, answer) => {
      for (const beats of [true, false]) {
        expect(run(1, { open: ["accepts"], greet: [greet], answer: [answer], beats }).tries).toBeLessThanOrEqual(26);
      }
    },
  );

  it("are bounded for 1,000 hostile scripts", () => {
    const some = (names: Record<string, unknown>) =>
      fc.subarray(Object.keys(names), { minLength: 1 }).filter((chosen) => chosen.length > 0);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 31 }),
        fc.record({ open: some(openings), greet: some(greetings), answer: some(answers), beats: fc.boolean() }),
        (seed, script) => {
          const { tries, polls } = run(seed, script);
          expect(tries).toBeLessThanOrEqual(26);
          // Requests that succeed are no tries, but come no closer.
          const gaps = polls.slice(1).map((at, index) => at - (polls[index] ?? 0));
          expect(Math.min(5_000, ...gaps)).toBe(5_000);
        },
      ),
      { numRuns: 1_000, examples: [[526_792_166, someSucceed]] },
    );
  });

  it("leave 5 s between fetches that succeed, however often the server asks for them", () => {
    const clock = fakeClock();
    const at: number[] = [];
    const stream = fakeStreamTransport({
      opened: accept,
      said: (from) => {
        for (let times = 0; times < 50; times++) from.say(fetchNow);
      },
    });
    const http = fakeHttpTransport((request) => {
      at.push(clock.monotonic());
      request.answer(200, toDocument(r2));
      stream.latest.say(fetchNow);
    });
    createFlagClient({
      identity: { key: "k", sdk: { name: "test", version: "0" }, instance: "i" },
      binding: "b",
      ports: { clock, timers: clock, random: () => 0, stream, http, logger: { warn: () => undefined } },
    });
    clock.advance(FIVE_MINUTES);
    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5_000);
  });
});
