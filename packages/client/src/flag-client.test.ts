import { atOnce, checksumOf, type Ruleset, toDocument } from "@bannerol/core";
import { describe, expect, it, vi } from "vitest";
import { writeKept } from "./ruleset/cache.ts";
import { currentOf, deltaOf, identityAt, rulesetAt, snapshotOf } from "./testing/model-server.ts";
import { memoryStorage, rulesetOf, settle, testClient } from "./testing/test-client.ts";
import { ClientClosedError, ReadyTimeoutError, RevisionTimeoutError } from "./waiting.ts";

const r1 = rulesetAt("epoch-1", 1);
const r2 = rulesetAt("epoch-1", 2);
const keptText = (ruleset: Ruleset, confirmedAt = Date.UTC(2026, 0, 1) - 10_000) =>
  atOnce(writeKept({ ruleset, confirmedAt }, "binding"));
const state = <T>(promise: Promise<T>) =>
  Promise.race([
    promise.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    ),
    settle().then(() => "pending"),
  ]);

describe("ready()", () => {
  it("resolves with the server's state", async () => {
    const { client } = testClient({ serves: r1 });
    await expect(client.ready()).resolves.toEqual({ source: "server" });
    expect(client.status()).toMatchObject({
      state: "live",
      source: "server",
      revision: 1,
      ageMs: 0,
      problem: undefined,
    });
  });

  it("waits without server and cache, holding the process", async () => {
    const { client, clock } = testClient();
    const ready = client.ready();
    clock.advance(3_600_000);
    expect(await state(ready)).toBe("pending");
    expect(clock.holds).toBe(1);
    expect(client.status()).toMatchObject({
      state: "offline",
      source: undefined,
      revision: undefined,
      ageMs: undefined,
    });
  });

  it("makes do with what was kept once the first try has failed (F3)", async () => {
    const { client } = testClient({ storage: memoryStorage([keptText(r2)]).storage });
    await settle();
    await expect(client.ready()).resolves.toEqual({ source: "cache" });
    expect(client.value("a", {}, -1)).toBe(2);
    expect(client.status()).toMatchObject({ state: "offline", source: "cache", revision: 2, ageMs: 10_000 });
  });

  it("gives a silent server one second, where there is something to make do with", async () => {
    const { client, clock } = testClient({ silent: true, bootstrap: r2 });
    const ready = client.ready();
    clock.advance(999);
    expect(await state(ready)).toBe("pending");
    clock.advance(1);
    expect(await state(ready)).toEqual({ value: { source: "bootstrap" } });
    expect(client.status()).toMatchObject({ state: "connecting", source: "bootstrap" });
  });

  it("tells once, and only once, that there is a state to work with", () => {
    const { client, clock, stream } = testClient({ silent: true, bootstrap: r1 });
    const heard = vi.fn();
    client.on("ready", heard);
    clock.advance(1_000);
    stream.latest.accept();
    stream.latest.say(snapshotOf(r2));
    expect(heard.mock.calls).toEqual([[{ source: "bootstrap" }]]);
    expect(client.status()).toMatchObject({ source: "server", revision: 2 });
  });

  it.each(["ready", "status"] as const)("tells everybody last that a listener of %s closed it", (type) => {
    const { client, stream } = testClient({ silent: true, bootstrap: r1 });
    const states: string[] = [];
    client.on(type, () => void client.close());
    client.on("status", (status) => states.push(status.state));
    stream.latest.accept();
    stream.latest.say(currentOf(r1));
    expect(states.at(-1)).toBe("closed");
    expect(client.status().state).toBe("closed");
  });

  it("resolves without a source at the limit", async () => {
    const { client, clock } = testClient({ readyTimeoutMs: 500 });
    const ready = client.ready();
    clock.advance(500);
    await expect(ready).resolves.toEqual({ source: undefined });
    expect(clock.holds).toBe(0);
  });

  it("rejects at the limit where it was asked to", async () => {
    const { client, clock } = testClient({ readyTimeoutMs: 500, onReadyTimeout: "reject" });
    const ready = client.ready();
    clock.advance(500);
    await expect(ready).rejects.toThrow(ReadyTimeoutError);
  });

  it("is let go by close()", async () => {
    const { client } = testClient();
    const ready = client.ready();
    await client.close();
    await expect(ready).resolves.toEqual({ source: undefined });
    await expect(client.ready()).resolves.toEqual({ source: undefined });
  });
});

describe("atLeast()", () => {
  it("resolves when the revision is there (P15)", async () => {
    const { client, stream } = testClient({ serves: r1 });
    await expect(client.atLeast(1)).resolves.toBe(1);
    const later = client.atLeast(2);
    stream.latest.say(deltaOf(r1, r2));
    await expect(later).resolves.toBe(2);
  });

  it("asks how far the log has been read, for a change that shows nothing of itself (P15)", async () => {
    const { client, clock, stream } = testClient({ serves: r1 });
    clock.advance(6_000);
    const own = client.atLeast(7);
    expect(stream.latest.sent.at(-1)).toMatchObject({ type: "hello", have: identityAt(r1) });
    stream.latest.say({ ...currentOf(r1), upTo: 6 });
    expect(await state(own)).toBe("pending");
    stream.latest.say({ ...currentOf(r1), upTo: 7 });
    await expect(own).resolves.toBe(7);
    await expect(client.atLeast(7)).resolves.toBe(7);
    expect(client.status()).toMatchObject({ state: "live", revision: 1 });
  });

  it("asks twice, as seldom as hello may be said, and then trusts the heartbeats (I4)", () => {
    const { client, clock, stream } = testClient({ serves: r1 });
    const hellos = () => stream.latest.sent.filter((message) => Object(message).type === "hello").length;
    void client.atLeast(7);
    void client.atLeast(8);
    for (const [afterMs, said] of [
      [5_499, 1],
      [1, 2],
      [5_500, 3],
      [10_000, 3],
    ] as const) {
      clock.advance(afterMs);
      stream.latest.say(currentOf(r1));
      expect(hellos()).toBe(said);
    }
    void client.atLeast(9);
    expect(hellos()).toBe(4);
  });

  it("forgets how far a log had been read that is no longer there", async () => {
    const { client, stream } = testClient({ serves: r1 });
    stream.latest.say({ ...currentOf(r1), upTo: 9 });
    await expect(client.atLeast(9)).resolves.toBe(9);
    stream.latest.say(snapshotOf(rulesetAt("epoch-2", 2)));
    expect(await state(client.atLeast(9))).toBe("pending");
  });

  it("rejects when it is late, when the client is closed, and when it is given no revision", async () => {
    const { client, clock } = testClient({ serves: r1 });
    const late = client.atLeast(9, { timeoutMs: 100 });
    const never = client.atLeast(9);
    clock.advance(100);
    await expect(late).rejects.toThrow(RevisionTimeoutError);
    await client.close();
    await expect(never).rejects.toThrow(ClientClosedError);
    await expect(client.atLeast(9)).rejects.toThrow(ClientClosedError);
    await expect(client.atLeast(Number.NaN)).rejects.toThrow(RangeError);
    expect(clock.holds).toBe(0);
  });
});

describe("status()", () => {
  it("goes from connecting to live, offline and live again, and tells each", () => {
    const { client, stream, clock } = testClient({ serves: r1 });
    const states: string[] = [];
    client.on("status", (status) => states.push(status.state));
    stream.latest.close();
    clock.advance(10_000);
    expect(states).toEqual(["offline", "live"]);
  });

  it("is stale beyond the caller's limit, and tells so when it happens (F1)", () => {
    const { client, stream, clock } = testClient({ serves: r1, staleAfterMs: 20_000 });
    const states: string[] = [];
    client.on("status", ({ state: now }) => states.push(now));
    clock.advance(15_000);
    stream.latest.say(currentOf(r1));
    clock.advance(20_000);
    expect(client.status()).toMatchObject({ state: "live", ageMs: 20_000 });
    clock.advance(1);
    expect(states).toEqual(["stale"]);
    stream.latest.say(currentOf(r1));
    expect(states).toEqual(["stale", "live"]);
  });

  it("goes by the monotonic clock alone (I14), and never expires (I8)", async () => {
    const { client, clock } = testClient({ serves: r1, staleAfterMs: 60_000 });
    clock.jump(365 * 86_400_000);
    expect(client.status()).toMatchObject({ state: "live", ageMs: 0 });
    await client.close();
    clock.advance(30 * 86_400_000);
    expect(client.value("a", {}, -1)).toBe(1);
  });

  it("reports a refused key, warns once, and forgets it when the key works", () => {
    const { client, stream, clock, warnings } = testClient({ serves: r1 });
    const problems: string[] = [];
    client.on("error", ({ code }) => problems.push(code));
    stream.latest.close({ code: 4403, reason: "It was revoked." });
    expect(client.status()).toMatchObject({ state: "offline", problem: { code: "key_refused" } });
    clock.advance(230_000);
    expect(client.status()).toMatchObject({ state: "live", problem: undefined });
    stream.latest.close({ code: 4403, reason: "It was revoked." });
    expect(problems).toEqual(["key_refused", "key_refused"]);
    expect(warnings).toHaveLength(1);
  });
});

describe("listeners", () => {
  it("hear which flags may differ, each revision once and in order (I10)", () => {
    const base = rulesetOf(1, {
      a: {},
      b: { prerequisites: [{ flag: "a", variants: ["on"] }] },
      c: {},
    });
    const { client, stream } = testClient({ serves: base });
    const changes: unknown[] = [];
    client.on("change", (change) => changes.push(change));
    const next: Ruleset = {
      ...base,
      revision: 2,
      flags: new Map(base.flags).set("a", { ...Object(base.flags.get("a")), version: 2, enabled: false }),
    };
    stream.latest.say(deltaOf(base, next));
    stream.latest.say(deltaOf(base, next));
    stream.latest.say(snapshotOf(next));
    expect(changes).toEqual([{ epoch: "epoch-1", revision: 2, keys: ["a", "b"] }]);
  });

  it("that throw or reject harm nobody (F48)", async () => {
    const { client, stream } = testClient({
      serves: r1,
      logger: {
        warn: () => {
          throw new Error("no log");
        },
      },
    });
    const heard = vi.fn();
    const errors = vi.fn(() => {
      throw new Error("worse");
    });
    client.on("error", errors);
    client.on("change", () => {
      throw new Error("bad");
    });
    client.on("change", async () => {
      throw new Error("bad, later");
    });
    client.on("change", heard);
    stream.latest.say(deltaOf(r1, r2));
    stream.latest.close({ code: 4401, reason: "" });
    await settle();
    expect(heard).toHaveBeenCalledTimes(1);
    expect(errors).toHaveBeenCalledWith(expect.objectContaining({ code: "listener_failed" }));
    expect(client.status().state).toBe("offline");
  });

  it("are let go", () => {
    const { client, stream } = testClient({ serves: r1 });
    const heard = vi.fn();
    const off = client.on("change", heard);
    off();
    off();
    stream.latest.say(deltaOf(r1, r2));
    expect(heard).not.toHaveBeenCalled();
  });

  it("see the new revision when they are told of it, and may close the client", () => {
    const { client, stream } = testClient({ serves: r1 });
    const seen: unknown[] = [];
    client.on("change", () => {
      seen.push(client.value("a", {}, -1));
      void client.close();
    });
    stream.latest.say(deltaOf(r1, r2));
    expect(seen).toEqual([2]);
    expect(client.status().state).toBe("closed");
  });
});

describe("what is kept", () => {
  it("is saved at once, then at most every 5 s, and at the end", async () => {
    const { storage, saved } = memoryStorage();
    const { client, stream, clock } = testClient({ serves: r1, storage });
    await settle();
    expect(saved.map(({ revision }) => revision)).toEqual([1]);
    for (let revision = 1; revision < 9; revision++) {
      stream.latest.say(deltaOf(rulesetAt("epoch-1", revision), rulesetAt("epoch-1", revision + 1)));
      clock.advance(500);
      await settle();
    }
    expect(saved.map(({ revision }) => revision)).toEqual([1]);
    clock.advance(1_000);
    await settle();
    expect(saved.map(({ revision }) => revision)).toEqual([1, 9]);
    stream.latest.say(deltaOf(rulesetAt("epoch-1", 9), rulesetAt("epoch-1", 10)));
    await client.close();
    expect(saved.map(({ revision }) => revision)).toEqual([1, 9, 10]);
  });

  it("lets a client resume from it", async () => {
    const { storage } = memoryStorage([keptText(r2)]);
    const { stream } = testClient({ serves: r2, storage });
    await settle();
    expect(stream.latest.sent[0]).toMatchObject({
      type: "hello",
      have: { epoch: "epoch-1", revision: 2, checksum: checksumOf(r2) },
    });
  });

  it("is passed over where it is damaged, and counted; the generation before is used (F4)", async () => {
    const { storage } = memoryStorage([keptText(r2).slice(0, -1), keptText(r1), keptText(r2)]);
    const { client } = testClient({ storage });
    await settle();
    expect(client.status()).toMatchObject({ revision: 1, ignoredCaches: 1 });
  });

  it("never takes the client back behind its bootstrap (I1)", async () => {
    const { client } = testClient({ bootstrap: r2, storage: memoryStorage([keptText(r1)]).storage });
    await settle();
    expect(client.status()).toMatchObject({ revision: 2, source: "bootstrap" });
  });

  it("costs one warning where it cannot be kept or read", async () => {
    const fail = async () => {
      throw new Error("read-only");
    };
    const { client, stream, clock, warnings } = testClient({ serves: r1, storage: { load: fail, save: fail } });
    await settle();
    stream.latest.say(deltaOf(r1, r2));
    clock.advance(60_000);
    await client.close();
    expect(warnings).toEqual([expect.stringContaining("read-only")]);
  });

  it("holds up neither the start nor the end where the storage hangs", async () => {
    const hang = () => new Promise<never>(() => undefined);
    const { client, clock, stream } = testClient({ serves: r1, storage: { load: hang, save: hang } });
    await settle();
    expect(stream.streams).toHaveLength(0);
    clock.advance(1_000);
    await settle();
    expect(client.status().revision).toBe(1);
    const closed = client.close();
    expect(clock.holds).toBe(1);
    clock.advance(2_000);
    await closed;
    expect(clock.holds).toBe(0);
  });
});

describe("close()", () => {
  it("ends everything, may be called twice, and leaves evaluation as it was", async () => {
    const { client, clock, stream } = testClient({ serves: r1, staleAfterMs: 1_000 });
    const first = client.close();
    expect(client.close()).toBe(first);
    await first;
    expect(stream.latest.ended).toBe(true);
    expect(clock.pendingTimers).toBe(0);
    expect(client.status().state).toBe("closed");
    expect(client.value("a", {}, -1)).toBe(1);
  });

  it("works before the start", async () => {
    const { client, stream } = testClient({ serves: r1, storage: memoryStorage().storage });
    await client.close();
    await settle();
    expect(stream.streams).toHaveLength(0);
  });
});

it("takes a ruleset by HTTP", () => {
  const { client, stream, http } = testClient({ serves: r1 });
  stream.latest.say({ type: "fetch", revision: 2, afterMs: 0 });
  expect(http.latest.path).toBe("/sdk/v1/ruleset?since=1&epoch=epoch-1&instance=i&sdk=test%2F0");
  http.latest.answer(200, toDocument(r2), { etag: '"x"' });
  expect(client.status()).toMatchObject({ state: "live", revision: 2 });
});
