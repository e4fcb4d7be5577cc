/** A day of whoever runs it: people let in and out, secrets rotated, a webhook, and a proxy that is set up wrongly. */
import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bannerol, until, World } from "./harness.ts";

interface Told {
  readonly type: string;
  readonly data: { readonly revision: number };
}

const world = new World();
const servers: Server[] = [];
const heard: Told[] = [];

async function listening(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(() => world.startServer({ BANNEROL_OUTBOUND_ALLOW: "127.0.0.1" }));
afterAll(async () => {
  for (const server of servers) server.closeAllConnections();
  await world.end();
  for (const server of servers) server.close();
});

const as = async (token: string, ...args: string[]) =>
  (await world.bannerol(args, { env: { BANNEROL_TOKEN: token } })).code;

it("a person is let in by a token that rotates, and out at once", async () => {
  const ada = ["user", "create", "Ada", "--email", "ada@example.com", "--role", "editor", "--project", "default"];
  const { id } = await world.json(...ada);
  const first = await world.json<{ id: string; token: string }>(
    "token",
    "create",
    "laptop",
    "--user",
    "ada@example.com",
  );
  const { stdout } = await world.bannerol(["whoami", "--json"], { env: { BANNEROL_TOKEN: first.token } });
  expect(JSON.parse(stdout)).toMatchObject({ type: "user", id, role: "editor", project: "default" });
  const second = await world.json<{ token: string }>("token", "rotate", first.id, "--overlap", "0s");
  expect([await as(first.token, "whoami"), await as(second.token, "flag", "create", "hers")]).toEqual([4, 0]);
  expect(await world.json("log", "--flag", "hers")).toMatchObject({
    items: [{ actor: { type: "user", name: "Ada" } }],
  });
  await world.json("user", "disable", "ada@example.com");
  expect(await as(second.token, "whoami")).toBe(4);
});

it("a webhook hears of changes, and again from any revision", async () => {
  const endpoint = createServer((asked, answer) => {
    let body = "";
    asked.on("data", (chunk) => {
      body += chunk;
    });
    asked.on("end", () => {
      heard.push(JSON.parse(body));
      answer.writeHead(204).end();
    });
  });
  const url = await listening(endpoint);
  const { id } = await world.json<{ id: string }>(
    "webhook",
    "create",
    url,
    "--project",
    "default",
    "--event",
    "flag.*",
  );
  expect(await world.json("webhook", "test", id)).toMatchObject({ delivered: true, status: 204 });
  const { revision } = await world.json<{ revision: number }>("flag", "create", "told");
  const times = () => heard.filter(({ type, data }) => type === "flag.create" && data.revision === revision).length;
  await until(() => times() === 1);
  await world.json("webhook", "replay", id, "--from", String(revision));
  await until(() => times() === 2);
});

it("doctor says what is in the way, and what SDKs do then", async () => {
  const well = await world.json<{ ok: boolean }>("doctor", "--env", "production");
  expect(well.ok).toBe(true);
  // It passes requests on, and knows of no upgrade.
  const proxy = createServer((asked, answer) => {
    const { method, headers, url: path } = asked;
    const onward = request(`${world.url}${path}`, { method, headers }, (came) => {
      answer.writeHead(came.statusCode ?? 502, came.headers);
      came.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    answer.on("close", () => onward.destroy());
    asked.pipe(onward);
  });
  proxy.on("upgrade", (_, socket) => socket.end("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"));
  const url = await listening(proxy);
  const { code, stdout } = await world.bannerol(["doctor", "--url", url, "--key", world.key()], {
    env: { BANNEROL_TOKEN: world.settings.token },
  });
  expect(code).toBe(0);
  expect(stdout).toMatch(/warn +websocket .*400.*Server-Sent Events/);
  expect(stdout).toMatch(/ok +sse/);
});

it("bash completes commands", async () => {
  const path = join(world.folder, "bannerol");
  symlinkSync(bannerol, path);
  const script = `source <(./bannerol completion bash)
COMP_WORDS=(bannerol flag en); COMP_CWORD=2; _bannerol ./bannerol; echo "\${COMPREPLY[*]}"
COMP_WORDS=(bannerol webh); COMP_CWORD=1; _bannerol ./bannerol; echo "\${COMPREPLY[*]}"`;
  const { stdout } = spawnSync("bash", ["-c", script], {
    cwd: world.folder,
    env: { PATH: process.env.PATH, HOME: world.folder },
    encoding: "utf8",
  });
  expect(stdout.split("\n")).toEqual(["enable", "webhook", ""]);
});
