/**
 * The client behind a network that drops, doubles, delays, reorders, alters and cuts, and a server that writes,
 * restarts and is restored from backups. Everything runs on a fake clock; a seed names a whole history.
 */
import { type FakeStream, fakeClock, fakeHttpTransport, fakeStreamTransport, seededRandom } from "@bannerol/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFlagClient } from "../flag-client.ts";
import { currentOf, type identityAt, ModelServer, PAIR } from "../testing/model-server.ts";

const FAULTS_MS = 4 * 60_000;
const CALM_MS = 90_000;

interface Peer {
  readonly stream: FakeStream;
  greeted: boolean;
  gone: boolean;
  /** Nothing gets through any more, and nobody says so. */
  silent: boolean;
}

function simulate(seed: number) {
  const clock = fakeClock();
  const random = seededRandom(seed);
  const server = new ModelServer();
  const peers = new Set<Peer>();
  let faulty = true;
  let up = true;
  const chance = (share: number) => faulty && random() < share;
  const later = (ms: number, fn: () => void) => void clock.set(ms, fn);

  /** The network: what is handed to it may arrive, once, twice, late, altered, or not at all. */
  const deliver = (peer: Peer, message: unknown): void => {
    if (peer.silent || chance(0.05)) return;
    const text = JSON.stringify(message);
    const altered = chance(0.05) ? text.replace(/"(from|to|version|checksum)":(\d+)/, '"$1":1$2') : text;
    const copies = chance(0.05) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const delay = chance(0.2) ? random() * 3_000 : 5;
      later(delay, () => {
        if (!peer.gone && !peer.stream.ended) peer.stream.say(altered);
      });
    }
  };
  const cut = (peer: Peer): void => {
    if (peer.gone) return;
    peer.gone = true;
    peers.delete(peer);
    if (!peer.silent && !peer.stream.ended) peer.stream.close();
  };

  const stream = fakeStreamTransport({
    opened(opened) {
      if (!up || chance(0.3))
        return later(5, () => !opened.ended && opened.close({ status: 503, retryAfterMs: 1_000 }));
      if (chance(0.1)) return;
      const peer: Peer = { stream: opened, greeted: false, gone: false, silent: false };
      later(5, () => {
        if (opened.ended) return;
        peers.add(peer);
        opened.accept();
      });
    },
    said(from, message) {
      const peer = [...peers].find((one) => one.stream === from);
      if (peer === undefined || peer.silent || !isHello(message)) return;
      peer.greeted = true;
      deliver(peer, server.greet(message.have, chance(0.3)));
    },
  });
  const http = fakeHttpTransport((request) => {
    if (!up || chance(0.3)) return later(5, () => request.answer(503, "", { "retry-after": "1" }));
    if (chance(0.1)) return later(15_000, () => request.fail("No byte arrived in time."));
    const delay = faulty ? random() * 2_000 : 5;
    const { epoch, revision, project, environment, flags } = server.ruleset;
    const body = { epoch, revision, project, environment, flags: Object.fromEntries(flags), segments: {} };
    later(delay, () => request.answer(200, chance(0.1) ? "<html>" : body));
  });
  const beat = (): void => {
    for (const peer of peers) if (peer.greeted) deliver(peer, currentOf(server.ruleset));
    later(15_000, beat);
  };
  later(15_000, beat);

  const client = createFlagClient({
    identity: { key: "k", sdk: { name: "test", version: "0" }, instance: "i" },
    binding: "b",
    ports: { clock, timers: clock, random, stream, http, logger: { warn: () => undefined } },
  });

  const act = (): void => {
    const dice = random();
    if (dice < 0.5) {
      const delta = server.write();
      for (const peer of peers) if (peer.greeted) deliver(peer, delta);
    } else if (dice < 0.6) for (const peer of [...peers]) cut(peer);
    else if (dice < 0.65) for (const peer of peers) peer.silent = true;
    else if (dice < 0.7) {
      up = !up;
      if (!up) for (const peer of [...peers]) cut(peer);
    } else if (dice < 0.72) {
      server.restore(Math.floor(random() * 5));
      for (const peer of [...peers]) cut(peer);
    } else if (dice < 0.74) clock.jump((random() - 0.5) * 1e11);
  };

  return {
    clock,
    client,
    server,
    act,
    random,
    calm() {
      faulty = false;
      up = true;
    },
  };
}

function isHello(message: unknown): message is { have?: ReturnType<typeof identityAt> } {
  return typeof message === "object" && message !== null && "type" in message && message.type === "hello";
}

describe("a client on a bad network", () => {
  it("never goes back (I1), never shows half a change (I2), tells each revision once and in order (I10), and converges (I3)", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const { clock, client, server, act, random, calm } = simulate(seed);
        const newest = new Map<string, number>();
        const told: string[] = [];
        client.on("change", ({ epoch, revision }) => {
          expect(revision).toBeGreaterThan(newest.get(epoch) ?? -1);
          newest.set(epoch, revision);
          told.push(`${epoch}@${revision}`);
        });
        const look = (): void => {
          const [a, b] = PAIR.map((key) => client.value(key, {}, -1));
          expect(a).toBe(b);
          const { epoch, revision } = client.status();
          if (epoch === undefined || revision === undefined) return;
          expect(a).toBe(revision);
          expect(revision).toBe(newest.get(epoch));
        };
        for (let passed = 0; passed < FAULTS_MS; ) {
          act();
          const pause = random() * 4_000;
          clock.advance(pause);
          passed += pause;
          look();
        }
        calm();
        clock.advance(CALM_MS);
        look();
        expect(client.status()).toMatchObject({ state: "live", source: "server" });
        expect({ epoch: client.status().epoch, revision: client.status().revision }).toEqual({
          epoch: server.ruleset.epoch,
          revision: server.ruleset.revision,
        });
        expect(new Set(told).size).toBe(told.length);
      }),
      { numRuns: 150 },
    );
  });

  it("finds a lost delta by the next heartbeat, and is right again within 15 s (I4)", () => {
    const clock = fakeClock();
    const server = new ModelServer();
    const hellos: number[] = [];
    const stream = fakeStreamTransport({
      opened: (opened) => opened.accept(),
      said(from, message) {
        if (!isHello(message)) return;
        hellos.push(clock.monotonic());
        from.say(server.greet(message.have, false));
      },
    });
    const client = createFlagClient({
      identity: { key: "k", sdk: { name: "test", version: "0" }, instance: "i" },
      binding: "b",
      ports: {
        clock,
        timers: clock,
        random: () => 0.5,
        stream,
        http: fakeHttpTransport(),
        logger: { warn: () => undefined },
      },
    });
    clock.advance(20_000);
    server.write();
    clock.advance(15_000);
    stream.latest.say(currentOf(server.ruleset));
    expect(hellos).toEqual([0, 35_000]);
    expect(client.status()).toMatchObject({ state: "live", revision: 2 });
  });
});
