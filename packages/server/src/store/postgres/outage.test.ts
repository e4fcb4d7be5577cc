import { afterEach, beforeEach, expect, it } from "vitest";
import { readConfig } from "../../config.ts";
import { type RunningServer, startServer } from "../../main.ts";
import { field } from "../../testing/harness.ts";
import { describePostgres } from "./testing/database.ts";
import { TcpProxy } from "./testing/tcp-proxy.ts";
import { until } from "./testing/until.ts";

await describePostgres("a server whose PostgreSQL goes away", ({ url, freshSchema }) => {
  let proxy: TcpProxy;
  let server: RunningServer;
  let lines: string[];

  beforeEach(async () => {
    const before = await TcpProxy.before(url);
    proxy = before.proxy;
    const through = new URL(before.url);
    through.username ||= "postgres";
    through.password = "canary-password";
    through.searchParams.set("search_path", await freshSchema());
    lines = [];
    const config = readConfig({ PORT: "0", DATABASE_URL: through.href, BANNEROL_DRAIN_SECONDS: "0" });
    server = await startServer(config, { log: (line) => void lines.push(line) });
  });
  afterEach(async () => {
    await server.close();
    await proxy.close();
    expect(lines.join("")).not.toContain("canary-password");
  });

  const ask = async (path: string, token?: string, body?: object) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        "content-type": "application/json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  const make = (key: string) => ask("/api/v1/projects/default/flags", server.adminToken, { key });
  const readiness = async () => field((await ask("/readyz")).body, "status");

  it("F21: serves what it has to whoever holds a key, refuses changes, says so, and recovers by itself", async () => {
    expect((await make("before")).status).toBe(201);
    expect(await readiness()).toBe("ready");

    proxy.cut();
    await until(async () => (await readiness()) === "degraded");
    expect((await ask("/readyz")).status).toBe(200);
    expect((await ask("/livez")).status).toBe(200);
    // Nobody has used these keys before.
    for (const key of Object.values(server.keys ?? {})) expect((await ask("/sdk/v1/ruleset", key)).status).toBe(200);
    expect((await ask("/api/v1/projects/default/flags/before", server.adminToken)).status).toBe(200);
    const refused = await make("meanwhile");
    expect(refused).toMatchObject({ status: 503, body: { code: "store_unavailable" } });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await readiness()).toBe("degraded");

    proxy.mend();
    await until(async () => (await readiness()) === "ready");
    expect((await make("meanwhile")).status).toBe(201);
    const said = lines.flatMap((line) => /the database (?:cannot be followed|is followed again)/.exec(line)?.[0] ?? []);
    expect([said.at(0), said.at(-1)]).toEqual(["the database cannot be followed", "the database is followed again"]);
    // Once for each turn of events, not for each try.
    expect(said.length).toBeLessThan(5);
  });

  it("stops within its time while the database is away", async () => {
    proxy.cut();
    await until(async () => (await readiness()) === "degraded");
    await server.close();
    expect(lines.join("")).toContain("the server has stopped");
  });
});
