/** Two servers on one PostgreSQL, and SDKs that go from one to the other. */
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { describePostgres } from "../../packages/server/src/store/postgres/testing/database.ts";
import { type Application, until } from "../e2e/harness.ts";
import { temporaryFolders } from "./folders.ts";
import { hangUp, pass } from "./proxy/arrivals.ts";
import { FaultProxy } from "./proxy/fault-proxy.ts";
import { RawStream } from "./raw-stream.ts";
import { goesUp, type Line, Scene, statusOf, toldTo, typesOf } from "./scene.ts";
import { Server } from "./server.ts";

/** Whatever is lost between nodes, a change of one is on the others by then (I12). */
const ON_OTHERS_MS = 3_000;
/** A LISTEN connection that fell silent is found out within 13 s, and made anew in a moment. */
const LISTEN_AGAIN_MS = 14_000;
/** A revoked key's streams end by then (I13). */
const REVOKED_MS = 5_000;
const freshFolder = temporaryFolders();

await describePostgres("two nodes", ({ url, freshSchema }) => {
  let scene: Scene;
  let other: Server;
  /** Between the other node and its database. */
  let wire: FaultProxy;
  let line: Line;
  let application: Application;

  beforeAll(async () => {
    const database = new URL(url);
    database.searchParams.set("search_path", await freshSchema());
    wire = await FaultProxy.before(url);
    const settings = { BANNEROL_DRAIN_SECONDS: "2" };
    scene = new Scene(new Server(database.href, freshFolder(), settings));
    await scene.start();
    other = new Server(wire.through(database.href), freshFolder(), settings);
    await other.start();
  });
  afterAll(async () => {
    await scene?.end();
    await other?.stop("SIGKILL");
    await wire?.close();
  });
  beforeEach(async () => {
    line = await scene.line(other.url);
    application = await line.current();
    await application.ask("startComparing", { flags: ["one", "other"] });
  });

  const reachesWithin = (ms: number) => async (revision: number) =>
    await application.ask("atLeast", { revision, timeoutMs: ms });
  const isListening = () => wire.open.filter(({ said }) => said.includes("LISTEN"));
  const silenceListening = (): void => {
    for (const { up, down } of isListening()) {
      up.stall();
      down.stall();
    }
  };
  /** No state but the newest was seen, each once, and both flags as one. */
  const expectOrder = async (): Promise<void> => {
    expect(goesUp((await toldTo(application)).changes)).toBe(true);
    expect(await application.ask("stopAsking")).toMatchObject({ wrong: 0 });
  };

  it("F18: bring changes to each other within 3 s where a LISTEN connection is killed, and listen again", async () => {
    await until(() => isListening().length === 1);
    const [killed] = isListening();
    killed?.end("reset");
    for (let time = 0; time < 3; time += 1) await reachesWithin(ON_OTHERS_MS)(await scene.change());
    await until(() => isListening().some((link) => link !== killed));
    await expectOrder();
  });

  it("F19: bring changes to each other within 3 s where a LISTEN connection is silent, which is found out within 13 s", async () => {
    await until(() => isListening().length === 1);
    const [silent] = isListening();
    silenceListening();
    const began = performance.now();
    await reachesWithin(ON_OTHERS_MS)(await scene.change());
    await until(() => isListening().some((link) => link !== silent), LISTEN_AGAIN_MS);
    expect(performance.now() - began).toBeLessThan(LISTEN_AGAIN_MS);
    await reachesWithin(ON_OTHERS_MS)(await scene.change());
    await expectOrder();
  });

  it("F23: show an SDK that comes to the one that lags nothing older: it is told to wait, and is level after", async () => {
    line.proxy.target = { host: "127.0.0.1", port: Number(new URL(scene.server.url).port) };
    line.proxy.end("cut");
    await until(async () => (await statusOf(application)).state === "live" && line.proxy.links.length > 1);
    wire.arriving = hangUp;
    wire.end("cut");
    const revision = await scene.change();
    await reachesWithin(ON_OTHERS_MS)(revision);
    const { epoch } = await statusOf(application);

    const links = line.proxy.links.length;
    line.proxy.target = { host: "127.0.0.1", port: Number(new URL(other.url).port) };
    line.proxy.end("cut");
    const said = () => typesOf(line.proxy.links.slice(links).flatMap(({ messages }) => messages));
    await until(() => said().includes("problem"));
    expect(
      said().filter((type) => type !== "problem"),
      "no state, old or new",
    ).toEqual([]);
    expect(await statusOf(application)).toMatchObject({ state: "offline", revision });

    wire.arriving = pass;
    await until(async () => (await statusOf(application)).state === "live");
    expect(await statusOf(application), "a node that lags is no log that regressed").toMatchObject({ epoch, revision });
    await expectOrder();
  });

  it("F35: end a revoked key's idle stream within 5 s, though the notification is lost, and refuse it from then on", async () => {
    const { id, key } = await scene.server.makeKey("server");
    const revoked = await scene.line(other.url);
    await until(
      async () => (await fetch(`${other.url}/sdk/v1/ruleset`, { headers: { authorization: `Bearer ${key}` } })).ok,
    );
    const holder = await revoked.current({ key });
    const idle = await Promise.all([scene.server, other].map((node) => RawStream.greeted(node.url, key)));
    await until(() => idle.every(({ messages }) => messages.length > 0));
    await until(() => isListening().length > 0);
    silenceListening();
    const began = performance.now();
    await scene.server.must("DELETE", `keys/${id}`);
    await until(() => idle.every(({ closeCode }) => closeCode !== undefined), REVOKED_MS);
    await until(async () => (await statusOf(holder)).problem?.code === "key_refused", REVOKED_MS);
    expect(performance.now() - began).toBeLessThan(REVOKED_MS);
    expect(idle.map(({ closeCode }) => closeCode)).toEqual([4403, 4403]);
    expect(await holder.ask("evaluate", { flag: "steady", context: {}, defaultValue: false })).toMatchObject({
      value: true,
    });
    const tries = revoked.proxy.accepted;
    await pause(5_000);
    expect(revoked.proxy.accepted, "the next try comes after minutes").toBe(tries);
    expect(await statusOf(application), "nobody else is concerned").toMatchObject({ state: "live" });
  });

  it("F13: restarted one after the other change no answer, say goodbye, and take their SDKs back without a snapshot", async () => {
    const ports = [scene.server, other].map((node) => Number(new URL(node.url).port));
    await application.ask("stopAsking");
    await application.ask("startAsking", { flag: "steady", expected: true });
    for (const [index, node] of [other, scene.server].entries()) {
      line.proxy.target = { host: "127.0.0.1", port: ports[index] ?? 0 };
      const links = line.proxy.links.length;
      const stopped = node.stop("SIGTERM");
      await until(() => typesOf(line.proxy.messages).filter((type) => type === "goodbye").length > index);
      expect((await fetch(`${node.url}/readyz`).catch(() => undefined))?.status).not.toBe(200);
      expect(await stopped).toBe(0);
      await node.start();
      await until(async () => (await statusOf(application)).state === "live");
      const resumed = typesOf(line.proxy.links.slice(links).flatMap(({ messages }) => messages));
      expect(resumed).not.toContain("snapshot");
    }
    const { asked, wrong } = await application.ask<{ asked: number; wrong: number }>("stopAsking");
    expect([asked > 1_000, wrong]).toEqual([true, 0]);
  });
});
