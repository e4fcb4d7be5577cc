import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { version } from "../package.json";
import { type Binary, buildBinary, start } from "./testing/binary.ts";
import * as documents from "./testing/documents.ts";
import { type ScriptedServer, startScriptedServer } from "./testing/scripted-server.ts";
import { emptyFolder } from "./testing/test-io.ts";

let binary: Binary;
let server: ScriptedServer;
beforeAll(async () => {
  binary = await buildBinary();
  server = await startScriptedServer({
    "GET /projects": { body: { items: [] } },
    "GET /projects/default/changes": {
      body: {
        ...documents.changes,
        items: Array.from({ length: 200 }, () => ({ ...documents.change, comment: "x".repeat(2_000) })),
      },
    },
  });
});
afterAll(async () => {
  await server.close();
  await binary.remove();
});

const reach = () => ({ BANNEROL_URL: server.url, BANNEROL_TOKEN: "t".repeat(32) });
const run = async (argv: readonly string[], env: object = reach(), cwd?: string) =>
  start(binary.path, argv, { cwd: cwd ?? (await emptyFolder()), env });

describe("the real command", () => {
  it("prints its version", async () => {
    expect(await (await run(["--version"])).ended).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
    const { stdout } = await (await run(["--version", "--json"])).ended;
    expect(JSON.parse(stdout)).toEqual({ version });
  });

  it.each([
    [["flag", "show", "missing"], {}, 3],
    [["flga"], {}, 2],
    [["flag", "list"], { BANNEROL_TOKEN: "" }, 4],
    [["flag", "list"], { BANNEROL_URL: "http://127.0.0.1:1" }, 7],
  ])("exits as it should: %j with %j, %i", async (argv, env, code) => {
    expect((await (await run(argv, { ...reach(), ...env })).ended).code).toBe(code);
  });

  it("gets every byte to a pipe before it exits", async () => {
    const { code, stdout } = await (await run(["log", "--limit", "200", "--json"])).ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout).items).toHaveLength(200);
  });

  it("is quiet where its reader has read enough", async () => {
    const { child, ended } = await run(["log", "--limit", "200"]);
    child.stdout.once("data", () => child.stdout.destroy());
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
  });

  const inShell = async (command: string) => {
    const argv = ["-c", `exec "$0" "$1" ${command}`, process.execPath, binary.path];
    const child = spawn("sh", argv, { cwd: await emptyFolder(), env: { ...process.env, ...reach() } });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const [code] = await once(child, "close");
    return { code, stderr };
  };

  it.runIf(existsSync("/dev/full"))("says in a line that its results cannot be written", async () => {
    const { code, stderr } = await inShell("flag list --help >/dev/full");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: Standard output cannot be written \(ENOSPC.*\)\. .*done all the same\.\n$/);
  });

  it.runIf(existsSync("/dev/full"))("does what it was asked for where nobody hears what it tells", async () => {
    expect(await inShell("flag list --nope 2>/dev/full")).toEqual({ code: 2, stderr: "" });
    expect(await inShell("kill checkout --env production 2>/dev/full")).toEqual({ code: 3, stderr: "" });
  });

  const served = async (child: ChildProcessWithoutNullStreams) => {
    let told = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      told += text;
    });
    await vi.waitFor(() => expect(told).toContain("Listening on"), { timeout: 60_000 });
    const ask = async (path: string) => (await fetch(`${/http:\S+/.exec(told)?.[0]}${path}`)).status;
    return { ask, told: () => told };
  };
  const serving = ["server", "--port", "0", "--database-url", "sqlite:b.db"];

  it("serves on where whoever reads its log is gone", async () => {
    const { child, ended } = await run(serving);
    const { ask, told } = await served(child);
    child.stdout.destroy();
    for (const _ of [1, 2, 3]) expect(await ask("/api/v1/projects")).toBe(401);
    await vi.waitFor(() => expect(told()).toContain("The log cannot be written"));
    expect(await ask("/livez")).toBe(200);
    child.kill("SIGTERM");
    expect((await ended).code).toBe(0);
  });

  it("serves on where whoever reads its log has stopped, and keeps no more of it", async () => {
    const { child, ended } = await run(serving);
    const { ask, told } = await served(child);
    child.stdout.pause();
    const lost = () => told().includes("whoever reads it has stopped");
    while (!lost()) await Promise.all(Array.from({ length: 50 }, () => ask("/api/v1/projects")));
    child.stdout.resume();
    expect(await ask("/livez")).toBe(200);
    child.kill("SIGTERM");
    expect((await ended).code).toBe(0);
  });

  it.runIf(existsSync("/dev/full"))("serves on where its log finds no room", async () => {
    const argv = ["-c", `exec "$0" "$1" ${serving.join(" ")} >/dev/full`, process.execPath, binary.path];
    const child = spawn("sh", argv, { cwd: await emptyFolder(), env: { PATH: process.env.PATH } });
    const { ask, told } = await served(child);
    for (const _ of [1, 2]) expect(await ask("/api/v1/projects")).toBe(401);
    expect(told().match(/The log cannot be written \(ENOSPC/g)).toHaveLength(1);
    child.kill("SIGTERM");
    expect((await once(child, "close"))[0]).toBe(0);
  });

  it("exits 130 on Ctrl-C", async () => {
    const silent = await startScriptedServer();
    const { child, ended } = await run(["flag", "list"], { ...reach(), BANNEROL_URL: silent.url });
    silent.script = {
      "GET /projects/default/flags": () => {
        child.kill("SIGINT");
        return { body: { items: [] }, delayed: ended };
      },
    };
    expect((await ended).code).toBe(130);
    await silent.close();
  });

  it("keeps a token that is piped in, for its owner's eyes alone", async () => {
    const cwd = await emptyFolder();
    const { child, ended } = await run(["login", "--url", server.url], {}, cwd);
    child.stdin.end(`${"p".repeat(32)}\n`);
    expect((await ended).code).toBe(0);
    const path = join(cwd, "config", "bannerol", "cli.json");
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual({ url: server.url, token: "p".repeat(32) });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("minds no working folder that was deleted under its feet", async () => {
    const cwd = await emptyFolder();
    const child = spawn("sh", ["-c", 'rmdir "$PWD" && exec "$0" "$1" --version', process.execPath, binary.path], {
      cwd,
    });
    const [code] = await once(child, "close");
    expect(code).toBe(0);
  });

  it("says what to do where it is not built", async () => {
    const unbuilt = { ...(await buildBinary()) };
    await rm(join(unbuilt.folder, "dist"), { recursive: true });
    const { code, stderr } = await start(unbuilt.path, ["--version"], { cwd: await emptyFolder() }).ended;
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("npm run build") });
    await unbuilt.remove();
  });
});

interface Metafile {
  readonly outputs: {
    readonly [file: string]: {
      readonly entryPoint?: string;
      readonly imports: readonly { readonly path: string; readonly kind: string; readonly external?: boolean }[];
      readonly inputs: { readonly [file: string]: unknown };
    };
  };
}

/** Everything that loading one output loads at once. */
function loadedWith({ outputs }: Metafile, file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const input of Object.keys(outputs[file]?.inputs ?? {})) found.add(input);
  for (const { path, kind, external } of outputs[file]?.imports ?? []) {
    if (kind !== "import-statement") continue;
    if (external) found.add(path);
    else loadedWith({ outputs }, path, found);
  }
  return found;
}

describe("the build", () => {
  it("loads no server, database or schema for a command that needs none", async () => {
    const text = await readFile(join(binary.folder, "dist", "metafile-esm.json"), "utf8");
    const metafile: Metafile = JSON.parse(text);
    const entries = Object.entries(metafile.outputs).filter(([, { entryPoint }]) => entryPoint !== undefined);
    expect(entries.length).toBeGreaterThan(10);
    for (const [file, { entryPoint = "" }] of entries) {
      if (/commands\/(dev|server|maintenance|transfer)\.ts$|packages\/server|\.\.\/server/.test(entryPoint)) continue;
      const heavy = [...loadedWith(metafile, file)].filter((name) => /\/server\/src|zod|sqlite|pino|hono/.test(name));
      expect({ entryPoint, heavy }).toEqual({ entryPoint, heavy: [] });
    }
  });
});
