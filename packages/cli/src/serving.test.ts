import { access, readFile, stat } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Binary, buildBinary, type Running, start } from "./testing/binary.ts";
import { emptyFolder } from "./testing/test-io.ts";

let binary: Binary;
let cwd = "";
const started: Running[] = [];
beforeAll(async () => {
  binary = await buildBinary();
});
beforeEach(async () => {
  cwd = await emptyFolder();
});
afterAll(async () => {
  for (const { child } of started) child.kill("SIGKILL");
  await Promise.all(started.map(({ ended }) => ended));
  await binary.remove();
});

function bannerol(argv: readonly string[], env: object = {}): Running {
  const running = start(binary.path, argv, { cwd, env });
  started.push(running);
  return running;
}

const readCliFile = async () => JSON.parse(await readFile(join(cwd, ".bannerol", "cli.json"), "utf8"));
const next = "Try, in another terminal";

async function stop({ child, ended }: Running): Promise<number | null> {
  child.kill("SIGTERM");
  return (await ended).code;
}

describe("bannerol dev", () => {
  it("leaves what the commands beside it need, and those that it prints work as printed", async () => {
    const server = bannerol(["dev", "--port", "0"]);
    await server.saw("stdout", next);
    const { url, token, keys } = await readCliFile();
    expect(server.written.stdout).toContain(`running at ${url}\n`);
    for (const secret of [token, keys.development, keys.staging, keys.production]) {
      expect(server.written.stdout).toContain(secret);
    }
    expect((await stat(join(cwd, ".bannerol", "cli.json"))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(cwd, ".bannerol", ".gitignore"), "utf8")).toBe("*\n");

    const printed = [...server.written.stdout.matchAll(/^ {2}npx bannerol (.*)$/gm)].map(([, words = ""]) => words);
    expect(printed).toHaveLength(3);
    for (const words of printed) {
      const argv = [...words.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? "");
      expect({ words, ...(await bannerol(argv).ended) }).toMatchObject({ words, code: 0 });
    }
    expect(await stop(server)).toBe(0);
    expect(server.written.stderr).toBe("");
  });

  it("shows no secret on a later start, and keeps what it wrote at the address where it is now", async () => {
    const first = bannerol(["dev", "--port", "0"]);
    await first.saw("stdout", next);
    const before = await readCliFile();
    await stop(first);
    const second = bannerol(["dev", "--port", "0"]);
    await second.saw("stdout", next);
    const after = await readCliFile();
    expect(second.written.stdout).not.toContain("bnr_");
    expect(after).toEqual({ ...before, url: after.url });
    expect((await bannerol(["flag", "list"]).ended).code).toBe(0);
    expect(await stop(second)).toBe(0);
  });

  it("prints one document with --json, whatever is logged", async () => {
    const server = bannerol(["dev", "--port", "0", "--json", "--log-level", "info"]);
    await server.saw("stdout", "\n}\n");
    await stop(server);
    const { token, keys, url } = await readCliFile();
    expect(JSON.parse(server.written.stdout)).toMatchObject({ url, adminToken: token, keys, next: expect.any(Array) });
    expect(server.written.stderr).toMatch(/^\d\d:\d\d:\d\d info {2}the server is ready/m);
  });

  it("keeps the operator's own admin token without printing it", async () => {
    const token = "operator-chose-this-very-long-token";
    const server = bannerol(["dev", "--port", "0"], { BANNEROL_ADMIN_TOKEN: token });
    await server.saw("stdout", next);
    expect((await readCliFile()).token).toBe(token);
    expect((await bannerol(["flag", "list"]).ended).code).toBe(0);
    await stop(server);
    expect(server.written.stdout + server.written.stderr).not.toContain(token);
  });

  it("loses no secret to a port that is taken on the first start", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    const { code, stdout, stderr } = await bannerol(["dev", "--port", String(port)]).ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^error: Port ${port} .*taken.* --port ${port + 1}\\n$`));
    await new Promise((resolve) => other.close(resolve));
    const server = bannerol(["dev", "--port", String(port)]);
    await server.saw("stdout", next);
    expect((await bannerol(["flag", "list"]).ended).code).toBe(0);
    await stop(server);
  });

  it("says that the database is in use where it is", async () => {
    const server = bannerol(["dev", "--port", "0"]);
    await server.saw("stdout", next);
    const { code, stderr } = await bannerol(["dev", "--port", "0"]).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: The database .* is in use by process \d+\..*\n$/);
    await stop(server);
  });
});

describe("bannerol server", () => {
  it("logs JSON lines on standard output, without the secrets, and writes no file but the database", async () => {
    const server = bannerol(["server", "--port", "0", "--database-url", "sqlite:flags.db"]);
    await server.saw("stderr", "server key");
    expect(await stop(server)).toBe(0);
    const lines = server.written.stdout.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).msg)).toContain("the server is ready");
    expect(server.written.stdout).not.toContain("bnr_");
    await access(join(cwd, "flags.db"));
    await expect(access(join(cwd, ".bannerol"))).rejects.toThrow(/ENOENT/);
  });

  it("says where it listens in one document with --json", async () => {
    const server = bannerol(["server", "--port", "0", "--json"]);
    await server.saw("stdout", "\n}\n");
    await stop(server);
    expect(JSON.parse(server.written.stdout)).toMatchObject({ url: expect.stringMatching(/^http:\/\/localhost:\d+$/) });
  });

  it.each([
    [["--port", "many"], {}, /PORT/],
    [["--log-level", "loud"], {}, /LOG_LEVEL/],
    [[], { BANNEROL_PROT: "1" }, /BANNEROL_PROT/],
    [[], { BANNEROL_ADMIN_TOKEN: "too-short" }, /BANNEROL_ADMIN_TOKEN/],
    [["--database-url", "postgres://user:secret@one,two/db"], {}, /DATABASE_URL/],
  ])("refuses %j with %j in one line that names the setting", async (argv, env, message) => {
    const { code, stdout, stderr } = await bannerol(["server", ...argv], env).ended;
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).not.toMatch(/secret|too-short/);
  });

  it("takes an option before a variable", async () => {
    const server = bannerol(["server", "--port", "0"], { PORT: "many" });
    await server.saw("stderr", "Listening on");
    expect(await stop(server)).toBe(0);
  });

  it("ends at once, with 130, on a second Ctrl-C", async () => {
    const server = bannerol(["server", "--port", "0", "--drain-seconds", "600"]);
    await server.saw("stderr", "Listening on");
    const port = Number(/localhost:(\d+)/.exec(server.written.stderr)?.[1]);
    const unfinished = connect(port, "127.0.0.1");
    unfinished.on("error", () => {});
    unfinished.write("POST /api/v1/projects/default/flags HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{");
    await new Promise((resolve) => unfinished.once("ready", resolve));
    server.child.kill("SIGINT");
    await server.saw("stdout", "the server stops");
    server.child.kill("SIGINT");
    expect((await server.ended).code).toBe(130);
    unfinished.destroy();
  });
});
