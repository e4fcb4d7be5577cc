import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Application, World } from "./harness.ts";

const USERS = 10_000;

/**
 * How far a count may lie from its mean: 4.9 standard deviations of the binomial, beyond which a fair rollout goes
 * once in a million runs.
 */
const allowed = (share: number) => 4.9 * Math.sqrt(USERS * share * (1 - share));

describe("a rollout", () => {
  const world = new World();
  let first: Application;
  let second: Application;

  const rollout = async (percentage: string, ...more: string[]) => {
    const { revision } = await world.json<{ revision: number }>(
      "rollout",
      "new-checkout",
      percentage,
      "--env",
      "production",
      ...more,
    );
    await Promise.all([first, second].map((app) => app.ask("atLeast", { revision, timeoutMs: 10_000 })));
  };

  const usersWith = async (app: Application) =>
    new Set(await app.ask<number[]>("usersWith", { flag: "new-checkout", count: USERS }));

  let quarter: Set<number>;
  let half: Set<number>;

  beforeAll(async () => {
    await world.startServer();
    first = world.application();
    second = world.application();
    await Promise.all([first.ask("ready"), second.ask("ready")]);
    await world.json("flag", "create", "new-checkout");
  });
  afterAll(() => world.end());

  it("gives nobody the feature before it begins", async () => {
    expect(await usersWith(first)).toEqual(new Set());
  });

  it("at 25 % takes in a quarter of 10,000 users, give or take what chance allows", async () => {
    await rollout("25", "--enable");
    quarter = await usersWith(first);
    expect(Math.abs(quarter.size - 0.25 * USERS)).toBeLessThan(allowed(0.25));
  });

  it("gives the same users the feature in another process", async () => {
    expect(await usersWith(second)).toEqual(quarter);
  });

  it("raised to 50 %, takes in more and leaves everybody who had it", async () => {
    await rollout("50");
    half = await usersWith(first);
    expect(Math.abs(half.size - 0.5 * USERS)).toBeLessThan(allowed(0.5));
    expect([...quarter].filter((user) => !half.has(user))).toEqual([]);
  });

  it("lowered to 25 %, leaves exactly the first quarter", async () => {
    await rollout("25");
    expect(await usersWith(first)).toEqual(quarter);
  });

  it("raised to 100 %, takes in everybody", async () => {
    await rollout("100");
    expect((await usersWith(first)).size).toBe(USERS);
  });

  it("is switched back by one command, for everybody", async () => {
    const { revision } = await world.json<{ revision: number }>("kill", "new-checkout", "--env", "production");
    await first.ask("atLeast", { revision, timeoutMs: 10_000 });
    expect(await usersWith(first)).toEqual(new Set());
  });

  it("gives the same users the feature after the server and the applications have started anew", async () => {
    await rollout("25", "--enable");
    await Promise.all([first.close(), second.close()]);
    expect(await world.stopServer("SIGTERM")).toBe(0);
    await world.startServer();
    first = world.application();
    second = world.application();
    await Promise.all([first.ask("ready"), second.ask("ready")]);
    expect(await usersWith(first)).toEqual(quarter);
    expect(await usersWith(second)).toEqual(quarter);
  });

  it("is told by the command line as the SDK sees it", async () => {
    const inside = [...quarter][0];
    const context = JSON.stringify({ targetingKey: `user-${inside}` });
    const on = await world.bannerol(["eval", "new-checkout", "--env", "production", "--context", context, "--test"]);
    expect(on.code).toBe(0);
    const outside = Array.from({ length: USERS }, (_, user) => user).find((user) => !quarter.has(user));
    const other = JSON.stringify({ targetingKey: `user-${outside}` });
    const off = await world.bannerol(["eval", "new-checkout", "--env", "production", "--context", other, "--test"]);
    expect(off.code).toBe(10);
  });

  it("stands in the history, change by change", async () => {
    const { items } = await world.json<{ items: { action: string; revision: number }[] }>(
      "log",
      "--flag",
      "new-checkout",
    );
    expect(items.map(({ action }) => action)).toContain("flag.create");
    expect(items.length).toBeGreaterThanOrEqual(6);
    const revisions = items.map(({ revision }) => revision);
    expect(revisions).toEqual([...revisions].sort((a, b) => b - a));
  });
});
