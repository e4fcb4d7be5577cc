/** An SDK neither ends its process nor keeps it alive (I6). */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { documentAt, snapshotOf, type TestServer, testServer } from "./testing/test-server.ts";

let server: TestServer;
let silent: TestServer;
let cache = "";
beforeAll(async () => {
  server = await testServer({ hello: () => snapshotOf(documentAt(1)) });
  silent = await testServer();
  cache = await mkdtemp(path.join(os.tmpdir(), "bannerol-process-"));
  await writeFile(path.join(cache, "flags.yaml"), "flags: {flag: {fallthrough: {variant: on}}}");
});
afterAll(async () => {
  await server.close();
  await silent.close();
  await rm(cache, { recursive: true });
});

/** Runs an application that ends without `close()`; the answer is what it printed, and how it ended. */
function run(url: string, what: string) {
  const script = fileURLToPath(new URL("./testing/application.ts", import.meta.url));
  const flags = ["--unhandled-rejections=strict", "--conditions=@bannerol/source", "--import", "tsx"];
  const child = spawn(process.execPath, [...flags, script, url, cache, what]);
  const late = setTimeout(() => child.kill("SIGKILL"), 100_000);
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => (out += chunk));
  child.stderr.on("data", (chunk) => (err += chunk));
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.on("close", (code) => {
      clearTimeout(late);
      resolve({ code, out, err });
    });
  });
}

it.each([
  ["with a live, idle connection", () => server.url, "ready", { flag: true, source: "server" }],
  ["while it connects", () => server.url, "start", { flag: false, source: "none" }],
  ["while the server says nothing", () => silent.url, "wait", { flag: false, source: "none" }],
  ["while it is out of reach", () => "http://127.0.0.1:1", "wait", { flag: false, source: "none" }],
  ["after a rejection that nobody looks at", () => "http://127.0.0.1:1", "reject", { flag: false, source: "none" }],
  ["after close(), twice", () => server.url, "close", undefined],
  ["while it follows a file", () => path.join(cache, "flags.yaml"), "ready", { flag: true, source: "file" }],
  ["while it waits for a file", () => path.join(cache, "none.yaml"), "wait", { flag: false, source: "none" }],
])(
  "a process ends by itself %s",
  async (_, url, what, printed) => {
    const { code, out, err } = await run(url(), what);
    expect({ code, err: err.replace(/^Bannerol: .*\n/gm, "") }).toEqual({ code: 0, err: "" });
    if (printed !== undefined) expect(JSON.parse(out)).toEqual(printed);
  },
  20_000,
);
