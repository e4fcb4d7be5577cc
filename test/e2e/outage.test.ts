import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Application, until, World } from "./harness.ts";

const APPLICATIONS = 20;

interface Status {
  readonly state: string;
  readonly source: string;
  readonly revision: number;
}

describe("an outage", () => {
  const world = new World();
  let applications: Application[];
  let revision = 0;

  const everywhere = async <T>(name: string, input?: object): Promise<T[]> =>
    await Promise.all(applications.map((app) => app.ask<T>(name, input)));

  const change = async (...args: string[]) => {
    revision = (await world.json<{ revision: number }>(...args, "--env", "production")).revision;
  };

  beforeAll(async () => {
    await world.startServer();
    await world.json("flag", "create", "steady");
    await world.json("flag", "create", "moving");
    await change("flag", "enable", "steady");
    // Each with a cache of its own: they stand for applications on many hosts.
    applications = Array.from({ length: APPLICATIONS }, (_, index) => world.application({ cache: `cache-${index}` }));
    await everywhere("ready");
  });
  afterAll(() => world.end());

  it("begins with every application current after a change from the command line", async () => {
    await change("flag", "enable", "moving");
    await everywhere("atLeast", { revision, timeoutMs: 10_000 });
    const statuses = await everywhere<Status>("status");
    expect(statuses.every(({ state, source }) => state === "live" && source === "server")).toBe(true);
  });

  it("F1: changes no answer while the server is killed, away and started again, and ends by itself", async () => {
    await everywhere("startAsking", { flag: "steady", expected: true });
    await change("rollout", "moving", "30");
    expect(await world.stopServer("SIGKILL")).toBeNull();
    await until(async () => (await everywhere<Status>("status")).every(({ state }) => state !== "live"));

    await world.startServer();
    const { items } = await world.json<{ items: { revision: number }[] }>("log");
    expect(items[0]?.revision, "the change that was acknowledged just before the kill is there").toBe(revision);

    await change("rollout", "moving", "60");
    await everywhere("atLeast", { revision, timeoutMs: 60_000 });
    const answers = await everywhere<{ asked: number; wrong: number }>("stopAsking");
    expect(answers.every(({ asked }) => asked > 1_000)).toBe(true);
    expect(answers.map(({ wrong }) => wrong)).toEqual(Array(APPLICATIONS).fill(0));
  });

  it("loses no acknowledged change over repeated kills during writes", async () => {
    let acknowledged = revision;
    for (let kill = 0; kill < 3; kill += 1) {
      let writing = true;
      const writer = (async () => {
        for (let step = 0; writing; step += 1) {
          const body = { percentage: step % 100 };
          const response = await world
            .api("PUT", "projects/default/flags/moving/environments/production/rollout", body)
            .catch(() => undefined);
          if (response?.ok !== true) continue;
          const answer = (await response.json().catch(() => undefined)) as { revision: number } | undefined;
          acknowledged = Math.max(acknowledged, answer?.revision ?? 0);
        }
      })();
      await until(() => acknowledged > revision + 20);
      await world.stopServer("SIGKILL");
      writing = false;
      await writer;
      await world.startServer();
      const verdict = await (await world.api("GET", "projects/default/changes/verify")).json();
      expect(verdict).toMatchObject({ ok: true });
      const { items } = await world.json<{ items: { revision: number }[] }>("log");
      const newest = items[0]?.revision ?? 0;
      expect(newest).toBeGreaterThanOrEqual(acknowledged);
      revision = newest;
    }
    await everywhere("atLeast", { revision, timeoutMs: 60_000 });
  });

  it("F3: is no trouble to an application that starts while the server is away and has a cache", async () => {
    const before = await applications[0]?.ask<number[]>("usersWith", { flag: "moving", count: 1_000 });
    expect(await applications[0]?.close()).toBe(0);
    await world.stopServer("SIGTERM");

    const started = world.application({ cache: "cache-0" });
    expect(await started.ask("ready")).toMatchObject({ source: "cache" });
    expect(await started.ask("usersWith", { flag: "moving", count: 1_000 })).toEqual(before);
    expect(await started.ask("evaluate", { flag: "steady", context: {}, defaultValue: false })).toMatchObject({
      value: true,
      reason: "STATIC",
    });

    await world.startServer();
    await change("flag", "disable", "steady");
    await started.ask("atLeast", { revision, timeoutMs: 60_000 });
    expect(await started.ask("status")).toMatchObject({ state: "live", source: "server" });
    expect(await started.close()).toBe(0);
  });

  it("F2: leaves an application that has nothing with its defaults, and it goes on", async () => {
    await world.stopServer("SIGTERM");
    const bare = world.application();
    expect(await bare.ask("evaluate", { flag: "steady", context: {}, defaultValue: true })).toMatchObject({
      value: true,
      reason: "ERROR",
      errorCode: "PROVIDER_NOT_READY",
    });
    await world.startServer();
    await bare.ask("ready");
    expect(await bare.ask("evaluate", { flag: "steady", context: {}, defaultValue: true })).toMatchObject({
      value: false,
      reason: "DISABLED",
    });
    expect(await bare.close()).toBe(0);
  });
});
