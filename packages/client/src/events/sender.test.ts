import { checksumOf, toDocument } from "@bannerol/core";
import { EVENT_RETRY_MS, EVENTS_MS } from "@bannerol/protocol";
import { type FakeRequest, fakeClock, fakeHttpTransport, seededRandom } from "@bannerol/testkit";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { rulesetOf, settle, testClient } from "../testing/test-client.ts";
import { eventSender } from "./sender.ts";

function sendingClient(options: Parameters<typeof testClient>[0] = {}) {
  const t = testClient({ serves: rulesetOf(1, { flag: {} }), events: true, ...options });
  const ask = (times: number, flag = "flag") => {
    for (let time = 0; time < times; time++) t.client.isEnabled(flag);
  };
  const sent = () => t.http.requests.map(({ body }) => batchIn(body));
  const errors: string[] = [];
  t.client.on("error", ({ code }) => {
    if (code !== "unreachable") errors.push(code);
  });
  return { ...t, ask, sent, errors };
}

interface SentBatch {
  readonly id: string;
  readonly counts: readonly { readonly count: number }[];
  readonly missing: readonly { readonly count: number }[];
}
const batchIn = (body = ""): SentBatch => JSON.parse(body);
const sumOf = ({ counts, missing }: SentBatch) => [...counts, ...missing].reduce((sum, { count }) => sum + count, 0);
const isDone = async (promise: Promise<void>) => {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  await settle();
  return done;
};

/** Lets time pass by seconds, and does something at each. */
function everySecond(clock: { advance(ms: number): void }, each: () => void) {
  return (ms: number) => {
    for (let second = 0; second < ms; second += 1_000) {
      clock.advance(1_000);
      each();
    }
  };
}

describe("what was counted", () => {
  it("is sent every 30 s, as sums, and nothing where there is nothing", () => {
    const { ask, clock, http, sent } = sendingClient();
    ask(3);
    ask(2, "nope");
    clock.advance(EVENTS_MS - 1);
    expect(http.requests).toEqual([]);
    clock.advance(1);
    expect(http.latest.path).toBe("/sdk/v1/events");
    const sdk = { name: "test", version: "0" };
    const counts = [{ flag: "flag", variant: "on", reason: "STATIC", count: 3 }];
    expect(sent()).toEqual([
      { id: expect.any(String), instance: "i", sdk, counts, missing: [{ flag: "nope", count: 2 }] },
    ]);
    http.latest.answer(200, { counted: true });
    clock.advance(10 * EVENTS_MS);
    expect(http.requests).toHaveLength(1);
    ask(1);
    clock.advance(EVENTS_MS);
    expect(sent().map(sumOf)).toEqual([5, 1]);
    expect(sent()[0]?.id).not.toBe(sent()[1]?.id);
  });

  it.each([
    [0, 24_000],
    [0.999_999, 36_000],
  ])("is spread: at %d after %d ms", (draw, ms) => {
    const { ask, clock, http } = sendingClient({ random: () => draw });
    ask(1);
    clock.advance(ms - 1);
    expect(http.requests).toHaveLength(0);
    clock.advance(1);
    expect(http.requests).toHaveLength(1);
  });

  it("stays what exposures() tells, sent or not", () => {
    const { client, ask, clock, http } = sendingClient();
    ask(3);
    clock.advance(EVENTS_MS);
    http.latest.answer(200, { counted: true });
    ask(4);
    expect(client.exposures()).toEqual({
      exposures: [{ flag: "flag", variant: "on", reason: "STATIC", count: 7 }],
      missing: [],
      dropped: 0,
    });
    clock.advance(EVENTS_MS);
    expect(sumOf(batchIn(http.latest.body))).toBe(4);
  });

  it("is not sent where nobody wants it", async () => {
    const { client, ask, clock, http } = sendingClient({ events: false });
    ask(3);
    clock.advance(10 * EVENTS_MS);
    await client.flush();
    await client.close();
    expect(http.requests.filter(({ body }) => body !== undefined)).toEqual([]);
    expect(client.exposures().exposures).toMatchObject([{ count: 3 }]);
  });

  it("waits for the batch before it, and is added up meanwhile", () => {
    const { ask, clock, http, sent } = sendingClient();
    ask(1);
    clock.advance(EVENTS_MS);
    for (let round = 0; round < 5; round++) {
      ask(10);
      clock.advance(EVENTS_MS);
    }
    expect(http.requests).toHaveLength(1);
    http.latest.answer(200, { counted: true });
    clock.advance(1);
    expect(sent().map(sumOf)).toEqual([1, 50]);
  });
});

describe("a round of several batches", () => {
  /** 4,500 flags, counted once. */
  function manyFlags(requested?: (request: FakeRequest) => void) {
    const clock = fakeClock();
    const http = fakeHttpTransport(requested);
    let ids = 0;
    const author = { instance: "i", sdk: { name: "t", version: "1" }, newId: () => `id-${++ids}` };
    const rows = Array.from({ length: 4_500 }, (_, at) => ({ flag: `f${at}`, reason: "DEFAULT" as const, count: 1 }));
    const taken = [{ exposures: rows, missing: [] }];
    const take = () => taken.pop() ?? { exposures: [], missing: [] };
    const ports = { clock, timers: clock, random: () => 0.5, http };
    const sender = eventSender(ports, author)({ take, report: () => undefined });
    const sent = () => http.requests.map(({ body }) => sumOf(batchIn(body)));
    return { sender, http, sent, clock };
  }

  it("is sent one after the other", async () => {
    const { sender, http, sent } = manyFlags();
    const flushed = sender.flush();
    for (const expected of [[2_000], [2_000, 2_000], [2_000, 2_000, 500]]) {
      expect(await isDone(flushed)).toBe(false);
      expect(sent()).toEqual(expected);
      http.latest.answer(200, { counted: true });
    }
    expect(await isDone(flushed)).toBe(true);
  });

  it("is sent in one go where answers come at once, and stops at a failure", async () => {
    const eager = manyFlags((request) => request.answer(200, { counted: true }));
    await eager.sender.flush();
    expect(eager.sent()).toEqual([2_000, 2_000, 500]);
    let answers = 0;
    const failing = manyFlags((request) =>
      ++answers === 2 ? request.fail("away") : request.answer(200, { counted: true }),
    );
    await failing.sender.flush();
    expect(failing.sent()).toEqual([2_000, 2_000]);
    failing.clock.advance(375);
    expect(failing.sent()).toEqual([2_000, 2_000, 2_000, 500]);
    expect(failing.http.requests[2]?.body).toBe(failing.http.requests[1]?.body);
  });
});

describe("a batch that failed", () => {
  it.each<[string, (request: FakeRequest) => void, number]>([
    ["no answer", (request) => request.fail("gone"), 375],
    ["503", (request) => request.answer(503), 375],
    ["404", (request) => request.answer(404), 375],
    ["a proxy's page", (request) => request.answer(200, "<html>"), 375],
    ["an answer that counts nothing", (request) => request.answer(200, {}), 375],
    ["503 with Retry-After", (request) => request.answer(503, "", { "retry-after": "7" }), 7_000],
    ["429 with Retry-After", (request) => request.answer(429, "", { "retry-after": "90" }), 90_000],
    ["a refused key", (request) => request.answer(401), 225_000],
    ["a revoked key", (request) => request.answer(403), 225_000],
  ])("by %s is sent again under its id, byte for byte, after its wait (P10)", (_, fail, wait) => {
    const { ask, clock, http, errors } = sendingClient();
    ask(3);
    clock.advance(EVENTS_MS);
    const { body } = http.latest;
    fail(http.latest);
    ask(2);
    clock.advance(wait - 1);
    expect(http.requests).toHaveLength(1);
    clock.advance(1);
    expect(http.requests.map((request) => request.body)).toEqual([body, body]);
    expect(errors).toEqual([]);
  });

  it("waits longer each time", () => {
    const { ask, clock, http } = sendingClient({ random: () => 0 });
    ask(1);
    const gaps: number[] = [];
    for (let last = clock.monotonic(); gaps.length < 6; ) {
      const before = http.requests.length;
      while (http.requests.length === before) clock.advance(1);
      gaps.push(clock.monotonic() - last);
      last = clock.monotonic();
      http.latest.fail("away");
    }
    expect(gaps).toEqual([24_000, 250, 500, 1_000, 2_000, 4_000]);
  });

  it.each([400, 413, 422])("by %d is dropped, counted, and reported once", (status) => {
    const { client, ask, clock, http, errors, sent } = sendingClient();
    for (let round = 0; round < 3; round++) {
      ask(5);
      clock.advance(EVENTS_MS);
      http.latest.answer(status, { detail: "No." });
    }
    expect(errors).toEqual(["events_refused"]);
    expect(client.status().drops).toBe(15);
    ask(1);
    clock.advance(EVENTS_MS);
    http.latest.answer(200, { counted: true });
    expect(sent().map(sumOf)).toEqual([5, 5, 5, 1]);
    expect(client.status().drops).toBe(15);
  });

  it("for ten minutes is dropped, for it might count twice; an outage of hours costs that one batch", () => {
    const { client, ask, clock, http, sent } = sendingClient();
    const failing = everySecond(clock, () => {
      if (!http.latest.cancelled) http.latest.fail("away");
    });
    ask(3);
    clock.advance(EVENTS_MS);
    ask(40);
    failing(EVENT_RETRY_MS + 60_000);
    expect(client.status().drops).toBe(3);
    failing(3 * 3_600_000);
    ask(7);
    expect(client.status().drops).toBe(3);
    const probes = sent().filter((batch) => sumOf(batch) === 0);
    expect(probes.length).toBeGreaterThan(0);
    while (sumOf(batchIn(http.latest.body)) === 0) {
      http.latest.answer(200, { counted: true });
      clock.advance(1_000);
    }
    expect(sumOf(batchIn(http.latest.body))).toBe(47);
  });
});

describe("flush()", () => {
  it("sends at once, and resolves when it was taken", async () => {
    const { client, ask, clock, http, sent } = sendingClient();
    ask(3);
    const flushed = client.flush();
    await settle();
    expect(sent().map(sumOf)).toEqual([3]);
    expect(await isDone(flushed)).toBe(false);
    expect(clock.holds).toBe(1);
    http.latest.answer(200, { counted: true });
    expect(await isDone(flushed)).toBe(true);
    expect(clock.holds).toBe(0);
  });

  it("waits for what is under way, and then sends the rest", async () => {
    const { client, ask, clock, http, sent } = sendingClient();
    ask(1);
    clock.advance(EVENTS_MS);
    ask(2);
    const both = Promise.all([client.flush(), client.flush()]).then(() => undefined);
    http.latest.answer(200, { counted: true });
    await settle();
    expect(sent().map(sumOf)).toEqual([1, 2]);
    expect(await isDone(both)).toBe(false);
    http.latest.answer(200, { counted: true });
    expect(await isDone(both)).toBe(true);
  });

  it("resolves when it has failed once, and does not shorten the wait", async () => {
    const { client, ask, http } = sendingClient();
    ask(1);
    const flushed = client.flush();
    await settle();
    http.latest.fail("away");
    expect(await isDone(flushed)).toBe(true);
    expect(await isDone(client.flush())).toBe(true);
    expect(http.requests).toHaveLength(1);
  });

  it("has nothing to do where there is nothing", async () => {
    const { client, http } = sendingClient();
    await client.flush();
    expect(http.requests).toEqual([]);
  });

  it("survives a transport that throws", async () => {
    const { client, ask, http } = sendingClient();
    vi.spyOn(http, "post").mockImplementation(() => {
      throw new Error("broken");
    });
    ask(1);
    await client.flush();
    expect(client.status().drops).toBe(0);
  });
});

describe("close()", () => {
  it("sends what is left, and nothing afterwards", async () => {
    const { client, ask, clock, http, sent } = sendingClient();
    ask(3);
    const closed = client.close();
    expect(await isDone(closed)).toBe(false);
    expect(sent().map(sumOf)).toEqual([3]);
    http.latest.answer(200, { counted: true });
    expect(await isDone(closed)).toBe(true);
    ask(2);
    clock.advance(10 * EVENTS_MS);
    await client.flush();
    expect(http.requests).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it("gives a silent server two seconds", async () => {
    const { client, ask, clock, http } = sendingClient();
    ask(3);
    const closed = client.close();
    await settle();
    clock.advance(2_000);
    expect(await isDone(closed)).toBe(true);
    expect(http.latest.cancelled).toBe(true);
    expect([clock.holds, clock.pendingTimers]).toEqual([0, 0]);
  });
});

describe("every evaluation", () => {
  type Action =
    | { readonly do: "ask"; readonly times: number; readonly flag: string }
    | { readonly do: "advance"; readonly ms: number }
    | { readonly do: Reaction | "change" | "flush" };
  type Reaction = "take" | "lose" | "fail" | "busy" | "refuse" | "reject";
  const reactions: readonly Reaction[] = ["take", "take", "lose", "fail", "busy", "refuse", "reject"];
  const action: fc.Arbitrary<Action> = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("ask" as const),
        times: fc.integer({ min: 1, max: 9 }),
        flag: fc.constantFrom("flag", "nope", ""),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant("advance" as const), ms: fc.constantFrom(100, 5_000, 40_000, 700_000) }),
    },
    { weight: 5, arbitrary: fc.record({ do: fc.constantFrom(...reactions, "change" as const, "flush" as const) }) },
  );

  /** A server that counts each id once, and answers, or does not. */
  function modelServer() {
    const counted = new Map<string, number>();
    const bodies = new Map<string, string>();
    const acknowledged = new Map<string, number>();
    const heard = (request: FakeRequest): SentBatch => {
      const batch = batchIn(request.body);
      expect(request.body).toBe(bodies.get(batch.id) ?? request.body);
      bodies.set(batch.id, request.body ?? "");
      return batch;
    };
    const react: { readonly [R in Reaction]: (request: FakeRequest) => void } = {
      take(request) {
        const batch = heard(request);
        counted.set(batch.id, sumOf(batch));
        if (!request.cancelled) acknowledged.set(batch.id, sumOf(batch));
        request.answer(200, { counted: true });
      },
      lose(request) {
        const batch = heard(request);
        counted.set(batch.id, sumOf(batch));
        request.fail("cut off");
      },
      fail: (request) => request.fail("away"),
      busy: (request) => request.answer(503, "", { "retry-after": "3" }),
      refuse: (request) => request.answer(401),
      reject: (request) => request.answer(422),
    };
    return { counted, acknowledged, react };
  }

  it("is taken once, or held, or dropped and counted as that, whatever fails and when (P10)", () => {
    const property = fc.property(fc.array(action, { maxLength: 60 }), fc.integer(), (actions, seed) => {
      const { client, ask, clock, http, stream } = sendingClient({ random: seededRandom(seed) });
      const server = modelServer();
      let seen = 0;
      let asked = 0;
      let revision = 1;
      const answer = (reaction: Reaction): void => {
        const request = http.requests[seen];
        if (request === undefined) return;
        seen++;
        server.react[reaction](request);
      };
      const change = (): void => {
        revision++;
        const next = rulesetOf(revision, { flag: { enabled: revision % 2 === 1 } });
        stream.latest.say({ type: "snapshot", ruleset: toDocument(next), checksum: checksumOf(next) });
      };
      for (const step of actions) {
        if (step.do === "ask") {
          ask(step.times, step.flag);
          asked += step.times;
        } else if (step.do === "advance") clock.advance(step.ms);
        else if (step.do === "change") change();
        else if (step.do === "flush") void client.flush();
        else answer(step.do);
      }
      // At last the server takes whatever comes.
      for (let minute = 0; minute < 20; minute++) {
        while (seen < http.requests.length) answer("take");
        clock.advance(60_000);
      }
      while (seen < http.requests.length) answer("take");
      const sum = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((total, one) => total + one, 0);
      expect(sum(server.acknowledged) + client.status().drops).toBe(asked);
      expect(sum(server.counted)).toBeLessThanOrEqual(asked);
      const { exposures, missing } = client.exposures();
      expect([...exposures, ...missing].reduce((total, { count }) => total + count, 0)).toBe(asked);
    });
    fc.assert(property, { numRuns: 300 });
  });
});
