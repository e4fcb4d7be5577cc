import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Application, until, World } from "./harness.ts";

describe("what an application was asked", () => {
  const world = new World();
  let app: Application;

  const ask = (count: number) => app.ask("usersWith", { flag: "beta", count });
  const counted = async (): Promise<number | undefined> => {
    const answer = await world.api("GET", "projects/default/flags/beta/usage");
    const usage: { environments: { environment: string; total: number }[] } = JSON.parse(await answer.text());
    return usage.environments.find(({ environment }) => environment === "production")?.total;
  };

  beforeAll(async () => {
    await world.startServer();
    await world.json("flag", "create", "beta");
    app = world.application();
    await app.ask("ready");
  });
  afterAll(() => world.end());

  it("is counted once by the server, killed in the middle of it or away", async () => {
    await app.ask("flush");
    const before = (await counted()) ?? 0;
    await ask(1_000);
    await app.ask("flush");
    expect(await counted()).toBe(before + 1_000);
    await ask(500);
    const flushed = app.ask("flush");
    expect(await world.stopServer("SIGKILL")).toBeNull();
    await flushed;
    await ask(500);
    await app.ask("flush");
    await world.startServer();
    await until(async () => {
      await app.ask("flush");
      return (await counted()) === before + 2_000;
    });
    await ask(7);
    expect(await app.close()).toBe(0);
    expect(await counted()).toBe(before + 2_007);
  });
});
