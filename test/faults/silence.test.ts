/** Connections on which nothing passes, or too little. These take as long as a watchdog does, all at the same time. */
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Application, until } from "../e2e/harness.ts";
import { temporaryFolders } from "./folders.ts";
import { Namespace } from "./namespace.ts";
import { RawStream } from "./raw-stream.ts";
import { Scene, startApplication, statusOf, toldTo, typesOf } from "./scene.ts";
import { Server } from "./server.ts";

/** What F7 promises where another path works. */
const LIVE_AGAIN_MS = 50_000;
const freshFolder = temporaryFolders();
const newServer = (settings = {}) => new Server(`sqlite:${freshFolder()}/bannerol.db`, freshFolder(), settings);

describe.concurrent("a connection", () => {
  const scene = new Scene(newServer({ HOST: "0.0.0.0" }));
  const slow = new Scene(newServer());
  const blocked = new Scene(newServer());
  beforeAll(() => Promise.all([scene, slow, blocked].map((one) => one.start())));
  afterAll(() => Promise.all([scene, slow, blocked].map((one) => one.end())));

  /** From the moment that `lose` is done: the SDK tells its age, notices, and has what changed. */
  const survives = async (application: Application, lose: () => void): Promise<void> => {
    lose();
    const lostAt = performance.now();
    const revision = await scene.change();
    const ages: number[] = [];
    await until(async () => {
      const status = await statusOf(application);
      ages.push(status.ageMs ?? 0);
      return status.state === "live" && (status.revision ?? 0) >= revision;
    }, LIVE_AGAIN_MS);
    expect(performance.now() - lostAt).toBeLessThan(LIVE_AGAIN_MS);
    expect(Math.max(...ages), "its age was told meanwhile").toBeGreaterThan(20_000);
    expect((await toldTo(application)).states).toContain("offline");
  };

  it("F7, I3: that is partitioned in silence is found out, and made by the other path within 50 s", async (context) => {
    const namespace = Namespace.open();
    if (typeof namespace === "string") return context.skip(namespace);
    context.onTestFinished(() => namespace.close());
    const url = `http://${namespace.host}:${new URL(scene.server.url).port}`;
    const application = startApplication({ url, key: scene.key, cache: false }, { by: namespace.by });
    await application.ask("ready");
    await survives(application, () => namespace.losePath());
    expect(await application.close()).toBe(0);
  });

  it("F8, I3: on which only what the server says is lost is found out, and made anew within 50 s", async () => {
    const line = await scene.line();
    const application = await line.current();
    await survives(application, () => {
      for (const { down } of line.proxy.open) down.stall();
    });
  });

  it("F55: through a proxy that ends what is idle for 20 s is kept open by heartbeats", async () => {
    const line = await scene.line();
    line.proxy.prepare = (link) => link.endWhenIdle(20_000);
    await line.current();
    await until(() => typesOf(line.proxy.messages).filter((type) => type === "current").length > 2);
    expect(line.proxy.links).toHaveLength(1);
    expect(line.proxy.open).toHaveLength(1);
  });

  it("F50: to a server that is blocked for 5 s stays, and the delay is said", async () => {
    const line = await blocked.line();
    const application = await line.current();
    await blocked.server.metric("bannerol_event_loop_delay_seconds");
    blocked.server.signal("SIGSTOP");
    await pause(5_000);
    blocked.server.signal("SIGCONT");
    const revision = await blocked.change();
    await application.ask("atLeast", { revision, timeoutMs: 60_000 });
    expect(line.proxy.links).toHaveLength(1);
    expect((await toldTo(application)).states).not.toContain("offline");
    expect(await blocked.server.metric("bannerol_event_loop_delay_seconds")).toBeGreaterThan(4);
  });

  it("F15: that is not read holds 256 KiB and a frame; then one delta is for all, or it is closed", async () => {
    const READERS = 20;
    const MISSED = 5;
    const { server } = slow;
    const application = await (await slow.line()).current();
    const readers = await Promise.all(Array.from({ length: READERS }, () => RawStream.greeted(server.url, slow.key)));
    await until(() => readers.every(({ messages }) => messages.length === 1));
    for (const { socket } of readers) socket.pause();

    const unsent = () => server.metric("bannerol_unsent_bytes");
    let revision = 0;
    // Until nothing more is written to any of them: their sum alone does not say that each is full.
    for (let round = 0, held = -1; held < READERS * 256 * 1024 || (await unsent()) !== held; round += 1) {
      held = await unsent();
      const included = Array.from({ length: 5_000 }, (_, user) => `u${round}-${user}`);
      revision = await slow.write([{ segment: "large", after: { included } }]);
      await application.ask("atLeast", { revision, timeoutMs: 10_000 });
    }
    expect(await unsent()).toBeLessThan(READERS * (256 + 64 + 1) * 1024);
    for (let more = 0; more < MISSED; more += 1) revision = await slow.change();
    expect(await unsent()).toBeLessThan(READERS * (256 + 64 + 1) * 1024);

    const drained = readers.slice(0, READERS / 2);
    for (const { socket } of drained) socket.resume();
    const last = () => drained.map(({ messages }) => messages.find(({ to }) => to === revision));
    await until(() => last().every((delta) => delta !== undefined));
    const jumps = last().map((delta) => revision - (delta?.from ?? revision));
    expect(Math.min(...jumps), "one delta for all that was missed").toBeGreaterThanOrEqual(MISSED);
    await until(async () => (await server.metric("bannerol_slow_readers_cut_total")) === READERS / 2);
    expect(drained.map(({ closeCode }) => closeCode)).toEqual(Array(READERS / 2).fill(undefined));
    expect(await statusOf(application)).toMatchObject({ state: "live" });
  });
});
