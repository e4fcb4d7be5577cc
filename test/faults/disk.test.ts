import { fork } from "node:child_process";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqliteStore } from "../../packages/server/src/store/sqlite/sqlite-store.ts";
import { Application, root } from "../e2e/harness.ts";
import { FailingCalls, whyUnmeddled } from "./failing-calls.ts";
import { temporaryFolders } from "./folders.ts";
import { Server } from "./server.ts";
import { SmallDisk } from "./small-disk.ts";
import { misfits } from "./whole.ts";

const freshFolder = temporaryFolders();
const disk = SmallDisk.mount(freshFolder(), 4);
const whyNoDisk = typeof disk === "string" ? disk : undefined;
const whyNoFailures = whyUnmeddled();
afterAll(() => {
  if (disk instanceof SmallDisk) disk.unmount();
});

interface Problem {
  readonly code: string;
  readonly detail: string;
}

/** A server with an SDK connected, and what it acknowledged. */
class Scene {
  readonly file: string;
  readonly server: Server;
  readonly acknowledged = new Map<number, string>();
  application: Application | undefined;
  #made = 0;

  constructor(folder: string) {
    this.file = join(folder, "data", "bannerol.db");
    this.server = new Server(`sqlite:${this.file}`, freshFolder());
  }

  async start(): Promise<void> {
    await this.server.start();
    const input = JSON.stringify({ url: this.server.url, key: await this.server.newKey(), cache: false });
    const options = { silent: true, execArgv: ["--unhandled-rejections=strict"] };
    this.application = new Application(fork(join(root, "test/e2e/sdk-process.mjs"), [input], options));
    await this.application.ask("ready");
  }

  /** Makes a flag; a refusal's problem, or `undefined` where it was made. */
  async write(): Promise<(Problem & { readonly status: number }) | undefined> {
    this.#made += 1;
    const body = { key: `flag-${this.#made}`, description: "x".repeat(2_000) };
    const answer = await this.server.ask<Problem & { revision: number }>("POST", "projects/default/flags", body);
    if (answer.status !== 201) return { ...answer.body, status: answer.status };
    await this.#takeDown(answer.body.revision);
    return undefined;
  }

  async writeUntilRefused(): Promise<Problem & { readonly status: number }> {
    for (let tries = 0; tries < 2_000; tries += 1) {
      const refusal = await this.write();
      if (refusal !== undefined) return refusal;
    }
    throw new Error("Nothing was refused.");
  }

  /** All that needs no disk goes on, and the SDK hears of what was acknowledged last. */
  async expectReading(): Promise<void> {
    const revision = Math.max(...this.acknowledged.keys());
    await this.application?.ask("atLeast", { revision, timeoutMs: 60_000 });
    expect(await this.application?.ask("status")).toMatchObject({ state: "live", revision });
    expect(await this.server.ask("GET", "projects/default/flags")).toMatchObject({ status: 200 });
    expect(await this.server.ask("GET", "projects/default/changes?limit=5")).toMatchObject({ status: 200 });
    for (const path of ["livez", "readyz"]) expect((await fetch(`${this.server.url}/${path}`)).status).toBe(200);
  }

  async readiness(): Promise<unknown> {
    const answer = await fetch(`${this.server.url}/readyz`);
    const body = (await answer.json()) as { status: string };
    return body.status;
  }

  /** Opened anew, the file holds all that was acknowledged, and nothing that was refused. */
  async expectWhole(): Promise<void> {
    const store = await openSqliteStore({ file: this.file, at: Date.now() });
    try {
      expect(await misfits(store, new Map([["default", this.acknowledged]]))).toEqual([]);
      expect(await store.revision("default")).toBe(Math.max(...this.acknowledged.keys()));
    } finally {
      await store.close();
    }
  }

  async end(): Promise<void> {
    await this.application?.close();
    await this.server.stop("SIGKILL");
  }

  async #takeDown(revision: number): Promise<void> {
    const path = `projects/default/changes?since=${revision - 1}&until=${revision + 1}`;
    const { items } = await this.server.must<{ items: { hash: string }[] }>("GET", path);
    this.acknowledged.set(revision, items[0]?.hash ?? "");
  }
}

describe.skipIf(whyNoDisk !== undefined)(
  `a full disk${whyNoDisk === undefined ? "" : ` (skipped: ${whyNoDisk})`}`,
  () => {
    const small = disk instanceof SmallDisk ? disk : undefined;
    const scene = new Scene(small?.folder ?? "");
    beforeEach(() => scene.start());
    afterEach(async () => {
      small?.free();
      await scene.end();
    });

    it("F26: refuses changes with 507, reads and streams on, takes changes again when there is room, and loses none", async () => {
      for (let time = 0; time < 2; time += 1) {
        expect(await scene.write()).toBeUndefined();
        small?.fill();
        const refusal = await scene.writeUntilRefused();
        expect(refusal).toMatchObject({ status: 507, code: "storage_full" });
        expect(refusal.detail).toContain("Make room");
        expect(await scene.write()).toMatchObject({ status: 507 });
        expect(await scene.readiness()).toBe("degraded");
        await scene.expectReading();
        small?.free();
        expect(await scene.write()).toBeUndefined();
        expect(await scene.readiness()).toBe("ready");
        await scene.expectReading();
      }
      small?.fill();
      await scene.writeUntilRefused();
      await scene.server.stop("SIGKILL");
      small?.free();
      await scene.expectWhole();
    });

    it("F26: says in a line why a server cannot start, and lets it start when there is room", async () => {
      await scene.server.stop("SIGKILL");
      small?.fill();
      await scene.server.launch();
      expect(await scene.server.end()).toBe(1);
      expect(scene.server.output).toMatch(/^error: The disk is full\b.*\n$/);
      small?.free();
      await scene.server.start();
      expect(await scene.write()).toBeUndefined();
    });
  },
);

describe.skipIf(whyNoFailures !== undefined)(
  `a failing disk${whyNoFailures === undefined ? "" : ` (skipped: ${whyNoFailures})`}`,
  () => {
    let scene: Scene;
    beforeEach(async () => {
      scene = new Scene(freshFolder());
      await scene.start();
    });
    afterEach(() => scene.end());

    it.each([
      { calls: ["fsync", "fdatasync"], error: "EIO", status: 503, code: "store_unavailable" },
      { calls: ["pwrite64"], error: "EIO", status: 503, code: "store_unavailable" },
      { calls: ["pwrite64"], error: "ENOSPC", status: 507, code: "storage_full" },
      { calls: ["fsync", "fdatasync"], error: "ENOSPC", status: 503, code: "store_unavailable" },
    ])("F26: refuses changes where $calls answer $error, reads on, and goes on when they work", async (row) => {
      const { calls, error, status, code } = row;
      for (let time = 0; time < 2; time += 1) {
        expect(await scene.write()).toBeUndefined();
        const failing = await FailingCalls.of(scene.server.pid, calls, error);
        expect(await scene.write()).toMatchObject({ status, code });
        expect(await scene.write()).toMatchObject({ status, code });
        expect(await scene.readiness()).toBe("degraded");
        await scene.expectReading();
        await failing.end();
        expect(await scene.write()).toBeUndefined();
        expect(await scene.readiness()).toBe("ready");
        await scene.expectReading();
      }
      const failing = await FailingCalls.of(scene.server.pid, calls, error);
      expect(await scene.write()).toMatchObject({ status, code });
      await scene.server.stop("SIGKILL");
      await failing.ended;
      await scene.expectWhole();
    });
  },
);
