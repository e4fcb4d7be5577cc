import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { until, World } from "./harness.ts";

interface Status {
  readonly state: string;
  readonly epoch: string;
  readonly revision: number;
}

describe("a backup that is restored", () => {
  const world = new World();
  afterAll(() => world.end());
  const production = ["--env", "production"];

  it("F17: is found by SDKs that had seen more: they converge, and go on from there", async () => {
    await world.startServer();
    await world.json("flag", "create", "checkout");
    await world.json("flag", "enable", "checkout", ...production);
    const applications = [world.application({ cache: "cache-0" }), world.application()];
    const everywhere = <T>(name: string, input?: object) =>
      Promise.all(applications.map((application) => application.ask<T>(name, input)));
    await everywhere("ready");
    const backup = join(world.folder, "backup.db");
    expect((await world.bannerol(["server", "backup", backup])).code).toBe(0);

    await world.json("flag", "create", "since");
    const { revision } = await world.json<{ revision: number }>("kill", "checkout", ...production);
    await everywhere("atLeast", { revision, timeoutMs: 10_000 });
    const [before] = await everywhere<Status>("status");

    expect((await world.bannerol(["server", "restore", backup, "--yes"])).code, "a server runs").toBe(1);
    await world.stopServer("SIGTERM");
    for (const suffix of ["", "-wal", "-shm"]) {
      rmSync(join(world.folder, ".bannerol", `bannerol.db${suffix}`), { force: true });
    }
    await world.json("server", "restore", backup, "--yes");
    await world.startServer();

    await until(async () =>
      (await everywhere<Status>("status")).every(({ state, epoch }) => state === "live" && epoch !== before?.epoch),
    );
    const ask = { flag: "checkout", context: { targetingKey: "u" }, defaultValue: false };
    for (const answer of await everywhere("evaluate", ask))
      expect(answer).toMatchObject({ value: true, reason: "STATIC" });
    const gone = { flag: "since", context: {}, defaultValue: true };
    for (const answer of await everywhere("evaluate", gone))
      expect(answer).toMatchObject({ errorCode: "FLAG_NOT_FOUND" });

    const next = await world.json<{ revision: number }>("flag", "disable", "checkout", ...production);
    expect(next.revision).toBeLessThanOrEqual(revision);
    await everywhere("atLeast", { revision: next.revision, timeoutMs: 10_000 });
    for (const answer of await everywhere("evaluate", ask))
      expect(answer).toMatchObject({ value: false, reason: "DISABLED" });
    expect(await world.json("log", "--verify")).toMatchObject({ ok: true });
    expect(await Promise.all(applications.map((application) => application.close()))).toEqual([0, 0]);
  });

  it("is travelled through and reverted to like any other history", async () => {
    const at = async (revision: number) => {
      const flags = await world.json<{ value: boolean }>("eval", "checkout", ...production, "--at", String(revision));
      return flags.value;
    };
    const { items } = await world.json<{ items: { revision: number; action: string }[] }>("log", "--flag", "checkout");
    expect(items.map(({ action }) => action)).toEqual(["flag.disable", "flag.enable", "flag.create"]);
    const [disabled, enabled, created] = items.map(({ revision }) => revision);
    expect([await at(disabled ?? 0), await at(enabled ?? 0), await at(created ?? 0)]).toEqual([false, true, false]);
    const shown = await world.json("revert", "checkout", "--to", String(enabled), ...production, "--dry-run");
    expect(shown).toMatchObject({ dryRun: true, items: [{ before: { enabled: false }, after: { enabled: true } }] });
    await world.json("revert", "checkout", "--to", String(enabled), ...production);
    expect(await world.json("eval", "checkout", ...production)).toMatchObject({ value: true });
  });
});
