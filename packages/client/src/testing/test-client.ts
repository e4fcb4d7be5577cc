/** For tests: a client on a fake clock and fake transports, and a server that answers every hello. */
import type { Ruleset } from "@bannerol/core";
import { aFlag, fakeClock, fakeHttpTransport, fakeStreamTransport } from "@bannerol/testkit";
import { createFlagClient, type FlagClientOptions } from "../flag-client.ts";
import type { RulesetStorage } from "../ports.ts";
import { rulesetAt, snapshotOf } from "./model-server.ts";

/** A ruleset whose flags are given, short of what every flag has. */
export function rulesetOf(revision: number, flags: { readonly [key: string]: object | null }): Ruleset {
  const documents = Object.entries(flags).map(
    ([key, flag]) => [key, flag && { ...aFlag({ version: revision }), ...flag }] as const,
  );
  return { ...rulesetAt("epoch-1", revision), flags: new Map(documents) };
}

export interface TestClientOptions extends Partial<Omit<FlagClientOptions, "ports">> {
  /** What the server answers every hello with; without it the server is away. */
  readonly serves?: Ruleset;
  /** The server neither accepts a stream nor refuses it. */
  readonly silent?: boolean;
  /** The server is told what was counted. */
  readonly events?: boolean;
  /** Default: 0.5, always. */
  readonly random?: () => number;
  readonly storage?: RulesetStorage;
  readonly logger?: { warn(message: string): void };
}

export function testClient({
  serves,
  silent = false,
  events: counted = false,
  random,
  storage,
  logger,
  ...options
}: TestClientOptions = {}) {
  const clock = fakeClock();
  const stream = fakeStreamTransport({
    opened(opened) {
      if (serves !== undefined) opened.accept();
      else if (!silent) opened.close({ reason: "Nobody is there." });
    },
    said: (from, message) => {
      const hello = typeof message === "object" && message !== null && "type" in message && message.type === "hello";
      if (hello && serves !== undefined) from.say(snapshotOf(serves));
    },
  });
  const http = fakeHttpTransport();
  /** Where counts are looked at, what a client asks that has lost its stream is of no interest. */
  const asked = counted ? fakeHttpTransport() : http;
  const warnings: string[] = [];
  let ids = 0;
  const client = createFlagClient({
    identity: { key: "bnr_client_x", sdk: { name: "test", version: "0" }, instance: "i" },
    binding: "binding",
    ...options,
    ports: {
      clock,
      timers: clock,
      random: random ?? (() => 0.5),
      stream,
      http: {
        get: (request, done) => asked.get(request, done),
        post: (request, done) => http.post(request, done),
      },
      logger: logger ?? { warn: (message) => void warnings.push(message) },
      ...(storage && { storage }),
      ...(counted && { newId: () => `id-${++ids}` }),
    },
  });
  return { client, clock, stream, http, warnings };
}

/** A storage in memory, and what happened to it. */
export function memoryStorage(texts: readonly string[] = []) {
  const saved: { readonly text: string; readonly revision: number }[] = [];
  const storage: RulesetStorage = {
    load: async () => [...saved.map(({ text }) => text).reverse(), ...texts],
    save: async (text, { revision }) => void saved.push({ text, revision }),
  };
  return { storage, saved };
}

/** Lets what was promised so far come true. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await Promise.resolve();
}
