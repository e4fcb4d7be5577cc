import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { until, World } from "./harness.ts";

interface Status {
  readonly state: string;
  readonly epoch: string;
  readonly revision: number;
}

describe("a database file that was copied back by hand", () => {
  const world = new World();
  afterAll(() => world.end());
  const production = ["--env", "production"];
  const database = join(world.folder, ".bannerol", "bannerol.db");

  it("is noticed by what an SDK has seen: the server makes a new epoch, and everybody converges", async () => {
    await world.startServer();
    await world.json("flag", "create", "checkout");
    await world.json("flag", "enable", "checkout", ...production);
    const applications = [world.application({ cache: "cache-0" }), world.application()];
    const everywhere = <T>(name: string, input?: object) =>
      Promise.all(applications.map((application) => application.ask<T>(name, input)));
    await everywhere("ready");
    await world.stopServer("SIGTERM");
    copyFileSync(database, `${database}.kept`);
    await world.startServer();

    const { revision } = await world.json<{ revision: number }>("kill", "checkout", ...production);
    await everywhere("atLeast", { revision, timeoutMs: 60_000 });
    const [before] = await everywhere<Status>("status");
    await world.stopServer("SIGTERM");
    for (const suffix of ["-wal", "-shm"]) rmSync(`${database}${suffix}`, { force: true });
    copyFileSync(`${database}.kept`, database);
    await world.startServer();

    await until(
      async () =>
        (await everywhere<Status>("status")).every(({ state, epoch }) => state === "live" && epoch !== before?.epoch),
      120_000,
    );
    const ask = { flag: "checkout", context: { targetingKey: "u" }, defaultValue: false };
    for (const answer of await everywhere("evaluate", ask)) expect(answer).toMatchObject({ value: true });
    const epochs = new Set((await everywhere<Status>("status")).map(({ epoch }) => epoch));
    expect(epochs.size, "one new epoch, however many SDKs say so").toBe(1);

    const next = await world.json<{ revision: number }>("flag", "disable", "checkout", ...production);
    await everywhere("atLeast", { revision: next.revision, timeoutMs: 60_000 });
    for (const answer of await everywhere("evaluate", ask)) expect(answer).toMatchObject({ value: false });
    expect(await world.json("log", "--verify")).toMatchObject({ ok: true });
    expect(await Promise.all(applications.map((application) => application.close()))).toEqual([0, 0]);
  });
});
