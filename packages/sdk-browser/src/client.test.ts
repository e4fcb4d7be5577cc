/** A whole client in a page that the test is the browser and the server of. */
import { checksumOf } from "@bannerol/core";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { BrowserClient } from "./client.ts";
import { createClient } from "./create-client.ts";
import type { ClientOptions } from "./options.ts";
import { createClient as createRemote } from "./remote.ts";
import { flag } from "./testing/flag.ts";

type Told = { readonly data: string };

/** Opened at once; says nothing by itself. */
class Socket {
  static all: Socket[] = [];
  static get latest(): Socket {
    const last = Socket.all.at(-1);
    if (last === undefined) throw new Error("nobody has connected");
    return last;
  }
  onopen?: () => void;
  onmessage?: (told: Told) => void;
  onclose?: (ending: { readonly code: number; readonly reason: string }) => void;
  readonly sent: string[] = [];
  constructor() {
    Socket.all.push(this);
    queueMicrotask(() => this.onopen?.());
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {}
  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

interface Post {
  readonly path: string;
  readonly body: { readonly [field: string]: unknown };
  readonly answer: (body: object, status?: number) => void;
}

let posts: Post[];
let kept: Map<string, string>;
let happen: (type: string) => void;
let clients: BrowserClient[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
  [Socket.all, posts, kept, clients] = [[], [], new Map(), []];
  vi.stubGlobal("WebSocket", Socket);
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => void kept.set(name, text),
    removeItem: (name: string) => void kept.delete(name),
  });
  const events = new EventTarget();
  happen = (type) => void events.dispatchEvent(new Event(type));
  vi.stubGlobal("addEventListener", events.addEventListener.bind(events));
  vi.stubGlobal(
    "fetch",
    (url: string, { body }: { readonly body: string }) =>
      new Promise<Response>((resolve) => {
        const answer = (told: object, status = 200) => resolve(new Response(JSON.stringify(told), { status }));
        posts.push({ path: new URL(url).pathname, body: JSON.parse(body), answer });
      }),
  );
});

afterEach(async () => {
  for (const client of clients) void client.close();
  await settle();
  // What was put in place last goes first.
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTimeAsync(0);

async function open(options: Partial<ClientOptions> = {}, create = createClient): Promise<BrowserClient> {
  const client = create({ url: "http://flags.test", key: "bnr_client_k", shareTabs: false, ...options });
  clients.push(client);
  await settle();
  return client;
}

const remote = (version: number) => ({ version, type: "boolean", remote: true });

function snapshotAt(revision: number, flags: { readonly [key: string]: object }, epoch = "e") {
  const envelope = { epoch, revision, project: "p", environment: "e" };
  const maps = { flags: new Map(Object.entries(flags)), segments: new Map() };
  const checksum = checksumOf({ ...envelope, ...maps });
  return {
    snapshot: { type: "snapshot", ruleset: { ...envelope, flags, segments: {} }, checksum },
    current: { type: "current", epoch, revision, checksum },
  };
}

const answersAt = (revision: number, value: boolean, epoch = "e") => ({
  epoch,
  revision,
  flags: { home: { value, variant: value ? "on" : "off", reason: "STATIC" } },
});

/** Answers the question that was asked last. */
async function answer(body: object, status = 200): Promise<void> {
  await vi.waitFor(() => expect(posts.at(-1)?.path).toBe("/sdk/v1/evaluate"));
  posts.pop()?.answer(body, status);
  await settle();
}

it("tells the server of what was asked for, though nothing ever changes", async () => {
  const flags = await open();
  Socket.latest.say(snapshotAt(1, { a: flag(1, "on") }).snapshot);
  for (let times = 0; times < 3; times++) flags.isEnabled("a");
  await vi.advanceTimersByTimeAsync(5_000);
  await vi.waitFor(async () => {
    await vi.advanceTimersByTimeAsync(36_000);
    expect(posts.map(({ path }) => path)).toContain("/sdk/v1/events");
  });
  expect(posts[0]?.body).toMatchObject({ counts: [{ flag: "a", variant: "on", reason: "DEFAULT", count: 3 }] });
});

it("shows another context the state that it was rendered with and had kept, once the server has confirmed it", async () => {
  const state = snapshotAt(2, { home: flag(2, "off") });
  const before = await open();
  Socket.latest.say(state.snapshot);
  await before.flush();
  const flags = await open({ context: { targetingKey: "u1" }, bootstrap: answersAt(2, false) as never });
  Socket.latest.say(state.current);
  expect(flags.status().source).toBe("server");
  void flags.setContext({ plan: "gold" });
  expect(flags.isEnabled("home")).toBe(true);
});

it("keeps what the server answered, and no answer that a change has overtaken", async () => {
  const context = { targetingKey: "u1" };
  const flags = await open({ context });
  Socket.latest.say(snapshotAt(1, { home: remote(1) }).snapshot);
  await answer(answersAt(1, true));
  void flags.flush();
  expect([...kept.values()].join()).toContain('"answers":');
  const next = snapshotAt(2, { home: remote(2) });
  Socket.latest.say(next.snapshot);
  await answer({}, 503);
  void flags.close();
  await settle();
  posts = [];
  const later = await open({ context });
  Socket.latest.say(next.current);
  await answer(answersAt(2, false));
  expect(later.evaluate("home", true)).toMatchObject({ value: false, variant: "off" });
});

it("starts from the server's answers where it is away", async () => {
  const flags = await open({ context: { targetingKey: "u1" } }, createRemote);
  Socket.latest.say(snapshotAt(1, { home: { version: 1 } }).snapshot);
  await answer(answersAt(1, true));
  happen("pagehide");
  const later = await open({ context: { targetingKey: "u1" } }, createRemote);
  expect([later.status().source, later.isEnabled("home")]).toEqual(["cache", true]);
  void flags.close();
});

const cyclic: { [name: string]: unknown } = {};
cyclic.self = cyclic;

it.each([
  ["a BigInt", { plan: "gold", size: 1n }],
  ["a cycle", { plan: "gold", cyclic }],
])("works for a context that holds %s, as far as the page evaluates", async (_, context) => {
  const errors: string[] = [];
  const warn = vi.fn();
  const flags = await open({ context, logger: { warn } });
  flags.on("error", ({ code }) => errors.push(code));
  Socket.latest.say(snapshotAt(1, { a: flag(1, "off"), home: remote(1) }).snapshot);
  await vi.waitFor(() => expect(flags.isEnabled("a")).toBe(true));
  expect(flags.evaluate("home", true)).toMatchObject({ value: true, reason: "ERROR" });
  expect(errors).toEqual(["fetch_failed"]);
  const shown = vi.fn();
  void flags.setContext(context).then(shown);
  await settle();
  expect([flags.isEnabled("a"), shown.mock.calls.length]).toEqual([true, 1]);
  const refused = vi.fn();
  flags.flush().catch(refused);
  flags.close().catch(refused);
  await settle();
  expect([errors.includes("internal"), refused.mock.calls.length, warn.mock.calls.length]).toEqual([false, 0, 1]);
});

it("is not closed where it connects anew", async () => {
  const states: string[] = [];
  const flags = await open();
  flags.on("status", ({ state }) => states.push(state));
  Socket.latest.say(snapshotAt(1, {}).snapshot);
  Socket.latest.onclose?.({ code: 1006, reason: "" });
  happen("online");
  await settle();
  Socket.latest.say(snapshotAt(1, {}).current);
  expect(states).toEqual(["live", "offline", "connecting", "live"]);
});

it("says last that it is closed, where it is closed by who hears that it is ready", async () => {
  const states: string[] = [];
  const flags = await open();
  flags.on("status", ({ state }) => states.push(state));
  flags.on("ready", () => void flags.close());
  Socket.latest.say(snapshotAt(1, { a: flag(1, "on") }).snapshot);
  expect([states, flags.status().state]).toEqual([["closed"], "closed"]);
});

it("tells everybody on, whatever a listener throws (F48)", async () => {
  const [errors, states]: string[][] = [[], []];
  const flags = await open();
  flags.on("error", ({ message }) => errors?.push(message));
  for (const thrown of [Object.create(null), new Error("no")]) {
    flags.on("ready", () => {
      throw thrown;
    });
  }
  flags.on("status", ({ state }) => states?.push(state));
  Socket.latest.say(snapshotAt(1, {}).snapshot);
  const told = ["what cannot be shown", "no"].map((reason) => `A listener for "ready" threw: ${reason}`);
  expect([errors, states]).toEqual([told, ["live"]]);
});

it("asks the server nothing once it is closed, though a state was kept", async () => {
  const before = await open({ context: { targetingKey: "u1" } });
  Socket.latest.say(snapshotAt(1, { home: remote(1) }).snapshot);
  await before.flush();
  await before.close();
  posts = [];
  const flags = createClient({ url: "http://flags.test", key: "bnr_client_k", context: { targetingKey: "u2" } });
  await flags.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(posts).toEqual([]);
});

it("counts what a snapshot was asked for after a change", async () => {
  const flags = await open();
  Socket.latest.say(snapshotAt(1, { a: flag(1, "on") }).snapshot);
  const snapshot = flags.snapshot();
  Socket.latest.say(snapshotAt(2, { a: flag(2, "off") }).snapshot);
  for (let times = 0; times < 3; times++) snapshot.isEnabled("a");
  await settle();
  void flags.flush();
  await vi.waitFor(() => expect(posts).toHaveLength(1));
  expect(posts[0]?.body).toMatchObject({ counts: [{ flag: "a", variant: "on", count: 3 }] });
});

it("is not ready by what it was rendered with for somebody else", async () => {
  const bootstrap = answersAt(1, true) as never;
  const flags = createClient({ url: "http://flags.test", key: "bnr_client_k", shareTabs: false, bootstrap });
  clients.push(flags);
  void flags.setContext({ targetingKey: "u2" });
  const ready = vi.fn();
  flags.on("ready", ready);
  await settle();
  expect([ready.mock.calls.length, flags.status().source]).toEqual([0, undefined]);
});

it("waits for ever where it is told to", async () => {
  const ready = vi.fn();
  const flags = await open({ readyTimeoutMs: Number.POSITIVE_INFINITY });
  void flags.ready().then(ready);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ready).not.toHaveBeenCalled();
});

it("tells of another context's defaults, while the server is asked for what it is served", async () => {
  const flags = await open({ context: { targetingKey: "u1" } }, createRemote);
  Socket.latest.say(snapshotAt(1, { home: { version: 1 } }).snapshot);
  await answer(answersAt(1, true));
  const painted = [flags.isEnabled("home")];
  flags.on("change", () => painted.push(flags.isEnabled("home")));
  void flags.setContext({ targetingKey: "u2" });
  expect(painted).toEqual([true, false]);
  await answer(answersAt(1, true));
  expect(painted).toEqual([true, false, true]);
});

it("lets nobody wait for a context where it could not begin", async () => {
  const chance = vi.spyOn(crypto, "getRandomValues").mockImplementationOnce(() => {
    throw new Error("not at the top of a module");
  });
  const shown = vi.fn();
  const flags = await open({ logger: { warn: () => undefined } });
  void flags.setContext({ targetingKey: "u1" }).then(shown);
  await settle();
  expect(shown).toHaveBeenCalled();
  chance.mockRestore();
});

it("waits for its role among the tabs, though the network comes back meanwhile", async () => {
  vi.stubGlobal("navigator", { locks: { request: () => new Promise(() => undefined) } });
  await open({ shareTabs: true });
  happen("online");
  expect(Socket.all).toEqual([]);
});

it("serves what it was rendered with where it may set no timers", async () => {
  const flags = createClient({
    ...{ url: "http://flags.test", key: "bnr_client_k", shareTabs: false, cache: false },
    ...{ bootstrap: answersAt(1, true) as never, logger: { warn: () => undefined } },
  });
  vi.stubGlobal("setTimeout", () => {
    throw new Error("not at the top of a module");
  });
  expect(flags.isEnabled("home")).toBe(true);
  await Promise.resolve();
  await flags.close();
});

it.each([
  ["a page that nobody ever looked at", 60_000, "offline"],
  ["no page that is never to", Number.POSITIVE_INFINITY, "live"],
])("lets %s let go of its connection", async (_, pauseAfterMs, state) => {
  vi.stubGlobal("document", { visibilityState: "hidden", addEventListener: () => undefined });
  const flags = await open({ pauseAfterMs });
  Socket.latest.say(snapshotAt(1, {}).snapshot);
  await vi.advanceTimersByTimeAsync(30_000);
  Socket.latest.say(snapshotAt(1, {}).current);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(flags.status().state).toBe(state);
});

it("hears of no network any more once it is closed", async () => {
  const flags = await open();
  Socket.latest.onclose?.({ code: 1006, reason: "" });
  void flags.close();
  happen("online");
  await settle();
  expect(Socket.all.length).toBe(1);
});

it("goes on where the logger throws", async () => {
  const warn = vi.fn(() => {
    throw new Error("no");
  });
  const flags = await open({ logger: { warn } });
  Socket.latest.onclose?.({ code: 4401, reason: "No valid key." });
  await settle();
  expect(warn).toHaveBeenCalledTimes(1);
  expect(flags.status().problem).toMatchObject({ code: "key_refused" });
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(Socket.all.length).toBeGreaterThan(1);
});

it("keeps nothing over what another tab has kept meanwhile and is newer, unless it is of another epoch", async () => {
  await open();
  Socket.latest.say(snapshotAt(5, { a: flag(5, "on") }).snapshot);
  await vi.advanceTimersByTimeAsync(5_000);
  const [[name = "", five = ""] = []] = [...kept];
  Socket.latest.say(snapshotAt(6, { a: flag(6, "on") }).snapshot);
  kept.set(name, five.replace('"revision":5', '"revision":7'));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(kept.get(name)).toContain('"revision":7');
  Socket.latest.say(snapshotAt(2, { a: flag(2, "on") }, "another").snapshot);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(kept.get(name)).toContain('"epoch":"another","revision":2');
});
