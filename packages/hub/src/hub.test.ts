import type { RulesetDelta, RulesetDocument } from "@bannerol/core";
import { CloseCode, MAX_UNSENT_BYTES, type ServerMessage, type StateIdentity } from "@bannerol/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import type { Connection } from "./connection.ts";
import { Hub } from "./hub.ts";
import type { Admit, Grant, HubSocket, KeyRefusal, ViewSource } from "./ports.ts";

/** A socket whose peer reads everything at once, until it is told to stop reading. */
class FakeSocket implements HubSocket {
  readonly transport = "websocket";
  readonly frames: Uint8Array[] = [];
  unsentBytes = 0;
  closeCode: number | undefined;
  terminated = false;
  #reading = true;
  #waiting: (() => void)[] = [];

  send(frame: Uint8Array, flushed: () => void): void {
    this.frames.push(frame);
    if (this.#reading) {
      flushed();
      return;
    }
    this.unsentBytes += frame.length;
    this.#waiting.push(flushed);
  }

  stopReading(): void {
    this.#reading = false;
  }

  readAgain(): void {
    this.#reading = true;
    this.unsentBytes = 0;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const flushed of waiting) flushed();
  }

  close(code: CloseCode): void {
    this.closeCode ??= code;
  }

  terminate(): void {
    this.terminated = true;
  }

  get messages(): ServerMessage[] {
    return this.frames.map((frame) => JSON.parse(new TextDecoder().decode(frame)));
  }

  get last(): ServerMessage | undefined {
    return this.messages.at(-1);
  }
}

/** A view of flags whose versions are the revisions that set them. */
class FakeView implements ViewSource {
  epoch = "e1";
  revision = 0;
  readonly flags = new Map<string, { version: number; text: string }>();
  /** What another node has written, and this one has not read yet. */
  unread: (() => void)[] = [];
  /** Changes that the view shows nothing of. */
  others = 0;

  set(key: string, text = ""): void {
    this.revision += 1;
    this.flags.set(key, { version: this.revision, text });
  }

  identity(): StateIdentity {
    return { epoch: this.epoch, revision: this.revision, checksum: this.revision * 7 };
  }

  upTo(): number {
    return this.revision + this.others;
  }

  ruleset(): RulesetDocument {
    const { epoch, revision } = this;
    const flags = Object.fromEntries(this.flags);
    return { epoch, revision, project: "default", environment: "production", flags, segments: {} };
  }

  deltaSince(revision: number): RulesetDelta {
    const flags = Object.fromEntries([...this.flags].filter(([, { version }]) => version > revision));
    return { from: revision, to: this.revision, flags, segments: {} };
  }

  async catchUp(): Promise<void> {
    for (const write of this.unread.splice(0)) write();
  }
}

describe("hub", () => {
  let now: number;
  let ticks: { ms: number; fn: () => void }[];
  let hub: Hub;
  let view: FakeView;
  let grant: Grant;

  const every = (ms: number, fn: () => void) => {
    const tick = { ms, fn };
    ticks.push(tick);
    return () => {
      ticks = ticks.filter((other) => other !== tick);
    };
  };

  beforeEach(() => {
    now = 1_000;
    ticks = [];
    hub = new Hub({ monotonic: () => now, every });
    view = new FakeView();
    view.set("first");
    grant = { keyId: "k1", viewId: "production:server", source: view };
  });

  const pass = (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      now += 1_000;
      for (const { ms, fn } of ticks) for (let times = 1_000 / ms; times > 0; times -= 1) fn();
    }
  };

  const hello = (have?: StateIdentity, more: object = {}) =>
    JSON.stringify({ type: "hello", protocol: 1, sdk: { name: "test", version: "1" }, instance: "i1", have, ...more });

  const open = (admit: Admit = grant) => {
    const socket = new FakeSocket();
    const connection = hub.accept(socket, admit);
    return { socket, connection };
  };

  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

  const live = async (have?: StateIdentity): Promise<{ socket: FakeSocket; connection: Connection }> => {
    const opened = open();
    opened.connection.receive(hello(have));
    await settle();
    return opened;
  };

  const change = (key: string, text?: string) => {
    view.set(key, text);
    hub.publish(grant.viewId);
  };

  it("answers a hello that has nothing with a snapshot", async () => {
    const { socket } = await live();
    expect(socket.messages).toEqual([{ type: "snapshot", ruleset: view.ruleset(), checksum: 7 }]);
  });

  it("sends keys and versions alone to those whose flags the server evaluates", async () => {
    const { socket, connection } = open();
    connection.receive(hello(undefined, { evaluation: "remote" }));
    await settle();
    const { socket: local } = await live();
    expect(socket.last).toMatchObject({ type: "snapshot", ruleset: { flags: { first: { version: 1 } } }, checksum: 7 });
    change("second", "secret");
    expect(local.last).toMatchObject({ flags: { second: { version: 2, text: "secret" } } });
    expect(socket.last).toEqual({
      type: "delta",
      epoch: "e1",
      from: 1,
      to: 2,
      flags: { second: { version: 2 } },
      segments: {},
      checksum: 14,
    });
    expect(JSON.stringify(socket.messages)).not.toContain("text");
    expect(hub.inventory(grant.viewId)).toHaveLength(2);
    connection.closed();
    expect(hub.inventory(grant.viewId)).toHaveLength(1);
  });

  it("takes an acknowledgement that comes beside the stream, of its own epoch and of what was sent alone", async () => {
    const { connection } = await live();
    expect(connection.acknowledge(1, "another")).toBe(false);
    expect(connection.acknowledged).toBe(0);
    expect(connection.acknowledge(7, "e1")).toBe(false);
    expect([connection.acknowledge(1, "e1"), connection.acknowledged]).toEqual([true, 1]);
    connection.closed();
    expect(connection.acknowledge(1, "e1")).toBe(false);
  });

  it("tells who measures of each revision that a connection has, once, and of readers that it cuts", async () => {
    const told: unknown[] = [];
    const observer = {
      acknowledged: (viewId: string, revision: number) => told.push([viewId, revision]),
      cutSlowReader: () => told.push("cut"),
    };
    hub = new Hub({ monotonic: () => now, every, observer });
    const { socket, connection } = await live();
    const ack = (revision: number) => connection.receive(JSON.stringify({ type: "ack", revision }));
    for (const revision of [1, 1, 99]) ack(revision);
    change("second");
    ack(99);
    expect(told).toEqual([
      [grant.viewId, 1],
      [grant.viewId, 2],
    ]);
    expect(hub.loads()).toEqual([{ viewId: grant.viewId, transport: "websocket", unsentBytes: 0 }]);
    socket.stopReading();
    change("large", "x".repeat(MAX_UNSENT_BYTES / 8));
    while (socket.unsentBytes < MAX_UNSENT_BYTES) change("large", "x".repeat(MAX_UNSENT_BYTES / 8));
    pass(31);
    expect(told.at(-1)).toBe("cut");
  });

  it("answers an up-to-date hello with current", async () => {
    const { socket } = await live(view.identity());
    expect(socket.messages).toEqual([{ type: "current", ...view.identity(), upTo: view.upTo() }]);
  });

  it("says with current how far the log has been read, in the same bytes for all", async () => {
    const [first, second] = [await live(), await live()];
    view.others = 4;
    pass(15);
    expect(first.socket.last).toEqual({ type: "current", ...view.identity(), upTo: 5 });
    expect(first.socket.frames.at(-1)).toBe(second.socket.frames.at(-1));
    first.connection.receive(hello(view.identity()));
    expect(first.socket.frames.at(-1)).toBe(second.socket.frames.at(-1));
  });

  it("says of no change that it has been read before the one that shows it is sent (P15)", async () => {
    const { socket } = await live();
    view.set("second");
    pass(15);
    expect(socket.last).toEqual({ type: "current", epoch: "e1", revision: 1, checksum: 7, upTo: 1 });
    hub.publish(grant.viewId);
    expect(socket.last).toMatchObject({ type: "delta", to: 2 });
  });

  it("answers a hello from behind with one delta for all that was missed (P7)", async () => {
    const have = view.identity();
    view.set("second");
    view.set("third");
    const { socket } = await live(have);
    expect(socket.messages).toEqual([
      { type: "delta", epoch: "e1", ...view.deltaSince(1), from: 1, to: 3, checksum: 21 },
    ]);
  });

  it("asks for a fetch where the ruleset is too large for a frame, and goes on with deltas from there", async () => {
    view.set("large", "x".repeat(70_000));
    const { socket } = await live();
    expect(socket.messages).toEqual([{ type: "fetch", revision: 2, afterMs: expect.any(Number) }]);
    change("small");
    expect(socket.last).toMatchObject({ type: "delta", from: 2, to: 3 });
  });

  it("spreads a herd that must fetch", async () => {
    view.set("large", "x".repeat(70_000));
    const waits: number[] = [];
    for (let client = 0; client < 1_000; client += 1) {
      const { socket } = await live();
      const message = socket.last;
      if (message?.type === "fetch") waits.push(message.afterMs);
    }
    expect(waits).toHaveLength(1_000);
    expect(waits[0]).toBeLessThan(100);
    expect(Math.max(...waits)).toBeGreaterThan(3_000);
  });

  it("encodes a delta once and sends the same bytes to every connection (P8)", async () => {
    const first = await live();
    const second = await live();
    change("second");
    expect(first.socket.frames.at(-1)).toBe(second.socket.frames.at(-1));
    expect(first.socket.last).toMatchObject({ type: "delta", from: 1, to: 2 });
  });

  it("sends nothing where the view did not change", async () => {
    const { socket } = await live();
    hub.publish(grant.viewId);
    hub.publish("another:view");
    expect(socket.messages).toHaveLength(1);
  });

  it("sends a snapshot where the epoch changed, whatever its number (P2)", async () => {
    const { socket } = await live();
    view.epoch = "e2";
    view.revision = 0;
    view.flags.clear();
    change("restored");
    expect(socket.last).toMatchObject({ type: "snapshot", ruleset: { epoch: "e2", revision: 1 } });
  });

  it("reads the log to its end for a client that is ahead", async () => {
    view.unread.push(() => change("from another node"));
    const { socket } = await live({ epoch: "e1", revision: 2, checksum: 14 });
    expect(socket.messages).toEqual([{ type: "current", ...view.identity(), upTo: view.upTo() }]);
  });

  it("turns a client away that is still ahead, and never sends it an older state (P7)", async () => {
    const { socket } = await live({ epoch: "e1", revision: 5, checksum: 35 });
    expect(socket.messages).toMatchObject([{ type: "problem", code: "try_later" }]);
    expect(socket.closeCode).toBe(CloseCode.tryLater);
  });

  it("heals a state that went wrong", async () => {
    change("second");
    const { socket } = await live({ epoch: "e1", revision: 2, checksum: 15 });
    expect(socket.last).toMatchObject({ type: "snapshot" });
  });

  it("accepts a second hello after 5 s, and not before (I4)", async () => {
    const { socket, connection } = await live();
    pass(5);
    connection.receive(hello(view.identity()));
    expect(socket.last).toMatchObject({ type: "current" });
    connection.receive(hello(view.identity()));
    expect(socket.closeCode).toBe(CloseCode.malformed);
  });

  it("gives heartbeats to each connection every 15 s, spread over them", async () => {
    const all = await Promise.all(Array.from({ length: 30 }, () => live()));
    pass(1);
    const beatAtOnce = all.filter(({ socket }) => socket.messages.length > 1).length;
    expect(beatAtOnce).toBe(2);
    pass(14);
    expect(all.every(({ socket }) => socket.messages.length === 2)).toBe(true);
    expect(all[0]?.socket.last).toEqual({ type: "current", ...view.identity(), upTo: view.upTo() });
  });

  it("writes nothing more to a reader that is slow, then one delta for all that it missed (I9, P8)", async () => {
    const { socket } = await live();
    socket.stopReading();
    let revision = 1;
    while (socket.unsentBytes < MAX_UNSENT_BYTES) change(`flag-${revision++}`, "x".repeat(10_000));
    const written = socket.frames.length;
    for (let more = 0; more < 500; more += 1) change("same flag", String(more));
    pass(20);
    expect(socket.frames).toHaveLength(written);
    socket.readAgain();
    expect(socket.frames).toHaveLength(written + 1);
    expect(socket.last).toMatchObject({ type: "delta", from: revision, to: revision + 500 });
  });

  it("answers a slow reader that says hello again once it has read, however often it asks (I9)", async () => {
    const { socket, connection } = await live();
    socket.stopReading();
    while (socket.unsentBytes < MAX_UNSENT_BYTES) change("flag", "x".repeat(50_000));
    const written = socket.frames.length;
    for (let asked = 0; asked < 4; asked += 1) {
      pass(6);
      connection.receive(hello());
    }
    expect(socket.frames).toHaveLength(written);
    socket.readAgain();
    expect(socket.frames).toHaveLength(written + 1);
    expect(socket.last).toMatchObject({ type: "snapshot", ruleset: { revision: view.identity().revision } });
  });

  it("ends a reader that has not drained for 30 s (P8)", async () => {
    const { socket } = await live();
    socket.stopReading();
    while (socket.unsentBytes < MAX_UNSENT_BYTES) change("flag", "x".repeat(50_000));
    pass(29);
    expect(socket.closeCode).toBeUndefined();
    pass(1);
    expect(socket).toMatchObject({ closeCode: CloseCode.tooSlow, terminated: true });
    expect(hub.size).toBe(0);
  });

  it("ends a connection that does not say hello within 5 s", () => {
    const { socket } = open();
    pass(4);
    expect(socket.closeCode).toBeUndefined();
    pass(1);
    expect(socket.closeCode).toBe(CloseCode.malformed);
  });

  it.each([
    ["no JSON", "{"],
    ["no object", "[]"],
    ["no type", "{}"],
    ["a hello without a protocol", JSON.stringify({ type: "hello" })],
    ["a hello with a revision that is none", hello({ epoch: "e1", revision: -1, checksum: 0 })],
  ])("closes on a frame that is %s (P4)", (_, frame) => {
    const { socket, connection } = open();
    connection.receive(frame);
    expect(socket.closeCode).toBe(CloseCode.malformed);
    connection.receive(hello());
    expect(socket.messages).toHaveLength(1);
  });

  it("ignores types that it does not know", async () => {
    const { socket, connection } = await live();
    connection.receive(JSON.stringify({ type: "from the future" }));
    expect(socket.closeCode).toBeUndefined();
  });

  it("names the protocol that it speaks to a client of another", async () => {
    const { socket, connection } = open();
    connection.receive(hello(undefined, { protocol: 2 }));
    expect(socket.closeCode).toBe(CloseCode.protocolNotSpoken);
    expect(socket.last).toMatchObject({ detail: expect.stringContaining("protocol 1") });
  });

  describe("with the key in hello", () => {
    const byKey = async (key: string): Promise<Grant | KeyRefusal> =>
      key === "good"
        ? grant
        : { closeCode: CloseCode.unauthorized, code: "key_invalid", detail: "There is no such key." };

    it("opens the view of a key that is valid", async () => {
      const { socket, connection } = open(byKey);
      connection.receive(hello(undefined, { key: "good" }));
      await settle();
      expect(socket.last).toMatchObject({ type: "snapshot" });
      change("second");
      expect(socket.last).toMatchObject({ type: "delta" });
    });

    it.each([
      ["is wrong", { key: "bad" }],
      ["is missing", {}],
    ])("refuses where it %s", async (_, more) => {
      const { socket, connection } = open(byKey);
      connection.receive(hello(undefined, more));
      await settle();
      expect(socket.closeCode).toBe(CloseCode.unauthorized);
      change("second");
      expect(socket.messages).toHaveLength(1);
    });

    it("says nothing to a socket that went while its key was looked up", async () => {
      const { socket, connection } = open(byKey);
      connection.receive(hello(undefined, { key: "good" }));
      connection.closed();
      await settle();
      change("second");
      expect(socket.messages).toEqual([]);
      expect(hub.inventory(grant.viewId)).toEqual([]);
    });
  });

  it("ends every connection of a revoked key, and no other (I13)", async () => {
    const revoked = await live();
    grant = { ...grant, keyId: "k2" };
    const other = await live();
    hub.revoke("k1");
    expect(revoked.socket.closeCode).toBe(CloseCode.revoked);
    expect(other.socket.closeCode).toBeUndefined();
  });

  it("lists who is connected and what they have acknowledged, which is never more than was sent", async () => {
    const { connection } = await live();
    connection.receive(JSON.stringify({ type: "ack", revision: 50 }));
    now += 2_000;
    expect(hub.inventory(grant.viewId)).toEqual([
      {
        instance: "i1",
        name: "test",
        version: "1",
        keyId: "k1",
        viewId: grant.viewId,
        transport: "websocket",
        acknowledged: 1,
        ageMs: 2_000,
      },
    ]);
    connection.closed();
    expect(hub.inventory(grant.viewId)).toEqual([]);
  });

  it("says goodbye to all, spread over the drain time, and refuses who comes then", async () => {
    const all = await Promise.all(Array.from({ length: 200 }, () => live()));
    const drained = hub.drain("shutting down", 10_000);
    const told = () => all.filter(({ socket }) => socket.last?.type === "goodbye").length;
    expect(told()).toBeGreaterThan(0);
    expect(told()).toBeLessThan(200);
    pass(10);
    await drained;
    expect(told()).toBe(200);
    expect(all.every(({ socket }) => socket.closeCode === CloseCode.goingAway)).toBe(true);
    expect(open().socket.closeCode).toBe(CloseCode.tryLater);
    expect(hub.size).toBe(0);
  });

  it("R9: ends those whose view cannot be read, with word to come back, and nobody else", async () => {
    const { socket, connection } = await live();
    const lost = new FakeView();
    lost.set("a");
    const other = open({ keyId: "k2", viewId: "staging:server", source: lost });
    other.connection.receive(hello());
    await settle();
    lost.set("b");
    lost.identity = lost.deltaSince = () => {
      throw new Error("gone");
    };
    pass(15);
    expect([other.socket.last, other.socket.closeCode]).toMatchObject([{ code: "try_later" }, CloseCode.tryLater]);
    expect([socket.last?.type, socket.closeCode]).toEqual(["current", undefined]);
    expect(hub.size).toBe(1);
    connection.closed();
  });
});
