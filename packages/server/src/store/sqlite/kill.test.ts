import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "tsup";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Ledger } from "../../log/ledger.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import { temporaryFiles } from "./temporary-folder.ts";

const freshFile = temporaryFiles();
// Bundled once, since twenty children are started; within node_modules, where the binding is found from.
const bundle = fileURLToPath(new URL("../../../../../node_modules/.cache/bannerol-kill-test/", import.meta.url));

beforeAll(() =>
  build({
    config: false,
    silent: true,
    entry: [fileURLToPath(new URL("./kill-child.ts", import.meta.url))],
    outDir: bundle,
    format: "esm",
    platform: "node",
    target: "node20",
    external: ["better-sqlite3"],
    noExternal: [/^(?!better-sqlite3)/],
    esbuildOptions: (options) => {
      options.conditions = ["@bannerol/source"];
    },
  }),
);

afterAll(() => rmSync(bundle, { recursive: true, force: true }));
const reports = { unreadable: () => undefined, listenerFailed: () => undefined };

interface Acknowledged {
  readonly revision: number;
  readonly hash: string;
}

/** Lets a child write, kills it in the middle of that after some acknowledgements, and answers with all of them. */
async function writeAndKill(file: string, acknowledgements: number): Promise<readonly Acknowledged[]> {
  const child = join(bundle, "kill-child.js");
  const running = spawn(process.execPath, [child, file], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(running, "exit");
  const acknowledged: Acknowledged[] = [];
  for await (const line of createInterface({ input: running.stdout })) {
    const [revision, hash = ""] = line.split(" ");
    acknowledged.push({ revision: Number(revision), hash });
    if (acknowledged.length === acknowledgements) running.kill("SIGKILL");
  }
  await ended;
  return acknowledged;
}

/** Opens what a killed process left: acknowledged changes must be there, the rest whole or not at all. */
async function expectWhole(file: string, last: Acknowledged): Promise<void> {
  const store = await openSqliteStore({ file, at: 1 });
  const verdict = await store.verify("default");
  const kept = (await store.follow("default", last.revision - 1, 1)).changes[0];
  const ledger = await Ledger.open({ store, reports, at: 1 });
  const state = ledger.state("default");
  const view = ledger.view("default", "production", "server");
  await ledger.close();
  expect(verdict).toMatchObject({ ok: true, checked: state?.revision });
  expect(state?.revision).toBeGreaterThanOrEqual(last.revision);
  expect(kept?.hash).toBe(last.hash);
  // Flag and targeting are always written together, and the view with them.
  expect(state?.flags.get("a")?.revision).toBe(state?.revision);
  expect(state?.targetings.get("production")?.get("a")?.revision).toBe(state?.revision);
  expect(view?.revision).toBe(state?.revision);
}

describe("a process killed while it writes (F24)", () => {
  it("loses no acknowledged change and leaves nothing half done, 20 times over", async () => {
    const kills = 20;
    const lanes = Array.from({ length: 2 }, async (_, lane) => {
      const file = freshFile();
      for (let round = lane; round < kills; round += 2) {
        const last = (await writeAndKill(file, 3 + 7 * round)).at(-1);
        if (last === undefined) throw new Error("The child acknowledged nothing.");
        await expectWhole(file, last);
      }
    });
    await Promise.all(lanes);
  }, 120_000);
});
