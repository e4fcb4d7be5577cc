import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Application, until, World } from "./harness.ts";

const KEYS = 200_000;

/** Members are `user-0` to `user-199999`; strangers come after them. */
describe("a list of 200,000 keys", () => {
  const world = new World();
  let app: Application;

  const sees = (who: Application) =>
    Promise.all(
      [0, KEYS / 2, KEYS - 10].map((from) => who.ask<number[]>("usersWith", { flag: "beta", from, count: 20 })),
    );
  const range = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at);

  beforeAll(async () => {
    await world.startServer();
    await world.json("segment", "create", "members");
    await world.json("flag", "create", "beta");
    const targeting = {
      enabled: true,
      rules: [{ id: "members", when: { segment: "members" }, serve: { variant: "on" } }],
      fallthrough: { variant: "off" },
    };
    const path = "projects/default/flags/beta/environments/production";
    expect((await world.api("PATCH", path, targeting)).status).toBe(200);
    app = world.application({ cache: "cache" });
    await app.ask("ready");
  });
  afterAll(() => world.end());

  it("is streamed in by the command line as one change, and reaches an application", async () => {
    const lines = range(0, KEYS).map((user) => `user-${user}`);
    writeFileSync(join(world.folder, "members.txt"), lines.join("\n"));
    const before = (await world.json<{ items: { revision: number }[] }>("log")).items[0]?.revision ?? 0;
    const made = await world.json<{ revision: number; count: number }>("segment", "import", "members", "members.txt");
    expect(made).toMatchObject({ revision: before + 1, count: KEYS });
    await app.ask("atLeast", { revision: made.revision, timeoutMs: 60_000 });
    expect(await sees(app)).toEqual([range(0, 20), range(KEYS / 2, 20), range(KEYS - 10, 10)]);
    expect(await app.ask("status")).toMatchObject({ state: "live", source: "server" });
  });

  it("reaches it by what comes and goes", async () => {
    const edits = ["--key", `user-${KEYS}`, "--key", `user-${KEYS + 1}`];
    await world.json("segment", "add", "members", ...edits);
    const { revision } = await world.json<{ revision: number }>("segment", "remove", "members", "--key", "user-0");
    await app.ask("atLeast", { revision, timeoutMs: 60_000 });
    expect(await sees(app)).toEqual([range(1, 19), range(KEYS / 2, 20), range(KEYS - 10, 12)]);
    expect(await world.json("log", "--verify")).toMatchObject({ ok: true });
  });

  it("serves an application that starts from its cache while the server is away, and the server after a kill", async () => {
    await app.close();
    expect(await world.stopServer("SIGKILL")).toBeNull();
    const again = world.application({ cache: "cache" });
    expect(await again.ask("ready")).toMatchObject({ source: "cache" });
    const members = [range(1, 19), range(KEYS / 2, 20), range(KEYS - 10, 12)];
    expect(await sees(again)).toEqual(members);
    await world.startServer();
    await until(async () => (await again.ask<{ source: string }>("status")).source === "server");
    expect(await sees(again)).toEqual(members);
    const { revision } = await world.json<{ revision: number }>("segment", "add", "members", "--key", "user-0");
    await again.ask("atLeast", { revision, timeoutMs: 60_000 });
    expect((await sees(again))[0]).toEqual(range(0, 20));
    expect(await again.close()).toBe(0);
  });
});
